//! The controller of the simulated kernel's generic netlink.

use super::kernel::Kernel;
use super::policy;
use crate::attrs::Set;
use crate::errno;
use crate::family::Permission;
use crate::nlctrl::{Change, FamilyInfo, GetFamily, GetPolicy, GroupInfo, NOTIFY, NlCtrl, OpInfo};
use crate::serve::{Call, Core, Operation, Refusal, Service};
use crate::string::NlString;

/// The number of [`NOTIFY`], where families that come and go are told.
pub(super) const GROUP: u32 = 16;

/// The family nlctrl, which tells of the families of `kernel`.
pub(super) fn service(kernel: &Kernel) -> Service<NlCtrl> {
    let mut service = Service::new();
    service.done_with_last_entries();
    let known = kernel.downgrade();
    service.on_do(move |request: GetFamily, _: &mut Call| {
        let wanted = wanted(request.id, request.name)?;
        let found = known.kernel().and_then(|kernel| kernel.infos(wanted).pop());
        found.ok_or_else(|| Refusal::new(errno::ENOENT))
    });
    let known = kernel.downgrade();
    service.on_dump(move |_: GetFamily, _: &mut Call| {
        Ok(known.kernel().map(|kernel| kernel.infos(|_| true)).unwrap_or_default())
    });
    let known = kernel.downgrade();
    service.on_dump(move |request: GetPolicy, _: &mut Call| {
        let wanted = wanted(request.id, request.name)?;
        let ops = known.kernel().and_then(|kernel| kernel.op_sets(wanted));
        let ops = ops.ok_or_else(|| Refusal::new(errno::ENOENT))?;
        match policy::messages(&ops, request.op) {
            none if none.is_empty() => Err(Refusal::new(errno::ENODATA)),
            messages => Ok(messages),
        }
    });
    service
}

/// Whether a family is the one that is asked for. As in the kernel, with both the name counts.
fn wanted(
    id: Option<u16>,
    name: Option<NlString>,
) -> Result<impl Fn(&FamilyInfo) -> bool, Refusal> {
    match id.is_none() && name.is_none() {
        true => Err(Refusal::new(errno::EINVAL)),
        false => Ok(move |info: &FamilyInfo| match &name {
            Some(_) => info.name == name,
            None => info.id == id,
        }),
    }
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
    const NAMESPACE_ADMIN: u32 = 16;
    let Operation { once, dump } = operation;
    let permissions =
        [once.as_ref().map(|it| it.permission), dump.as_ref().map(|it| it.permission)];
    let needs = |permission| permissions.contains(&Some(permission));
    let bits = [
        (needs(Permission::Admin), ADMIN),
        (once.is_some(), OpInfo::CAN_DO),
        (dump.is_some(), OpInfo::CAN_DUMP),
        (true, OpInfo::HAS_POLICY),
        (needs(Permission::NamespaceAdmin), NAMESPACE_ADMIN),
    ];
    bits.iter().filter(|(set, _)| *set).map(|(_, bit)| bit).sum()
}

/// Tells listeners of a family that is there now.
pub(super) fn came(kernel: &Kernel, info: FamilyInfo) {
    let groups = of_groups(&info).map(Change::NewGroup).collect::<Vec<_>>();
    tell(kernel, [Change::New(info)].into_iter().chain(groups));
}

/// Tells listeners of a family that is there no longer.
pub(super) fn went(kernel: &Kernel, info: FamilyInfo) {
    let groups = of_groups(&info).map(Change::GroupGone).collect::<Vec<_>>();
    tell(kernel, groups.into_iter().chain([Change::Gone(info)]));
}

fn of_groups(info: &FamilyInfo) -> impl Iterator<Item = FamilyInfo> {
    info.groups.iter().flatten().map(|group| FamilyInfo {
        id: info.id,
        name: info.name.clone(),
        groups: Some(vec![group.clone()]),
        ..FamilyInfo::default()
    })
}

fn tell(kernel: &Kernel, changes: impl Iterator<Item = Change>) {
    for change in changes {
        // nlctrl is always there; a family whose table is too long for a message is not told of.
        let _ = kernel.notify(NOTIFY, &change);
    }
}
