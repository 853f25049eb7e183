//! From the IR to the schema: references by name become references.

use std::collections::HashMap;

use nlkit_codegen::ir::{self, DisplayHint};

use crate::schema::{
    Attribute, Body, Bytes, EMPTY, Enum, Member, MemberType, Number, Payload, Set, Shown, Struct,
    SubMessage, Type,
};
use crate::selector::Key;

/// All of a family, by the names that its IR refers to it with.
pub(crate) struct Schema {
    pub(crate) sets: HashMap<&'static str, &'static Set>,
    structs: HashMap<&'static str, &'static Struct>,
    /// By the names of their Rust types: flags of an enum have the enum's name in the spec.
    enums: HashMap<&'static str, &'static Enum>,
    sub_messages: HashMap<&'static str, &'static SubMessage>,
}

impl Schema {
    /// Follows all references. Structs and sets get their places first, so that what refers to them can
    /// be made before they are whole.
    pub(crate) fn new(family: &'static ir::Family) -> Self {
        let mut schema = Self {
            enums: leak(&family.enums, |it| (it.rust.as_str(), Enum::new(it))),
            structs: leak(&family.structs, |it| (it.name.as_str(), Struct::new(it))),
            sets: leak(&family.sets, |it| (it.name.as_str(), Set::new(it))),
            sub_messages: HashMap::new(),
        };
        for item in &family.structs {
            if let Some(to) = schema.structs.get(item.name.as_str()) {
                to.fill(item.members.iter().map(|member| schema.member(member)).collect());
            }
        }
        schema.sub_messages =
            leak(&family.sub_messages, |it| (it.name.as_str(), schema.sub_message(it)));
        for item in &family.sets {
            if let Some(to) = schema.sets.get(item.name.as_str()) {
                to.fill(item.attributes.iter().map(|it| schema.attribute(it)).collect());
            }
        }
        schema
    }

    /// What a message of these parts holds.
    pub(crate) fn body(&self, header: Option<&ir::StructRef>, set: Option<&str>) -> Body {
        let header = header.and_then(|header| self.structs.get(header.name.as_str()).copied());
        let set = set.and_then(|set| self.sets.get(set).copied());
        Body::new(header, set.unwrap_or(&EMPTY))
    }

    fn attribute(&self, attribute: &'static ir::Attribute) -> Attribute {
        let ir::Attribute { id, name, multi, .. } = attribute;
        let ty = self.ty(&attribute.ty, attribute);
        Attribute { id: *id, name, multi: *multi, ty }
    }

    fn ty(&self, ty: &'static ir::Type, of: &'static ir::Attribute) -> Type {
        let set = |name: &String| self.sets.get(name.as_str()).copied();
        let bytes = Type::Bytes(bytes(of.hint));
        let found = match ty {
            ir::Type::Unused => Some(Type::Unused),
            ir::Type::Pad => Some(Type::Pad),
            ir::Type::Flag => Some(Type::Flag),
            ir::Type::Scalar(wire) => Some(Type::Number(self.number(wire, of.hint))),
            ir::Type::Ipv4Scalar(wire) => Some(Type::Number(Number { wire, shown: Shown::Ipv4 })),
            ir::Type::String => Some(Type::String),
            ir::Type::Binary
            | ir::Type::HwAddr
            | ir::Type::Ipv4
            | ir::Type::Ipv6
            | ir::Type::Ip => None,
            ir::Type::Bitfield32 { of } => {
                Some(Type::Bitfield32(of.as_ref().and_then(|of| self.enumeration(of))))
            }
            ir::Type::Array(wire) => Some(Type::Array(self.number(wire, of.hint))),
            ir::Type::Struct(to) => self.structs.get(to.name.as_str()).copied().map(Type::Struct),
            ir::Type::Nest { set: to, .. } => set(to).map(Type::Nest),
            ir::Type::InOrder { set: to, .. } => set(to).map(Type::InOrder),
            ir::Type::IndexedArray(entry) => Some(Type::IndexedArray(Box::new(self.ty(entry, of)))),
            ir::Type::Keyed(entry) => Some(self.keyed(entry, of)),
            ir::Type::SubMessage { name, selector, .. } => {
                let of = self.sub_messages.get(name.as_str()).copied();
                of.map(|of| Type::SubMessage { of, selector: *selector })
            }
        };
        // What a reference does not lead to, in an IR that was not resolved, is bytes.
        found.unwrap_or(bytes)
    }

    /// A nest-type-value: all levels of numbers as one, since they are shown side by side.
    fn keyed(&self, entry: &'static ir::Type, of: &'static ir::Attribute) -> Type {
        let mut entry = entry;
        while let ir::Type::Keyed(inner) = entry {
            entry = inner;
        }
        let keys = of.keys.iter().map(String::as_str).collect();
        Type::Keyed { keys, entry: Box::new(self.ty(entry, of)) }
    }

    fn number(&self, wire: &'static ir::Scalar, hint: Option<DisplayHint>) -> Number {
        let named = wire.of.as_ref().and_then(|of| self.enumeration(of)).map(Shown::Named);
        let hex = hint == Some(DisplayHint::Hex);
        let shown = named.unwrap_or(if hex { Shown::Hex } else { Shown::Decimal });
        Number { wire, shown }
    }

    fn enumeration(&self, of: &ir::EnumRef) -> Option<&'static Enum> {
        self.enums.get(of.rust.as_str()).copied()
    }

    fn member(&self, member: &'static ir::Member) -> Member {
        let bytes = bytes(member.hint);
        let ty = match &member.ty {
            ir::MemberType::Scalar(wire) => MemberType::Number(self.number(wire, member.hint)),
            ir::MemberType::Ipv4Scalar(wire) => {
                MemberType::Number(Number { wire, shown: Shown::Ipv4 })
            }
            ir::MemberType::Bytes(len) | ir::MemberType::HwAddr(len) => {
                MemberType::Bytes(*len, bytes)
            }
            ir::MemberType::Ipv4 => MemberType::Bytes(4, Bytes::Ipv4),
            ir::MemberType::Ipv6 => MemberType::Bytes(16, Bytes::Ipv6),
            ir::MemberType::Text(len) => MemberType::Text(*len),
            ir::MemberType::Struct(to) => {
                let to = self.structs.get(to.name.as_str());
                to.map_or(MemberType::Pad(0), |to| MemberType::Struct(to))
            }
            ir::MemberType::Repeated(to) => {
                let to = self.structs.get(to.name.as_str());
                to.map_or(MemberType::Pad(0), |to| MemberType::Repeated(to))
            }
            ir::MemberType::Pad(len) => MemberType::Pad(*len),
        };
        Member { name: &member.name, ty }
    }

    fn sub_message(&self, message: &'static ir::SubMessage) -> SubMessage {
        let formats = message.formats.iter();
        let formats = formats.map(|format| (Key::of(format), self.payload(&format.payload)));
        let mut formats: Vec<_> = formats.collect();
        formats.sort_by_key(|(key, _)| *key);
        SubMessage { ir: message, formats }
    }

    fn payload(&self, payload: &'static ir::Payload) -> Payload {
        match payload {
            ir::Payload::Nothing => Payload::Nothing,
            ir::Payload::Header(header) => {
                let header = self.structs.get(header.name.as_str());
                header.map_or(Payload::Nothing, |header| Payload::Struct(header))
            }
            ir::Payload::Attributes { set, .. } => Payload::Body(self.body(None, Some(set))),
            ir::Payload::Both { header, set, .. } => {
                Payload::Body(self.body(Some(header), Some(set)))
            }
        }
    }
}

/// How bytes with this hint are shown.
fn bytes(hint: Option<DisplayHint>) -> Bytes {
    match hint {
        None | Some(DisplayHint::Fddi) => Bytes::Hex,
        Some(DisplayHint::Hex) => Bytes::Spaced,
        Some(DisplayHint::Mac) => Bytes::HwAddr,
        Some(DisplayHint::Ipv4) => Bytes::Ipv4,
        Some(DisplayHint::Ipv6) => Bytes::Ipv6,
        Some(DisplayHint::Ipv4OrV6) => Bytes::Ip,
        Some(DisplayHint::Uuid) => Bytes::Uuid,
    }
}

/// Gives each item a place for good, under its name.
fn leak<I, T>(
    items: &'static [I],
    make: impl Fn(&'static I) -> (&'static str, T),
) -> HashMap<&'static str, &'static T> {
    let place = |item| {
        let (name, value) = make(item);
        (name, &*Box::leak(Box::new(value)))
    };
    items.iter().map(place).collect()
}
