//! `nlkit describe`: all that can be named, its options, its errors.

use serde_json::{Value, json};

use crate::{Folder, command, failed, printed};

fn as_json(args: &[&str]) -> Value {
    let args: Vec<&str> = args.iter().copied().chain(["-o", "json"]).collect();
    serde_json::from_str(&printed(&args)).unwrap()
}

/// Whether a line has all of these words.
#[track_caller]
fn has_line(text: &str, words: &[&str]) {
    let found = text.lines().any(|line| words.iter().all(|word| line.contains(word)));
    assert!(found, "no line with {words:?} in\n{text}");
}

#[test]
fn a_family_is_listed_whole() {
    let text = printed(&["describe", "netdev"]);
    has_line(&text, &["netdev", "family"]);
    has_line(&text, &["Protocol", "generic netlink"]);
    has_line(&text, &["Version", "1"]);
    has_line(&text, &["10", "queue-get", "do dump", "Queues that are in use."]);
    has_line(&text, &["needs CAP_NET_ADMIN in the namespace"]);
    has_line(&text, &["2", "dev-add-ntf", "to mgmt", "A device has been added."]);
    has_line(&text, &["page-pool-stats", "12", "Counters of a page pool."]);
    has_line(&text, &["xdp-act", "flags", "7"]);
    let text = printed(&["describe", "rt-link"]);
    has_line(&text, &["netlink protocol 0 (NETLINK_ROUTE)"]);
    has_line(&text, &["ifinfomsg", "16 bytes"]);
    has_line(&text, &["linkinfo-data-msg"]);
}

#[test]
fn an_operation_is_shown_with_what_goes_in_and_out() {
    let text = printed(&["describe", "netdev", "queue-get"]);
    has_line(&text, &["queue-get", "operation of netdev"]);
    has_line(&text, &["C name", "NETDEV_CMD_QUEUE_GET"]);
    has_line(&text, &["do 10; dump 10"]);
    has_line(&text, &["nlkit dump netdev queue-get"]);
    has_line(&text, &["do request", "QueueGetRequest"]);
    has_line(&text, &["do reply, dump reply", "QueueGetReply"]);
    has_line(&text, &["2", "ifindex", "u32, at least 1", "Index of its device."]);
    has_line(&text, &["u32 of enum queue-type", "Direction."]);
    has_line(&text, &["rx | tx"]);
    has_line(&text, &["NETDEV_A_QUEUE_NAPI_ID"]);
    let text = printed(&["describe", "rt-link", "getlink"]);
    has_line(&text, &["Header `ifinfomsg`, then attributes."]);
    has_line(&text, &["4 +4", "ifi-index", "s32", "Index of the device"]);
    has_line(&text, &["do 18, reply 16; dump 18, reply 16"]);
}

#[test]
fn depth_says_how_many_nests_are_shown() {
    let shown = |depth| printed(&["describe", "netdev", "queue-get", "--depth", depth]);
    assert!(!shown("0").contains("NETDEV_A_LEASE_NETNS_ID"));
    assert!(shown("1").contains("NETDEV_A_LEASE_NETNS_ID"));
    // `lease.queue` is a nest in a nest.
    let lease_queue = |depth| {
        let reply = as_json(&["describe", "netdev", "queue-get", "--depth", depth]);
        let reply = &reply["do"]["reply"]["attributes"];
        let lease = reply.as_array().unwrap().iter().find(|it| it["name"] == "lease").unwrap();
        lease["attributes"].as_array().unwrap().iter().find(|it| it["name"] == "queue").cloned()
    };
    assert!(lease_queue("1").unwrap().get("attributes").is_none());
    assert_eq!(lease_queue("2").unwrap()["attributes"][0]["name"], "id");
}

#[test]
fn what_holds_itself_ends() {
    let text = printed(&["describe", "ovs_packet", "packet", "--depth", "8"]);
    assert!(text.lines().count() > 5);
    assert!(printed(&["describe", "nl80211", "get-wiphy", "--depth", "8"]).len() > 10_000);
}

#[test]
fn every_kind_of_thing_is_shown() {
    let text = printed(&["describe", "rt-link", "ifinfomsg"]);
    has_line(&text, &["ifinfomsg", "struct of rt-link"]);
    has_line(&text, &["Length", "16 bytes"]);
    has_line(&text, &["4 +4", "ifi-index", "s32"]);
    let text = printed(&["describe", "rt-link", "linkinfo-data-msg"]);
    has_line(&text, &["Used by", "attr:linkinfo-attrs.data"]);
    has_line(&text, &["vlan", "set linkinfo-vlan-attrs"]);
    let text = printed(&["describe", "netdev", "xdp-act"]);
    has_line(&text, &["0x2 (bit 1)", "redirect"]);
    has_line(&text, &["NETDEV_XDP_ACT_REDIRECT"]);
    let text = printed(&["describe", "netdev", "queue-type"]);
    has_line(&text, &["1", "tx", "Transmit."]);
    let text = printed(&["describe", "netdev", "set:page-pool-info"]);
    has_line(&text, &["Part of", "page-pool"]);
    has_line(&text, &["Rust", "PagePoolInfo"]);
    let text = printed(&["describe", "netdev", "mgmt"]);
    has_line(&text, &["Tells", "dev-add-ntf, dev-del-ntf, dev-change-ntf"]);
    has_line(&text, &["nlkit subscribe netdev:mgmt"]);
    let text = printed(&["describe", "rt-link", "group:rtnlgrp-link"]);
    has_line(&text, &["Number", "1"]);
    let text = printed(&["describe", "netdev", "dev-add-ntf"]);
    has_line(&text, &["Group", "mgmt"]);
    has_line(&text, &["xdp-features"]);
    let text = printed(&["describe", "wireguard", "const:key-len"]);
    has_line(&text, &["Value", "32"]);
    let text = printed(&["describe", "netdev", "queue-type.tx"]);
    has_line(&text, &["Value", "1"]);
    let text = printed(&["describe", "rt-link", "member:ifinfomsg.ifi-flags"]);
    has_line(&text, &["Offset", "8"]);
    has_line(&text, &["lower-up"]);
    let text = printed(&["describe", "rt-link", "format:linkinfo-data-msg.vlan"]);
    has_line(&text, &["Holds", "set linkinfo-vlan-attrs"]);
    has_line(&text, &["IFLA_VLAN_ID"]);
}

#[test]
fn names_are_those_of_c_too() {
    let text = printed(&["describe", "ethtool", "ETHTOOL_A_RINGS_RX"]);
    has_line(&text, &["rings.rx", "attribute of ethtool"]);
    let text = printed(&["describe", "netdev", "NETDEV_CMD_DEV_GET"]);
    has_line(&text, &["dev-get", "operation of netdev"]);
    // And the Rust type.
    let text = printed(&["describe", "netdev", "XdpAct"]);
    has_line(&text, &["xdp-act", "flags of netdev"]);
}

#[test]
fn paths_lead_through_nests_and_sub_messages() {
    let path = "newlink.linkinfo.data.bridge.forward-delay";
    let text = printed(&["describe", "rt-link", path]);
    has_line(&text, &["linkinfo-bridge-attrs.forward-delay", "attribute of rt-link"]);
    has_line(&text, &["IFLA_BR_FORWARD_DELAY"]);
    let text = printed(&["describe", "rt-link", "newlink.ifi-index"]);
    has_line(&text, &["ifinfomsg.ifi-index", "member of rt-link"]);
    let text = printed(&["describe", "netdev", "dev-add-ntf.xdp-features"]);
    has_line(&text, &["dev.xdp-features", "attribute of netdev"]);
    let (code, text) = failed(&["describe", "rt-link", "newlink.linkinfo.dta"]);
    assert_eq!(code, 6);
    let expected = "nlkit: there is no `dta` in `attr:link-attrs.linkinfo`\n  \
                    help: there is a similar name: `data`\n";
    assert_eq!(text, expected);
    let (code, text) = failed(&["describe", "rt-link", "newlink.wholly-other"]);
    assert_eq!(code, 6);
    assert!(text.contains("nlkit describe rt-link op:newlink"), "{text}");
}

#[test]
fn paths_begin_and_go_on_as_errors_have_them() {
    let of = "linkinfo-bridge-attrs.forward-delay";
    for path in [
        ".linkinfo.data.bridge.forward-delay",
        "linkinfo.data.bridge.forward-delay",
        "newlink.linkinfo.data.forward-delay",
        ".linkinfo.data.forward-delay",
    ] {
        has_line(&printed(&["describe", "rt-link", path]), &[of, "attribute of rt-link"]);
    }
    let text = printed(&["describe", "rt-link", ".linkinfo.data"]);
    has_line(&text, &["linkinfo-attrs.data", "attribute of rt-link"]);
    // What several formats have is not guessed.
    let (code, text) = failed(&["describe", "rt-link", "linkinfo.data.id"]);
    assert_eq!(code, 2);
    assert!(text.contains("attr:linkinfo-vlan-attrs.id"), "{text}");
    let (code, text) = failed(&["describe", "rt-link", ".linkinfo.dta"]);
    assert_eq!(code, 6);
    assert!(text.contains("similar name: `data`"), "{text}");
    assert_eq!(failed(&["describe", "rt-link", "nothing.of.it"]).0, 6);
}

#[test]
fn without_a_family_all_are_listed() {
    let text = printed(&["describe"]);
    has_line(&text, &["netdev", "generic netlink"]);
    has_line(&text, &["rt-link", "NETLINK_ROUTE"]);
    let lines = printed(&["describe", "-o", "jsonl"]);
    assert_eq!(lines.lines().count(), as_json(&["describe"]).as_array().unwrap().len());
    assert!(lines.lines().any(|line| line.starts_with(r#"{"family":"netdev","#)), "{lines}");
}

#[test]
fn several_things_of_one_name_are_told_apart() {
    let (code, text) = failed(&["describe", "netdev", "ifindex"]);
    assert_eq!(code, 2);
    assert!(text.starts_with("nlkit: `ifindex` is several things in `netdev`\n"), "{text}");
    assert!(text.contains("help: say which: `attr:dev.ifindex`, "), "{text}");
    // What has no C name is not meant by no name.
    assert_eq!(failed(&["describe", "netdev", ""]).0, 6);
    // The set of which `page-pool-info` is a part has it only once.
    assert!(!text.contains("page-pool-info"), "{text}");
    has_line(&printed(&["describe", "netdev", "attr:dev.ifindex"]), &["dev.ifindex"]);
}

#[test]
fn similar_names_are_offered() {
    let (code, text) = failed(&["describe", "netdve"]);
    assert_eq!(code, 6);
    assert!(text.contains("similar name: `netdev`"), "{text}");
    for (what, near) in [
        ("dev-gte", "op:dev-get"),
        ("set:page-pol", "set:page-pool"),
        ("NETDEV_CMD_DEV_GTE", "op:dev-get"),
        ("queue-typ", "enum:queue-type"),
    ] {
        let (code, text) = failed(&["describe", "netdev", what]);
        assert_eq!(code, 6, "{what}");
        let expected = format!(
            "nlkit: there is no `{what}` in `netdev`\n  \
             help: there is something with a similar name: `{near}`\n"
        );
        assert_eq!(text, expected);
    }
    let (code, text) = failed(&["describe", "netdev", "nothing-like-it-at-all"]);
    assert_eq!(code, 6);
    assert!(text.contains("`nlkit describe netdev` lists what there is"), "{text}");
}

#[test]
fn data_is_the_same_as_json_lines_and_yaml() {
    let value = as_json(&["describe", "netdev", "enum:queue-type"]);
    let expected = json!({
        "family": "netdev",
        "address": "enum:queue-type",
        "name": "queue-type",
        "kind": "enum",
        "doc": "Direction of a queue.",
        "rust": "QueueType",
        "widths": ["32 bits"],
        "entries": [
            { "name": "rx", "value": 0, "doc": "Receive.", "c_name": "NETDEV_QUEUE_TYPE_RX", "rust": "RX" },
            { "name": "tx", "value": 1, "doc": "Transmit.", "c_name": "NETDEV_QUEUE_TYPE_TX", "rust": "TX" },
        ],
        "used_by": ["attr:queue.type", "attr:qstats.queue-type", "attr:queue-id.type"],
    });
    assert_eq!(value, expected);
    let line = printed(&["describe", "netdev", "enum:queue-type", "-o", "jsonl"]);
    assert_eq!(line.lines().count(), 1);
    assert_eq!(serde_json::from_str::<Value>(&line).unwrap(), expected);
    let yaml = printed(&["describe", "netdev", "enum:queue-type", "-o", "yaml"]);
    assert!(yaml.starts_with("family: netdev\naddress: 'enum:queue-type'\n"), "{yaml}");
    let family = as_json(&["describe", "netdev"]);
    assert_eq!(family["operations"][0]["do"]["request"]["attributes"][0]["name"], "ifindex");
    assert_eq!(family["sets"][0]["attributes"][2]["type"], "u64 of flags xdp-act");
}

#[test]
fn lines_are_as_wide_as_asked_for() {
    for columns in ["40", "60", "100"] {
        let output = command(&["describe", "netdev"]).env("COLUMNS", columns).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        // Rows whose names alone are wider are as long as those.
        let docs = text.lines().filter(|line| line.starts_with("      "));
        let longest = docs.map(|line| line.chars().count()).max().unwrap();
        assert!(longest <= columns.parse().unwrap(), "{columns}: {longest}\n{text}");
    }
}

#[test]
fn no_name_is_broken_however_narrow_the_terminal_is() {
    let output = command(&["describe", "netdev", "dev-get"]).env("COLUMNS", "40").output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    for name in ["NETDEV_A_DEV_XDP_RX_METADATA_FEATURES", "xsk-zerocopy", "tx-launch-time-fifo"] {
        has_line(&text, &[name]);
    }
}

#[test]
fn colours_come_where_they_are_asked_for() {
    let coloured = printed(&["describe", "netdev", "dev-get", "--color", "always"]);
    assert!(coloured.contains("\u{1b}[1mdev-get\u{1b}[0m"), "{coloured}");
    let plain = printed(&["describe", "netdev", "dev-get"]);
    assert!(!plain.contains('\u{1b}'));
}

#[test]
fn a_spec_of_ones_own_needs_no_kernel() {
    let folder = Folder::new("describe");
    let spec = folder.write("lamp.yaml", "
name: lamp
doc: Lamps.
definitions:
  - { name: mode, type: enum, entries: [off, on] }
attribute-sets:
  - name: mode
    attributes: [{ name: id, type: u8, enum: mode, enum-as-flags: true }, { name: mode, type: u8, enum: mode }]
operations:
  list: [{ name: mode, doc: Look., attribute-set: mode, do: { request: { attributes: [id] }, reply: { attributes: [id, mode] } } }]
");
    let (code, text) = failed(&["describe", "lamp", "mode", "--spec", &spec]);
    assert_eq!(code, 2);
    let expected = "help: say which: `op:mode`, `set:mode`, `enum:mode`, `flags:mode`";
    assert!(text.contains(expected), "{text}");
    let value = as_json(&["describe", "lamp", "flags:mode", "--spec", &spec]);
    assert_eq!(value["kind"], "flags of enum");
    assert_eq!(value["entries"][1]["value"], 2);
    let value = as_json(&["describe", "lamp", "enum:mode", "--spec", &spec]);
    assert_eq!(value["entries"][1]["value"], 1);
    let value = as_json(&["describe", "lamp", "op:mode", "--spec", &spec]);
    // Flags are in no example, since they change what a request does.
    assert_eq!(value["do"]["example"], "nlkit do lamp mode");
}

#[test]
fn what_the_command_line_lacks_is_said() {
    let (code, text) = failed(&["describe", "netdev", "--depth", "9"]);
    assert_eq!(code, 2);
    assert!(text.contains("9 is not in 0..=8"), "{text}");
}

#[test]
fn shells_complete_what_can_be_described() {
    let complete = |words: &[&str]| {
        let index = words.len().to_string();
        let output = command(&[&["--", "nlkit"], words].concat())
            .env("COMPLETE", "bash")
            .env("_CLAP_COMPLETE_INDEX", index)
            .output()
            .unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        text.split_whitespace().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(complete(&["describe", "netd"]), ["netdev"]);
    assert_eq!(
        complete(&["describe", "netdev", "queue-"]),
        ["queue-get", "queue-create", "queue-id", "queue-type"]
    );
    // An address is completed where one was begun.
    assert_eq!(complete(&["describe", "netdev", "op:dev"]), ["op:dev-get"]);
    assert_eq!(complete(&["describe", "netdev", "enum:que"]), ["enum:queue-type"]);
    assert!(complete(&["describe", "netdev", "set:"]).contains(&"set:page-pool".to_owned()));
    assert_eq!(complete(&["doc", "--family", "wire"]), ["wireguard"]);
}
