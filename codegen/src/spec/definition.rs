//! Definitions: constants, enums, flags and structs.

use serde::{Deserialize, Serialize};

use super::{ByteOrder, DisplayHint, Entry, IntOrName, Unknown, Word};

/// A constant, enum, flags or struct.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct Definition {
    /// Its name.
    #[serde(deserialize_with = "super::scalar::name")]
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
pub enum DefinitionType {
    /// `const`: a constant.
    Const,
    /// `enum`: values, one at a time.
    Enum,
    /// `flags`: bits, any number at a time.
    Flags,
    /// `struct`: a C struct.
    Struct,
}

/// Who sees a definition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    /// `uapi`: everybody.
    Uapi,
    /// `kernel`: only the kernel.
    Kernel,
    /// `user`: only user space.
    User,
}

/// A member of a struct.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct Member {
    /// Its name.
    #[serde(deserialize_with = "super::scalar::name")]
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
    /// Whether the struct repeats to the end of the payload; no schema of the kernel's has this.
    pub multi: Option<bool>,
    /// Keys that no schema has.
    #[serde(flatten, skip_serializing)]
    pub unknown: Unknown,
}

/// Type of a member of a struct.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum MemberType {
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
    /// `string`: text.
    String,
    /// `binary`: bytes, or another struct.
    Binary,
    /// `pad`: padding.
    Pad,
}
