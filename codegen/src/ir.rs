//! A family with nothing left to decide: what the emitter prints and what tests hold against
//! real kernels.
//!
//! Names are given three times where they differ: as in the spec (`name`), as in Rust (`rust`) and
//! as in C (`c_name`). All numbers are final, references are resolved, and each message holds its
//! attributes itself.

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

/// A binary struct. Its members stand side by side, without padding but that which it names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Struct {
    /// Name in the spec.
    pub name: String,
    /// Name of the Rust struct.
    pub rust: String,
    /// C name.
    pub c_name: String,
    /// What it is.
    pub doc: String,
    /// Length in bytes, without what repeats at its end.
    pub len: usize,
    /// Whether copying its bytes copies it, in Rust's terms.
    pub copy: bool,
    /// Its members, in order.
    pub members: Vec<Member>,
}

/// A member of a struct.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Name in the spec.
    pub name: String,
    /// Name of the Rust field.
    pub rust: String,
    /// What it is.
    pub doc: String,
    /// What it holds.
    pub ty: MemberType,
}

/// What a member of a struct holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MemberType {
    /// A number of a fixed width, which may be that of an enum or flags.
    Scalar(Scalar),
    /// An IPv4 address in a number.
    Ipv4Scalar(Scalar),
    /// So many bytes.
    Bytes(usize),
    /// A hardware address of so many bytes.
    HwAddr(usize),
    /// An IPv4 address, 4 bytes.
    Ipv4,
    /// An IPv6 address, 16 bytes.
    Ipv6,
    /// Text in so many bytes.
    Text(usize),
    /// Another struct.
    Struct(StructRef),
    /// A struct that repeats to the end of the payload.
    Repeated(StructRef),
    /// So many bytes that stand for nothing: no field.
    Pad(usize),
}

/// A reference to a [`Struct`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StructRef {
    /// Name in the spec.
    pub name: String,
    /// Name of the Rust struct.
    pub rust: String,
}

/// A sub-message: a payload whose format another attribute chooses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubMessage {
    /// Name in the spec.
    pub name: String,
    /// Name of the Rust enum.
    pub rust: String,
    /// What it is.
    pub doc: String,
    /// What its selectors are.
    pub selector: Selector,
    /// Its formats, in the order of the spec.
    pub formats: Vec<Format>,
}

/// What the selectors of a sub-message are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Selector {
    /// Text.
    Text,
    /// The number of an enum.
    Number(Scalar),
}

/// A format of a sub-message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Format {
    /// Value of the selector: text, or the name of an entry of its enum.
    pub value: String,
    /// Value of that entry.
    pub number: Option<u64>,
    /// Name of the variant.
    pub rust: String,
    /// What it is.
    pub doc: String,
    /// What the payload holds.
    pub payload: Payload,
}

/// What the payload of a format holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Payload {
    /// Nothing.
    Nothing,
    /// A struct.
    Header(StructRef),
    /// The attributes of a set.
    Attributes {
        /// Name of the set in the spec.
        set: String,
        /// Name of its Rust struct.
        rust: String,
    },
    /// A struct and the attributes of a set, in a Rust struct of its own.
    Both {
        /// The struct that it begins with.
        header: StructRef,
        /// Name of the set in the spec.
        set: String,
        /// Name of the Rust struct.
        rust: String,
    },
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
    /// Whether it may stand several times.
    pub multi: bool,
    /// What the kernel checks.
    pub checks: Checks,
}

/// What the payload of an attribute is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Type {
    /// A number that the kernel gives no meaning (`unused`): no field.
    Unused,
    /// Padding that aligns what follows: no field.
    Pad,
    /// Nothing: that it stands there is what it says.
    Flag,
    /// A number, which may be that of an enum or flags.
    Scalar(Scalar),
    /// An IPv4 address in a number.
    Ipv4Scalar(Scalar),
    /// Text.
    String,
    /// Bytes.
    Binary,
    /// A hardware address.
    HwAddr,
    /// An IPv4 address.
    Ipv4,
    /// An IPv6 address.
    Ipv6,
    /// An IPv4 or IPv6 address.
    Ip,
    /// Bits with a mask, maybe of an enum or flags.
    Bitfield32 {
        /// Type of the bits.
        of: Option<EnumRef>,
    },
    /// Numbers side by side, a C array.
    Array(Scalar),
    /// A struct.
    Struct(StructRef),
    /// A nest.
    Nest {
        /// Name of the set in the spec.
        set: String,
        /// Name of its Rust struct.
        rust: String,
        /// Whether the struct would hold itself without a box between.
        boxed: bool,
    },
    /// A nest of entries whose numbers count them.
    IndexedArray(Box<Type>),
    /// A nest of entries whose numbers are data (nest-type-value).
    Keyed(Box<Type>),
    /// What another attribute chooses.
    SubMessage {
        /// Name of the sub-message in the spec.
        name: String,
        /// Name of its Rust enum.
        rust: String,
        /// Number of the attribute that chooses.
        selector: u16,
        /// Whether that stands in a set around this one.
        outer: bool,
    },
}

/// A number on the wire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scalar {
    /// How it lies there.
    pub number: Number,
    /// In which order its bytes are.
    pub order: Order,
    /// Enum or flags that it is of.
    pub of: Option<EnumRef>,
}

/// How a number lies on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Number {
    /// Unsigned, of a fixed width.
    Unsigned(Width),
    /// Signed, of a fixed width.
    Signed(Width),
    /// Unsigned, of 4 or 8 bytes.
    Uint,
    /// Signed, of 4 or 8 bytes.
    Sint,
}

/// Width of a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Width {
    /// 8 bits.
    W8,
    /// 16 bits.
    W16,
    /// 32 bits.
    W32,
    /// 64 bits.
    W64,
}

impl Width {
    /// The number of bits.
    pub fn bits(self) -> u32 {
        match self {
            Self::W8 => 8,
            Self::W16 => 16,
            Self::W32 => 32,
            Self::W64 => 64,
        }
    }
}

/// Order of the bytes of a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// That of the host.
    Native,
    /// Highest byte first.
    Big,
    /// Lowest byte first.
    Little,
}

/// A reference to an [`Enum`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnumRef {
    /// Name in the spec.
    pub name: String,
    /// Name of the Rust type.
    pub rust: String,
}

/// What the kernel checks of an attribute, as far as the spec says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checks {
    /// Lowest value.
    pub min: Option<Limit>,
    /// Highest value.
    pub max: Option<Limit>,
    /// Shortest length in bytes.
    pub min_len: Option<Limit>,
    /// Greatest length in bytes.
    pub max_len: Option<Limit>,
    /// Only length in bytes.
    pub exact_len: Option<Limit>,
    /// Bits that may be set.
    pub mask: Option<u64>,
    /// Whether a string may lack its final NUL.
    pub unterminated_ok: bool,
}

/// A limit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limit {
    /// The number.
    pub number: i128,
    /// The constant that gives it, where only the kernel has that (scope `kernel`): the true number
    /// may be another.
    pub kernel: Option<String>,
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
    /// What it holds.
    pub message: Message,
}
