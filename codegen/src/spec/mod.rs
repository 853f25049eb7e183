//! The spec language as it stands in YAML: one struct per mapping, one field per key.
//!
//! This is a mirror of the four YNL schemas (genetlink, genetlink-c, genetlink-legacy, netlink-raw)
//! without behaviour: what a key means, and where it may stand, is for the resolver to say. The few
//! keys that are ours say so.
//! Keys that the schemas do not have are kept in `unknown`, and words that they do not have in
//! [`Word::Unknown`], so that all of them can be reported at once.

mod attribute;
mod definition;
mod operation;
mod scalar;

use serde::{Deserialize, Serialize};

pub use attribute::*;
pub use definition::*;
pub use operation::*;
pub use scalar::{Entry, EntryMap, IntOrName, Unknown, Word};
pub(crate) use scalar::{keys, words};

/// A whole file.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct Spec {
    /// Name of the family.
    #[serde(deserialize_with = "scalar::name")]
    pub name: String,
    /// What the family is for.
    pub doc: Option<String>,
    /// Schema of the file; `genetlink` where absent.
    pub protocol: Option<Word<Protocol>>,
    /// Number of the netlink protocol.
    pub protonum: Option<i128>,
    /// C header of the family.
    pub uapi_header: Option<String>,
    /// C name of the family's name.
    pub c_family_name: Option<String>,
    /// C name of the family's version.
    pub c_version_name: Option<String>,
    /// C: whether the highest number is a define.
    pub max_by_define: Option<bool>,
    /// C name of the highest operation.
    pub cmd_max_name: Option<String>,
    /// C name of the count of operations.
    pub cmd_cnt_name: Option<String>,
    /// How the kernel keeps its policies.
    pub kernel_policy: Option<Word<KernelPolicy>>,
    /// Version of the family; 1 where absent.
    pub version: Option<i128>,
    /// Constants, enums, flags and structs.
    pub definitions: Vec<Definition>,
    /// Attribute sets.
    pub attribute_sets: Option<Vec<AttributeSet>>,
    /// Sub-messages.
    pub sub_messages: Vec<SubMessage>,
    /// Operations.
    pub operations: Option<Operations>,
    /// Multicast groups.
    pub mcast_groups: Option<Groups>,
    /// For the kernel's own C code.
    pub kernel_family: Option<KernelFamily>,
    /// Keys that no schema has.
    #[serde(flatten, skip_serializing)]
    pub unknown: Unknown,
}

/// Schema of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Protocol {
    /// `genetlink`: generic netlink, the strict schema.
    Genetlink,
    /// `genetlink-c`: with keys for the names in C.
    GenetlinkC,
    /// `genetlink-legacy`: with what older families need.
    GenetlinkLegacy,
    /// `netlink-raw`: a protocol of its own.
    NetlinkRaw,
}

/// How the kernel keeps its policies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum KernelPolicy {
    /// `split`: one for each do and each dump.
    Split,
    /// `per-op`: one for each operation.
    PerOp,
    /// `global`: one for the family.
    Global,
}

/// For the kernel's own C code.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct KernelFamily {
    /// Headers to include.
    pub headers: Vec<String>,
    /// Type of the state of a socket.
    pub sock_priv: Option<String>,
    /// Keys that no schema has.
    #[serde(flatten, skip_serializing)]
    pub unknown: Unknown,
}
