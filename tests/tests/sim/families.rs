//! Families that come and go, and what nlctrl says of them.

use nlkit::nlctrl::{self, FamilyInfo, GetFamily};
use nlkit::serve::Service;
use nlkit::sim::Kernel;
use nlkit::wire::flag;
use nlkit::{Connection, Error, Generic, Transport};
use nlkit_specs::{netdev, nlctrl as spec};
use nlkit_tests::namespace::kernel_error;
use nlkit_tests::tunnel::{Family, PEERS, Tunnel, tunnel};

use crate::{Tunnels, id, kernel, messages, receive_all};

fn by_name(name: &str) -> GetFamily {
    GetFamily { name: Some(name.into()), id: None }
}

#[test]
fn nlctrl_tells_of_a_family_by_name_and_by_id() {
    let (kernel, _) = kernel();
    let mut conn = kernel.connect::<Generic>();
    let info = conn.request(&by_name("tunnel")).unwrap();
    let by_id = GetFamily { name: None, id: info.id };
    assert_eq!(conn.request(&by_id).unwrap(), info);
    assert_eq!((info.version, info.hdrsize, info.maxattr), (Some(1), Some(0), Some(0)));
    assert!(info.group("peers").is_some());
    let both = GetFamily { name: Some("tunnel".into()), id: Some(nlctrl::ID) };
    assert_eq!(conn.request(&both).unwrap(), info);
}

#[test]
fn nlctrl_tells_operations_with_what_they_can_and_need() {
    let kernel = Kernel::new();
    let mut service = Service::<netdev::Family>::new();
    service.on_do(|_: netdev::DevGetRequest, _| Ok(netdev::DevGetReply::new()));
    service.on_dump(|_: netdev::DevGetDump, _| Ok([]));
    service.on_dump(|_: netdev::QstatsGetDump, _| Ok([]));
    service.on_do(|_: netdev::NapiSetRequest, _| Ok(()));
    service.on_do(|_: netdev::BindTxRequest, _| Ok(netdev::BindTxReply::new()));
    kernel.add(service);
    let info = kernel.connect::<Generic>().family::<netdev::Family>().unwrap().clone();
    let ops = info.ops.unwrap();
    let ops: Vec<_> = ops.iter().map(|op| (op.id.unwrap(), op.flags.unwrap())).collect();
    // dev-get: do, dump, policy (of the do); qstats-get: dump; bind-tx: do; napi-set: do, admin.
    assert_eq!(ops, [(1, 2 | 4 | 8), (12, 4 | 8), (14, 2 | 8 | 1), (15, 2 | 8)]);
}

#[test]
fn nlctrl_lists_all_families() {
    let (kernel, _) = kernel();
    let mut conn = kernel.connect::<Generic>();
    let families: Vec<FamilyInfo> =
        conn.dump(&GetFamily::default()).unwrap().collect::<Result<_, _>>().unwrap();
    let names: Vec<_> = families.iter().map(|it| it.name.as_ref().unwrap().to_string()).collect();
    assert_eq!(names, ["nlctrl", "tunnel"]);
    assert_eq!(families[0].id, Some(nlctrl::ID));
    assert!(families[0].group("notify").is_some());
}

#[test]
fn an_absent_family_is_not_found() {
    let kernel = Kernel::new();
    let mut conn = kernel.connect::<Generic>();
    assert_eq!(kernel_error(conn.request(&by_name("tunnel"))).errno, libc::ENOENT);
    assert_eq!(kernel_error(conn.request(&GetFamily::default())).errno, libc::EINVAL);
    let gone = conn.request(&Tunnel::new());
    assert!(matches!(gone, Err(Error::UnknownFamily { family: "tunnel" })));
}

#[test]
fn a_reloaded_family_has_another_id_and_connections_find_it() {
    let (kernel, _) = kernel();
    let mut conn = kernel.connect::<Generic>();
    let request = Tunnel::new().with_ifindex(1);
    conn.request(&request).unwrap();
    let before = id(&kernel);
    assert!(kernel.reload::<Family>());
    assert_ne!(id(&kernel), before);
    assert_eq!(conn.request(&request).unwrap(), tunnel(1, "a"));
}

#[test]
fn a_removed_family_is_gone_until_it_is_added_again() {
    let (kernel, tunnels) = kernel();
    let mut conn = kernel.connect::<Generic>();
    let request = Tunnel::new().with_ifindex(1);
    conn.request(&request).unwrap();
    assert!(kernel.remove::<Family>());
    assert!(!kernel.remove::<Family>() && !kernel.reload::<Family>());
    assert!(conn.request(&request).is_err());
    kernel.add(tunnels.service());
    assert_eq!(conn.request(&request).unwrap(), tunnel(1, "a"));
}

#[test]
fn listeners_of_nlctrl_are_told_of_families_that_come_and_go() {
    let kernel = Kernel::new();
    let mut conn = kernel.connect::<Generic>();
    conn.join(spec::NOTIFY).unwrap();
    kernel.add(Tunnels::default().service());
    let new_id = id(&kernel);
    kernel.remove::<Family>();
    let told: Vec<(u16, FamilyInfo)> = std::iter::from_fn(|| conn.try_notification().unwrap())
        .map(|raw| (raw.message().cmd(), raw.message().decode().unwrap()))
        .collect();
    let cmds: Vec<u16> = told.iter().map(|(cmd, _)| *cmd).collect();
    assert_eq!(cmds, [1, 7, 8, 2], "family, its group, its group, family");
    for (_, info) in told {
        assert_eq!((info.id, info.name.unwrap()), (Some(new_id), "tunnel".into()));
        assert_eq!(info.groups.unwrap().len(), 1);
    }
}

#[test]
fn listeners_of_a_removed_family_are_in_no_group_any_more() {
    let (kernel, _) = kernel();
    let mut conn = kernel.connect::<Generic>();
    conn.join(PEERS).unwrap();
    assert_eq!(conn.transport().groups().len(), 2, "and that of nlctrl");
    kernel.reload::<Family>();
    assert_eq!(conn.transport().groups(), [16]);
}

#[test]
fn a_message_for_a_family_that_is_not_there_is_refused() {
    let kernel = Kernel::new();
    let mut socket = kernel.socket::<Generic>();
    socket.send(&crate::request(999, 1, flag::ACK, 1, &[])).unwrap();
    assert_eq!(crate::errno(&receive_all(&mut socket, 4096)[0]), libc::ENOENT);
}

#[test]
fn families_have_different_ids_and_groups_different_numbers() {
    let (kernel, _) = kernel();
    let mut netdev = Service::<netdev::Family>::new();
    netdev.group(netdev::MGMT).group(netdev::PAGE_POOL);
    kernel.add(netdev);
    let mut conn: Connection<Generic, _> = kernel.connect();
    let netdev = conn.family::<netdev::Family>().unwrap().clone();
    let tunnel = conn.family::<Family>().unwrap().clone();
    assert_ne!(netdev.id, tunnel.id);
    let groups = [netdev.group("mgmt"), netdev.group("page-pool"), tunnel.group("peers")];
    let mut numbers: Vec<u32> = groups.map(Option::unwrap).to_vec();
    numbers.dedup();
    assert_eq!(numbers.len(), 3);
    assert!(numbers.iter().all(|number| *number > 16));
}

#[test]
fn replies_have_the_version_of_their_family() {
    let (kernel, _) = kernel();
    let mut socket = kernel.socket::<Generic>();
    let name = nlkit_tests::raw::attr(2, b"tunnel\0");
    socket.send(&crate::request(nlctrl::ID, 3, 0, 1, &name)).unwrap();
    let (_, body) = messages(&receive_all(&mut socket, 4096)[0]).remove(0);
    assert_eq!(body[..4], [1, 2, 0, 0]);
}
