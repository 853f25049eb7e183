//! Names: what they may consist of, and what they are called in Rust and C.

use heck::{ToShoutySnakeCase, ToSnakeCase, ToUpperCamelCase};

use crate::catalogue::{Errors, texts};
use crate::place::{self, Place};
use crate::spec::{Entry, Protocol, Spec};

/// Longest name of a family or group that the kernel can hold: 16 bytes with the final NUL.
const MAX_KERNEL_NAME: usize = 15;

/// Reports names that cannot be.
pub(super) fn check(spec: &Spec, errors: &mut Errors) {
    let protocol = spec.protocol.as_ref().map_or(Some(Protocol::Genetlink), |word| word.known());
    let mut names = Names { protocol, errors };
    let root = Place::root();
    names.kernel("family", &spec.name, &root.key("name"));
    for (index, definition) in spec.definitions.iter().enumerate() {
        let at = place::definition(index);
        names.own("definition", &definition.name, &at.key("name"));
        for (index, member) in definition.members.iter().enumerate() {
            let at = at.key("members").index(index).key("name");
            names.check("member", &member.name, &at, false);
        }
        for (index, entry) in definition.entries.iter().enumerate() {
            let at = at.key("entries").index(index);
            match entry {
                Entry::Name(name) => names.own("entry", name, &at),
                Entry::Map(entry) => names.own("entry", &entry.name, &at.key("name")),
            }
        }
    }
    for (index, set) in spec.attribute_sets.iter().flatten().enumerate() {
        let at = place::set(index);
        names.own("attribute set", &set.name, &at.key("name"));
        for (index, attribute) in set.attributes.iter().flatten().enumerate() {
            let at = at.key("attributes").index(index);
            names.own("attribute", &attribute.name, &at.key("name"));
        }
    }
    for (index, message) in spec.sub_messages.iter().enumerate() {
        let at = place::sub_message(index);
        names.own("sub-message", &message.name, &at.key("name"));
        for (index, format) in message.formats.iter().enumerate() {
            let at = at.key("formats").index(index).key("value");
            names.check("format", &format.value, &at, false);
        }
    }
    for (index, operation) in spec.operations.iter().flat_map(|it| &it.list).enumerate() {
        names.own("operation", &operation.name, &place::operation(index).key("name"));
    }
    for (index, group) in spec.mcast_groups.iter().flat_map(|it| &it.list).enumerate() {
        names.kernel("multicast group", &group.name, &place::group(index).key("name"));
    }
}

struct Names<'e> {
    /// None that is known has the rules of the freest.
    protocol: Option<Protocol>,
    errors: &'e mut Errors,
}

impl Names<'_> {
    /// A name that the kernel has too; the older schemas let it be anything.
    fn kernel(&mut self, noun: &str, name: &str, at: &Place) {
        let genetlink = self.protocol == Some(Protocol::Genetlink);
        self.check(noun, name, at, genetlink);
        let limited = self.protocol.is_some_and(|protocol| protocol != Protocol::NetlinkRaw);
        if name.len() > MAX_KERNEL_NAME && limited {
            self.errors.push(texts::name_too_long(noun, name, at, MAX_KERNEL_NAME));
        }
    }

    /// A name that only the spec has; kernels' raw specs have some of several words.
    fn own(&mut self, noun: &str, name: &str, at: &Place) {
        let free = matches!(self.protocol, None | Some(Protocol::GenetlinkC));
        let word = |word: &str| is_kebab(word) && is_speakable(word);
        let words = self.protocol == Some(Protocol::NetlinkRaw) && name.split(' ').all(word);
        if !words {
            self.check(noun, name, at, !free);
        }
    }

    fn check(&mut self, noun: &str, name: &str, at: &Place, kebab: bool) {
        let sound = match kebab {
            true => is_kebab(name),
            false => name.chars().all(|c| (c.is_ascii_graphic() && c != '`') || c == ' '),
        };
        // An empty name has been reported as missing.
        let missing = name.is_empty();
        if !missing && (!sound || !is_speakable(name)) {
            self.errors.push(texts::invalid_name(noun, name, at, kebab));
        }
    }
}

/// Whether a name has the characters of the strict schema. With underscores: kernels' specs have some.
fn is_kebab(name: &str) -> bool {
    name.chars().all(|c| matches!(c, 'a'..='z' | '0'..='9' | '-' | '_'))
}

fn is_speakable(name: &str) -> bool {
    name.chars().any(|c| c.is_ascii_alphanumeric())
}

/// The name of a module: `net-shaper` is `net_shaper`.
pub(super) fn module(name: &str) -> String {
    identifier(name.to_snake_case())
}

/// The name of a type or variant: `rings-get` is `RingsGet`.
pub(super) fn ty(name: &str) -> String {
    identifier(name.to_upper_camel_case())
}

/// The name of a type or variant with a suffix, which no reserved word has.
pub(super) fn ty_with(name: &str, suffix: &str) -> String {
    identifier(format!("{}{suffix}", name.to_upper_camel_case()))
}

/// The name of a field: `rx-max` is `rx_max`.
pub(super) fn field(name: &str) -> String {
    identifier(name.to_snake_case())
}

/// The name of a constant: `off` is `OFF`.
pub(super) fn constant(name: &str) -> String {
    identifier(name.to_shouty_snake_case())
}

/// The C name made of a prefix and a name.
pub(super) fn c(prefix: &str, name: &str) -> String {
    let upper = format!("{prefix}{name}").to_ascii_uppercase();
    upper.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect()
}

/// Makes a word an identifier: raw where it is reserved, with an underscore where that cannot be.
fn identifier(mut word: String) -> String {
    if word.starts_with(|c: char| c.is_ascii_digit()) {
        word.insert(0, '_');
    }
    match word.as_str() {
        "self" | "Self" | "super" | "crate" => word.push('_'),
        // Reported where the spec has it; here it must only be an identifier.
        "" | "_" => word = "unnamed".to_owned(),
        _ if KEYWORDS.contains(&word.as_str()) => word.insert_str(0, "r#"),
        _ => {}
    }
    word
}

/// The words that Rust has reserved, in any edition.
const KEYWORDS: &[&str] = &[
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "do", "dyn",
    "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let",
    "loop", "macro", "match", "mod", "move", "mut", "override", "priv", "pub", "ref", "return",
    "static", "struct", "trait", "true", "try", "type", "typeof", "unsafe", "unsized", "use",
    "virtual", "where", "while", "yield",
];

#[cfg(test)]
mod tests {
    #[test]
    fn names_become_identifiers() {
        assert_eq!(super::field("rx-max"), "rx_max");
        assert_eq!(super::field("type"), "r#type");
        assert_eq!(super::field("self"), "self_");
        assert_eq!(super::field("4addr"), "_4addr");
        assert_eq!(super::ty("self"), "Self_");
        assert_eq!(super::ty("rings-get"), "RingsGet");
        assert_eq!(super::ty_with("do", "Request"), "DoRequest");
        assert_eq!(super::constant("8021q"), "_8021Q");
        assert_eq!(super::module("net-shaper"), "net_shaper");
        assert_eq!(super::field("--"), "unnamed");
    }

    #[test]
    fn c_names_are_upper_case() {
        assert_eq!(super::c("ethtool-a-rings-", "rx-max"), "ETHTOOL_A_RINGS_RX_MAX");
        assert_eq!(super::c("802.15.4 MAC-", "x"), "802_15_4_MAC_X");
    }

    #[test]
    fn every_keyword_makes_an_identifier() {
        for word in super::KEYWORDS.iter().chain(&["self", "Self", "super", "crate"]) {
            assert!(syn::parse_str::<syn::Ident>(&super::field(word)).is_ok(), "{word}");
        }
    }
}
