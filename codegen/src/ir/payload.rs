//! What attributes and structs hold: types, numbers, structs, sub-messages, checks.

use super::DisplayHint;

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
    /// How people write it, where the type does not say that alone.
    pub hint: Option<DisplayHint>,
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
    /// A nest whose attributes mean something by their order: each is a set of its own.
    InOrder {
        /// Name of the set in the spec.
        set: String,
        /// Name of its Rust struct.
        rust: String,
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

/// A reference to an [`Enum`](super::Enum).
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
