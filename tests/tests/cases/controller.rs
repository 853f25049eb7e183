//! What nlctrl tells of families: their operations and what it checks of them.

use std::collections::BTreeSet;

use nlkit::nlctrl::{FamilyInfo, GetFamily, NlCtrl, OpInfo, PolicyMessage};
use nlkit::{Connection, Dump, Family, Kind, Policies};
use nlkit_specs::{ethtool, netdev, nlctrl};

/// GENL_CMD_CAP_HASPOL.
const HAS_POLICY: u32 = 8;
/// GENL_ADMIN_PERM.
const ADMIN: u32 = 1;
const BOTH: u32 = OpInfo::CAN_DO | OpInfo::CAN_DUMP;

fn family(conn: &mut Connection, name: &str) -> FamilyInfo {
    conn.request(&GetFamily { name: Some(name.into()), id: None }).unwrap()
}

/// Flags of an operation, without those of rights.
fn abilities(family: &FamilyInfo, id: u8) -> Option<u32> {
    let op = family.ops.iter().flatten().find(|op| op.id == Some(id.into()))?;
    Some(op.flags.unwrap_or(0) & (BOTH | HAS_POLICY))
}

#[test]
fn families_are_listed_with_names_and_numbers() {
    let mut conn = Connection::generic().unwrap();
    let families = conn.dump(&nlctrl::GetfamilyDump::new()).unwrap();
    let mut names = BTreeSet::new();
    for family in families {
        let family = family.unwrap();
        assert!(family.family_id.is_some_and(|id| id >= 16), "{family:?}");
        assert!(names.insert(family.family_name.unwrap().to_string()), "each once");
    }
    assert!(["nlctrl", "netdev", "ethtool"].iter().all(|name| names.contains(*name)), "{names:?}");
}

#[test]
fn each_operation_is_listed_once_with_what_it_can_do() {
    let mut conn = Connection::generic().unwrap();
    for name in ["nlctrl", "netdev"] {
        let ops = family(&mut conn, name).ops.unwrap();
        let ids: BTreeSet<_> = ops.iter().map(|op| op.id.unwrap()).collect();
        assert_eq!(ids.len(), ops.len(), "{name}");
        for op in &ops {
            let flags = op.flags.unwrap();
            assert!(flags & HAS_POLICY != 0 && flags & BOTH != 0, "{name}: {op:?}");
        }
    }
    let nlctrl = family(&mut conn, "nlctrl");
    assert_eq!(abilities(&nlctrl, 3), Some(BOTH | HAS_POLICY), "getfamily");
    assert_eq!(abilities(&nlctrl, 10), Some(OpInfo::CAN_DUMP | HAS_POLICY), "getpolicy");
    let netdev = family(&mut conn, "netdev");
    assert_eq!(abilities(&netdev, 12), Some(OpInfo::CAN_DUMP | HAS_POLICY), "qstats-get");
    assert_eq!(abilities(&netdev, 14), Some(OpInfo::CAN_DO | HAS_POLICY), "napi-set");
    let napi_set = netdev.ops.iter().flatten().find(|op| op.id == Some(14)).unwrap();
    assert_eq!(napi_set.flags.unwrap() & ADMIN, ADMIN);
    let notifications = [2, 3, 4, 6, 7, 8].map(|id| abilities(&netdev, id));
    assert_eq!(notifications, [None; 6], "notifications are no operations");
}

#[test]
fn policies_of_do_and_dump_are_told_apart() {
    let mut conn = Connection::generic().unwrap();
    let netdev = conn.policy::<netdev::Family>().unwrap();
    let dev_get = netdev.operation(1).unwrap();
    let ifindex = dev_get.of_do().unwrap().attribute(1).unwrap();
    assert_eq!((ifindex.kind(), ifindex.info().min), (Some(Kind::U32), Some(1)));
    assert!(dev_get.of_dump().is_none_or(|dump| dump.attributes().next().is_none()));
    let napi_get = netdev.operation(11).unwrap();
    assert_eq!(attributes(napi_get.of_do()), [2], "id");
    assert_eq!(attributes(napi_get.of_dump()), [1], "ifindex");

    let ethtool = conn.policy::<ethtool::Family>().unwrap();
    let strset_get = ethtool.operation(1).unwrap();
    assert_eq!(attributes(strset_get.of_do()), attributes(strset_get.of_dump()));
    assert!(!attributes(strset_get.of_do()).is_empty());
    let linkinfo_set = ethtool.operation(3).unwrap();
    assert!(linkinfo_set.of_do().is_some() && linkinfo_set.of_dump().is_none());
}

fn attributes(policy: Option<nlkit::Policy<'_>>) -> Vec<u16> {
    policy.into_iter().flat_map(|policy| policy.attributes()).map(|it| it.id()).collect()
}

/// As [`nlkit::nlctrl::GetPolicy`], for one operation.
#[derive(Default, nlkit::NlAttrs)]
struct OfOne {
    #[nl(id = 2)]
    family_name: Option<nlkit::NlString>,
    #[nl(id = 10)]
    op: Option<u32>,
}

impl Dump for OfOne {
    type Family = NlCtrl;
    type Reply = PolicyMessage;
    const NAME: &'static str = "getpolicy";
    const CMD: u16 = 10;
}

/// Kernels up to 6.18 misname operations that can only be dumped; those are left out.
#[test]
fn the_policy_of_one_operation_is_that_of_the_whole_family() {
    let mut conn = Connection::generic().unwrap();
    let whole = conn.policy::<ethtool::Family>().unwrap();
    let info = family(&mut conn, <ethtool::Family as Family>::NAME);
    let with_policy = info.ops.iter().flatten().filter(|op| {
        let flags = op.flags.unwrap_or(0);
        flags & HAS_POLICY != 0 && flags & OpInfo::CAN_DO != 0
    });
    let mut compared = 0;
    for id in with_policy.map(|op| op.id.unwrap()) {
        let request = OfOne { family_name: info.name.clone(), op: Some(id) };
        let messages = conn.dump(&request).unwrap().collect::<Result<Vec<_>, _>>().unwrap();
        let one = Policies::from_messages(info.clone(), messages);
        let of = |policies: &Policies| {
            let op = policies.operation(id).unwrap();
            (attributes(op.of_do()), attributes(op.of_dump()))
        };
        assert_eq!(of(&one), of(&whole), "operation {id}");
        compared += 1;
    }
    assert!(compared > 20, "{compared} operations");
}
