//! Addresses of devices.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use nlkit::{Connection, Modifiers, Route};
use nlkit_specs::rt_addr::{
    DeladdrRequest, GetaddrDump, GetaddrReply, GetaddrRequest, GetanycastDump, GetmulticastDump,
    IfaCacheinfo, IfaFlags, Ifaddrmsg, NewaddrRequest, Notification, RTNLGRP_IPV4_IFADDR,
    RTNLGRP_IPV6_IFADDR,
};
use nlkit_tests::namespace::{assert_shows, index_of, ip, ip_json, kernel_error};
use serde_json::{Value, json};

use crate::{INET, INET6, brand_new, with_pair};

/// `RT_SCOPE_LINK`.
const LINK: u8 = 253;

/// The header of an address on `device`.
fn on(device: &str, family: u8, prefix: u8) -> Ifaddrmsg {
    let header = Ifaddrmsg::new().with_ifa_family(family).with_ifa_prefixlen(prefix);
    header.with_ifa_index(index_of(device))
}

fn v4(device: &str, address: [u8; 4], prefix: u8) -> NewaddrRequest {
    NewaddrRequest::new().with_header(on(device, INET, prefix)).with_local(Ipv4Addr::from(address))
}

/// What `ip` shows of the addresses of a device.
fn shown(device: &str) -> Vec<Value> {
    let device = ip_json(&format!("addr show dev {device}")).pop().unwrap();
    device["addr_info"].as_array().unwrap().clone()
}

fn dump(conn: &mut Connection<Route>, header: Ifaddrmsg) -> Vec<GetaddrReply> {
    let replies = conn.dump(&GetaddrDump::new().with_header(header)).unwrap();
    replies.map(Result::unwrap).collect()
}

/// Asserts that `ip` shows an address as we do. It may count down meanwhile, thus no lifetimes but
/// those without end.
fn assert_address(address: &GetaddrReply, shown: &Value) {
    let flags = address.flags.unwrap();
    let is = |flag: IfaFlags| flags.contains(flag).then_some(true);
    let scope = match address.header.ifa_scope {
        0 => json!("global"),
        LINK => json!("link"),
        254 => json!("host"),
        other => json!(other),
    };
    let own = address.local.or(address.address);
    let peer = address.address.filter(|peer| Some(*peer) != own);
    assert_shows(
        shown,
        &json!({
            "family": if address.header.ifa_family == INET { "inet" } else { "inet6" },
            "prefixlen": address.header.ifa_prefixlen,
            "local": own,
            "address": peer,
            "broadcast": address.broadcast,
            "label": address.label,
            "metric": address.rt_priority,
            "scope": scope,
            "noprefixroute": is(IfaFlags::NOPREFIXROUTE),
            "nodad": is(IfaFlags::NODAD),
            "home": is(IfaFlags::HOMEADDRESS),
            "mngtmpaddr": is(IfaFlags::MANAGETEMPADDR),
            "secondary": is(IfaFlags::SECONDARY),
            "dynamic": (!flags.contains(IfaFlags::PERMANENT)).then_some(true),
        }),
    );
    if flags.contains(IfaFlags::PERMANENT) {
        let times = address.cacheinfo.unwrap();
        assert_shows(
            shown,
            &json!({
                "valid_life_time": times.ifa_valid,
                "preferred_life_time": times.ifa_prefered,
            }),
        );
    }
}

#[test]
fn an_address_is_shown_with_what_it_was_made_with() {
    let Some(mut conn) = with_pair() else { return };
    let mut request = v4("v0", [10, 0, 0, 1], 24)
        .with_broadcast(Ipv4Addr::new(10, 0, 0, 255))
        .with_label("v0:x")
        .with_cacheinfo(IfaCacheinfo::new().with_ifa_valid(90_000).with_ifa_prefered(80_000))
        .with_flags(IfaFlags::NOPREFIXROUTE)
        .with_rt_priority(77)
        .with_proto(44);
    request.header.ifa_scope = LINK;
    conn.request_with(&request, brand_new()).unwrap();

    let shown = shown("v0").remove(0);
    assert_shows(
        &shown,
        &json!({
            "local": "10.0.0.1", "prefixlen": 24, "broadcast": "10.0.0.255", "label": "v0:x",
            "scope": "link", "metric": 77, "noprefixroute": true, "dynamic": true,
        }),
    );
    assert!((80_001..=90_000).contains(&shown["valid_life_time"].as_u64().unwrap()));
    let read = dump(&mut conn, on("v0", INET, 0)).remove(0);
    assert_address(&read, &shown);
    assert_eq!(read.proto, Some(44));
    let times = read.cacheinfo.unwrap();
    assert!((79_001..=80_000).contains(&times.ifa_prefered), "{times:?}");
    assert!(times.cstamp > 0 && times.cstamp == times.tstamp, "{times:?}");
}

#[test]
fn addresses_that_iproute2_makes_are_decoded() {
    let Some(mut conn) = with_pair() else { return };
    ip("addr add 10.0.0.1/24 brd + dev v0 label v0:7 metric 9");
    ip("addr add 10.0.0.2/24 dev v0");
    ip("addr add 10.0.1.1 peer 10.0.1.2/32 dev v0 scope host");
    ip("addr add fd00::1/64 dev v0 nodad home mngtmpaddr");
    ip("addr add fd00::2 peer fd00:1::/64 dev v0 nodad noprefixroute");
    let replies = dump(&mut conn, on("v0", 0, 0));
    // But for the one that the device gives itself, whose flags change as it becomes valid.
    let made = |address: &GetaddrReply| match address.address.unwrap() {
        IpAddr::V6(address) => address.segments()[0] != 0xfe80,
        IpAddr::V4(_) => true,
    };
    let replies: Vec<_> = replies.into_iter().filter(made).collect();
    let shown: Vec<_> = shown("v0").into_iter().filter(|it| it["scope"] != "link").collect();
    assert_eq!((replies.len(), shown.len()), (5, 5));
    for (address, shown) in replies.iter().zip(&shown) {
        assert_address(address, shown);
    }
}

/// Without strict checking the kernel would give the addresses of all devices.
#[test]
fn a_dump_for_one_device_has_only_its_addresses() {
    let Some(mut conn) = with_pair() else { return };
    ip("addr add 10.0.0.1/24 dev v0");
    ip("addr add 10.0.1.1/24 dev v1");
    ip("addr add 10.0.2.1/24 dev v1");
    ip("addr add fd00::1/64 dev v1 nodad");
    let index = index_of("v1");
    let replies = dump(&mut conn, Ifaddrmsg::new().with_ifa_index(index));
    assert!(replies.iter().all(|address| address.header.ifa_index == index), "{replies:?}");
    let v4 = dump(&mut conn, on("v1", INET, 0));
    let found: Vec<_> = v4.iter().map(|address| address.local.unwrap()).collect();
    assert_eq!(found, [Ipv4Addr::new(10, 0, 1, 1), Ipv4Addr::new(10, 0, 2, 1)]);
    assert_eq!(dump(&mut conn, Ifaddrmsg::new().with_ifa_family(INET)).len(), 3);

    // What cannot be filtered by is refused, not passed over.
    let by_scope = GetaddrDump::new().with_header(Ifaddrmsg::new().with_ifa_scope(LINK));
    let error = kernel_error(conn.dump(&by_scope).unwrap().next().unwrap());
    assert_eq!(error.errno, 22);
    let message = "Invalid values in header for address dump request";
    assert!(error.message.as_ref().unwrap().to_string().ends_with(message), "{error}");
}

#[test]
fn an_address_of_ipv6_is_looked_up() {
    let Some(mut conn) = with_pair() else { return };
    let address: Ipv6Addr = "fd00::7".parse().unwrap();
    let request = NewaddrRequest::new()
        .with_header(on("v0", INET6, 64))
        .with_address(address)
        .with_flags(IfaFlags::NODAD);
    conn.request_with(&request, brand_new()).unwrap();
    let header = Ifaddrmsg::new().with_ifa_family(INET6);
    let lookup = GetaddrRequest::new().with_header(header).with_address(address);
    let found = conn.request(&lookup).unwrap();
    assert_eq!(found.header.ifa_index, index_of("v0"));
    assert_eq!((found.address, found.header.ifa_prefixlen), (Some(address.into()), 64));
    let shown = shown("v0").into_iter().find(|shown| shown["local"] == "fd00::7").unwrap();
    assert_address(&found, &shown);
}

#[test]
fn an_address_is_new_once_changed_and_gone() {
    let Some(mut conn) = with_pair() else { return };
    let request = v4("v0", [10, 0, 0, 1], 24);
    conn.request_with(&request, brand_new()).unwrap();
    let error = kernel_error(conn.request_with(&request, brand_new()));
    assert_eq!(error.errno, 17);
    assert_eq!(
        error.to_string(),
        "rt-addr newaddr: File exists (17): ipv4: Address already assigned"
    );

    let times = IfaCacheinfo::new().with_ifa_valid(u32::MAX).with_ifa_prefered(0);
    let change = request.clone().with_cacheinfo(times);
    conn.request_with(&change, Modifiers::CREATE | Modifiers::REPLACE).unwrap();
    assert_shows(&shown("v0")[0], &json!({ "deprecated": true }));
    let read = dump(&mut conn, on("v0", INET, 0)).remove(0);
    assert!(read.flags.unwrap().contains(IfaFlags::DEPRECATED), "{read:?}");

    let delete =
        DeladdrRequest::new().with_header(request.header).with_local(Ipv4Addr::new(10, 0, 0, 1));
    conn.request(&delete).unwrap();
    assert_eq!(dump(&mut conn, on("v0", INET, 0)), []);
    let error = kernel_error(conn.request(&delete));
    assert_eq!((error.errno, error.request.operation), (99, "deladdr"));
}

#[test]
fn addresses_that_come_and_go_are_told() {
    let Some(mut conn) = with_pair() else { return };
    let mut listener = Connection::route().unwrap();
    listener.join(RTNLGRP_IPV6_IFADDR).unwrap();
    let mut events = listener.subscribe(RTNLGRP_IPV4_IFADDR).unwrap();
    let request = v4("v0", [10, 0, 0, 1], 24).with_label("v0:x");
    conn.request_with(&request, brand_new()).unwrap();
    let delete =
        DeladdrRequest::new().with_header(request.header).with_local(Ipv4Addr::new(10, 0, 0, 1));
    conn.request(&delete).unwrap();
    ip("addr add fd00::7/64 dev v1 nodad");

    // The devices give themselves addresses of IPv6 meanwhile.
    let of = |wanted: &'static str| {
        move |address: &GetaddrReply| address.address.unwrap().to_string() == wanted
    };
    let mut new = None;
    let mut gone = None;
    for event in events.by_ref().map(Result::unwrap) {
        match event {
            Notification::NewaddrNtf(address) if of("10.0.0.1")(&address) => new = Some(address),
            Notification::DeladdrNtf(address) if of("10.0.0.1")(&address) => gone = Some(address),
            Notification::NewaddrNtf(address) if of("fd00::7")(&address) => break,
            Notification::NewaddrNtf(_) | Notification::DeladdrNtf(_) => {}
            other => panic!("{other:?}"),
        }
    }
    let (new, gone) = (new.unwrap(), gone.unwrap());
    assert_eq!(new.label.as_ref().unwrap(), "v0:x");
    assert_eq!((gone.header, gone.local, gone.label), (new.header, new.local, new.label));
}

#[test]
fn the_echo_of_an_address_is_the_address() {
    let Some(mut conn) = with_pair() else { return };
    let told: Vec<Notification> =
        conn.request_echo(&v4("v0", [10, 0, 0, 1], 24), brand_new()).unwrap();
    let [Notification::NewaddrNtf(address)] = told.as_slice() else { panic!("{told:?}") };
    assert_eq!(address.label.as_ref().unwrap(), "v0", "the kernel fills it in");
}

#[test]
fn multicast_and_anycast_addresses_are_those_of_iproute2() {
    let Some(mut conn) = with_pair() else { return };
    ip("addr add 10.0.0.1/24 dev v0");
    let header = Ifaddrmsg::new().with_ifa_family(INET);
    let joined = conn.dump(&GetmulticastDump::new().with_header(header)).unwrap();
    let joined = joined.collect::<Result<Vec<_>, _>>();
    match joined {
        // Before Linux 6.14 only IPv6 could tell.
        Err(error) => assert_eq!(error.errno(), Some(95), "{error}"),
        Ok(joined) => {
            let here = joined.iter().find(|it| it.header.ifa_index == index_of("v0")).unwrap();
            assert_eq!(here.multicast.as_deref(), Some(&[224, 0, 0, 1][..]));
        }
    }
    let header = Ifaddrmsg::new().with_ifa_family(INET6);
    let joined = conn.dump(&GetmulticastDump::new().with_header(header)).unwrap();
    let joined: Vec<_> = joined.map(Result::unwrap).collect();
    let all_nodes: Ipv6Addr = "ff02::1".parse().unwrap();
    let is_all_nodes = |address: &Vec<u8>| address.as_slice() == all_nodes.octets();
    let there: Vec<_> =
        joined.iter().filter(|it| it.multicast.as_ref().is_some_and(is_all_nodes)).collect();
    assert_eq!(there.len(), 3, "on each device: {joined:?}");

    // A router has an address for all routers, once its own is known to be good.
    let mut listener = Connection::route().unwrap();
    let mut events = listener.subscribe(RTNLGRP_IPV6_IFADDR).unwrap();
    ip("addr add fd00::1/64 dev v0 nodad");
    let own: Ipv6Addr = "fd00::1".parse().unwrap();
    let good = |event| match event {
        Ok(Notification::NewaddrNtf(it)) => it.address == Some(own.into()),
        _ => false,
    };
    assert!(events.any(good));
    std::fs::write("/proc/sys/net/ipv6/conf/v0/forwarding", "1").unwrap();
    let anycast = conn.dump(&GetanycastDump::new().with_header(header)).unwrap();
    let anycast: Vec<_> = anycast.map(|it| it.unwrap().anycast.unwrap()).collect();
    let routers: Ipv6Addr = "fd00::".parse().unwrap();
    assert!(anycast.iter().any(|it| it.as_slice() == routers.octets()), "{anycast:?}");
}
