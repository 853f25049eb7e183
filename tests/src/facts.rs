//! A resolved family as a list of facts, one line each, without docs and Rust names: what two specs
//! of one family are compared by.

use std::collections::{BTreeMap, BTreeSet};

use nlkit_codegen::ir::{
    Attribute, Call, Checks, EnumKind, Family, GroupBy, Limit, Member, MemberType, Message,
    Protocol, Word,
};

/// The facts of a family.
pub fn facts(family: &Family) -> BTreeSet<String> {
    let mut facts = Facts::default();
    facts.family(family);
    facts.lines
}

#[derive(Default)]
struct Facts {
    lines: BTreeSet<String>,
}

impl Facts {
    fn push(&mut self, fact: String) {
        self.lines.insert(fact);
    }

    fn family(&mut self, family: &Family) {
        let protocol = match family.protocol {
            Protocol::Generic => "generic".to_owned(),
            Protocol::Raw(number) => format!("raw {number}"),
        };
        let Family { name, c_name, version, .. } = family;
        self.push(format!("family {name}: {protocol}, version {version}, {c_name}"));
        for group in &family.groups {
            let number = match group.by {
                GroupBy::Number(number) => format!(", number {number}"),
                GroupBy::Name | GroupBy::Nothing => String::new(),
            };
            self.push(format!("group {}: {}{number}", group.name, group.c_name));
        }
        for item in &family.consts {
            self.push(format!("const {}: {}, {}", item.name, item.value, item.c_name));
        }
        self.enums(family);
        self.structs(family);
        self.sets(family);
        self.operations(family);
    }

    fn enums(&mut self, family: &Family) {
        for item in &family.enums {
            let kind = match item.kind {
                EnumKind::Enum => "enum",
                EnumKind::Flags => "flags",
                EnumKind::FlagsOfEnum => "flags of enum",
            };
            self.push(format!("{kind} {}: {} bits", item.name, item.repr.bits()));
            for entry in &item.entries {
                self.push(format!("{kind} {}.{}: {}", item.name, entry.name, entry.value));
            }
            let names = item.entries.iter().map(|it| (it.name.as_str(), it.c_name.as_str()));
            self.c_names(&format!("{kind} {}", item.name), names);
        }
    }

    fn structs(&mut self, family: &Family) {
        for item in &family.structs {
            self.push(format!("struct {}: {} bytes", item.name, item.len));
            let mut offset = 0;
            for member in &item.members {
                let Member { name, ty, .. } = member;
                if !matches!(ty, MemberType::Pad(_)) {
                    let text = text(&ty.words());
                    self.push(format!("struct {}.{name}: at {offset}, {text}", item.name));
                }
                offset += ty.size(family);
            }
        }
        for item in &family.sub_messages {
            let selector = text(&item.selector.words());
            self.push(format!("sub-message {}: by {selector}", item.name));
            for format in &item.formats {
                self.push(format!(
                    "sub-message {}.{}: {}",
                    item.name, format.value, format.payload
                ));
            }
        }
    }

    fn sets(&mut self, family: &Family) {
        for set in &family.sets {
            let parent = set.subset_of.as_ref().map(|set| format!(", part of {set}"));
            self.push(format!("set {}:{}", set.name, parent.unwrap_or_default()));
            for attribute in &set.attributes {
                let Attribute { id, name, ty, multi, checks, .. } = attribute;
                let multi = if *multi { ", repeats" } else { "" };
                let (ty, checks) = (text(&ty.words()), checks_text(checks));
                self.push(format!("set {}.{name}: {id}, {ty}{multi}{checks}", set.name));
            }
            if set.subset_of.is_none() {
                let names = set.attributes.iter().map(|it| (it.name.as_str(), it.c_name.as_str()));
                self.c_names(&format!("set {}", set.name), names);
            }
        }
    }

    fn operations(&mut self, family: &Family) {
        for op in &family.operations {
            let set = op.set.as_deref().unwrap_or("no set");
            self.push(format!("op {}: {set}, {:?}", op.name, op.permission));
            for (mode, call) in [("do", &op.once), ("dump", &op.dump)] {
                let Some(Call { request_id, reply_id, request, reply, .. }) = call else {
                    continue;
                };
                self.push(format!("op {} {mode}: request {request_id}", op.name));
                self.message(&format!("op {} {mode} request", op.name), request);
                if let Some(reply) = reply {
                    self.push(format!("op {} {mode}: reply {reply_id}", op.name));
                    self.message(&format!("op {} {mode} reply", op.name), reply);
                }
            }
        }
        for told in family.notifications.iter().flatten() {
            let group = told.group.as_deref().unwrap_or("no group");
            self.push(format!("told {}: {}, {group}", told.name, told.id));
            self.message(&format!("told {}", told.name), &told.message);
        }
        let asked = family.operations.iter().map(|it| (it.name.as_str(), it.c_name.as_str()));
        let told = family.notifications.iter().flatten();
        let told = told.map(|it| (it.name.as_str(), it.c_name.as_str()));
        self.c_names("operations", asked.chain(told));
    }

    /// What the C names of `what` begin with, and those that begin with something else.
    fn c_names<'n>(&mut self, what: &str, names: impl Iterator<Item = (&'n str, &'n str)>) {
        let mut by_prefix: BTreeMap<&str, Vec<(&str, &str)>> = BTreeMap::new();
        for (name, c_name) in names {
            let end = name.strip_suffix("-ntf").unwrap_or(name);
            let ends = [name, end].map(|name| name.replace(['-', ' ', '.'], "_").to_uppercase());
            let prefix = ends.iter().find_map(|end| c_name.strip_suffix(end.as_str()));
            by_prefix.entry(prefix.unwrap_or(c_name)).or_default().push((name, c_name));
        }
        let most = by_prefix.values().map(Vec::len).max();
        let Some(most) = by_prefix.iter().find(|(_, names)| Some(names.len()) == most) else {
            return;
        };
        self.push(format!("C prefix of {what}: {}", most.0));
        for (_, names) in by_prefix.iter().filter(|(prefix, _)| *prefix != most.0) {
            for (name, c_name) in names {
                self.push(format!("C name of {what}.{name}: {c_name}"));
            }
        }
    }

    fn message(&mut self, what: &str, message: &Message) {
        if let Some(header) = &message.header {
            self.push(format!("{what}: header {}", header.name));
        }
        for attribute in &message.attributes {
            self.push(format!("{what}: {}", attribute.name));
        }
    }
}

/// The text of a type. The flags that belong to an enum have another Rust name.
fn text(words: &[Word<'_>]) -> String {
    let word = |word: &Word<'_>| match word {
        Word::Enum(of) => format!("{} ({})", of.name, of.rust),
        word => word.to_string(),
    };
    words.iter().map(word).collect()
}

fn checks_text(checks: &Checks) -> String {
    let Checks { min, max, min_len, max_len, exact_len, mask, unterminated_ok } = checks;
    let limits = [
        ("min", min),
        ("max", max),
        ("min-len", min_len),
        ("max-len", max_len),
        ("exact-len", exact_len),
    ];
    let mut text = String::new();
    for (name, limit) in limits {
        if let Some(Limit { number, kernel }) = limit {
            let number = kernel.clone().unwrap_or_else(|| number.to_string());
            text.push_str(&format!(", {name} {number}"));
        }
    }
    if let Some(mask) = mask {
        text.push_str(&format!(", mask {mask:#x}"));
    }
    if *unterminated_ok {
        text.push_str(", unterminated-ok");
    }
    text
}
