//! A family with nothing left to decide: what the emitter prints and what tests hold against
//! real kernels.
//!
//! Names are given three times where they differ: as in the spec (`name`), as in Rust (`rust`) and
//! as in C (`c_name`). All numbers are final, references are resolved, and each message holds its
//! attributes itself.

mod payload;
mod text;

pub use payload::*;
pub use text::Word;

pub use crate::spec::DisplayHint;

/// A family.
#[derive(Clone, Debug, PartialEq)]
pub struct Family {
    /// Name in the kernel.
    pub name: String,
    /// Name of the Rust module.
    pub module: String,
    /// What it is spoken over.
    pub protocol: Protocol,
    /// C name of its name.
    pub c_name: String,
    /// Version, for the header of generic netlink.
    pub version: u8,
    /// What it is for.
    pub doc: String,
    /// Multicast groups, in the order of the spec.
    pub groups: Vec<Group>,
    /// Constants that user space sees, in the order of the spec.
    pub consts: Vec<Const>,
    /// Enums and flags, in the order of the spec.
    pub enums: Vec<Enum>,
    /// Structs, in the order of the spec.
    pub structs: Vec<Struct>,
    /// All attribute sets, in the order of the spec.
    pub sets: Vec<Set>,
    /// Sub-messages, in the order of the spec.
    pub sub_messages: Vec<SubMessage>,
    /// Operations that are asked for (do, dump), in the order of the spec.
    pub operations: Vec<Operation>,
    /// What is told unasked; `None` in a family that tells nothing.
    pub notifications: Option<Vec<Notification>>,
    /// Names of the standard prelude that types of the family hide.
    pub hidden: Vec<String>,
}

impl Family {
    /// The name of the file that its code is written to.
    pub fn file_name(&self) -> String {
        format!("{}.rs", self.module.trim_start_matches("r#"))
    }
}

/// What a family is spoken over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// Generic netlink.
    Generic,
    /// A netlink protocol of this number, without generic netlink.
    Raw(u8),
}

/// A multicast group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// Name in the kernel.
    pub name: String,
    /// Name of the Rust constant.
    pub rust: String,
    /// C name of its name.
    pub c_name: String,
    /// What is told there.
    pub doc: String,
    /// How it is found.
    pub by: GroupBy,
}

/// How a multicast group is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GroupBy {
    /// By its name: the kernel tells its number.
    Name,
    /// By this number.
    Number(u32),
    /// Not at all: the spec does not have its number. There is no constant for it.
    Nothing,
}

/// A constant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Const {
    /// Name in the spec.
    pub name: String,
    /// Name of the Rust constant.
    pub rust: String,
    /// C name.
    pub c_name: String,
    /// What it is.
    pub doc: String,
    /// Its value.
    pub value: Value,
}

/// Value of a constant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// A number that is not negative.
    Unsigned(u64),
    /// A negative number.
    Signed(i64),
    /// Text.
    Text(String),
}

/// An enum or flags.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Enum {
    /// Name in the spec.
    pub name: String,
    /// Name of the Rust type.
    pub rust: String,
    /// What it is.
    pub doc: String,
    /// Enum or flags.
    pub kind: EnumKind,
    /// Number that the Rust type holds: the widest that the family has it in.
    pub repr: Width,
    /// Narrower numbers that the family has it in too, widest first.
    pub narrow: Vec<Width>,
    /// Its entries, in the order of the spec.
    pub entries: Vec<Entry>,
}

/// Enum or flags.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EnumKind {
    /// Values, one at a time.
    Enum,
    /// Bits, any number at a time.
    Flags,
    /// The values of an enum of the same name as bits (enum-as-flags).
    FlagsOfEnum,
}

/// An entry of an enum or flags.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Name in the spec.
    pub name: String,
    /// Name of the Rust constant.
    pub rust: String,
    /// C name.
    pub c_name: String,
    /// What it means.
    pub doc: String,
    /// Value, of flags the number of the bit.
    pub value: u64,
}

/// A set of attributes.
#[derive(Clone, Debug, PartialEq)]
pub struct Set {
    /// Name in the spec.
    pub name: String,
    /// Name of the Rust struct.
    pub rust: String,
    /// What it is.
    pub doc: String,
    /// Set of which it is a part.
    pub subset_of: Option<String>,
    /// Whether an attribute or a sub-message nests it, so that there is a struct for it.
    pub nested: bool,
    /// Whether sub-messages in sets that it nests have their selectors here.
    pub scope: bool,
    /// Its attributes, in the order of their numbers.
    pub attributes: Vec<Attribute>,
}

/// An attribute.
#[derive(Clone, Debug, PartialEq)]
pub struct Attribute {
    /// Its number.
    pub id: u16,
    /// Name in the spec.
    pub name: String,
    /// Name of the Rust field.
    pub rust: String,
    /// C name.
    pub c_name: String,
    /// What it is.
    pub doc: String,
    /// What its payload is.
    pub ty: Type,
    /// How people write it, where the type does not say that alone.
    pub hint: Option<DisplayHint>,
    /// What the numbers in a nest-type-value are, from the outside in; empty elsewhere.
    pub keys: Vec<String>,
    /// Whether it may stand several times.
    pub multi: bool,
    /// What the kernel checks.
    pub checks: Checks,
}

/// An operation that is asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct Operation {
    /// Name in the spec.
    pub name: String,
    /// C name.
    pub c_name: String,
    /// What it does.
    pub doc: String,
    /// Set of its attributes.
    pub set: Option<String>,
    /// Who may use it.
    pub permission: Permission,
    /// Asked once.
    pub once: Option<Call>,
    /// Asked for a list.
    pub dump: Option<Call>,
}

/// Who may use an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Permission {
    /// Everybody.
    Any,
    /// Who has `CAP_NET_ADMIN`.
    Admin,
    /// Who has `CAP_NET_ADMIN` in the user namespace of the network namespace.
    NamespaceAdmin,
}

/// One way to use an operation.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// Number of the request.
    pub request_id: u16,
    /// Number of the reply; that of the request where there is none.
    pub reply_id: u16,
    /// What is asked.
    pub request: Message,
    /// What is answered; `None` where it is only acknowledged.
    pub reply: Option<Message>,
    /// Whether to ask for an ACK.
    pub ack: bool,
}

/// A message: maybe a struct, then attributes of a set.
#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    /// Name of the Rust type.
    pub rust: String,
    /// What it is, for its docs.
    pub title: String,
    /// What its operation does, for the docs of requests and events.
    pub doc: String,
    /// C name of its operation, for requests and events.
    pub c_name: Option<String>,
    /// Whether the type is defined with this message.
    pub form: Form,
    /// The struct that it begins with.
    pub header: Option<StructRef>,
    /// Whether sub-messages in sets that it nests have their selectors here.
    pub scope: bool,
    /// Its attributes in the order of their numbers, without pads and unused ones.
    pub attributes: Vec<Attribute>,
}

/// How the type of a message comes to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Form {
    /// A struct.
    Struct,
    /// Another name of the type of this name.
    AliasOf(String),
    /// Defined with another message.
    Elsewhere,
}

/// Something told unasked.
#[derive(Clone, Debug, PartialEq)]
pub struct Notification {
    /// Name in the spec.
    pub name: String,
    /// Name of the variant.
    pub rust: String,
    /// C name.
    pub c_name: String,
    /// What it tells.
    pub doc: String,
    /// Its number.
    pub id: u16,
    /// Multicast group that it is sent to.
    pub group: Option<String>,
    /// Set of its attributes.
    pub set: Option<String>,
    /// What it holds.
    pub message: Message,
}
