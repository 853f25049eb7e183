//! Network devices.

use std::net::{Ipv4Addr, UdpSocket};

use nlkit::{Connection, Modifiers, Route};
use nlkit_specs::rt_link::{
    DellinkRequest, DellinkpropRequest, GetlinkDump, GetlinkReply, GetlinkRequest, GetstatsRequest,
    IfStatsMsg, IfinfoFlags, Ifinfomsg, Ipv4Devconf, Ipv6Devconf, LinkinfoAttrs, LinkinfoDataMsg,
    LinkinfoVxlanAttrs, NewlinkRequest, NewlinkpropRequest, Notification, PropListLinkAttrs,
    RTNLGRP_LINK, SetlinkRequest,
};
use nlkit_tests::namespace::{assert_shows, in_namespace, index_of, ip, ip_json, kernel_error};
use serde_json::{Value, json};

use crate::{brand_new, link, with_pair};

/// A device of this kind.
pub(crate) fn of_kind(name: &str, data: LinkinfoDataMsg) -> NewlinkRequest {
    let kind = nlkit::SubMessage::kind(&data).unwrap();
    let linkinfo = LinkinfoAttrs::new().with_kind(kind).with_data(data);
    NewlinkRequest::new().with_ifname(name).with_linkinfo(linkinfo)
}

/// A device of a kind that needs no data.
pub(crate) fn plain(name: &str, kind: &str) -> NewlinkRequest {
    NewlinkRequest::new().with_ifname(name).with_linkinfo(LinkinfoAttrs::new().with_kind(kind))
}

/// The data of a device's kind.
pub(crate) fn data(link: &GetlinkReply) -> &LinkinfoDataMsg {
    link.linkinfo.as_ref().unwrap().data.as_ref().unwrap()
}

pub(crate) fn shown(name: &str) -> Value {
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
    conn.request_with(&request, brand_new()).unwrap();

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
    conn.request_with(&request, brand_new()).unwrap();
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
    conn.request_with(&request, brand_new()).unwrap();
    let error = kernel_error(conn.request_with(&request, brand_new()));
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
    let told: Vec<Notification> = conn.request_echo(&plain("br0", "bridge"), brand_new()).unwrap();
    let [Notification::NewlinkNtf(link)] = told.as_slice() else { panic!("{told:?}") };
    assert_eq!(link.header.ifi_index, index_of("br0") as i32);
    assert_eq!(link.ifname.as_ref().unwrap(), "br0");
    assert!(matches!(data(link), LinkinfoDataMsg::Bridge(_)));
    let again = conn.request_echo::<_, Notification>(&plain("br0", "bridge"), brand_new());
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
    batch.add(&plain("i0", "ifb"), brand_new()).unwrap();
    let bad = LinkinfoVxlanAttrs::new().with_id(1 << 24);
    batch.add(&of_kind("x0", LinkinfoDataMsg::Vxlan(Box::new(bad))), brand_new()).unwrap();
    batch.add(&plain("i0", "ifb"), brand_new()).unwrap();
    batch.add(&plain("i1", "ifb"), brand_new()).unwrap();
    batch.add(&DellinkRequest::new().with_ifname("i0"), Modifiers::default()).unwrap();
    let outcomes = batch.send().unwrap();
    let errors: Vec<_> = outcomes.iter().map(|it| it.err().and_then(nlkit::Error::errno)).collect();
    assert_eq!(errors, [None, Some(34), Some(17), None, None]);
    let refused = outcomes.iter().nth(1).unwrap().unwrap_err().kernel().unwrap();
    assert_eq!(refused.attribute.as_deref(), Some(".linkinfo.data.id"));
    let names: Vec<_> = ip_json("link show").iter().map(|it| it["ifname"].clone()).collect();
    assert_eq!(names, ["lo", "i1"]);
}

#[test]
fn devices_that_come_change_and_go_are_told() {
    if !in_namespace() {
        return;
    }
    let mut listener = Connection::route().unwrap();
    let mut events = listener.subscribe(RTNLGRP_LINK).unwrap();
    let mut conn = Connection::route().unwrap();
    conn.request_with(&plain("br0", "bridge").with_mtu(1300), brand_new()).unwrap();
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
        conn.request_with(&plain(name, "ifb").with_group(group), brand_new()).unwrap();
    }
    conn.request(&DellinkRequest::new().with_group(7)).unwrap();
    let names: Vec<_> = ip_json("link show").iter().map(|it| it["ifname"].clone()).collect();
    assert_eq!(names, ["lo", "i1"]);
}
