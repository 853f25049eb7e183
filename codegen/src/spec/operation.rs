//! Operations and multicast groups.

use serde::{Deserialize, Serialize};

use super::{Unknown, Word, scalar};

/// The operations of a family.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct Operations {
    /// How operations are numbered; `unified` where absent.
    pub enum_model: Option<Word<EnumModel>>,
    /// What the C names of operations begin with.
    pub name_prefix: Option<String>,
    /// C name of the enum of operations.
    pub enum_name: Option<String>,
    /// What the C names of notifications and events begin with.
    pub async_prefix: Option<String>,
    /// C name of the enum of notifications and events.
    pub async_enum: Option<String>,
    /// Struct that messages begin with.
    pub fixed_header: Option<String>,
    /// The operations.
    pub list: Vec<Operation>,
    /// Keys that no schema has.
    #[serde(flatten, skip_serializing)]
    pub unknown: Unknown,
}

/// How operations are numbered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum EnumModel {
    /// `unified`: one counter for all messages.
    Unified,
    /// `directional`: one for each direction.
    Directional,
}

/// An operation, notification or event.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct Operation {
    /// Its name.
    #[serde(deserialize_with = "super::scalar::name")]
    pub name: String,
    /// What it does.
    pub doc: Option<String>,
    /// Its number; one more than the previous where absent.
    pub value: Option<i128>,
    /// Set of its attributes.
    pub attribute_set: Option<String>,
    /// Who may use it.
    pub flags: Vec<Word<OperationFlag>>,
    /// What the kernel does not check.
    pub dont_validate: Vec<Word<DontValidate>>,
    /// Kernel option that the operation depends on.
    pub config_cond: Option<String>,
    /// Struct that messages begin with.
    pub fixed_header: Option<String>,
    /// A request with one answer.
    #[serde(rename = "do", deserialize_with = "scalar::present")]
    pub once: Option<Mode>,
    /// A request with a list of answers.
    #[serde(deserialize_with = "scalar::present")]
    pub dump: Option<Mode>,
    /// Operation whose reply this notification has.
    pub notify: Option<String>,
    /// A message of its own, unasked.
    #[serde(deserialize_with = "scalar::present")]
    pub event: Option<Event>,
    /// Multicast group that a notification or event is sent to.
    pub mcgrp: Option<String>,
    /// Keys that no schema has.
    #[serde(flatten, skip_serializing)]
    pub unknown: Unknown,
}

/// Who may use an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum OperationFlag {
    /// `admin-perm`: needs `CAP_NET_ADMIN`.
    AdminPerm,
    /// `uns-admin-perm`: needs it in the user namespace of the network namespace.
    UnsAdminPerm,
}

/// What the kernel does not check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum DontValidate {
    /// `strict`: requests are not checked strictly.
    Strict,
    /// `dump`: dumps are not checked.
    Dump,
    /// `dump-strict`: dumps are not checked strictly.
    DumpStrict,
}

/// One way to use an operation: do or dump.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct Mode {
    /// What is asked.
    #[serde(deserialize_with = "scalar::present")]
    pub request: Option<AttributeList>,
    /// What is answered.
    #[serde(deserialize_with = "scalar::present")]
    pub reply: Option<AttributeList>,
    /// Function of the kernel to run before.
    pub pre: Option<String>,
    /// Function of the kernel to run after.
    pub post: Option<String>,
    /// Keys that no schema has.
    #[serde(flatten, skip_serializing)]
    pub unknown: Unknown,
}

/// The attributes of a request or a reply.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct AttributeList {
    /// Their names.
    pub attributes: Vec<String>,
    /// Number of the message in the directional model.
    pub value: Option<i128>,
    /// Keys that no schema has.
    #[serde(flatten, skip_serializing)]
    pub unknown: Unknown,
}

/// The attributes of an event.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct Event {
    /// Their names.
    pub attributes: Vec<String>,
    /// Keys that no schema has.
    #[serde(flatten, skip_serializing)]
    pub unknown: Unknown,
}

/// The multicast groups of a family.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct Groups {
    /// The groups.
    pub list: Vec<Group>,
    /// Keys that no schema has.
    #[serde(flatten, skip_serializing)]
    pub unknown: Unknown,
}

/// A multicast group.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct Group {
    /// Its name.
    #[serde(deserialize_with = "super::scalar::name")]
    pub name: String,
    /// C name of its name.
    pub c_define_name: Option<String>,
    /// Who may join it.
    pub flags: Vec<Word<OperationFlag>>,
    /// Its number, in protocols that number their groups.
    pub value: Option<i128>,
    /// What is told there; no schema of the kernel's has this.
    pub doc: Option<String>,
    /// Keys that no schema has.
    #[serde(flatten, skip_serializing)]
    pub unknown: Unknown,
}
