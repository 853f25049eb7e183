//! Open vSwitch: four families whose messages have a fixed header of their own.

use std::net::Ipv4Addr;

use nlkit::{Connection, Error, Modifiers};
use nlkit_specs::{ovs_datapath, ovs_flow, ovs_packet, ovs_vport};
use nlkit_tests::namespace::{in_namespace, index_of, ip, kernel_error};

const ETHERTYPE_IPV4: u16 = 0x0800;
const UDP: u8 = 17;

/// A connection to a namespace with the datapath `dp0`, and its index.
fn make_datapath() -> (Connection, u32) {
    assert!(in_namespace());
    let mut conn = Connection::generic().unwrap();
    conn.request(&new_datapath()).unwrap();
    let index = index_of("dp0");
    (conn, index)
}

fn new_datapath() -> ovs_datapath::NewRequest {
    let features = ovs_datapath::UserFeatures::UNALIGNED | ovs_datapath::UserFeatures::VPORT_PIDS;
    ovs_datapath::NewRequest::new().with_name("dp0").with_upcall_pid(0).with_user_features(features)
}

fn of_flow(index: u32) -> ovs_flow::OvsHeader {
    ovs_flow::OvsHeader::new().with_dp_ifindex(index)
}

fn of_vport(index: u32) -> ovs_vport::OvsHeader {
    ovs_vport::OvsHeader::new().with_dp_ifindex(index)
}

fn new_port(index: u32, name: &str) -> ovs_vport::NewRequest {
    ovs_vport::NewRequest::new()
        .with_header(of_vport(index))
        .with_name(name)
        .with_type(ovs_vport::VportType::INTERNAL)
        .with_upcall_pid([0])
}

/// UDP from 10.0.0.1 to port 53.
fn key() -> ovs_flow::KeyAttrs {
    let mac = |last: u8| [2, 0, 0, 0, 0, last];
    let ethernet = ovs_flow::OvsKeyEthernet::new().with_eth_src(mac(1)).with_eth_dst(mac(2));
    let ipv4 = ovs_flow::OvsKeyIpv4::new()
        .with_ipv4_src(Ipv4Addr::new(10, 0, 0, 1))
        .with_ipv4_dst(Ipv4Addr::new(10, 0, 0, 2))
        .with_ipv4_proto(UDP)
        .with_ipv4_ttl(64);
    ovs_flow::KeyAttrs::new()
        .with_in_port(0)
        .with_ethernet(ethernet)
        .with_ethertype(ETHERTYPE_IPV4)
        .with_ipv4(ipv4)
        .with_udp(ovs_flow::OvsKeyUdp::new().with_udp_src(1234).with_udp_dst(53))
}

/// Out as it is, then out again with a VLAN tag: the order matters, and one action comes twice.
fn actions() -> Vec<ovs_flow::ActionAttrs> {
    let vlan = ovs_flow::OvsActionPushVlan::new().with_vlan_tpid(0x8100).with_vlan_tci(0x1064);
    let action = ovs_flow::ActionAttrs::new;
    vec![action().with_output(0), action().with_push_vlan(vlan), action().with_output(0)]
}

fn new_flow(index: u32) -> ovs_flow::NewRequest {
    ovs_flow::NewRequest::new().with_header(of_flow(index)).with_key(key()).with_actions(actions())
}

fn flows(conn: &mut Connection, index: u32) -> Vec<ovs_flow::GetReply> {
    let request = ovs_flow::GetDump::new().with_header(of_flow(index));
    conn.dump(&request).unwrap().collect::<Result<_, _>>().unwrap()
}

#[test]
#[ignore = "runs in the lab"]
fn a_datapath_is_made_found_changed_and_removed() {
    let (mut conn, index) = make_datapath();
    let request = ovs_datapath::GetRequest::new().with_name("dp0");
    let found = conn.request(&request).unwrap();
    assert_eq!((found.header.dp_ifindex, found.name.as_ref().unwrap()), (index, &"dp0".into()));
    assert_eq!(found.user_features, new_datapath().user_features);
    assert_eq!(found.stats, Some(ovs_datapath::OvsDpStats::new()));

    let set = ovs_datapath::SetRequest::new()
        .with_header(ovs_datapath::OvsHeader::new().with_dp_ifindex(index))
        .with_user_features(ovs_datapath::UserFeatures::UNALIGNED)
        .with_masks_cache_size(512);
    conn.request(&set).unwrap();
    let dump = conn.dump(&ovs_datapath::GetDump::new()).unwrap();
    let [found] = &dump.map(Result::unwrap).collect::<Vec<_>>()[..] else { panic!("one datapath") };
    assert_eq!(found.header.dp_ifindex, index);
    assert_eq!(found.user_features, set.user_features);
    assert_eq!(found.masks_cache_size, Some(512));

    conn.request(&ovs_datapath::DelRequest::new().with_name("dp0")).unwrap();
    assert_eq!(conn.dump(&ovs_datapath::GetDump::new()).unwrap().count(), 0);
    assert_eq!(kernel_error(conn.request(&request)).errno, 19, "ENODEV");
    assert!(!ip("link show").contains("dp0"));
}

#[test]
#[ignore = "runs in the lab"]
fn a_port_is_added_found_and_removed() {
    let (mut conn, index) = make_datapath();
    conn.request(&new_port(index, "in0").with_port_no(7)).unwrap();
    let request = ovs_vport::GetDump::new().with_header(of_vport(index));
    let dump = conn.dump(&request).unwrap();
    let mut ports: Vec<_> = dump
        .map(Result::unwrap)
        .map(|port| {
            assert_eq!(port.header.dp_ifindex, index);
            assert_eq!(port.r#type, Some(ovs_vport::VportType::INTERNAL));
            (port.port_no.unwrap(), port.name.unwrap().to_string(), port.ifindex.map(i64::from))
        })
        .collect();
    ports.sort();
    let expected = [(0, "dp0"), (7, "in0")]
        .map(|(number, name)| (number, name.to_owned(), Some(i64::from(index_of(name)))));
    assert_eq!(ports, expected);

    let request = ovs_vport::GetRequest::new().with_header(of_vport(index)).with_port_no(7);
    let found = conn.request(&request).unwrap();
    assert_eq!(found.name.unwrap(), "in0");
    assert_eq!(found.stats, Some(ovs_vport::OvsVportStats::new()));
    assert_eq!(found.upcall_pid, Some(vec![0]));

    let del = ovs_vport::DelRequest::new().with_header(of_vport(index)).with_port_no(7);
    conn.request(&del).unwrap();
    assert_eq!(kernel_error(conn.request(&request)).errno, 19, "ENODEV");
    let local = ovs_vport::DelRequest::new().with_header(of_vport(index)).with_port_no(0);
    assert_eq!(kernel_error(conn.request(&local)).errno, 22, "EINVAL");
}

#[test]
#[ignore = "runs in the lab"]
fn a_flow_comes_back_as_it_was_given() {
    let (mut conn, index) = make_datapath();
    conn.request_with(&new_flow(index), Modifiers::CREATE).unwrap();
    let [found] = &flows(&mut conn, index)[..] else { panic!("one flow") };
    assert_eq!(found.header.dp_ifindex, index);
    let key_found = found.key.as_ref().unwrap();
    assert_eq!(key_found.ipv4, key().ipv4);
    assert_eq!(key_found.ethernet, key().ethernet);
    assert_eq!((key_found.ethertype, key_found.udp), (key().ethertype, key().udp));
    // Without a mask of one's own, all bits count.
    let mask = found.mask.as_ref().unwrap();
    assert_eq!(mask.ipv4.unwrap().ipv4_src, Ipv4Addr::BROADCAST);
    assert_eq!(found.actions, Some(actions()));
    assert_eq!((found.stats, found.used), (None, None), "no packet yet");

    let again = conn.request_with(&new_flow(index), Modifiers::CREATE | Modifiers::EXCL);
    assert_eq!(kernel_error(again).errno, 17, "EEXIST");
    let one = ovs_flow::GetRequest::new().with_header(of_flow(index)).with_key(key());
    assert_eq!(conn.request(&one).unwrap().actions, Some(actions()));

    let drop: Vec<ovs_flow::ActionAttrs> = Vec::new();
    let set = ovs_flow::SetRequest::new()
        .with_header(of_flow(index))
        .with_key(key())
        .with_actions(drop.clone());
    conn.request(&set).unwrap();
    assert_eq!(conn.request(&one).unwrap().actions, Some(drop));

    let all = ovs_flow::DelRequest::new().with_header(of_flow(index));
    conn.request(&all).unwrap();
    assert_eq!(flows(&mut conn, index), []);
    assert_eq!(kernel_error(conn.request(&one)).errno, 2, "ENOENT");
}

/// A packet that a datapath has no flow for goes to who asked for it, with its key.
#[test]
#[ignore = "runs in the lab"]
fn an_executed_packet_is_carried_out() {
    let (mut conn, index) = make_datapath();
    conn.request(&new_port(index, "in0").with_port_no(1)).unwrap();
    ip("link set dp0 addrgenmode none"); // so that it sends nothing of its own
    ip("link set dp0 up");
    let mut packet = vec![0xff; 6];
    packet.extend([2, 0, 0, 0, 0, 1, 0x88, 0xb5]);
    packet.resize(60, 0);
    let key = ovs_flow::KeyAttrs::new().with_in_port(1);
    let output = ovs_flow::ActionAttrs::new().with_output(0);
    let request = ovs_packet::ExecuteRequest::new()
        .with_header(ovs_packet::OvsHeader::new().with_dp_ifindex(index))
        .with_packet(packet)
        .with_key(nlkit::encode(&key).unwrap())
        .with_actions(nlkit::encode(&output).unwrap());
    conn.request(&request).unwrap();
    let port = ovs_vport::GetRequest::new().with_header(of_vport(index)).with_port_no(0);
    let stats = conn.request(&port).unwrap().stats.unwrap();
    // The device has received it, without its Ethernet header.
    assert_eq!((stats.rx_packets, stats.rx_bytes), (1, 46), "{stats:?}");
}

#[test]
#[ignore = "runs in the lab"]
fn changes_are_told_to_others_and_to_who_made_them() {
    assert!(in_namespace());
    let mut conns = [Connection::generic().unwrap(), Connection::generic().unwrap()];
    for conn in &mut conns {
        conn.join(ovs_datapath::OVS_DATAPATH).unwrap();
        conn.join(ovs_vport::OVS_VPORT).unwrap();
        conn.join(ovs_flow::OVS_FLOW).unwrap();
    }
    let maker = &mut conns[0];
    maker.request(&new_datapath()).unwrap();
    let index = index_of("dp0");
    maker.request(&new_port(index, "in0")).unwrap();
    maker.request_with(&new_flow(index), Modifiers::CREATE).unwrap();
    let flow = ovs_flow::DelRequest::new().with_header(of_flow(index)).with_key(key());
    maker.request(&flow).unwrap();
    maker.request(&ovs_datapath::DelRequest::new().with_name("dp0")).unwrap();
    for conn in &mut conns {
        let raw: Vec<_> = std::iter::from_fn(|| conn.try_notification().unwrap()).collect();
        let told: Vec<String> = raw.iter().map(|raw| told(conn, raw).unwrap()).collect();
        let made = ["datapath new dp0", "port new in0", "flow new 10.0.0.1", "flow del 10.0.0.1"];
        assert_eq!(told[..4], made);
        // With a datapath go its ports, or at least nothing that was not there.
        let gone = &told[4..];
        assert!(gone.contains(&"datapath del dp0".to_owned()), "{gone:?}");
    }
}

/// A notification in words; `None` where it is of none of the families.
fn told(conn: &Connection, raw: &nlkit::RawMessage) -> Option<String> {
    if let Some(datapath) = conn.decode_notification::<ovs_datapath::Notification>(raw) {
        return Some(match datapath.unwrap() {
            ovs_datapath::Notification::NewNtf(it) => format!("datapath new {}", it.name.unwrap()),
            ovs_datapath::Notification::DelNtf(it) => format!("datapath del {}", it.name.unwrap()),
            other => format!("{other:?}"),
        });
    }
    if let Some(port) = conn.decode_notification::<ovs_vport::Notification>(raw) {
        return Some(match port.unwrap() {
            ovs_vport::Notification::NewNtf(it) => format!("port new {}", it.name.unwrap()),
            ovs_vport::Notification::DelNtf(it) => format!("port del {}", it.name.unwrap()),
            other => format!("{other:?}"),
        });
    }
    let source = |flow: ovs_flow::GetReply| flow.key.unwrap().ipv4.unwrap().ipv4_src;
    let flow = conn.decode_notification::<ovs_flow::Notification>(raw)?;
    Some(match flow.unwrap() {
        ovs_flow::Notification::NewNtf(flow) => format!("flow new {}", source(flow)),
        ovs_flow::Notification::DelNtf(flow) => format!("flow del {}", source(flow)),
        other => format!("{other:?}"),
    })
}

/// The offset in the kernel's words counts the header of the family too.
#[test]
#[ignore = "runs in the lab"]
fn an_error_names_the_attribute_behind_the_header() {
    let (mut conn, index) = make_datapath();
    let set = ovs_datapath::SetRequest::new()
        .with_header(ovs_datapath::OvsHeader::new().with_dp_ifindex(index))
        .with_masks_cache_size(u32::MAX);
    let error = kernel_error(conn.request(&set));
    assert_eq!((error.errno, error.attribute.as_deref()), (34, Some(".masks-cache-size")));
    let missing = conn.request(&ovs_flow::NewRequest::new().with_header(of_flow(index)));
    assert!(matches!(missing, Err(Error::Kernel(_))), "{missing:?}");
}
