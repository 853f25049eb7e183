//! Network devices.

use std::net::{IpAddr, Ipv4Addr, UdpSocket};

use nlkit::{Connection, Modifiers, Route};
use nlkit_specs::rt_link::{
    DellinkRequest, DellinkpropRequest, GetlinkDump, GetlinkReply, GetlinkRequest, GetstatsRequest,
    IfStatsMsg, IfinfoFlags, Ifinfomsg, LinkinfoAttrs, LinkinfoBridgeAttrs, LinkinfoDataMsg,
    LinkinfoMacvlanAttrs, LinkinfoMemberDataMsg, LinkinfoPeerMsg, LinkinfoPeerMsgVeth,
    LinkinfoVethAttrs, LinkinfoVxlanAttrs, MacvlanMacaddrDataAttrs, MacvlanMode, NewlinkRequest,
    NewlinkpropRequest, Notification, PropListLinkAttrs, RTNLGRP_LINK, SetlinkRequest,
    VlanProtocols, VxlanDf,
};
use nlkit_tests::namespace::{assert_shows, in_namespace, index_of, ip, ip_json, kernel_error};
use nlkit_tests::skip::skip;
use serde_json::{Value, json};

use crate::{BRIDGE, NEW, link, with_pair};

/// A device of this kind.
fn of_kind(name: &str, data: LinkinfoDataMsg) -> NewlinkRequest {
    let kind = nlkit::SubMessage::kind(&data).unwrap();
    let linkinfo = LinkinfoAttrs::new().with_kind(kind).with_data(data);
    NewlinkRequest::new().with_ifname(name).with_linkinfo(linkinfo)
}

/// A device of a kind that needs no data.
fn plain(name: &str, kind: &str) -> NewlinkRequest {
    NewlinkRequest::new().with_ifname(name).with_linkinfo(LinkinfoAttrs::new().with_kind(kind))
}

fn bridge(name: &str, options: LinkinfoBridgeAttrs) -> NewlinkRequest {
    of_kind(name, LinkinfoDataMsg::Bridge(Box::new(options)))
}

/// The data of a device's kind.
fn data(link: &GetlinkReply) -> &LinkinfoDataMsg {
    link.linkinfo.as_ref().unwrap().data.as_ref().unwrap()
}

fn shown(name: &str) -> Value {
    ip_json(&format!("link show {name}")).pop().unwrap()
}

/// The flags, under the names of `ip`. `NO-CARRIER` and `M-DOWN` it makes up from others.
fn flag_names(link: &GetlinkReply) -> Vec<&'static str> {
    let names = [
        (IfinfoFlags::LOOPBACK, "LOOPBACK"),
        (IfinfoFlags::BROADCAST, "BROADCAST"),
        (IfinfoFlags::POINT_TO_POINT, "POINTOPOINT"),
        (IfinfoFlags::MULTICAST, "MULTICAST"),
        (IfinfoFlags::NO_ARP, "NOARP"),
        (IfinfoFlags::ALL_MULTI, "ALLMULTI"),
        (IfinfoFlags::PROMISC, "PROMISC"),
        (IfinfoFlags::UP, "UP"),
        (IfinfoFlags::LOWER_UP, "LOWER_UP"),
    ];
    let flags = link.header.ifi_flags;
    names.into_iter().filter(|(flag, _)| flags.contains(*flag)).map(|(_, name)| name).collect()
}

/// Asserts that `ip` shows the device as we do.
fn assert_link(link: &GetlinkReply, shown: &Value) {
    const STATES: [&str; 7] =
        ["UNKNOWN", "NOTPRESENT", "DOWN", "LOWERLAYERDOWN", "TESTING", "DORMANT", "UP"];
    let mut flags: Vec<_> = shown["flags"].as_array().unwrap().clone();
    flags.retain(|flag| flag != "NO-CARRIER" && flag != "M-DOWN");
    assert_eq!(json!(flag_names(link)), json!(flags));
    let names = link.prop_list.as_ref().map(|list| &list.alt_ifname);
    let info = link.linkinfo.as_ref();
    assert_shows(
        shown,
        &json!({
            "ifindex": link.header.ifi_index,
            "ifname": link.ifname,
            "mtu": link.mtu,
            "qdisc": link.qdisc,
            "operstate": link.operstate.map(|state| STATES[usize::from(state)]),
            "txqlen": link.txqlen,
            "address": link.address,
            "broadcast": link.broadcast,
            "promiscuity": link.promiscuity,
            "allmulti": link.allmulti,
            "min_mtu": link.min_mtu,
            "max_mtu": link.max_mtu,
            "num_tx_queues": link.num_tx_queues,
            "num_rx_queues": link.num_rx_queues,
            "gso_max_size": link.gso_max_size,
            "gso_max_segs": link.gso_max_segs,
            "tso_max_size": link.tso_max_size,
            "tso_max_segs": link.tso_max_segs,
            "gro_max_size": link.gro_max_size,
            "ifalias": link.ifalias,
            "altnames": names,
        }),
    );
    let of_kind = &shown["linkinfo"];
    assert_eq!(of_kind["info_kind"], json!(info.and_then(|info| info.kind.as_ref())));
    assert_eq!(of_kind["info_slave_kind"], json!(info.and_then(|info| info.slave_kind.as_ref())));
}

fn assert_counters(link: &GetlinkReply, shown: &Value) {
    let stats = link.stats64.unwrap();
    assert_shows(
        &shown["rx"],
        &json!({
            "bytes": stats.rx_bytes,
            "packets": stats.rx_packets,
            "errors": stats.rx_errors,
            "dropped": stats.rx_dropped,
            "multicast": stats.multicast,
        }),
    );
    assert_shows(
        &shown["tx"],
        &json!({
            "bytes": stats.tx_bytes,
            "packets": stats.tx_packets,
            "errors": stats.tx_errors,
            "dropped": stats.tx_dropped,
            "carrier_errors": stats.tx_carrier_errors,
            "collisions": stats.collisions,
        }),
    );
}

#[test]
fn a_device_is_shown_with_what_it_was_made_with() {
    if !in_namespace() {
        return;
    }
    let mut conn = Connection::route().unwrap();
    let request = plain("i0", "ifb")
        .with_address([2, 0, 0, 0, 0, 0x77])
        .with_mtu(1400)
        .with_txqlen(55)
        .with_group(5)
        .with_num_tx_queues(4)
        .with_num_rx_queues(2)
        .with_gso_max_segs(99)
        .with_header(Ifinfomsg::new().with_ifi_index(77).with_ifi_flags(IfinfoFlags::UP));
    conn.request_with(&request, NEW()).unwrap();

    let shown = shown("i0");
    assert_shows(
        &shown,
        &json!({
            "ifindex": 77,
            "address": "02:00:00:00:00:77",
            "mtu": 1400,
            "txqlen": 55,
            "group": "5",
            "num_tx_queues": 4,
            "num_rx_queues": 2,
            "gso_max_segs": 99,
        }),
    );
    assert!(shown["flags"].as_array().unwrap().contains(&json!("UP")));
    let link = link(&mut conn, "i0");
    assert_link(&link, &shown);
    assert_eq!(link.group, Some(5));
}

#[test]
fn whatever_iproute2_makes_is_decoded_as_it_shows_it() {
    if !in_namespace() {
        return;
    }
    let mut conn = Connection::route().unwrap();
    // The states of others change by themselves when they are up.
    ip("link set lo up");
    ip("link add v0 type veth peer name v1");
    ip("link add br0 address 02:00:00:00:00:78 type bridge");
    ip("link set br0 alias some-bridge");
    ip("link property add dev br0 altname bridge-zero altname another-name-of-it");
    ip("link set v0 master br0");
    ip("link add link v1 name m0 type macvlan mode bridge");
    ip("link add i0 numtxqueues 3 type ifb");
    ip("tuntap add t0 mode tun");
    let links = conn.dump(&GetlinkDump::new()).unwrap();
    let links: Vec<_> = links.map(Result::unwrap).collect();
    let shown = ip_json("link show");
    assert_eq!(links.len(), 7);
    assert_eq!(shown.len(), 7);
    for link in &links {
        let same = |shown: &&Value| shown["ifindex"] == json!(link.header.ifi_index);
        assert_link(link, shown.iter().find(same).unwrap());
    }
}

#[test]
fn options_of_a_bridge_are_set_and_read_back() {
    if !in_namespace() {
        return;
    }
    let mut conn = Connection::route().unwrap();
    let options = LinkinfoBridgeAttrs::new()
        .with_forward_delay(500)
        .with_hello_time(150)
        .with_max_age(1200)
        .with_ageing_time(12000)
        .with_stp_state(1)
        .with_priority(4096)
        .with_group_fwd_mask(8)
        .with_group_addr([1, 0x80, 0xc2, 0, 0, 0x0e])
        .with_mcast_querier(1)
        .with_mcast_hash_max(512)
        .with_mcast_last_member_cnt(3)
        .with_mcast_query_intvl(7700);
    let request = bridge("br0", options.clone()).with_address([2, 0, 0, 0, 0, 0x78]);
    conn.request_with(&request, NEW()).unwrap();

    let shown = shown("br0");
    assert_shows(
        &shown["linkinfo"]["info_data"],
        &json!({
            "forward_delay": 500,
            "hello_time": 150,
            "max_age": 1200,
            "ageing_time": 12000,
            "stp_state": 1,
            "priority": 4096,
            "group_fwd_mask": "0x8",
            "group_addr": "01:80:c2:00:00:0e",
            "mcast_querier": 1,
            "mcast_hash_max": 512,
            "mcast_last_member_cnt": 3,
            "mcast_query_intvl": 7700,
        }),
    );
    let link = link(&mut conn, "br0");
    let LinkinfoDataMsg::Bridge(read) = data(&link) else { panic!("{link:?}") };
    assert_eq!(read.group_addr, options.group_addr);
    assert_bridge(read, &shown["linkinfo"]["info_data"]);
    let id = read.bridge_id.unwrap();
    assert_eq!((id.prio, Some(id.addr)), (4096, link.address));
}

/// Asserts that `ip` shows the options of a bridge as we do.
fn assert_bridge(options: &LinkinfoBridgeAttrs, shown: &Value) {
    let switches = options.multi_boolopt.unwrap();
    let switch = |bit: u32| u32::from(switches.optval & 1 << bit != 0);
    assert_shows(
        shown,
        &json!({
            "forward_delay": options.forward_delay,
            "hello_time": options.hello_time,
            "max_age": options.max_age,
            "ageing_time": options.ageing_time,
            "stp_state": options.stp_state,
            "priority": options.priority,
            "root_port": options.root_port,
            "root_path_cost": options.root_path_cost,
            "topology_change": options.topology_change,
            "topology_change_detected": options.topology_change_detected,
            "group_fwd_mask": options.group_fwd_mask.map(|mask| format!("{mask:#x}")),
            "group_addr": options.group_addr,
            "mcast_snooping": options.mcast_snooping,
            "no_linklocal_learn": switch(0),
            "mcast_vlan_snooping": switch(1),
            "mcast_router": options.mcast_router,
            "mcast_query_use_ifaddr": options.mcast_query_use_ifaddr,
            "mcast_querier": options.mcast_querier,
            "mcast_hash_elasticity": options.mcast_hash_elasticity,
            "mcast_hash_max": options.mcast_hash_max,
            "mcast_last_member_cnt": options.mcast_last_member_cnt,
            "mcast_startup_query_cnt": options.mcast_startup_query_cnt,
            "mcast_last_member_intvl": options.mcast_last_member_intvl,
            "mcast_membership_intvl": options.mcast_membership_intvl,
            "mcast_querier_intvl": options.mcast_querier_intvl,
            "mcast_query_intvl": options.mcast_query_intvl,
            "mcast_query_response_intvl": options.mcast_query_response_intvl,
            "mcast_startup_query_intvl": options.mcast_startup_query_intvl,
            "mcast_stats_enabled": options.mcast_stats_enabled,
            "mcast_igmp_version": options.mcast_igmp_version,
            "mcast_mld_version": options.mcast_mld_version,
            "nf_call_iptables": options.nf_call_iptables,
            "nf_call_ip6tables": options.nf_call_ip6tables,
            "nf_call_arptables": options.nf_call_arptables,
        }),
    );
}

#[test]
fn options_of_a_bridge_that_iproute2_sets_are_decoded() {
    if !in_namespace() {
        return;
    }
    let mut conn = Connection::route().unwrap();
    ip("link add br0 type bridge forward_delay 700 priority 8192 mcast_snooping 0 mcast_router 2 \
        mcast_igmp_version 3 mcast_mld_version 2 mcast_stats_enabled 1 nf_call_iptables 1 \
        no_linklocal_learn 1 group_fwd_mask 16");
    let link = link(&mut conn, "br0");
    let LinkinfoDataMsg::Bridge(read) = data(&link) else { panic!("{link:?}") };
    assert_eq!(read.priority, Some(8192));
    assert_eq!((read.mcast_snooping, read.mcast_router), (Some(0), Some(2)));
    assert_eq!(read.multi_boolopt.unwrap().optval & 1, 1);
    assert_bridge(read, &shown("br0")["linkinfo"]["info_data"]);
}

#[test]
fn a_veth_is_made_with_its_peer() {
    if !in_namespace() {
        return;
    }
    let mut conn = Connection::route().unwrap();
    let peer = LinkinfoPeerMsgVeth::new()
        .with_header(Ifinfomsg::new().with_ifi_index(41).with_ifi_flags(IfinfoFlags::NO_ARP))
        .with_ifname("right")
        .with_mtu(1234)
        .with_address([2, 0, 0, 0, 0, 0x12]);
    let veth = LinkinfoVethAttrs::new().with_peer(LinkinfoPeerMsg::Veth(Box::new(peer)));
    let request = of_kind("left", LinkinfoDataMsg::Veth(Box::new(veth)))
        .with_header(Ifinfomsg::new().with_ifi_index(40))
        .with_mtu(4321);
    conn.request_with(&request, NEW()).unwrap();

    assert_shows(&shown("left"), &json!({ "ifindex": 40, "mtu": 4321, "link": "right" }));
    let right = shown("right");
    assert_shows(
        &right,
        &json!({ "ifindex": 41, "mtu": 1234, "address": "02:00:00:00:00:12", "link": "left" }),
    );
    assert!(right["flags"].as_array().unwrap().contains(&json!("NOARP")));
    assert_eq!(link(&mut conn, "left").link, Some(41));
}

#[test]
fn a_macvlan_has_its_mode_and_its_sources() {
    let Some(mut conn) = with_pair() else { return };
    let below = index_of("v0");
    let sources = [[2, 0, 0, 0, 0, 1], [2, 0, 0, 0, 0, 2]].map(nlkit::HwAddr::from);
    let list = MacvlanMacaddrDataAttrs::new().with_macaddr(sources);
    let options = LinkinfoMacvlanAttrs::new()
        .with_mode(MacvlanMode::SOURCE)
        .with_macaddr_mode(nlkit_specs::rt_link::MacvlanMacaddrMode::SET)
        .with_macaddr_data(list)
        .with_bc_queue_len(77);
    let request = of_kind("m0", LinkinfoDataMsg::Macvlan(Box::new(options))).with_link(below);
    conn.request_with(&request, NEW()).unwrap();

    let shown = shown("m0");
    assert_eq!(shown["link"], "v0");
    let of_kind = &shown["linkinfo"]["info_data"];
    assert_shows(of_kind, &json!({ "mode": "source", "bcqueuelen": 77, "macaddr_count": 2 }));
    let link = link(&mut conn, "m0");
    let LinkinfoDataMsg::Macvlan(read) = data(&link) else { panic!("{link:?}") };
    assert_eq!(link.link, Some(below));
    assert_eq!(read.mode, Some(MacvlanMode::SOURCE));
    assert_shows(
        of_kind,
        &json!({
            "macaddr_count": read.macaddr_count,
            "macaddr_data": read.macaddr_data.as_ref().map(|data| &data.macaddr),
            "bcqueuelen": read.bc_queue_len,
            "usedbcqueuelen": read.bc_queue_len_used,
        }),
    );
}

#[test]
fn a_macvtap_has_the_options_of_a_macvlan() {
    let Some(mut conn) = with_pair() else { return };
    let options = LinkinfoMacvlanAttrs::new().with_mode(MacvlanMode::VEPA);
    let request =
        of_kind("m0", LinkinfoDataMsg::Macvtap(Box::new(options))).with_link(index_of("v1"));
    conn.request_with(&request, NEW()).unwrap();
    assert_eq!(shown("m0")["linkinfo"]["info_kind"], "macvtap");
    assert_eq!(shown("m0")["linkinfo"]["info_data"]["mode"], "vepa");
    let link = link(&mut conn, "m0");
    let LinkinfoDataMsg::Macvtap(read) = data(&link) else { panic!("{link:?}") };
    assert_eq!(read.mode, Some(MacvlanMode::VEPA));
}

#[test]
fn a_vxlan_keeps_big_endian_ports_and_addresses_apart() {
    let Some(mut conn) = with_pair() else { return };
    let options = LinkinfoVxlanAttrs::new()
        .with_id(5)
        .with_group(Ipv4Addr::new(239, 1, 1, 1))
        .with_link(index_of("v1"))
        .with_local(Ipv4Addr::new(10, 0, 0, 1))
        .with_ttl(9)
        .with_tos(16)
        .with_learning(0)
        .with_ageing(77)
        .with_limit(99)
        .with_port(4790)
        .with_port_range(
            nlkit_specs::rt_link::IflaVxlanPortRange::new().with_low(5000).with_high(6000),
        )
        .with_df(VxlanDf::SET);
    conn.request_with(&of_kind("x0", LinkinfoDataMsg::Vxlan(Box::new(options))), NEW()).unwrap();

    let of_kind = &shown("x0")["linkinfo"]["info_data"];
    assert_shows(
        of_kind,
        &json!({
            "id": 5,
            "group": "239.1.1.1",
            "link": "v1",
            "local": "10.0.0.1",
            "ttl": 9,
            "learning": false,
            "ageing": 77,
            "limit": 99,
            "port": 4790,
            "port_range": { "low": 5000, "high": 6000 },
            "df": "set",
        }),
    );
    let link = link(&mut conn, "x0");
    let LinkinfoDataMsg::Vxlan(read) = data(&link) else { panic!("{link:?}") };
    let range = read.port_range.unwrap();
    assert_eq!(read.df, Some(VxlanDf::SET));
    assert_shows(
        of_kind,
        &json!({
            "id": read.id,
            "group": read.group,
            "local": read.local,
            "ttl": read.ttl,
            "learning": read.learning.map(|on| on != 0),
            "ageing": read.ageing,
            "limit": read.limit,
            "port": read.port,
            "port_range": { "low": range.low, "high": range.high },
            "udp_csum": read.udp_csum.map(|on| on != 0),
            "udp_zero_csum6_tx": read.udp_zero_csum6_tx.map(|on| on != 0),
        }),
    );
}

#[test]
fn a_vlan_has_its_protocol_and_its_maps() {
    let Some(mut conn) = with_pair() else { return };
    let options = nlkit_specs::rt_link::LinkinfoVlanAttrs::new()
        .with_id(7)
        .with_protocol(VlanProtocols::_8021AD);
    let request =
        of_kind("v0.7", LinkinfoDataMsg::Vlan(Box::new(options))).with_link(index_of("v0"));
    match conn.request_with(&request, NEW()) {
        Err(error) if error.errno() == Some(95) => return skip("this kernel has no VLANs"),
        made => made.unwrap(),
    }
    let of_kind = &shown("v0.7")["linkinfo"]["info_data"];
    assert_shows(of_kind, &json!({ "id": 7, "protocol": "802.1ad" }));
    let link = link(&mut conn, "v0.7");
    let LinkinfoDataMsg::Vlan(read) = data(&link) else { panic!("{link:?}") };
    assert_eq!((read.id, read.protocol), (Some(7), Some(VlanProtocols::_8021AD)));
}

#[test]
fn a_tap_is_decoded() {
    if !in_namespace() {
        return;
    }
    ip("tuntap add t0 mode tap user 7 group 9 vnet_hdr multi_queue");
    let mut conn = Connection::route().unwrap();
    let link = link(&mut conn, "t0");
    let LinkinfoDataMsg::Tun(read) = data(&link) else { panic!("{link:?}") };
    assert_eq!((read.owner, read.group), (Some(7), Some(9)));
    assert_shows(
        &shown("t0")["linkinfo"]["info_data"],
        &json!({
            "pi": read.pi.map(|on| on != 0),
            "vnet_hdr": read.vnet_hdr.map(|on| on != 0),
            "multi_queue": read.multi_queue.map(|on| on != 0),
            "persist": read.persist.map(|on| on != 0),
            "numqueues": read.num_queues,
            "numdisabled": read.num_disabled_queues,
        }),
    );
}

#[test]
fn a_port_of_a_bridge_has_the_data_of_its_master() {
    let Some(mut conn) = with_pair() else { return };
    conn.request_with(&plain("br0", "bridge"), NEW()).unwrap();
    let header = Ifinfomsg::new().with_ifi_index(index_of("v0") as i32);
    let join = NewlinkRequest::new().with_header(header).with_master(index_of("br0"));
    conn.request(&join).unwrap();
    let options = nlkit_specs::rt_link::LinkinfoBrportAttrs::new()
        .with_cost(77)
        .with_priority(9)
        .with_mode(1)
        .with_learning(0)
        .with_unicast_flood(0)
        .with_isolated(1);
    let of_port = LinkinfoAttrs::new()
        .with_slave_kind("bridge")
        .with_slave_data(LinkinfoMemberDataMsg::Bridge(Box::new(options)));
    conn.request(&NewlinkRequest::new().with_header(header).with_linkinfo(of_port)).unwrap();

    let shown = shown("v0");
    assert_eq!(shown["master"], "br0");
    let of_kind = &shown["linkinfo"]["info_slave_data"];
    assert_shows(
        of_kind,
        &json!({
            "cost": 77, "priority": 9, "hairpin": true, "learning": false, "flood": false,
            "isolated": true,
        }),
    );
    let link = link(&mut conn, "v0");
    let info = link.linkinfo.as_ref().unwrap();
    let Some(LinkinfoMemberDataMsg::Bridge(read)) = &info.slave_data else { panic!("{info:?}") };
    let is = |value: Option<u8>| value.map(|value| value != 0);
    assert_shows(
        of_kind,
        &json!({
            "priority": read.priority,
            "cost": read.cost,
            "hairpin": is(read.mode),
            "guard": is(read.guard),
            "root_block": is(read.protect),
            "fastleave": is(read.fast_leave),
            "learning": is(read.learning),
            "flood": is(read.unicast_flood),
            "id": read.id.map(|id| format!("{id:#x}")),
            "no": read.no.map(|no| format!("{no:#x}")),
            "designated_port": read.designated_port,
            "designated_cost": read.designated_cost,
            "topology_change_ack": read.topology_change_ack,
            "config_pending": read.config_pending,
            "multicast_router": read.multicast_router,
            "mcast_flood": is(read.mcast_flood),
            "bcast_flood": is(read.bcast_flood),
            "mcast_to_unicast": is(read.mcast_to_ucast),
            "neigh_suppress": is(read.neigh_suppress),
            "vlan_tunnel": is(read.vlan_tunnel),
            "isolated": is(read.isolated),
            "locked": is(read.locked),
        }),
    );
}

#[test]
fn a_peer_is_made_in_another_namespace() {
    if !in_namespace() {
        return;
    }
    let (namespaces, of_other) = std::sync::mpsc::channel();
    let (made, is_made) = std::sync::mpsc::channel::<()>();
    let other = std::thread::spawn(move || {
        assert!(in_namespace());
        namespaces.send(std::fs::File::open("/proc/thread-self/ns/net").unwrap()).unwrap();
        is_made.recv().unwrap();
        let right = link(&mut Connection::route().unwrap(), "right");
        assert_eq!((right.mtu, right.link_netnsid), (Some(1234), Some(0)));
        right.header.ifi_index
    });
    let namespace = of_other.recv().unwrap();
    let mut conn = Connection::route().unwrap();
    let peer = LinkinfoPeerMsgVeth::new()
        .with_ifname("right")
        .with_mtu(1234)
        .with_net_ns_fd(std::os::fd::AsRawFd::as_raw_fd(&namespace).unsigned_abs());
    let veth = LinkinfoVethAttrs::new().with_peer(LinkinfoPeerMsg::Veth(Box::new(peer)));
    conn.request_with(&of_kind("left", LinkinfoDataMsg::Veth(Box::new(veth))), NEW()).unwrap();
    made.send(()).unwrap();

    let left = link(&mut conn, "left");
    let right = other.join().unwrap();
    assert_eq!((left.link, left.link_netnsid), (u32::try_from(right).ok(), Some(0)));
    assert_eq!(shown("left")["link_netnsid"], 0);
    assert_eq!(ip_json("link show").len(), 2, "the other one is not here");
}

/// The same message in the family of bridges: a dump of their ports.
#[test]
fn a_dump_for_bridges_has_only_their_ports() {
    let Some(mut conn) = with_pair() else { return };
    ip("link add br0 type bridge");
    ip("link set v1 master br0");
    let header = Ifinfomsg::new().with_ifi_family(BRIDGE);
    let links = conn.dump(&GetlinkDump::new().with_header(header)).unwrap();
    let links: Vec<_> = links.map(Result::unwrap).collect();
    let names: Vec<_> = links.iter().map(|link| link.ifname.clone().unwrap()).collect();
    assert_eq!(names, ["v1"]);
    assert!(links.iter().all(|link| link.header.ifi_family == BRIDGE));
    let port: nlkit_specs::rt_link::LinkinfoBrportAttrs =
        nlkit::decode(links[0].protinfo.as_ref().unwrap()).unwrap();
    assert_eq!((port.learning, port.no), (Some(1), Some(1)));
}

#[test]
fn the_kernel_filters_a_dump_by_master_and_by_kind() {
    let Some(mut conn) = with_pair() else { return };
    ip("link add br0 type bridge");
    ip("link add br1 type bridge");
    ip("link set v1 master br1");
    let names = |conn: &mut Connection<Route>, dump: &GetlinkDump| -> Vec<String> {
        let links = conn.dump(dump).unwrap();
        links.map(|link| link.unwrap().ifname.unwrap().to_string()).collect()
    };
    let ports = GetlinkDump::new().with_master(index_of("br1"));
    assert_eq!(names(&mut conn, &ports), ["v1"]);
    let bridges = GetlinkDump::new().with_linkinfo(LinkinfoAttrs::new().with_kind("bridge"));
    assert_eq!(names(&mut conn, &bridges), ["br0", "br1"]);
    assert_eq!(names(&mut conn, &GetlinkDump::new()).len(), 5);
}

#[test]
fn a_device_is_found_by_each_of_its_names_until_it_is_gone() {
    let Some(mut conn) = with_pair() else { return };
    let header = Ifinfomsg::new().with_ifi_index(index_of("v0") as i32);
    let by_index = GetlinkRequest::new().with_header(header);
    let names =
        PropListLinkAttrs::new().with_alt_ifname(["left-end", "the-other-name"].map(Into::into));
    let request = NewlinkpropRequest::new().with_header(header).with_prop_list(names.clone());
    conn.request_with(&request, NEW()).unwrap();
    assert_eq!(shown("v0")["altnames"], json!(["left-end", "the-other-name"]));
    let by_other = GetlinkRequest::new().with_alt_ifname("the-other-name");
    let mut found = conn.request(&by_other).unwrap();
    assert_eq!(found.prop_list, Some(names));
    // It counts on while we look.
    found.stats = None;
    found.stats64 = None;
    found.af_spec = None;
    let mut again = conn.request(&by_index).unwrap();
    again.stats = None;
    again.stats64 = None;
    again.af_spec = None;
    assert_eq!(found, again);

    let one = PropListLinkAttrs::new().with_alt_ifname(["the-other-name"].map(Into::into));
    conn.request(&DellinkpropRequest::new().with_header(header).with_prop_list(one)).unwrap();
    let error = kernel_error(conn.request(&by_other));
    assert_eq!(error.errno, 19);
    assert_eq!(error.to_string(), "rt-link getlink: No such device (19)");
    conn.request(&DellinkRequest::new().with_ifname("v1")).unwrap();
    assert_eq!(kernel_error(conn.request(&by_index)).errno, 19, "its peer goes with it");
}

#[test]
fn a_device_that_must_be_new_may_not_be_there() {
    if !in_namespace() {
        return;
    }
    let mut conn = Connection::route().unwrap();
    let request = plain("i0", "ifb");
    let error = kernel_error(conn.request(&request));
    assert_eq!(error.errno, 19, "without CREATE nothing is made: {error}");
    conn.request_with(&request, NEW()).unwrap();
    let error = kernel_error(conn.request_with(&request, NEW()));
    assert_eq!((error.errno, error.request.operation), (17, "newlink"), "{error}");
    // Without EXCL it is a change of what is there.
    let change = plain("i0", "ifb").with_mtu(999);
    conn.request_with(&change, Modifiers::CREATE).unwrap();
    assert_eq!(shown("i0")["mtu"], 999);
    let error = kernel_error(conn.request_with(&change, Modifiers::CREATE | Modifiers::REPLACE));
    assert_eq!(error.errno, 95, "links cannot be replaced: {error}");
}

#[test]
fn flags_name_and_mtu_change() {
    let Some(mut conn) = with_pair() else { return };
    let index = index_of("v0") as i32;
    let down = Ifinfomsg::new()
        .with_ifi_index(index)
        .with_ifi_flags(IfinfoFlags::NO_ARP)
        .with_ifi_change((IfinfoFlags::UP | IfinfoFlags::NO_ARP).bits());
    conn.request(&SetlinkRequest::new().with_header(down).with_mtu(900)).unwrap();
    let rename = SetlinkRequest::new().with_header(Ifinfomsg::new().with_ifi_index(index));
    conn.request(&rename.with_ifname("renamed").with_ifalias("a name")).unwrap();
    let shown = shown("renamed");
    assert_shows(&shown, &json!({ "ifindex": index, "mtu": 900, "ifalias": "a name" }));
    let flags = shown["flags"].as_array().unwrap();
    assert!(flags.contains(&json!("NOARP")) && !flags.contains(&json!("UP")), "{flags:?}");
}

#[test]
fn the_echo_of_a_new_device_has_its_index() {
    if !in_namespace() {
        return;
    }
    let mut conn = Connection::route().unwrap();
    let told: Vec<Notification> = conn.request_echo(&plain("br0", "bridge"), NEW()).unwrap();
    let [Notification::NewlinkNtf(link)] = told.as_slice() else { panic!("{told:?}") };
    assert_eq!(link.header.ifi_index, index_of("br0") as i32);
    assert_eq!(link.ifname.as_ref().unwrap(), &"br0");
    assert!(matches!(data(link), LinkinfoDataMsg::Bridge(_)));
    let again = conn.request_echo::<_, Notification>(&plain("br0", "bridge"), NEW());
    assert_eq!(kernel_error(again).errno, 17);
    assert!(conn.try_notification().unwrap().is_none(), "an echo is no notification");
}

#[test]
fn a_batch_goes_on_after_the_one_that_fails() {
    if !in_namespace() {
        return;
    }
    let mut conn = Connection::route().unwrap();
    let mut batch = conn.batch();
    batch.add(&plain("i0", "ifb"), NEW()).unwrap();
    let bad = LinkinfoVxlanAttrs::new().with_id(1 << 24);
    batch.add(&of_kind("x0", LinkinfoDataMsg::Vxlan(Box::new(bad))), NEW()).unwrap();
    batch.add(&plain("i0", "ifb"), NEW()).unwrap();
    batch.add(&plain("i1", "ifb"), NEW()).unwrap();
    batch.add(&DellinkRequest::new().with_ifname("i0"), Modifiers::default()).unwrap();
    let outcomes = batch.send().unwrap();
    let errors: Vec<_> =
        outcomes.iter().map(|it| it.as_ref().err().and_then(|it| it.errno())).collect();
    assert_eq!(errors, [None, Some(34), Some(17), None, None]);
    let refused = outcomes[1].as_ref().unwrap_err().kernel().unwrap();
    assert_eq!(refused.attribute.as_deref(), Some(".linkinfo.data.id"));
    let names: Vec<_> = ip_json("link show").iter().map(|it| it["ifname"].clone()).collect();
    assert_eq!(names, ["lo", "i1"]);
}

#[test]
fn an_error_has_a_path_into_the_data_of_a_kind() {
    if !in_namespace() {
        return;
    }
    let mut conn = Connection::route().unwrap();
    let options = LinkinfoVxlanAttrs::new().with_id(5).with_df(VxlanDf::from(9));
    let error = kernel_error(
        conn.request_with(&of_kind("x0", LinkinfoDataMsg::Vxlan(Box::new(options))), NEW()),
    );
    assert_eq!(error.attribute.as_deref(), Some(".linkinfo.data.df"));
    assert_eq!(
        error.to_string(),
        "rt-link newlink: .linkinfo.data.df: Invalid argument (22): Invalid DF attribute"
    );

    // Through a sub-message in it, and behind the fixed header of that.
    let peer = LinkinfoPeerMsgVeth::new().with_mtu(1400).with_ifname("a-name-that-is-too-long");
    let veth = LinkinfoVethAttrs::new().with_peer(LinkinfoPeerMsg::Veth(Box::new(peer)));
    let request = of_kind("v0", LinkinfoDataMsg::Veth(Box::new(veth)));
    let error = kernel_error(conn.request_with(&request, NEW()));
    assert_eq!(error.attribute.as_deref(), Some(".linkinfo.data.peer.ifname"), "{error}");
}

#[test]
fn devices_that_come_change_and_go_are_told() {
    if !in_namespace() {
        return;
    }
    let mut listener = Connection::route().unwrap();
    let mut events = listener.subscribe(RTNLGRP_LINK).unwrap();
    let mut conn = Connection::route().unwrap();
    conn.request_with(&plain("br0", "bridge").with_mtu(1300), NEW()).unwrap();
    let Notification::NewlinkNtf(new) = events.next().unwrap().unwrap() else { panic!() };
    assert_eq!((new.mtu, new.ifname.as_ref().unwrap()), (Some(1300), &"br0".into()));
    assert!(!new.header.ifi_flags.contains(IfinfoFlags::UP));

    let header = Ifinfomsg::new().with_ifi_index(new.header.ifi_index);
    let up = header.with_ifi_flags(IfinfoFlags::UP).with_ifi_change(IfinfoFlags::UP.bits());
    conn.request(&SetlinkRequest::new().with_header(up)).unwrap();
    let Notification::NewlinkNtf(changed) = events.next().unwrap().unwrap() else { panic!() };
    assert!(changed.header.ifi_flags.contains(IfinfoFlags::UP));
    assert!(changed.header.ifi_change & IfinfoFlags::UP.bits() != 0);

    conn.request(&DellinkRequest::new().with_header(header)).unwrap();
    let mut gone = events.map(Result::unwrap).filter_map(|event| match event {
        Notification::DellinkNtf(gone) => Some(gone),
        _ => None,
    });
    let gone = gone.next().unwrap();
    assert_eq!((gone.header.ifi_index, gone.ifname), (new.header.ifi_index, new.ifname));
}

/// Lets a packet through the device and looks at it from three sides.
#[test]
fn counters_are_those_of_iproute2() {
    if !in_namespace() {
        return;
    }
    ip("link set lo up");
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    socket.send_to(&[7; 1000], socket.local_addr().unwrap()).unwrap();
    let mut conn = Connection::route().unwrap();
    let lo = link(&mut conn, "lo");
    let stats = lo.stats64.unwrap();
    assert!(stats.rx_packets >= 1 && stats.rx_bytes >= 1000, "{stats:?}");
    assert_counters(&lo, &shown("lo")["stats64"]);
    assert_eq!(lo.stats.unwrap().rx_bytes, u32::try_from(stats.rx_bytes).unwrap());

    let header = IfStatsMsg::new().with_ifindex(1).with_filter_mask(1);
    let reply = conn.request(&GetstatsRequest::new().with_header(header)).unwrap();
    assert_eq!((reply.header.ifindex, reply.link_64), (1, Some(stats)));
}

#[test]
fn settings_of_ip_on_a_device_are_in_their_places() {
    use nlkit_specs::rt_link::{Ipv4Devconf, Ipv6Devconf};
    let Some(mut conn) = with_pair() else { return };
    let set = |path: &str, value: &str| {
        std::fs::write(format!("/proc/sys/net/{path}"), value).unwrap();
    };
    set("ipv4/conf/v0/rp_filter", "2");
    set("ipv4/conf/v0/arp_evict_nocarrier", "0");
    set("ipv6/conf/v0/hop_limit", "33");
    set("ipv6/conf/v0/ndisc_evict_nocarrier", "0");
    let settings = link(&mut conn, "v0").af_spec.unwrap();
    let v4 = settings.inet.unwrap().conf.unwrap();
    let at = |place: Ipv4Devconf| v4[u32::from(place) as usize];
    assert_eq!(at(Ipv4Devconf::RP_FILTER), 2);
    assert_eq!(at(Ipv4Devconf::FORWARDING), 0);
    assert_eq!(at(Ipv4Devconf::ARP_EVICT_NOCARRIER), 0);
    let inet6 = settings.inet6.unwrap();
    let v6 = inet6.conf.unwrap();
    let at = |place: Ipv6Devconf| v6[u32::from(place) as usize];
    assert_eq!(at(Ipv6Devconf::HOPLIMIT), 33);
    assert_eq!(at(Ipv6Devconf::MTU6), 1500);
    assert_eq!(at(Ipv6Devconf::NDISC_EVICT_NOCARRIER), 0);
    assert!(inet6.cacheinfo.unwrap().max_reasm_len > 0);
    assert_eq!(inet6.stats.as_ref().unwrap()[0], inet6.stats.as_ref().unwrap().len() as u64);
}

#[test]
fn all_of_a_group_go_at_once() {
    if !in_namespace() {
        return;
    }
    let mut conn = Connection::route().unwrap();
    for (name, group) in [("i0", 7), ("i1", 8), ("i2", 7)] {
        conn.request_with(&plain(name, "ifb").with_group(group), NEW()).unwrap();
    }
    conn.request(&DellinkRequest::new().with_group(7)).unwrap();
    let names: Vec<_> = ip_json("link show").iter().map(|it| it["ifname"].clone()).collect();
    assert_eq!(names, ["lo", "i1"]);
}

#[test]
fn an_ipv6_vxlan_has_addresses_of_ipv6() {
    let Some(mut conn) = with_pair() else { return };
    let group: std::net::Ipv6Addr = "ff05::5".parse().unwrap();
    let options = LinkinfoVxlanAttrs::new().with_id(6).with_group6(group).with_link(index_of("v0"));
    conn.request_with(&of_kind("x0", LinkinfoDataMsg::Vxlan(Box::new(options))), NEW()).unwrap();
    let shown = shown("x0");
    let of_kind = &shown["linkinfo"]["info_data"];
    let link = link(&mut conn, "x0");
    let LinkinfoDataMsg::Vxlan(read) = data(&link) else { panic!("{link:?}") };
    assert_eq!((read.group6, read.group), (Some(group), None));
    let shown = of_kind["group6"].as_str().unwrap().parse::<IpAddr>().unwrap();
    assert_eq!(shown, group);
}
