//! `nlkit` against the kernel's Python client of Linux 6.12: the same JSON for the same call by the same
//! specs. `NLKIT_PYNL` is the source tree that has the client (tools/net/ynl) and its specs.
//!
//! What differs is listed: `corrections` of the specs, and `defects` of the client.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "these are tests"
)]

mod client;
mod corrections;
mod defects;

use nlkit_tests::namespace::{in_namespace, index_of, ip, ip_can, tc, tc_can};
use serde_json::{Value, json};

use crate::client::Clients;

/// Both clients, in a namespace with a bridge over one end of a veth pair, addresses and routes of both
/// families on the other.
fn clients(test: &str) -> Option<Clients> {
    let clients = Clients::new(test)?;
    if !in_namespace() {
        return None;
    }
    for command in [
        "link set lo up",
        "link add v0 type veth peer name v1",
        "link add br0 type bridge",
        "link set v1 master br0",
        "link set v0 addrgenmode none alias one",
        "link set v1 addrgenmode none",
        "link set br0 addrgenmode none",
        "link set v0 up",
        "link set v1 up",
        "link set br0 up",
        "addr add 192.0.2.1/24 dev v0",
        "addr add 192.0.2.7/32 dev v0 label v0:seven",
        "addr add 198.51.100.1/24 dev br0",
        "-6 addr add 2001:db8::1/64 dev v0 nodad",
        "route add 203.0.113.0/24 via 192.0.2.9 dev v0",
        "route add 203.0.113.0/24 via 198.51.100.9 metric 7 mtu 1400",
        "route add blackhole 10.9.0.0/16",
        "route add 10.8.0.0/16 nexthop via 192.0.2.9 weight 3 nexthop via 198.51.100.9",
        "-6 route add 2001:db8:5::/48 via 2001:db8::9",
    ] {
        ip(command);
    }
    Some(clients)
}

/// How many objects a list has, which is not to be empty.
#[track_caller]
fn filled(list: &Value) -> usize {
    let entries = list.as_array().unwrap().len();
    assert!(entries > 0);
    entries
}

#[test]
fn netdev_and_nlctrl_are_the_same() {
    let Some(both) = clients("netdev") else { return };
    let index = index_of("v0");
    assert_eq!(filled(&both.same("netdev", "dump", "dev-get", json!({}))), 4);
    for request in
        [json!({"ifindex": index}), json!({"ifindex": 1}), json!({"ifindex": 0}), json!({})]
    {
        both.same("netdev", "do", "dev-get", request);
    }
    filled(&both.same("netdev", "dump", "queue-get", json!({})));
    filled(&both.same("netdev", "dump", "queue-get", json!({"ifindex": index})));
    for kind in [json!("rx"), json!("tx"), json!(0)] {
        let request = json!({"ifindex": index, "type": kind, "id": 0});
        both.same("netdev", "do", "queue-get", request);
    }
    for op in ["napi-get", "qstats-get", "page-pool-get", "page-pool-stats-get"] {
        both.same("netdev", "dump", op, json!({}));
    }
    both.same("netdev", "dump", "qstats-get", json!({"scope": ["queue"]}));
    both.same("netdev", "do", "page-pool-get", json!({"id": 77}));

    filled(&both.same("nlctrl", "dump", "getfamily", json!({})));
    for family in ["netdev", "nlctrl", "ethtool", "no-such"] {
        both.same("nlctrl", "do", "getfamily", json!({"family-name": family}));
    }
    both.same("nlctrl", "do", "getfamily", json!({"family-id": 16}));
    both.same("nlctrl", "do", "getfamily", json!({}));
}

#[test]
fn ethtool_is_the_same() {
    let Some(both) = clients("ethtool") else { return };
    let ops = [
        "strset-get",
        "linkstate-get",
        "debug-get",
        "wol-get",
        "features-get",
        "privflags-get",
        "rings-get",
        "channels-get",
        "coalesce-get",
        "pause-get",
        "eee-get",
        "tsinfo-get",
        "fec-get",
        "module-get",
        "stats-get",
        "phc-vclocks-get",
        "rss-get",
        "plca-get-cfg",
        "mm-get",
    ];
    let of = |header: Value| json!({"header": header});
    for op in ops {
        both.same("ethtool", "do", op, of(json!({"dev-name": "v0"})));
        both.same("ethtool", "dump", op, of(json!({})));
    }
    for op in ["linkinfo-get", "linkmodes-get"] {
        both.same("ethtool", "do", op, of(json!({"dev-name": "v0"})));
        both.same("ethtool", "do", op, of(json!({"dev-index": index_of("br0")})));
    }
    let compact = of(json!({"dev-name": "v0", "flags": ["compact-bitsets"]}));
    both.same("ethtool", "do", "features-get", compact);
    both.same("ethtool", "do", "features-get", of(json!({"dev-name": "v0", "flags": 255})));
    both.same("ethtool", "do", "features-get", of(json!({"dev-name": "no-such"})));
    let strings = json!({"stringset": [{"id": 1}, {"id": 4}]});
    both.same(
        "ethtool",
        "do",
        "strset-get",
        json!({"header": {"dev-name": "v0"}, "stringsets": strings}),
    );
    both.same(
        "ethtool",
        "do",
        "channels-set",
        json!({"header": {"dev-name": "v0"}, "rx-count": 999}),
    );
}

#[test]
fn links_are_the_same() {
    let Some(both) = clients("links") else { return };
    if !ip_can("link add ifb0 type ifb") {
        println!("no ifb in this kernel");
    }
    // What is up counts packets.
    for device in ["v0", "v1", "br0"] {
        ip(&format!("link set {device} down"));
    }
    assert!(filled(&both.same("rt_link", "dump", "getlink", json!({}))) >= 4);
    for device in ["lo", "v0", "v1", "br0", "no-such"] {
        both.same("rt_link", "do", "getlink", json!({"ifname": device}));
    }
    both.same("rt_link", "do", "getlink", json!({"ifi-index": index_of("br0")}));
    both.same("rt_link", "do", "getlink", json!({"ifi-index": 9999}));
    both.same("rt_link", "do", "getlink", json!({"ifname": "v0", "ext-mask": 9}));
    both.same("rt_link", "dump", "getlink", json!({"master": index_of("br0")}));
    both.same("rt_link", "dump", "getstats", json!({}));
    both.same("rt_link", "do", "getstats", json!({"ifindex": index_of("lo"), "filter-mask": 1}));
    // Both change: one a device of each.
    let rename = |device: &str, to: &str| json!({"ifi-index": index_of(device), "ifname": to});
    let theirs = both.python("rt_link", "do", "setlink", &rename("v0", "v2"));
    let ours = both.nlkit("rt_link", "do", "setlink", &rename("v1", "v3"));
    assert_eq!((theirs.success, theirs.json()), (ours.success, ours.json()));
    assert_ne!(index_of("v2"), index_of("v3"));
}

#[test]
fn addresses_are_the_same() {
    let Some(both) = clients("addresses") else { return };
    assert_eq!(filled(&both.same("rt_addr", "dump", "getaddr", json!({}))), 6);
    for request in [
        json!({"ifa-index": index_of("v0")}),
        json!({"ifa-family": 2}),
        json!({"ifa-family": 10}),
        json!({"ifa-index": index_of("br0"), "ifa-family": 2}),
        json!({"ifa-index": 9999}),
        json!({"ifa-prefixlen": 99}),
    ] {
        both.same("rt_addr", "dump", "getaddr", request);
    }
    // Both add one, the client with the address as bytes; then they look the same.
    let add = |address: &str| json!({"ifa-index": index_of("br0"), "ifa-family": 2, "ifa-prefixlen": 32, "ifa-local": address});
    let theirs = both.python("rt_addr", "do", "newaddr", &add("0a010101"));
    let ours = both.nlkit("rt_addr", "do", "newaddr", &add("10.1.1.2"));
    assert_eq!((theirs.success, theirs.json()), (ours.success, ours.json()));
    let list = both.same("rt_addr", "dump", "getaddr", json!({"ifa-index": index_of("br0")}));
    let list = list.as_array().unwrap();
    let added: Vec<_> = list.iter().filter(|it| it["ifa-prefixlen"] == 32).collect();
    assert_eq!(added.len(), 2);
    assert_eq!(added[0]["ifa-flags"], added[1]["ifa-flags"]);
}

#[test]
fn routes_are_the_same() {
    let Some(both) = clients("routes") else { return };
    assert!(filled(&both.same("rt_route", "dump", "getroute", json!({}))) > 10);
    for request in [
        json!({"rtm-family": 2}),
        json!({"rtm-family": 10}),
        json!({"rtm-family": 2, "rtm-table": 255}),
        json!({"rtm-family": 2, "rta-table": 254}),
        json!({"rtm-family": 2, "rtm-protocol": 2}),
        json!({"rtm-family": 2, "rta-oif": index_of("br0")}),
        json!({"rtm-family": 99}),
        json!({"rtm-dst-len": 99}),
    ] {
        both.same("rt_route", "dump", "getroute", request);
    }
    let to = |family: u8, len: u8, flags: u32| json!({"rtm-family": family, "rtm-dst-len": len, "rtm-flags": flags});
    for request in [to(2, 0, 0), to(10, 0, 0), to(2, 33, 0)] {
        both.same("rt_route", "do", "getroute", request);
    }
}

#[test]
fn traffic_control_is_the_same() {
    let Some(both) = clients("tc") else { return };
    for command in [
        "qdisc add dev v0 root handle 1: htb default 10",
        "class add dev v0 parent 1: classid 1:10 htb rate 10mbit ceil 20mbit",
        "qdisc add dev v0 parent 1:10 handle 10: tbf rate 1mbit burst 10k latency 70ms",
        "qdisc add dev v1 clsact",
        "filter add dev v1 ingress protocol ip prio 5 u32 match ip dst 192.0.2.5/32 flowid 1:1",
    ] {
        tc(command);
    }
    for command in ["qdisc add dev br0 root handle 5: sfq", "qdisc add dev ifb0 root fq_codel"] {
        if !tc_can(command) {
            println!("not in this kernel: {command}");
        }
    }
    filled(&both.same("tc", "dump", "getqdisc", json!({})));
    for device in ["v0", "v1", "br0"] {
        both.same("tc", "dump", "getqdisc", json!({"ifindex": index_of(device)}));
    }
    let ingress = json!({"ifindex": index_of("v1"), "parent": 0xffff_fff2_u32});
    filled(&both.same("tc", "dump", "gettfilter", ingress.clone()));
    both.same("tc", "dump", "getchain", ingress);
    both.same("tc", "dump", "gettfilter", json!({"ifindex": 9999}));
    both.same("tc", "do", "getqdisc", json!({"ifindex": index_of("v0"), "handle": 0x77_0000}));
}

#[test]
fn every_correction_is_needed_and_makes_a_difference() {
    let Some(both) = clients("corrections") else { return };
    for correction in corrections::CORRECTIONS {
        let (mode, op) = correction.shown_by;
        let request = match correction.spec {
            "tc" => json!({"ifindex": index_of("v0")}),
            _ => json!({}),
        };
        let theirs = both.python(correction.spec, mode, op, &request);
        assert!(theirs.success, "{op}: {theirs:?}");
        let ours = both.nlkit_uncorrected(correction.spec, mode, op, &request);
        assert!(!ours.success, "{op}: no need of the correction any more: {ours:?}");
        assert!(correction.why.len() > 10);
        both.same(correction.spec, mode, op, request);
    }
}
