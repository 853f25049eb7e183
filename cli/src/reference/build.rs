//! From the IR to what people look up.

use nlkit_codegen::ir::{self, EnumKind, GroupBy, MemberType, Protocol, Word};
use nlkit_codegen::ir::{DisplayHint, Type};

use super::{
    Attribute, Call, Constant, Entry, Enum, Family, Format, Group, Kind, Link, Member, Message,
    Notification, Operation, Set, Struct, SubMessage, Text, example, uses,
};

/// A family as people look it up.
pub(crate) fn family(ir: &ir::Family) -> Family {
    let from = From { ir };
    let (protocol, version) = match ir.protocol {
        Protocol::Generic => ("generic netlink".to_owned(), Some(ir.version)),
        Protocol::Raw(number) => (raw(number), None),
    };
    let mut family = Family {
        name: ir.name.clone(),
        doc: ir.doc.clone(),
        protocol,
        version,
        c_name: ir.c_name.clone(),
        rust: ir.module.clone(),
        operations: ir.operations.iter().map(|it| from.operation(it)).collect(),
        notifications: ir.notifications.iter().flatten().map(|it| from.notification(it)).collect(),
        groups: ir.groups.iter().map(|it| from.group(it)).collect(),
        sets: ir.sets.iter().map(|it| from.set(it)).collect(),
        sub_messages: ir.sub_messages.iter().map(|it| from.sub_message(it)).collect(),
        structs: ir.structs.iter().map(|it| from.structure(it)).collect(),
        enums: ir.enums.iter().map(enumeration).collect(),
        constants: ir.consts.iter().map(constant).collect(),
    };
    example::add(&mut family, ir);
    uses::add(&mut family);
    family
}

/// A protocol without generic netlink, with the name that C has for those that families speak.
fn raw(number: u8) -> String {
    let name = match number {
        0 => " (NETLINK_ROUTE)",
        12 => " (NETLINK_NETFILTER)",
        _ => "",
    };
    format!("netlink protocol {number}{name}")
}

struct From<'f> {
    ir: &'f ir::Family,
}

impl From<'_> {
    fn operation(&self, item: &ir::Operation) -> Operation {
        let set = item.set.as_deref();
        Operation {
            name: item.name.clone(),
            doc: item.doc.clone(),
            c_name: item.c_name.clone(),
            set: item.set.clone(),
            permission: item.permission.capability(),
            once: item.once.as_ref().map(|call| self.call(call, set)),
            dump: item.dump.as_ref().map(|call| self.call(call, set)),
        }
    }

    fn call(&self, call: &ir::Call, set: Option<&str>) -> Call {
        Call {
            request: self.message(&call.request, call.request_id, set),
            reply: call.reply.as_ref().map(|reply| self.message(reply, call.reply_id, set)),
            example: None,
        }
    }

    fn message(&self, message: &ir::Message, number: u16, set: Option<&str>) -> Message {
        let attribute = |it: &ir::Attribute| {
            let mut attribute = self.attribute(it, set);
            attribute.home = set.or_else(|| self.set_of(it)).map(|set| link(set, it));
            attribute
        };
        Message {
            number,
            rust: message.rust.clone(),
            header: message.header.as_ref().map(|header| header.name.clone()),
            members: Vec::new(),
            attributes: message.attributes.iter().map(attribute).collect(),
        }
    }

    /// The set of an attribute that a notification holds, which does not say it.
    fn set_of(&self, attribute: &ir::Attribute) -> Option<&str> {
        let is_home = |set: &&ir::Set| {
            let mut attributes = set.attributes.iter();
            attributes.any(|it| it.id == attribute.id && it.c_name == attribute.c_name)
        };
        self.ir.sets.iter().find(is_home).map(|set| set.name.as_str())
    }

    fn notification(&self, item: &ir::Notification) -> Notification {
        Notification {
            name: item.name.clone(),
            doc: item.doc.clone(),
            c_name: item.c_name.clone(),
            rust: item.rust.clone(),
            group: item.group.clone(),
            message: self.message(&item.message, item.id, None),
        }
    }

    fn group(&self, item: &ir::Group) -> Group {
        let told = self.ir.notifications.iter().flatten();
        let told = told.filter(|it| it.group.as_ref() == Some(&item.name));
        let number = match item.by {
            GroupBy::Number(number) => Some(number),
            GroupBy::Name | GroupBy::Nothing => None,
        };
        Group {
            name: item.name.clone(),
            doc: item.doc.clone(),
            c_name: item.c_name.clone(),
            rust: item.rust.clone(),
            number,
            notifications: told.map(|it| it.name.clone()).collect(),
            example: None,
        }
    }

    fn set(&self, item: &ir::Set) -> Set {
        let attribute = |it| self.attribute(it, Some(&item.name));
        Set {
            name: item.name.clone(),
            doc: item.doc.clone(),
            rust: item.nested.then(|| item.rust.clone()),
            subset_of: item.subset_of.clone(),
            attributes: item.attributes.iter().map(attribute).collect(),
            used_by: Vec::new(),
        }
    }

    fn attribute(&self, item: &ir::Attribute, set: Option<&str>) -> Attribute {
        let mut limits = item.checks.phrases();
        if item.checks.unterminated_ok {
            limits.push("may lack its final NUL".to_owned());
        }
        Attribute {
            number: item.id,
            name: item.name.clone(),
            ty: self.text(item.ty.words(), Some((&item.ty, set))),
            multi: item.multi,
            limits,
            hint: item.hint.map(hint),
            keys: item.keys.clone(),
            doc: item.doc.clone(),
            c_name: item.c_name.clone(),
            rust: item.is_field().then(|| item.rust.clone()),
            rust_type: item.rust_type().map(|ty| plain(&ty)),
            home: None,
            inside: None,
        }
    }

    fn sub_message(&self, item: &ir::SubMessage) -> SubMessage {
        let format = |format: &ir::Format| Format {
            value: format.value.clone(),
            number: format.number,
            payload: self.text(format.payload.words(), None),
            doc: format.doc.clone(),
            rust: format.rust.clone(),
            inside: None,
        };
        SubMessage {
            name: item.name.clone(),
            doc: item.doc.clone(),
            rust: item.rust.clone(),
            selector: self.text(item.selector.words(), None),
            formats: item.formats.iter().map(format).collect(),
            used_by: Vec::new(),
        }
    }

    fn structure(&self, item: &ir::Struct) -> Struct {
        let mut offset = 0;
        let member = |member: &ir::Member| {
            let length = member.ty.size(self.ir);
            let field = !matches!(member.ty, MemberType::Pad(_));
            offset += length;
            Member {
                offset: offset - length,
                length,
                name: member.name.clone(),
                ty: self.text(member.ty.words(), None),
                hint: member.hint.map(hint),
                doc: member.doc.clone(),
                rust: field.then(|| member.rust.clone()),
                rust_type: member.rust_type().map(|ty| plain(&ty)),
                inside: None,
            }
        };
        Struct {
            name: item.name.clone(),
            doc: item.doc.clone(),
            c_name: item.c_name.clone(),
            rust: item.rust.clone(),
            length: item.len,
            members: item.members.iter().map(member).collect(),
            used_by: Vec::new(),
        }
    }

    /// Words with links, of an attribute also with the name of its selector.
    fn text(&self, words: Vec<Word<'_>>, attribute: Option<(&Type, Option<&str>)>) -> Text {
        let pieces = words.into_iter().map(|word| {
            let text = word.to_string();
            match word {
                Word::Plain(text) => (text.into_owned(), None),
                Word::Enum(of) => {
                    let kind = self.ir.enums.iter().find(|it| it.rust == of.rust);
                    let kind = kind.map_or(Kind::Enum, |item| enum_kind(item.kind));
                    (format!("{} {text}", kind.word()), Some(Link::new(kind, &of.name)))
                }
                Word::Set(name) => (text, Some(Link::new(Kind::Set, name))),
                Word::Struct(name) => (text, Some(Link::new(Kind::Struct, name))),
                Word::SubMessage(name) => (text, Some(Link::new(Kind::SubMessage, name))),
                Word::Selector(number) => self.selector(number, attribute).unwrap_or((text, None)),
            }
        });
        Text { pieces: pieces.filter(|(text, _)| !text.is_empty()).collect() }
    }

    /// The attribute that chooses the format of another; that of an outer set only by its name.
    fn selector(
        &self,
        number: u16,
        attribute: Option<(&Type, Option<&str>)>,
    ) -> Option<(String, Option<Link>)> {
        let (ty, set) = attribute?;
        let of = |set: &ir::Set| set.attributes.iter().find(|it| it.id == number).cloned();
        match ty {
            Type::SubMessage { outer: false, .. } => {
                let set = self.ir.sets.iter().find(|it| Some(it.name.as_str()) == set)?;
                let selector = of(set)?;
                Some((selector.name.clone(), Some(link(&set.name, &selector))))
            }
            Type::SubMessage { outer: true, name, .. } => {
                // All sets around have it under the same number; those that are scopes hold it.
                let selector = &self.ir.sub_messages.iter().find(|it| it.name == *name)?.selector;
                let fits = |it: &ir::Attribute| match selector {
                    ir::Selector::Text => matches!(it.ty, Type::String),
                    ir::Selector::Number(scalar) => it.ty == Type::Scalar(scalar.clone()),
                };
                let scopes = self.ir.sets.iter().filter(|set| set.scope);
                let name = scopes.filter_map(of).find(fits)?.name;
                Some((name, None))
            }
            _ => None,
        }
    }
}

/// A Rust type without the paths that its names have in generated code.
fn plain(ty: &str) -> String {
    ty.replace("::std::net::", "").replace("::std::boxed::", "").replace("nl::", "")
}

fn link(set: &str, attribute: &ir::Attribute) -> Link {
    Link::part(Kind::Attribute, set, &attribute.name)
}

fn enum_kind(kind: EnumKind) -> Kind {
    match kind {
        EnumKind::Enum => Kind::Enum,
        EnumKind::Flags | EnumKind::FlagsOfEnum => Kind::Flags,
    }
}

fn enumeration(item: &ir::Enum) -> Enum {
    let kind = enum_kind(item.kind);
    let entry = |entry: &ir::Entry| {
        let bit = (kind == Kind::Flags).then_some(entry.value);
        let shifted = |bit| u32::try_from(bit).ok().and_then(|bit| 1_u64.checked_shl(bit));
        Entry {
            name: entry.name.clone(),
            value: bit.map_or(entry.value, |bit| shifted(bit).unwrap_or(0)),
            bit,
            doc: entry.doc.clone(),
            c_name: entry.c_name.clone(),
            rust: entry.rust.clone(),
        }
    };
    let widths = std::iter::once(&item.repr).chain(&item.narrow);
    Enum {
        name: item.name.clone(),
        kind,
        kind_text: match item.kind {
            EnumKind::Enum => "enum",
            EnumKind::Flags => "flags",
            EnumKind::FlagsOfEnum => "flags of enum",
        },
        doc: item.doc.clone(),
        rust: item.rust.clone(),
        widths: widths.map(|width| format!("{} bits", width.bits())).collect(),
        entries: item.entries.iter().map(entry).collect(),
        used_by: Vec::new(),
    }
}

fn constant(item: &ir::Const) -> Constant {
    Constant {
        name: item.name.clone(),
        value: item.value.to_string(),
        doc: item.doc.clone(),
        c_name: item.c_name.clone(),
        rust: item.rust.clone(),
    }
}

fn hint(hint: DisplayHint) -> &'static str {
    match hint {
        DisplayHint::Hex => "hex",
        DisplayHint::Mac => "mac",
        DisplayHint::Fddi => "fddi",
        DisplayHint::Ipv4 => "ipv4",
        DisplayHint::Ipv6 => "ipv6",
        DisplayHint::Ipv4OrV6 => "ipv4-or-v6",
        DisplayHint::Uuid => "uuid",
    }
}
