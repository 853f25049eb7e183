//! Attribute sets, their attributes, and sub-messages.

use serde::{Deserialize, Serialize};

use super::{IntOrName, Unknown, Word};

/// A set of attributes.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct AttributeSet {
    /// Its name.
    #[serde(deserialize_with = "super::scalar::name")]
    pub name: String,
    /// What the C names of the attributes begin with.
    pub name_prefix: Option<String>,
    /// C name of the enum of attributes.
    pub enum_name: Option<String>,
    /// What the set is.
    pub doc: Option<String>,
    /// Set of which this one is a part.
    pub subset_of: Option<String>,
    /// C name of the count of attributes.
    pub attr_cnt_name: Option<String>,
    /// C name of the highest attribute.
    pub attr_max_name: Option<String>,
    /// C header that has the set already.
    pub header: Option<String>,
    /// The attributes.
    pub attributes: Option<Vec<Attribute>>,
    /// Keys that no schema has.
    #[serde(flatten, skip_serializing)]
    pub unknown: Unknown,
}

/// An attribute.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct Attribute {
    /// Its name.
    #[serde(deserialize_with = "super::scalar::name")]
    pub name: String,
    /// Its type.
    #[serde(rename = "type")]
    pub ty: Option<Word<AttrType>>,
    /// What it is.
    pub doc: Option<String>,
    /// Its number; one more than the previous where absent.
    pub value: Option<i128>,
    /// What the numbers in a nest-type-value are, from the outside in.
    pub type_value: Option<Vec<String>>,
    /// Byte order of a number; that of the host where absent.
    pub byte_order: Option<Word<ByteOrder>>,
    /// Whether it may stand several times.
    pub multi_attr: Option<bool>,
    /// Set of a nest.
    pub nested_attributes: Option<String>,
    /// Whether the order of the attributes in a nest means something. A key of our own.
    pub in_order: Option<bool>,
    /// Definition of its values.
    #[serde(rename = "enum")]
    pub enumeration: Option<String>,
    /// Whether the values of the enum are bit numbers.
    pub enum_as_flags: Option<bool>,
    /// What the kernel checks.
    pub checks: Option<Checks>,
    /// Type of the elements.
    pub sub_type: Option<Word<AttrType>>,
    /// How people write it.
    pub display_hint: Option<Word<DisplayHint>>,
    /// What the C name begins with, instead of the set's.
    pub name_prefix: Option<String>,
    /// Struct that the payload is.
    #[serde(rename = "struct")]
    pub structure: Option<String>,
    /// Sub-message that the payload is.
    pub sub_message: Option<String>,
    /// Attribute that chooses the format of the sub-message.
    pub selector: Option<String>,
    /// Keys that no schema has.
    #[serde(flatten, skip_serializing)]
    pub unknown: Unknown,
}

/// Type of an attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum AttrType {
    /// `unused`: a number that stands for nothing.
    Unused,
    /// `pad`: padding that aligns what follows.
    Pad,
    /// `flag`: no payload.
    Flag,
    /// `binary`: bytes, or with a sub-type a C array.
    Binary,
    /// `bitfield32`: 32 bits and a mask.
    Bitfield32,
    /// `uint`: unsigned, 4 or 8 bytes.
    Uint,
    /// `sint`: signed, 4 or 8 bytes.
    Sint,
    /// `u8`: unsigned, 1 byte.
    U8,
    /// `u16`: unsigned, 2 bytes.
    U16,
    /// `u32`: unsigned, 4 bytes.
    U32,
    /// `u64`: unsigned, 8 bytes.
    U64,
    /// `s8`: signed, 1 byte.
    S8,
    /// `s16`: signed, 2 bytes.
    S16,
    /// `s32`: signed, 4 bytes.
    S32,
    /// `s64`: signed, 8 bytes.
    S64,
    /// `string`: text with a NUL at its end.
    String,
    /// `nest`: the attributes of a set.
    Nest,
    /// `indexed-array`: a nest of entries whose numbers count them.
    IndexedArray,
    /// `nest-type-value`: a nest of entries whose numbers are data.
    NestTypeValue,
    /// `sub-message`: of a format that another attribute selects.
    SubMessage,
}

/// Byte order of a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ByteOrder {
    /// `little-endian`: lowest byte first.
    LittleEndian,
    /// `big-endian`: highest byte first.
    BigEndian,
}

/// How people write a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum DisplayHint {
    /// `hex`: a number or bytes in hex.
    Hex,
    /// `mac`: a link-layer address.
    Mac,
    /// `fddi`: an FDDI address.
    Fddi,
    /// `ipv4`: an IPv4 address.
    Ipv4,
    /// `ipv6`: an IPv6 address.
    Ipv6,
    /// `ipv4-or-v6`: either, by its length.
    #[serde(rename = "ipv4-or-v6")]
    Ipv4OrV6,
    /// `uuid`: a UUID.
    Uuid,
}

/// What the kernel checks of an attribute.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct Checks {
    /// Flags that may be set.
    pub flags_mask: Option<IntOrName>,
    /// Lowest value.
    pub min: Option<IntOrName>,
    /// Highest value.
    pub max: Option<IntOrName>,
    /// Shortest length.
    pub min_len: Option<IntOrName>,
    /// Greatest length.
    pub max_len: Option<IntOrName>,
    /// Only length.
    pub exact_len: Option<IntOrName>,
    /// Whether a string may lack its final NUL.
    pub unterminated_ok: Option<bool>,
    /// Keys that no schema has.
    #[serde(flatten, skip_serializing)]
    pub unknown: Unknown,
}

/// A sub-message: a payload whose format another attribute chooses.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct SubMessage {
    /// Its name.
    #[serde(deserialize_with = "super::scalar::name")]
    pub name: String,
    /// What it is; no schema of the kernel's has this.
    pub doc: Option<String>,
    /// Its formats.
    pub formats: Vec<Format>,
    /// Keys that no schema has.
    #[serde(flatten, skip_serializing)]
    pub unknown: Unknown,
}

/// A format of a sub-message.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct Format {
    /// Value of the selector.
    #[serde(deserialize_with = "super::scalar::name")]
    pub value: String,
    /// What it is; no schema of the kernel's has this.
    pub doc: Option<String>,
    /// Struct that it begins with.
    pub fixed_header: Option<String>,
    /// Set of its attributes.
    pub attribute_set: Option<String>,
    /// Keys that no schema has.
    #[serde(flatten, skip_serializing)]
    pub unknown: Unknown,
}
