//! A family as people look it up: what `describe` prints and `doc` makes pages of.
//!
//! [`build`] makes it of the IR. It is plain data, with all texts made and all references kept as [`Link`]s;
//! as JSON it is what `describe -o json` prints.

mod build;
mod changes;
mod example;
mod find;
mod markup;
mod unfold;
mod uses;

use std::fmt;

use serde::{Serialize, Serializer};

pub(crate) use build::family;
pub(crate) use find::{Found, Item};
pub(crate) use markup::{Block, Span, blocks, first_sentence};
pub(crate) use unfold::{Inside, Shown};

/// A family.
#[derive(Debug, Serialize)]
pub(crate) struct Family {
    pub(crate) name: String,
    pub(crate) doc: String,
    /// What it is spoken over.
    pub(crate) protocol: String,
    /// Its version, in generic netlink.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) version: Option<u8>,
    pub(crate) c_name: String,
    /// Its Rust module.
    pub(crate) rust: String,
    pub(crate) operations: Vec<Operation>,
    pub(crate) notifications: Vec<Notification>,
    pub(crate) groups: Vec<Group>,
    pub(crate) sets: Vec<Set>,
    pub(crate) sub_messages: Vec<SubMessage>,
    pub(crate) structs: Vec<Struct>,
    pub(crate) enums: Vec<Enum>,
    pub(crate) constants: Vec<Constant>,
}

/// An operation.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Operation {
    pub(crate) name: String,
    pub(crate) doc: String,
    pub(crate) c_name: String,
    /// The set of its attributes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) set: Option<String>,
    /// What it takes to use it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) permission: Option<&'static str>,
    #[serde(rename = "do", skip_serializing_if = "Option::is_none")]
    pub(crate) once: Option<Call>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) dump: Option<Call>,
}

impl Operation {
    /// The ways to ask for it, with their names.
    pub(crate) fn calls(&self) -> impl Iterator<Item = (&'static str, &Call)> {
        let calls = [("do", self.once.as_ref()), ("dump", self.dump.as_ref())];
        calls.into_iter().filter_map(|(mode, call)| Some((mode, call?)))
    }

    /// The number of its requests.
    pub(crate) fn number(&self) -> Option<u16> {
        self.calls().next().map(|(_, call)| call.request.number)
    }
}

/// One way to ask for an operation.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Call {
    pub(crate) request: Message,
    /// `None` where it is only acknowledged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reply: Option<Message>,
    /// A command that asks for it, where one is known that does what it says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) example: Option<String>,
}

/// A message.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Message {
    pub(crate) number: u16,
    pub(crate) rust: String,
    /// The struct that it begins with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) header: Option<String>,
    /// The members of that struct, where they were asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) members: Vec<Member>,
    pub(crate) attributes: Vec<Attribute>,
}

/// What is told unasked.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Notification {
    pub(crate) name: String,
    pub(crate) doc: String,
    pub(crate) c_name: String,
    pub(crate) rust: String,
    /// The multicast group that it is sent to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) group: Option<String>,
    pub(crate) message: Message,
}

/// A multicast group.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Group {
    pub(crate) name: String,
    pub(crate) doc: String,
    pub(crate) c_name: String,
    pub(crate) rust: String,
    /// Its number, where it has one that does not change.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) number: Option<u32>,
    /// The notifications that are sent to it.
    pub(crate) notifications: Vec<String>,
    /// A command that listens to it, where it can be joined.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) example: Option<String>,
}

/// A set of attributes.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Set {
    pub(crate) name: String,
    pub(crate) doc: String,
    /// Its Rust struct; `None` where no attribute nests it, so that it has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) rust: Option<String>,
    /// The set that it is a part of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) subset_of: Option<String>,
    pub(crate) attributes: Vec<Attribute>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) used_by: Vec<Link>,
}

/// An attribute.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Attribute {
    pub(crate) number: u16,
    pub(crate) name: String,
    #[serde(rename = "type")]
    pub(crate) ty: Text,
    /// Whether it may stand several times.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(crate) multi: bool,
    /// What the kernel checks.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) limits: Vec<String>,
    /// How people write it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) hint: Option<&'static str>,
    /// What the numbers in a nest-type-value are.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) keys: Vec<String>,
    pub(crate) doc: String,
    pub(crate) c_name: String,
    /// Its Rust field; `None` of what has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) rust: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) rust_type: Option<String>,
    /// The attribute in its set, since messages have them too.
    #[serde(skip)]
    pub(crate) home: Option<Link>,
    /// What it holds, where that was asked for.
    #[serde(flatten)]
    pub(crate) inside: Option<Inside>,
}

/// A payload whose format another attribute chooses.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct SubMessage {
    pub(crate) name: String,
    pub(crate) doc: String,
    pub(crate) rust: String,
    /// What its selectors are.
    pub(crate) selector: Text,
    pub(crate) formats: Vec<Format>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) used_by: Vec<Link>,
}

/// A format of a sub-message.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Format {
    /// Value of the selector.
    pub(crate) value: String,
    /// Its number, where it is of an enum.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) number: Option<u64>,
    pub(crate) payload: Text,
    pub(crate) doc: String,
    /// The variant.
    pub(crate) rust: String,
    #[serde(flatten)]
    pub(crate) inside: Option<Inside>,
}

/// A binary struct.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Struct {
    pub(crate) name: String,
    pub(crate) doc: String,
    pub(crate) c_name: String,
    pub(crate) rust: String,
    /// Its length in bytes, without what repeats at its end.
    pub(crate) length: usize,
    pub(crate) members: Vec<Member>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) used_by: Vec<Link>,
}

/// A member of a struct.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Member {
    pub(crate) offset: usize,
    /// Its length; 0 of what repeats to the end.
    pub(crate) length: usize,
    pub(crate) name: String,
    #[serde(rename = "type")]
    pub(crate) ty: Text,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) hint: Option<&'static str>,
    pub(crate) doc: String,
    /// Its Rust field; `None` of padding.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) rust: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) rust_type: Option<String>,
    #[serde(flatten)]
    pub(crate) inside: Option<Inside>,
}

/// An enum or flags.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Enum {
    pub(crate) name: String,
    #[serde(skip)]
    pub(crate) kind: Kind,
    /// `enum`, `flags`, or `flags of enum`.
    #[serde(rename = "kind")]
    pub(crate) kind_text: &'static str,
    pub(crate) doc: String,
    pub(crate) rust: String,
    /// Widths that the family has it in, widest first.
    pub(crate) widths: Vec<String>,
    pub(crate) entries: Vec<Entry>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) used_by: Vec<Link>,
}

/// An entry of an enum or flags.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Entry {
    pub(crate) name: String,
    /// Its value; of flags that with the bit set.
    pub(crate) value: u64,
    /// The number of its bit, of flags.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) bit: Option<u64>,
    pub(crate) doc: String,
    pub(crate) c_name: String,
    pub(crate) rust: String,
}

/// A constant.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Constant {
    pub(crate) name: String,
    pub(crate) value: String,
    pub(crate) doc: String,
    pub(crate) c_name: String,
    pub(crate) rust: String,
}

/// What kind of thing is looked up: the first word of its address, as in `set:rings`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Operation,
    Notification,
    Group,
    Set,
    Attribute,
    SubMessage,
    Format,
    Struct,
    Member,
    Enum,
    Value,
    Flags,
    Bit,
    Constant,
}

impl Kind {
    /// All kinds.
    pub(crate) const ALL: [Self; 14] = [
        Self::Operation,
        Self::Notification,
        Self::Group,
        Self::Set,
        Self::Attribute,
        Self::SubMessage,
        Self::Format,
        Self::Struct,
        Self::Member,
        Self::Enum,
        Self::Value,
        Self::Flags,
        Self::Bit,
        Self::Constant,
    ];

    /// Its word in addresses and anchors.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Operation => "op",
            Self::Notification => "ntf",
            Self::Group => "group",
            Self::Set => "set",
            Self::Attribute => "attr",
            Self::SubMessage => "sub-message",
            Self::Format => "format",
            Self::Struct => "struct",
            Self::Member => "member",
            Self::Enum => "enum",
            Self::Value => "value",
            Self::Flags => "flags",
            Self::Bit => "bit",
            Self::Constant => "const",
        }
    }

    /// What it is called in a sentence.
    pub(crate) fn noun(self) -> &'static str {
        match self {
            Self::Operation => "operation",
            Self::Notification => "notification",
            Self::Attribute => "attribute",
            Self::Constant => "constant",
            other => other.word(),
        }
    }
}

/// The address of something in a family: `set:rings`, `attr:rings.rx`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Link {
    pub(crate) kind: Kind,
    /// Its name; of what is part of something, that of the whole, a dot, and its own.
    pub(crate) path: String,
}

impl Link {
    pub(crate) fn new(kind: Kind, name: &str) -> Self {
        Self { kind, path: name.to_owned() }
    }

    pub(crate) fn part(kind: Kind, whole: &str, name: &str) -> Self {
        Self { kind, path: format!("{whole}.{name}") }
    }
}

impl fmt::Display for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.kind.word(), self.path)
    }
}

impl Serialize for Link {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A text with links in it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Text {
    pub(crate) pieces: Vec<(String, Option<Link>)>,
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.pieces.iter().try_for_each(|(text, _)| f.write_str(text))
    }
}

impl Serialize for Text {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
