//! Kinds of network devices, and what each has of its own.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use nlkit::Connection;
use nlkit_specs::rt_link::{
    GetlinkDump, IfinfoFlags, Ifinfomsg, IflaVxlanPortRange, LinkinfoAttrs, LinkinfoBridgeAttrs,
    LinkinfoBrportAttrs, LinkinfoDataMsg, LinkinfoMacvlanAttrs, LinkinfoMemberDataMsg,
    LinkinfoPeerMsg, LinkinfoPeerMsgLinkAttrs, LinkinfoVethAttrs, LinkinfoVlanAttrs,
    LinkinfoVxlanAttrs, MacvlanMacaddrDataAttrs, MacvlanMacaddrMode, MacvlanMode, NewlinkRequest,
    VlanProtocols, VxlanDf,
};
use nlkit_tests::namespace::{assert_shows, in_namespace, index_of, ip, ip_json, kernel_error};
use nlkit_tests::skip::absent;
use serde_json::{Value, json};

use crate::links::{data, of_kind, plain, shown};
use crate::{BRIDGE, brand_new, link, with_pair};

fn bridge(name: &str, options: LinkinfoBridgeAttrs) -> NewlinkRequest {
    of_kind(name, LinkinfoDataMsg::Bridge(Box::new(options)))
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
    conn.request_with(&request, brand_new()).unwrap();

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
    let peer = LinkinfoPeerMsgLinkAttrs::new()
        .with_header(Ifinfomsg::new().with_ifi_index(41).with_ifi_flags(IfinfoFlags::NO_ARP))
        .with_ifname("right")
        .with_mtu(1234)
        .with_address([2, 0, 0, 0, 0, 0x12]);
    let veth = LinkinfoVethAttrs::new().with_peer(LinkinfoPeerMsg::Veth(Box::new(peer)));
    let request = of_kind("left", LinkinfoDataMsg::Veth(Box::new(veth)))
        .with_header(Ifinfomsg::new().with_ifi_index(40))
        .with_mtu(4321);
    conn.request_with(&request, brand_new()).unwrap();

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
        .with_macaddr_mode(MacvlanMacaddrMode::SET)
        .with_macaddr_data(list)
        .with_bc_queue_len(77);
    let request = of_kind("m0", LinkinfoDataMsg::Macvlan(Box::new(options))).with_link(below);
    conn.request_with(&request, brand_new()).unwrap();

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
    conn.request_with(&request, brand_new()).unwrap();
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
        .with_port_range(IflaVxlanPortRange::new().with_low(5000).with_high(6000))
        .with_df(VxlanDf::SET);
    conn.request_with(&of_kind("x0", LinkinfoDataMsg::Vxlan(Box::new(options))), brand_new())
        .unwrap();

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
    let options = LinkinfoVlanAttrs::new().with_id(7).with_protocol(VlanProtocols::_8021AD);
    let request =
        of_kind("v0.7", LinkinfoDataMsg::Vlan(Box::new(options))).with_link(index_of("v0"));
    match conn.request_with(&request, brand_new()) {
        Err(error) if error.errno() == Some(95) => return absent("VLANs"),
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
    conn.request_with(&plain("br0", "bridge"), brand_new()).unwrap();
    let header = Ifinfomsg::new().with_ifi_index(index_of("v0") as i32);
    let join = NewlinkRequest::new().with_header(header).with_master(index_of("br0"));
    conn.request(&join).unwrap();
    let options = LinkinfoBrportAttrs::new()
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
    let peer = LinkinfoPeerMsgLinkAttrs::new()
        .with_ifname("right")
        .with_mtu(1234)
        .with_net_ns_fd(std::os::fd::AsRawFd::as_raw_fd(&namespace).unsigned_abs());
    let veth = LinkinfoVethAttrs::new().with_peer(LinkinfoPeerMsg::Veth(Box::new(peer)));
    conn.request_with(&of_kind("left", LinkinfoDataMsg::Veth(Box::new(veth))), brand_new())
        .unwrap();
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
    let port: LinkinfoBrportAttrs = nlkit::decode(links[0].protinfo.as_ref().unwrap()).unwrap();
    assert_eq!((port.learning, port.no), (Some(1), Some(1)));
}

#[test]
fn an_error_has_a_path_into_the_data_of_a_kind() {
    if !in_namespace() {
        return;
    }
    let mut conn = Connection::route().unwrap();
    let options = LinkinfoVxlanAttrs::new().with_id(5).with_df(VxlanDf::from(9));
    let error = kernel_error(
        conn.request_with(&of_kind("x0", LinkinfoDataMsg::Vxlan(Box::new(options))), brand_new()),
    );
    assert_eq!(error.attribute.as_deref(), Some(".linkinfo.data.df"));
    assert_eq!(
        error.to_string(),
        "rt-link newlink: .linkinfo.data.df: Invalid argument (22): Invalid DF attribute"
    );

    // Through a sub-message in it, and behind the fixed header of that.
    let peer =
        LinkinfoPeerMsgLinkAttrs::new().with_mtu(1400).with_ifname("a-name-that-is-too-long");
    let veth = LinkinfoVethAttrs::new().with_peer(LinkinfoPeerMsg::Veth(Box::new(peer)));
    let request = of_kind("v0", LinkinfoDataMsg::Veth(Box::new(veth)));
    let error = kernel_error(conn.request_with(&request, brand_new()));
    assert_eq!(error.attribute.as_deref(), Some(".linkinfo.data.peer.ifname"), "{error}");
}

#[test]
fn an_ipv6_vxlan_has_addresses_of_ipv6() {
    let Some(mut conn) = with_pair() else { return };
    let group: Ipv6Addr = "ff05::5".parse().unwrap();
    let options = LinkinfoVxlanAttrs::new().with_id(6).with_group6(group).with_link(index_of("v0"));
    conn.request_with(&of_kind("x0", LinkinfoDataMsg::Vxlan(Box::new(options))), brand_new())
        .unwrap();
    let shown = shown("x0");
    let of_kind = &shown["linkinfo"]["info_data"];
    let link = link(&mut conn, "x0");
    let LinkinfoDataMsg::Vxlan(read) = data(&link) else { panic!("{link:?}") };
    assert_eq!((read.group6, read.group), (Some(group), None));
    let shown = of_kind["group6"].as_str().unwrap().parse::<IpAddr>().unwrap();
    assert_eq!(shown, group);
}
