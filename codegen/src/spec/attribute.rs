//! Attribute sets, their attributes, and sub-messages.

use serde::{Deserialize, Serialize};

use super::{IntOrName, Unknown, Word};

/// A set of attributes.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct AttributeSet {
    /// Its name.
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
#[allow(missing_docs)] // the words of the schema
pub enum AttrType {
    Unused,
    Pad,
    Flag,
    Binary,
    Bitfield32,
    Uint,
    Sint,
    U8,
    U16,
    U32,
    U64,
    S8,
    S16,
    S32,
    S64,
    String,
    Nest,
    IndexedArray,
    NestTypeValue,
    SubMessage,
}

/// Byte order of a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)] // the words of the schema
pub enum ByteOrder {
    LittleEndian,
    BigEndian,
}

/// How people write a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)] // the words of the schema
pub enum DisplayHint {
    Hex,
    Mac,
    Fddi,
    Ipv4,
    Ipv6,
    #[serde(rename = "ipv4-or-v6")]
    Ipv4OrV6,
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
    pub name: String,
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
    pub value: String,
    /// Struct that it begins with.
    pub fixed_header: Option<String>,
    /// Set of its attributes.
    pub attribute_set: Option<String>,
    /// Keys that no schema has.
    #[serde(flatten, skip_serializing)]
    pub unknown: Unknown,
}
