//! Routes: entries of the tables, and what they say of a destination.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use nlkit::{Connection, Modifiers, NlAttrs, NlStruct, Route};
use nlkit_specs::rt_route::{
    DelrouteRequest, EncapIpAttrs, EncapMsg, GetrouteDump, GetrouteReply, GetrouteRequest,
    LwtunnelEncapTypes, Metrics, NewrouteRequest, Notification, RTNLGRP_IPV4_ROUTE,
    RTNLGRP_IPV6_ROUTE, RtmType, Rtmsg,
};
use nlkit_tests::namespace::{assert_shows, index_of, ip, ip_can, ip_json, kernel_error};
use nlkit_tests::skip::skip;
use serde_json::{Value, json};

use crate::{INET, INET6, brand_new, with_pair};

/// `RT_TABLE_MAIN`.
const MAIN: u8 = 254;

/// The header of a unicast route to a prefix, as `ip` would have it.
fn header(family: u8, prefix: u8) -> Rtmsg {
    Rtmsg::new()
        .with_rtm_family(family)
        .with_rtm_dst_len(prefix)
        .with_rtm_table(MAIN)
        .with_rtm_protocol(44)
        .with_rtm_type(RtmType::UNICAST)
}

/// A route to 10.`net`.0.0/16 by a router.
fn to(net: u8, router: u8) -> NewrouteRequest {
    NewrouteRequest::new()
        .with_header(header(INET, 16))
        .with_dst(Ipv4Addr::new(10, net, 0, 0))
        .with_gateway(Ipv4Addr::new(10, 0, 0, router))
}

/// As [`with_pair`], with addresses on `v0`.
fn with_addresses() -> Option<Connection<Route>> {
    let conn = with_pair()?;
    ip("link set lo up");
    ip("addr add 10.0.0.1/24 dev v0");
    ip("addr add fd00::1/64 dev v0 nodad");
    Some(conn)
}

fn dump(conn: &mut Connection<Route>, request: &GetrouteDump) -> Vec<GetrouteReply> {
    conn.dump(request).unwrap().map(Result::unwrap).collect()
}

fn of_family(family: u8) -> GetrouteDump {
    GetrouteDump::new().with_header(Rtmsg::new().with_rtm_family(family))
}

/// The names of devices by index, for routes and next hops.
fn device(index: u32) -> String {
    let links = ip_json("link show");
    let link = links.iter().find(|link| link["ifindex"] == json!(index)).unwrap();
    link["ifname"].as_str().unwrap().to_owned()
}

fn shown_prefix(address: Option<IpAddr>, len: u8) -> String {
    match address {
        None => "default".to_owned(),
        Some(address) if len == if address.is_ipv4() { 32 } else { 128 } => address.to_string(),
        Some(address) => format!("{address}/{len}"),
    }
}

/// Asserts that `ip` shows a route as we do.
fn assert_route(route: &GetrouteReply, shown: &Value) {
    const TYPES: [&str; 10] = [
        "none",
        "unicast",
        "local",
        "broadcast",
        "anycast",
        "multicast",
        "blackhole",
        "unreachable",
        "prohibit",
        "throw",
    ];
    let header = &route.header;
    let kind = usize::from(u8::from(header.rtm_type));
    let protocol = match header.rtm_protocol {
        2 => json!("kernel"),
        3 => json!("boot"),
        other => json!(other.to_string()),
    };
    let table = match route.table.unwrap() {
        254 => json!("main"),
        255 => json!("local"),
        other => json!(other.to_string()),
    };
    assert_shows(
        shown,
        &json!({
            "type": TYPES[kind],
            "dst": shown_prefix(route.dst, header.rtm_dst_len),
            "gateway": route.gateway,
            "dev": route.oif.map(device),
            "table": table,
            "protocol": protocol,
            "prefsrc": route.prefsrc,
            "metric": route.priority,
            "tos": Some(header.rtm_tos).filter(|tos| *tos != 0).map(|tos| format!("{tos:#x}")),
        }),
    );
    assert_metrics(route.metrics.as_ref(), &shown["metrics"][0]);
}

fn assert_metrics(metrics: Option<&Metrics>, shown: &Value) {
    let Some(metrics) = metrics else { return assert!(shown.is_null()) };
    assert_shows(
        shown,
        &json!({
            "mtu": metrics.mtu,
            "window": metrics.window,
            "ssthresh": metrics.ssthresh,
            "cwnd": metrics.cwnd,
            "advmss": metrics.advmss,
            "reordering": metrics.reordering,
            "hoplimit": metrics.hoplimit,
            "initcwnd": metrics.initcwnd,
            "initrwnd": metrics.initrwnd,
            "quickack": metrics.quickack,
            "congestion": metrics.cc_algo,
        }),
    );
}

#[test]
fn a_route_is_shown_with_what_it_was_made_with() {
    let Some(mut conn) = with_addresses() else { return };
    let metrics = Metrics::new()
        .with_mtu(1300)
        .with_advmss(1200)
        .with_window(5000)
        .with_hoplimit(9)
        .with_initcwnd(7)
        .with_quickack(1)
        .with_cc_algo("reno");
    let request = to(5, 9)
        .with_header(header(INET, 16).with_rtm_tos(0x10))
        .with_oif(index_of("v0"))
        .with_prefsrc(Ipv4Addr::new(10, 0, 0, 1))
        .with_priority(77)
        .with_table(9999)
        .with_metrics(metrics);
    conn.request_with(&request, brand_new()).unwrap();

    let shown = ip_json("route show table 9999").remove(0);
    assert_shows(
        &shown,
        &json!({
            "dst": "10.5.0.0/16", "gateway": "10.0.0.9", "dev": "v0", "prefsrc": "10.0.0.1",
            "metric": 77, "protocol": "44", "tos": "0x10",
        }),
    );
    assert_shows(
        &shown["metrics"][0],
        &json!({
            "mtu": 1300, "advmss": 1200, "window": 5000, "hoplimit": 9, "initcwnd": 7,
            "quickack": 1, "congestion": "reno",
        }),
    );
    let of_table = of_family(INET).with_table(9999);
    let read = dump(&mut conn, &of_table).remove(0);
    assert_eq!((read.table, read.header.rtm_table), (Some(9999), 252), "252 is for a wide number");
    assert_eq!(read.metrics, request.metrics);
    let shown = ip_json("route show table all").into_iter().find(|it| it["table"] == "9999");
    assert_route(&read, &shown.unwrap());
}

#[test]
fn routes_that_iproute2_makes_are_decoded() {
    let Some(mut conn) = with_addresses() else { return };
    ip("route add 10.5.0.0/16 via 10.0.0.9 metric 77 mtu 1300 advmss 1200 initrwnd 9 table 99");
    ip("route add blackhole 10.6.0.0/16");
    ip("route add unreachable 10.7.0.0/16 metric 5");
    ip("route add prohibit 10.8.0.0/16");
    ip("route add throw 10.9.0.0/16");
    ip("route add default via 10.0.0.254 dev v0 proto 44");
    ip("route add 10.10.0.0/16 dev v0 scope link");
    ip("-6 route add fd05::/64 via fd00::9 pref high metric 9");
    ip("-6 route add blackhole fd06::/64");
    for (family, option) in [(INET, "-4"), (INET6, "-6")] {
        let routes = dump(&mut conn, &of_family(family));
        let shown = ip_json(&format!("{option} route show table all"));
        // Those to its own links the kernel makes when it likes.
        let made = |it: &&GetrouteReply| it.header.rtm_protocol != 2;
        let routes: Vec<_> = routes.iter().filter(made).collect();
        let shown: Vec<_> = shown.iter().filter(|it| it["protocol"] != "kernel").collect();
        assert_eq!(routes.len(), if family == INET { 7 } else { 2 });
        assert_eq!(routes.len(), shown.len());
        for (route, shown) in routes.into_iter().zip(shown) {
            assert_route(route, shown);
        }
    }
}

#[test]
fn the_preference_and_the_end_of_a_route_of_ipv6_are_set_and_read() {
    let Some(mut conn) = with_addresses() else { return };
    let destination: Ipv6Addr = "fd05::".parse().unwrap();
    let router: Ipv6Addr = "fd00::9".parse().unwrap();
    let request = NewrouteRequest::new()
        .with_header(header(INET6, 64))
        .with_dst(destination)
        .with_gateway(router)
        .with_priority(9)
        .with_pref(1)
        .with_expires(90_000);
    conn.request_with(&request, brand_new()).unwrap();
    let shown = ip_json("-6 route show").into_iter().find(|it| it["dst"] == "fd05::/64").unwrap();
    assert_shows(&shown, &json!({ "pref": "high", "metric": 9, "gateway": "fd00::9" }));
    let routes = dump(&mut conn, &of_family(INET6));
    let read = routes.iter().find(|route| route.dst == Some(destination.into())).unwrap();
    assert_eq!((read.pref, read.gateway), (Some(1), Some(router.into())));
    let left = read.cacheinfo.unwrap().rta_expires;
    assert!((8_900_000..=9_000_000).contains(&left), "{left} hundredths of a second");
    assert!(shown["expires"].as_i64().is_some_and(|it| it >= 89_000), "{shown}");
}

#[test]
fn a_route_is_new_once_replaced_appended_and_gone() {
    let Some(mut conn) = with_addresses() else { return };
    let routers = || -> Vec<Value> {
        let routes = ip_json("route show 10.5.0.0/16");
        routes.iter().map(|route| route["gateway"].clone()).collect()
    };
    conn.request_with(&to(5, 2), brand_new()).unwrap();
    let error = kernel_error(conn.request_with(&to(5, 3), brand_new()));
    assert_eq!(error.errno, 17);
    assert_eq!(routers(), ["10.0.0.2"]);
    conn.request_with(&to(5, 4), Modifiers::CREATE | Modifiers::REPLACE).unwrap();
    assert_eq!(routers(), ["10.0.0.4"]);
    conn.request_with(&to(5, 5), Modifiers::CREATE | Modifiers::APPEND).unwrap();
    assert_eq!(routers(), ["10.0.0.4", "10.0.0.5"]);
    let error = kernel_error(conn.request_with(&to(6, 2), Modifiers::REPLACE));
    assert_eq!(error.errno, 2, "there is none to replace: {error}");

    let delete = DelrouteRequest::new()
        .with_header(header(INET, 16).with_rtm_protocol(0))
        .with_dst(Ipv4Addr::new(10, 5, 0, 0))
        .with_gateway(Ipv4Addr::new(10, 0, 0, 5));
    conn.request(&delete).unwrap();
    assert_eq!(routers(), ["10.0.0.4"]);
    assert_eq!(
        kernel_error(conn.request(&delete)).to_string(),
        "rt-route delroute: No such process (3)"
    );
}

#[test]
fn the_kernel_says_where_a_packet_would_go() {
    let Some(mut conn) = with_addresses() else { return };
    conn.request_with(&to(5, 9).with_priority(7), brand_new()).unwrap();
    let destination = Ipv4Addr::new(10, 5, 1, 2);
    let header = Rtmsg::new().with_rtm_family(INET).with_rtm_dst_len(32);
    let lookup = GetrouteRequest::new().with_header(header).with_dst(destination).with_mark(5);
    let found = conn.request(&lookup).unwrap();
    assert_eq!(found.dst, Some(destination.into()));
    assert_eq!(found.header.rtm_dst_len, 32);
    assert_eq!(found.gateway, Some(Ipv4Addr::new(10, 0, 0, 9).into()));
    assert_eq!(found.prefsrc, Some(Ipv4Addr::new(10, 0, 0, 1).into()));
    assert_eq!((found.oif, found.mark, found.uid), (Some(index_of("v0")), Some(5), Some(0)));
    // RTM_F_FIB_MATCH: the entry itself.
    let matched = lookup.with_header(header.with_rtm_flags(0x2000));
    let found = conn.request(&matched).unwrap();
    assert_eq!(found.dst, Some(Ipv4Addr::new(10, 5, 0, 0).into()));
    assert_eq!((found.header.rtm_dst_len, found.priority), (16, Some(7)));
    let nowhere = GetrouteRequest::new().with_header(header).with_dst(Ipv4Addr::new(192, 0, 2, 1));
    assert_eq!(kernel_error(conn.request(&nowhere)).errno, 101);
}

#[test]
fn the_kernel_filters_a_dump_of_routes() {
    let Some(mut conn) = with_addresses() else { return };
    ip("addr add 10.0.9.1/24 dev v1");
    conn.request_with(&to(5, 9).with_table(99), brand_new()).unwrap();
    conn.request_with(&to(6, 9).with_table(99), brand_new()).unwrap();
    ip("route add 10.7.0.0/16 via 10.0.9.9 proto 77 table 99");
    let prefixes = |conn: &mut Connection<Route>, request: &GetrouteDump| -> Vec<String> {
        let routes = dump(conn, request);
        routes.iter().map(|it| shown_prefix(it.dst, it.header.rtm_dst_len)).collect()
    };
    let of_table = of_family(INET).with_table(99);
    assert_eq!(prefixes(&mut conn, &of_table), ["10.5.0.0/16", "10.6.0.0/16", "10.7.0.0/16"]);
    let of_device = of_table.clone().with_oif(index_of("v1"));
    assert_eq!(prefixes(&mut conn, &of_device), ["10.7.0.0/16"]);
    let mut by_protocol = of_table;
    by_protocol.header.rtm_protocol = 77;
    assert_eq!(prefixes(&mut conn, &by_protocol), ["10.7.0.0/16"]);
    let error = kernel_error(conn.dump(&of_family(INET).with_table(98)).unwrap().next().unwrap());
    assert_eq!(error.message.as_ref().unwrap(), "ipv4: FIB table does not exist", "{error}");
}

/// A tunnel without a device: what `encap` holds goes by `encap_type`, a number behind it.
#[test]
fn the_wrapping_of_a_route_is_a_sub_message() {
    let Some(mut conn) = with_addresses() else { return };
    let wrapped =
        EncapIpAttrs::new().with_id(5_u64).with_dst(Ipv4Addr::new(10, 0, 0, 7)).with_ttl(9);
    let request = to(5, 9)
        .with_encap_type(LwtunnelEncapTypes::IP)
        .with_encap(EncapMsg::Ip(Box::new(wrapped)));
    match conn.request_with(&request, brand_new()) {
        Err(error) if error.errno() == Some(95) => return skip("this kernel cannot wrap packets"),
        made => made.unwrap(),
    }
    // It has two fields `dst`.
    let shown = ip("route show 10.5.0.0/16");
    assert!(shown.contains("encap ip id 5 src 0.0.0.0 dst 10.0.0.7 ttl 9 tos 0"), "{shown}");
    let routes = dump(&mut conn, &of_family(INET));
    let read = routes.iter().find(|it| it.encap.is_some()).unwrap();
    assert_eq!(read.encap_type, Some(LwtunnelEncapTypes::IP));
    let Some(EncapMsg::Ip(read)) = &read.encap else { panic!("{read:?}") };
    assert_eq!((read.id, read.ttl, read.tos), (Some(5), Some(9), Some(0)));
    assert_eq!(read.dst, Some(Ipv4Addr::new(10, 0, 0, 7)));
}

#[test]
fn segments_of_a_route_of_ipv6_are_decoded() {
    let Some(mut conn) = with_addresses() else { return };
    if !ip_can("-6 route add fd06::/64 encap seg6 mode encap segs fd00::7,fd00::8 dev v0")
        || !ip_can("-6 route add fd07::/64 encap seg6local action End.DT6 table 55 dev v0")
    {
        return skip("this kernel has no segment routing");
    }
    let routes = dump(&mut conn, &of_family(INET6));
    let mut wrapped = routes.iter().filter_map(|route| route.encap.as_ref());
    let Some(EncapMsg::Seg6(segments)) = wrapped.next() else { panic!("{routes:?}") };
    let header = segments.srh.as_ref().unwrap();
    assert!(header.windows(16).any(|it| it == "fd00::8".parse::<Ipv6Addr>().unwrap().octets()));
    let Some(EncapMsg::Seg6Local(action)) = wrapped.next() else { panic!("{routes:?}") };
    assert_eq!(action.table, Some(55));
}

/// `struct rtnexthop` and its attributes. The spec language has no such list, so `multipath` is
/// bytes, and this is how somebody would read and write it.
#[derive(Clone, Debug, Default, PartialEq, NlAttrs)]
struct NextHop {
    #[nl(header)]
    header: Rtnexthop,
    #[nl(id = 5)]
    gateway: Option<Ipv4Addr>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, NlStruct)]
struct Rtnexthop {
    len: u16,
    flags: u8,
    hops: u8,
    ifindex: i32,
}

impl NextHop {
    fn by(router: u8, weight: u8, device: &str) -> Self {
        let ifindex = i32::try_from(index_of(device)).unwrap();
        // Header, and one attribute.
        let header = Rtnexthop { len: 16, flags: 0, hops: weight - 1, ifindex };
        Self { header, gateway: Some(Ipv4Addr::new(10, 0, 0, router)) }
    }

    fn list(mut bytes: &[u8]) -> Vec<Self> {
        let mut list = Vec::new();
        while !bytes.is_empty() {
            let len = usize::from(nlkit::read::<Rtnexthop>(bytes).len);
            list.push(nlkit::decode(&bytes[..len]).unwrap());
            bytes = &bytes[len.next_multiple_of(4)..];
        }
        list
    }
}

#[test]
fn next_hops_are_structs_with_attributes() {
    let Some(mut conn) = with_addresses() else { return };
    let hops = [NextHop::by(2, 3, "v0"), NextHop::by(3, 5, "v0")];
    let bytes = hops.each_ref().map(|hop| nlkit::encode(hop).unwrap()).concat();
    let request = NewrouteRequest::new()
        .with_header(header(INET, 16))
        .with_dst(Ipv4Addr::new(10, 5, 0, 0))
        .with_multipath(bytes);
    conn.request_with(&request, brand_new()).unwrap();
    let shown = ip_json("route show 10.5.0.0/16").remove(0);
    assert_eq!(
        shown["nexthops"],
        json!([
            { "gateway": "10.0.0.2", "dev": "v0", "weight": 3, "flags": [] },
            { "gateway": "10.0.0.3", "dev": "v0", "weight": 5, "flags": [] },
        ])
    );
    let routes = dump(&mut conn, &of_family(INET));
    let read = routes.iter().find_map(|route| route.multipath.as_ref()).unwrap();
    assert_eq!(NextHop::list(read), hops);
}

#[test]
fn routes_that_come_and_go_are_told() {
    let Some(mut conn) = with_addresses() else { return };
    let mut listener = Connection::route().unwrap();
    listener.join(RTNLGRP_IPV6_ROUTE).unwrap();
    let events = listener.subscribe(RTNLGRP_IPV4_ROUTE).unwrap();
    conn.request_with(&to(5, 9), brand_new()).unwrap();
    conn.request_with(&to(5, 8), Modifiers::CREATE | Modifiers::REPLACE).unwrap();
    let delete = DelrouteRequest::new()
        .with_header(header(INET, 16).with_rtm_protocol(0))
        .with_dst(Ipv4Addr::new(10, 5, 0, 0));
    conn.request(&delete).unwrap();
    // The devices make routes of IPv6 meanwhile.
    let mut told = events.map(Result::unwrap).map(|event| match event {
        Notification::NewrouteNtf(route) => (true, route),
        Notification::DelrouteNtf(route) => (false, route),
        other => panic!("{other:?}"),
    });
    let mut next = || told.find(|(_, route)| route.header.rtm_family == INET).unwrap();
    let router = |route: &GetrouteReply| route.gateway.unwrap().to_string();
    let (new, made) = next();
    assert_eq!((new, router(&made)), (true, "10.0.0.9".to_owned()));
    assert_eq!((made.dst, made.table), (Some(Ipv4Addr::new(10, 5, 0, 0).into()), Some(254)));
    let (new, replaced) = next();
    assert_eq!((new, router(&replaced)), (true, "10.0.0.8".to_owned()));
    let (new, gone) = next();
    assert_eq!((new, router(&gone)), (false, "10.0.0.8".to_owned()));
}

#[test]
fn what_is_wrong_with_a_route_has_a_path_and_words() {
    let Some(mut conn) = with_addresses() else { return };
    let metrics = Metrics::new().with_mtu(1300).with_cc_algo("no-such-algorithm");
    let error = kernel_error(conn.request_with(&to(5, 9).with_metrics(metrics), brand_new()));
    assert_eq!(error.errno, 22);
    let words = error.message.as_ref().unwrap().to_string();
    assert!(!words.is_empty(), "{error}");
    let unreachable = to(5, 9).with_gateway(Ipv4Addr::new(192, 0, 2, 1));
    let error = kernel_error(conn.request_with(&unreachable, brand_new()));
    assert_eq!(
        error.to_string(),
        "rt-route newroute: Network is unreachable (101): Nexthop has invalid gateway"
    );
    let unknown = to(5, 9).with_encap_type(LwtunnelEncapTypes::from(99));
    let request = unknown.with_encap(EncapMsg::Unknown(vec![1, 2, 3, 4]));
    let error = kernel_error(conn.request_with(&request, brand_new()));
    let words = error.message.as_ref().unwrap();
    assert_eq!(words, "Unknown lwt encapsulation type", "{error}");
}
