//! The controller of the simulated kernel's generic netlink.

use super::kernel::Kernel;
use crate::attrs::{Set, encode};
use crate::family::Permission;
use crate::nlctrl::{FamilyInfo, GetFamily, GroupInfo, ID, NlCtrl, OpInfo};
use crate::serve::{Call, Core, Envelope, Operation, Refusal, Service};

/// Where families that come and go are told (`notify`); the kernel gives it this number.
pub(super) const GROUP: u32 = 16;
pub(super) const GROUP_NAME: &str = "notify";

/// CTRL_CMD_NEWFAMILY, CTRL_CMD_DELFAMILY, CTRL_CMD_NEWMCAST_GRP, CTRL_CMD_DELMCAST_GRP.
const NEW_FAMILY: u16 = 1;
const DEL_FAMILY: u16 = 2;
const NEW_GROUP: u16 = 7;
const DEL_GROUP: u16 = 8;

/// The family nlctrl, which tells of the families of `kernel`.
pub(super) fn service(kernel: &Kernel) -> Service<NlCtrl> {
    let mut service = Service::new();
    service.done_with_last_entries();
    let known = kernel.downgrade();
    service.on_do(move |request: GetFamily, _: &mut Call| {
        let GetFamily { id, name } = request;
        if id.is_none() && name.is_none() {
            return Err(Refusal::new(libc::EINVAL));
        }
        // As in the kernel: with both, the name counts.
        let is_it = |info: &FamilyInfo| match &name {
            Some(_) => info.name == name,
            None => info.id == id,
        };
        let found = known.kernel().and_then(|kernel| kernel.infos(is_it).pop());
        found.ok_or_else(|| Refusal::new(libc::ENOENT))
    });
    let known = kernel.downgrade();
    service.on_dump(move |_: GetFamily, _: &mut Call| {
        Ok(known.kernel().map(|kernel| kernel.infos(|_| true)).unwrap_or_default())
    });
    service
}

/// What there is to tell of a service.
pub(super) fn info(name: &str, core: &Core) -> FamilyInfo {
    let ops = core
        .operations
        .iter()
        .map(|(cmd, operation)| OpInfo { id: Some((*cmd).into()), flags: Some(flags(operation)) });
    let groups = core.groups.iter();
    let groups =
        groups.map(|group| GroupInfo { id: Some(group.number), name: Some(group.name.into()) });
    let headers = core.operations.values().flat_map(sets).map(|set| set.header);
    let header = headers.max().and_then(|len| u32::try_from(len).ok());
    FamilyInfo {
        id: Some(core.envelope.id),
        name: Some(name.into()),
        version: Some(core.envelope.version.into()),
        hdrsize: Some(header.unwrap_or(0)),
        maxattr: Some(0), // each operation has its own
        ops: Some(ops.collect()).filter(|ops: &Vec<_>| !ops.is_empty()),
        groups: Some(groups.collect()).filter(|groups: &Vec<_>| !groups.is_empty()),
    }
}

fn sets(operation: &Operation) -> impl Iterator<Item = &'static Set> {
    let once = operation.once.as_ref().map(|mode| mode.set);
    once.into_iter().chain(operation.dump.as_ref().map(|mode| mode.set))
}

/// Bits of CTRL_ATTR_OP_FLAGS.
fn flags(operation: &Operation) -> u32 {
    const ADMIN: u32 = 1;
    const DO: u32 = 2;
    const DUMP: u32 = 4;
    const POLICY: u32 = 8;
    const NAMESPACE_ADMIN: u32 = 16;
    let Operation { once, dump } = operation;
    let permissions =
        [once.as_ref().map(|it| it.permission), dump.as_ref().map(|it| it.permission)];
    let needs = |permission| permissions.contains(&Some(permission));
    let bits = [
        (needs(Permission::Admin), ADMIN),
        (once.is_some(), DO),
        (dump.is_some(), DUMP),
        (sets(operation).any(|set| !set.entries.is_empty()), POLICY),
        (needs(Permission::NamespaceAdmin), NAMESPACE_ADMIN),
    ];
    bits.iter().filter(|(set, _)| *set).map(|(_, bit)| bit).sum()
}

/// What listeners are told of a family that is there now.
pub(super) fn came(info: &FamilyInfo) -> Vec<Vec<u8>> {
    let family = message(NEW_FAMILY, info);
    [family].into_iter().chain(of_groups(NEW_GROUP, info)).collect()
}

/// What listeners are told of a family that is there no longer.
pub(super) fn went(info: &FamilyInfo) -> Vec<Vec<u8>> {
    of_groups(DEL_GROUP, info).into_iter().chain([message(DEL_FAMILY, info)]).collect()
}

fn of_groups(cmd: u16, info: &FamilyInfo) -> Vec<Vec<u8>> {
    let one = |group: &GroupInfo| FamilyInfo {
        id: info.id,
        name: info.name.clone(),
        groups: Some(vec![group.clone()]),
        ..FamilyInfo::default()
    };
    info.groups.iter().flatten().map(|group| message(cmd, &one(group))).collect()
}

fn message(cmd: u16, info: &FamilyInfo) -> Vec<u8> {
    let envelope = Envelope { generic: true, id: ID, version: 2 };
    // A family whose table does not fit into an attribute is told without it.
    envelope.notification(cmd, &encode(info).unwrap_or_default())
}
