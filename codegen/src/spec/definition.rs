//! Definitions: constants, enums, flags and structs.

use serde::{Deserialize, Serialize};

use super::{ByteOrder, DisplayHint, Entry, IntOrName, Unknown, Word};

/// A constant, enum, flags or struct.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct Definition {
    /// Its name.
    pub name: String,
    /// Which of them it is.
    #[serde(rename = "type")]
    pub ty: Option<Word<DefinitionType>>,
    /// What it is.
    pub doc: Option<String>,
    /// C header that has it already.
    pub header: Option<String>,
    /// Who sees it.
    pub scope: Option<Word<Scope>>,
    /// Value of a constant.
    pub value: Option<IntOrName>,
    /// Value of the first entry; 0 where absent.
    pub value_start: Option<IntOrName>,
    /// Entries of an enum or flags.
    pub entries: Vec<Entry>,
    /// C: whether the highest value has a name.
    pub render_max: Option<bool>,
    /// C name of the enum.
    pub enum_name: Option<String>,
    /// What the C names of the entries begin with.
    pub name_prefix: Option<String>,
    /// C name of the count of entries.
    pub enum_cnt_name: Option<String>,
    /// Members of a struct.
    pub members: Vec<Member>,
    /// Keys that no schema has.
    #[serde(flatten, skip_serializing)]
    pub unknown: Unknown,
}

/// Type of a definition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)] // the words of the schema
pub enum DefinitionType {
    Const,
    Enum,
    Flags,
    Struct,
}

/// Who sees a definition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)] // the words of the schema
pub enum Scope {
    Uapi,
    Kernel,
    User,
}

/// A member of a struct.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct Member {
    /// Its name.
    pub name: String,
    /// Its type.
    #[serde(rename = "type")]
    pub ty: Option<Word<MemberType>>,
    /// Its length in bytes.
    pub len: Option<IntOrName>,
    /// Its byte order; that of the host where absent.
    pub byte_order: Option<Word<ByteOrder>>,
    /// What it is.
    pub doc: Option<String>,
    /// Definition of its values.
    #[serde(rename = "enum")]
    pub enumeration: Option<String>,
    /// Whether the values of the enum are bit numbers.
    pub enum_as_flags: Option<bool>,
    /// How people write it.
    pub display_hint: Option<Word<DisplayHint>>,
    /// Struct that it is.
    #[serde(rename = "struct")]
    pub structure: Option<String>,
    /// Keys that no schema has.
    #[serde(flatten, skip_serializing)]
    pub unknown: Unknown,
}

/// Type of a member of a struct.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)] // the words of the schema
pub enum MemberType {
    U8,
    U16,
    U32,
    U64,
    S8,
    S16,
    S32,
    S64,
    String,
    Binary,
    Pad,
}
