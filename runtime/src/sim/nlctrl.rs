//! The controller of the simulated kernel's generic netlink.

use super::kernel::Kernel;
use crate::attrs::encode;
use crate::nlctrl::{FamilyInfo, GetFamily, GroupInfo, ID, NlCtrl};
use crate::serve::{Call, Envelope, Refusal, Service};

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
