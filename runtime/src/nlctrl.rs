//! The controller of generic netlink, family `nlctrl` (linux/genetlink.h): which families there
//! are, with their ids, operations and multicast groups.
//!
//! Written by hand, in the very form that the derive expands to, so that resolving a family needs
//! neither generated code nor a proc macro. The crate nlkit-specs has the whole family.

use crate as nl;
use crate::checks::{Checks, Rule};
use crate::form::{IndexedArray, Keyed};
use crate::kind::Kind;
use crate::{Attr, DecodeError, Entry, Field, Native, NlAttrs, NlString, Set, Writer};

/// The family `nlctrl`.
#[derive(Clone, Copy, Debug)]
pub enum NlCtrl {}

/// Its id, the only one that is fixed (`GENL_ID_CTRL`).
pub const ID: u16 = 0x10;

impl nl::Family for NlCtrl {
    type Protocol = nl::Generic;
    const NAME: &'static str = "nlctrl";
    const VERSION: u8 = 2;
}

/// CTRL_CMD_GETFAMILY: one family by name or id, or, as a dump, all of them.
///
/// ```no_run
/// use nlkit::nlctrl::GetFamily;
///
/// let mut conn = nlkit::Connection::generic()?;
/// let family = conn.request(&GetFamily { name: Some("netdev".into()), id: None })?;
/// println!("netdev has id {:?}", family.id);
/// for family in conn.dump(&GetFamily::default())? {
///     println!("{:?}", family?.name);
/// }
/// # Ok::<(), nlkit::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct GetFamily {
    /// CTRL_ATTR_FAMILY_ID.
    pub id: Option<u16>,
    /// CTRL_ATTR_FAMILY_NAME.
    pub name: Option<NlString>,
}

impl nl::Do for GetFamily {
    type Family = NlCtrl;
    type Reply = FamilyInfo;
    const NAME: &'static str = "getfamily";
    const CMD: u16 = 3;
    const REPLY_CMD: u16 = 1;
    const ACK: bool = false;
}

impl nl::Dump for GetFamily {
    type Family = NlCtrl;
    type Reply = FamilyInfo;
    const NAME: &'static str = "getfamily";
    const CMD: u16 = 3;
    const REPLY_CMD: u16 = 1;
}

/// CTRL_CMD_NEWFAMILY: a family of the running kernel.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FamilyInfo {
    /// CTRL_ATTR_FAMILY_ID: the message type of the family.
    pub id: Option<u16>,
    /// CTRL_ATTR_FAMILY_NAME.
    pub name: Option<NlString>,
    /// CTRL_ATTR_VERSION.
    pub version: Option<u32>,
    /// CTRL_ATTR_HDRSIZE: length in bytes of the family's own header.
    pub hdrsize: Option<u32>,
    /// CTRL_ATTR_MAXATTR: the highest attribute number, 0 where each operation has its own.
    pub maxattr: Option<u32>,
    /// CTRL_ATTR_OPS; absent where the family has none.
    pub ops: Option<Vec<OpInfo>>,
    /// CTRL_ATTR_MCAST_GROUPS; absent where the family has none.
    pub groups: Option<Vec<GroupInfo>>,
}

impl FamilyInfo {
    /// Whether this is its name.
    pub(crate) fn is(&self, name: &str) -> bool {
        self.name.as_ref().is_some_and(|known| *known == name)
    }

    /// The id of a multicast group.
    pub fn group(&self, name: &str) -> Option<u32> {
        let group = self
            .groups
            .iter()
            .flatten()
            .find(|group| group.name.as_ref().is_some_and(|known| *known == name));
        group.and_then(|group| group.id)
    }
}

/// An operation of a family.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OpInfo {
    /// CTRL_ATTR_OP_ID.
    pub id: Option<u32>,
    /// CTRL_ATTR_OP_FLAGS: GENL_ADMIN_PERM 1, GENL_CMD_CAP_DO 2, GENL_CMD_CAP_DUMP 4,
    /// GENL_CMD_CAP_HASPOL 8, GENL_UNS_ADMIN_PERM 16.
    pub flags: Option<u32>,
}

impl OpInfo {
    /// GENL_CMD_CAP_DO: takes a single request.
    pub const CAN_DO: u32 = 2;
    /// GENL_CMD_CAP_DUMP: can be dumped.
    pub const CAN_DUMP: u32 = 4;
    /// GENL_CMD_CAP_HASPOL: has a policy.
    pub const HAS_POLICY: u32 = 8;
}

/// A multicast group of a family.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct GroupInfo {
    /// CTRL_ATTR_MCAST_GRP_NAME.
    pub name: Option<NlString>,
    /// CTRL_ATTR_MCAST_GRP_ID.
    pub id: Option<u32>,
}

/// CTRL_CMD_GETPOLICY: the policies of a family. `Policies` (feature `policy`) makes a tree of the
/// answer.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct GetPolicy {
    /// CTRL_ATTR_FAMILY_ID.
    pub id: Option<u16>,
    /// CTRL_ATTR_FAMILY_NAME.
    pub name: Option<NlString>,
    /// CTRL_ATTR_OP: just those of one operation. Kernels up to 6.18 leave out the policy of a dump
    /// that takes no attribute then, so better ask for all.
    pub op: Option<u32>,
}

impl nl::Dump for GetPolicy {
    type Family = NlCtrl;
    type Reply = PolicyMessage;
    const NAME: &'static str = "getpolicy";
    const CMD: u16 = 10;
}

/// One message of the answer to [`GetPolicy`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PolicyMessage {
    /// CTRL_ATTR_POLICY: attributes, by index of the policy and number of the attribute.
    pub policy: Option<Vec<(u16, Attributes)>>,
    /// CTRL_ATTR_OP_POLICY: policies, by number of the operation.
    pub op_policy: Option<Vec<(u16, OpPolicyInfo)>>,
}

/// Attributes of a policy, by number.
pub type Attributes = Vec<(u16, PolicyInfo)>;

/// Which policies an operation goes by.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OpPolicyInfo {
    /// CTRL_ATTR_POLICY_DO: index of the policy of its do.
    pub of_do: Option<u32>,
    /// CTRL_ATTR_POLICY_DUMP: index of the policy of its dump.
    pub of_dump: Option<u32>,
}

/// What a policy says of one attribute (`enum netlink_policy_type_attr` in linux/netlink.h); the
/// kernel sends it along with an error that the policy caused.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PolicyInfo {
    /// NL_POLICY_TYPE_ATTR_TYPE: the number of a [`Kind`].
    pub kind: Option<u32>,
    /// NL_POLICY_TYPE_ATTR_MIN_VALUE_S.
    pub min_signed: Option<i64>,
    /// NL_POLICY_TYPE_ATTR_MAX_VALUE_S.
    pub max_signed: Option<i64>,
    /// NL_POLICY_TYPE_ATTR_MIN_VALUE_U.
    pub min: Option<u64>,
    /// NL_POLICY_TYPE_ATTR_MAX_VALUE_U.
    pub max: Option<u64>,
    /// NL_POLICY_TYPE_ATTR_MIN_LENGTH, in bytes.
    pub min_len: Option<u32>,
    /// NL_POLICY_TYPE_ATTR_MAX_LENGTH, in bytes.
    pub max_len: Option<u32>,
    /// NL_POLICY_TYPE_ATTR_POLICY_IDX: which policy rules the attributes inside of a nest.
    pub policy: Option<u32>,
    /// NL_POLICY_TYPE_ATTR_POLICY_MAXTYPE: the highest attribute number of that policy.
    pub policy_maxattr: Option<u32>,
    /// NL_POLICY_TYPE_ATTR_BITFIELD32_MASK: the bits that may be set.
    pub bitfield32_mask: Option<u32>,
    /// NL_POLICY_TYPE_ATTR_MASK: the bits that may be set.
    pub mask: Option<u64>,
}

impl PolicyInfo {
    /// The attribute's kind; `None` where a newer kernel has one that is not known.
    pub fn kind(&self) -> Option<Kind> {
        self.kind.and_then(Kind::from_number)
    }

    /// What it says of the attribute itself.
    pub fn rule(&self) -> Rule {
        let unsigned = |limit: Option<u64>| limit.map(i128::from);
        let signed = |limit: Option<i64>| limit.map(i128::from);
        let mut checks = Checks::NONE;
        checks.min = unsigned(self.min).or(signed(self.min_signed));
        checks.max = unsigned(self.max).or(signed(self.max_signed));
        checks.min_len = self.min_len;
        checks.max_len = self.max_len;
        checks.mask = self.mask.or(self.bitfield32_mask.map(u64::from));
        Rule::new(self.kind(), checks)
    }
}

/// `u32, 1 to 4294967295`.
impl std::fmt::Display for PolicyInfo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.rule().fmt(f)
    }
}

/// The multicast group in which the kernel tells of families that come and go.
///
/// When a family's module is unloaded its groups are gone, and who had joined them hears nothing more.
/// So a connection that joins a group hears this one as well, whether it was joined or not: it joins groups
/// again when their family comes back, and tells its listeners that notifications may have been lost
/// ([`Error::Lost`](crate::Error::Lost)).
pub const NOTIFY: nl::Group<Change> = nl::Group::new("notify");

/// Its number, the only one that is fixed.
pub(crate) const NOTIFY_ID: u32 = ID as u32;

/// What is told in the group [`NOTIFY`].
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Change {
    /// CTRL_CMD_NEWFAMILY: a family is there.
    New(FamilyInfo),
    /// CTRL_CMD_DELFAMILY: a family is gone.
    Gone(FamilyInfo),
    /// CTRL_CMD_NEWMCAST_GRP: a family has a new group, the only one that is listed here.
    NewGroup(FamilyInfo),
    /// CTRL_CMD_DELMCAST_GRP: a family has a group no more, the only one that is listed here.
    GroupGone(FamilyInfo),
    /// Another message, as it came.
    Unknown(nl::RawMessage),
}

impl Change {
    /// The change that a notification of any family tells, if it is of this one.
    pub(crate) fn of(message: &nl::Message<'_>) -> Option<Self> {
        let ours = message.header().kind == ID;
        ours.then(|| nl::Notification::decode(*message).ok()).flatten()
    }
}

impl nl::Notification for Change {
    type Family = NlCtrl;

    fn decode(message: nl::Message<'_>) -> Result<Self, DecodeError> {
        match message.cmd() {
            1 => message.decode().map(Self::New),
            2 => message.decode().map(Self::Gone),
            7 => message.decode().map(Self::NewGroup),
            8 => message.decode().map(Self::GroupGone),
            _ => Ok(Self::Unknown(message.to_raw())),
        }
    }

    fn encode(&self, buffer: &mut Vec<u8>) -> Result<u16, nl::EncodeError> {
        let (cmd, family) = match self {
            Self::New(family) => (1, family),
            Self::Gone(family) => (2, family),
            Self::NewGroup(family) => (7, family),
            Self::GroupGone(family) => (8, family),
            Self::Unknown(message) => return message.encode(buffer),
        };
        nl::encode_into(family, buffer).map(|()| cmd)
    }
}

/// What the derive writes, for this module: fields of the types' own forms, or of the form given.
macro_rules! set {
    ($type:ident { $($id:literal $name:literal $field:ident: $ty:ty $(as $form:ty)?;)* }) => {
        impl<'a> NlAttrs<'a> for $type {
            const SET: &'static Set = &Set::new(
                stringify!($type),
                &[$(Entry::of::<$ty, set!(@form $($form)?)>($id, $name)),*],
            );

            fn put(&self, out: &mut Writer<'_>) {
                $(Field::<set!(@form $($form)?)>::put(&self.$field, $id, out);)*
            }

            fn set(&mut self, attr: Attr<'a>) -> Result<(), DecodeError> {
                match attr.id {
                    $($id => Field::<set!(@form $($form)?)>::set(&mut self.$field, attr),)*
                    _ => Ok(()),
                }
            }
        }

        impl nl::View for $type {
            type Of<'a> = Self;
        }
    };
    (@form) => { Native };
    (@form $form:ty) => { $form };
}

set!(GetFamily {
    1 "family-id" id: Option<u16>;
    2 "family-name" name: Option<NlString>;
});
set!(FamilyInfo {
    1 "family-id" id: Option<u16>;
    2 "family-name" name: Option<NlString>;
    3 "version" version: Option<u32>;
    4 "hdrsize" hdrsize: Option<u32>;
    5 "maxattr" maxattr: Option<u32>;
    6 "ops" ops: Option<Vec<OpInfo>> as IndexedArray;
    7 "mcast-groups" groups: Option<Vec<GroupInfo>> as IndexedArray;
});
set!(OpInfo {
    1 "id" id: Option<u32>;
    2 "flags" flags: Option<u32>;
});
set!(GroupInfo {
    1 "name" name: Option<NlString>;
    2 "id" id: Option<u32>;
});
set!(GetPolicy {
    1 "family-id" id: Option<u16>;
    2 "family-name" name: Option<NlString>;
    10 "op" op: Option<u32>;
});
set!(PolicyMessage {
    8 "policy" policy: Option<Vec<(u16, Attributes)>> as Keyed<Keyed>;
    9 "op-policy" op_policy: Option<Vec<(u16, OpPolicyInfo)>> as Keyed;
});
set!(OpPolicyInfo {
    1 "do" of_do: Option<u32>;
    2 "dump" of_dump: Option<u32>;
});
set!(PolicyInfo {
    1 "type" kind: Option<u32>;
    2 "min-value-s" min_signed: Option<i64>;
    3 "max-value-s" max_signed: Option<i64>;
    4 "min-value-u" min: Option<u64>;
    5 "max-value-u" max: Option<u64>;
    6 "min-length" min_len: Option<u32>;
    7 "max-length" max_len: Option<u32>;
    8 "policy-idx" policy: Option<u32>;
    9 "policy-maxtype" policy_maxattr: Option<u32>;
    10 "bitfield32-mask" bitfield32_mask: Option<u32>;
    12 "mask" mask: Option<u64>;
});
