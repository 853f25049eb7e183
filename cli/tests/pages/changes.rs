//! The examples of changes do what they say, on the real kernel.

use std::process::Command;

use nlkit_tests::namespace::{in_namespace, index_of, ip, ip_can, tc_can};
use nlkit_tests::skip::absent;
use serde_json::Value;

use crate::printed;

/// The example of an operation, as `describe` prints it.
fn example(family: &str, operation: &str) -> Option<String> {
    let text = printed(&["describe", family, &format!("op:{operation}"), "-o", "json"]);
    let value: Value = serde_json::from_str(&text).unwrap();
    value["do"]["example"].as_str().map(ToOwned::to_owned)
}

/// Runs the example, with a shell.
#[track_caller]
fn run(family: &str, operation: &str) {
    let example = example(family, operation).unwrap();
    // In a namespace of a test, tunnels may have the first numbers.
    let eth0 = format!("ndm-ifindex={}", index_of("eth0"));
    let example = example.replace("ndm-ifindex=2", &eth0);
    let command = example.replacen("nlkit", env!("CARGO_BIN_EXE_nlkit"), 1);
    let output = Command::new("sh").args(["-c", &command]).output().unwrap();
    assert!(output.status.success(), "{example}: {}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn changes_of_links_addresses_routes_neighbours_and_rules_work() {
    if !in_namespace() {
        return;
    }
    ip("link set lo up");
    ip("link add eth0 type veth peer name eth1");
    ip("link set eth0 up");
    run("rt-link", "getlink");
    run("rt-link", "newlink");
    assert!(ip_can("link show br0"));
    run("rt-link", "setlink");
    assert!(ip("link show eth0").contains("mtu 1400"));
    for family in ["rt-addr", "rt-route", "rt-neigh", "rt-rule"] {
        let noun = family.strip_prefix("rt-").unwrap();
        run(family, &format!("new{noun}"));
        if noun != "rule" {
            run(family, &format!("get{noun}"));
        }
        let shown = match noun {
            "addr" => ip("addr show dev lo").contains("192.0.2.1/32"),
            "route" => ip("route show").contains("198.51.100.0/24"),
            "neigh" => ip("neigh show dev eth0").contains("192.0.2.9"),
            _ => ip("rule show").contains("1000:"),
        };
        assert!(shown, "{family}");
        run(family, &format!("del{noun}"));
    }
    run("rt-link", "dellink");
    assert!(!ip_can("link show eth0"));
}

#[test]
fn changes_of_qdiscs_tables_and_devices_work() {
    if !in_namespace() {
        return;
    }
    ip("link add eth0 numrxqueues 2 numtxqueues 2 type veth peer name eth1");
    run("ethtool", "channels-set");
    if tc_can("qdisc add dev lo root pfifo") {
        run("tc", "delqdisc");
        run("tc", "newqdisc");
        run("tc", "delqdisc");
    } else {
        absent("qdisc pfifo");
    }
    let tables =
        Command::new(env!("CARGO_BIN_EXE_nlkit")).args(["dump", "nftables", "gettable"]).output();
    if tables.unwrap().status.success() {
        run("nftables", "newtable");
        run("nftables", "gettable");
        run("nftables", "deltable");
    } else {
        absent("nftables");
    }
    if ip_can("link add wg0 type wireguard") {
        run("wireguard", "set-device");
    } else {
        absent("wireguard");
    }
}

#[test]
fn what_changes_something_without_a_known_example_has_none() {
    assert_eq!(example("devlink", "port-set"), None);
    assert_eq!(example("netdev", "bind-rx"), None);
    assert!(!printed(&["describe", "devlink", "port-set"]).contains("examples"));
    assert!(example("netdev", "dev-get").is_some());
    assert!(example("nl80211", "get-wiphy").is_some());
}
