//! What requests hold: pairs, JSON from everywhere, and mistakes in both.

use std::fs;

use nlkit_tests::namespace::{in_namespace, ip, ip_json};
use serde_json::json;

use crate::run::{nlkit, run, run_with};

#[test]
fn json_comes_as_text_from_a_file_or_on_stdin() {
    let request = "{\"ifindex\": 1}";
    let file = std::env::temp_dir().join(format!("nlkit-talk-{}.json", std::process::id()));
    fs::write(&file, request).unwrap();
    let at_file = format!("@{}", file.display());
    let arguments = ["do", "netdev", "dev-get", "-o", "json", "--json"];
    let with = |json| [&arguments[..], &[json]].concat();
    assert_eq!(run(&with(request)).json()["ifindex"], json!(1));
    assert_eq!(run(&with(&at_file)).json()["ifindex"], json!(1));
    assert_eq!(run_with(&with("-"), request).json()["ifindex"], json!(1));
    let path = file.display().to_string();
    run(&with(&path)).fails(2, &format!("help: a file is `@{path}`"));
    fs::remove_file(file).unwrap();
    run(&with(&at_file)).fails(7, "cannot read ");
}

#[test]
fn json_that_is_no_request_is_told() {
    let asked = |json| run(&["do", "netdev", "dev-get", "--json", json]);
    asked("{\"ifindex\": }").fails(2, "nlkit: --json: no JSON: expected value at line 1 column 13");
    asked("[1]").fails(2, "nlkit: --json: a request is a JSON object");
    asked("null").fails(2, "help: one without attributes is `{}`");
    asked("{}").fails(3, "missing attribute .ifindex");
    asked("{\"ifindex\": 1, \"ifindex\": 1}")
        .fails(2, "nlkit: --json: `ifindex` is given twice at line 1 column 24");
    asked("{\"a\": [{\"b\": 1, \"b\": null}]}").fails(2, "`b` is given twice");
    run_with(&["do", "netdev", "dev-get", "--json", "-"], "{").fails(2, "stdin: no JSON: EOF");
    nlkit("do netdev dev-get ifindex=1 --json {}").fails(2, "cannot be used with");
}

#[test]
fn attributes_that_do_not_fit_are_told_with_their_path() {
    nlkit("do netdev dev-get ifindx=1").fails(2, ".ifindx: no such attribute");
    nlkit("do netdev dev-get ifindx=1").fails(2, "`ifindex`");
    nlkit("do netdev dev-get ifindex=x").fails(2, ".ifindex: expected a number, got \"x\"");
    nlkit("do netdev dev-get ifindex=5000000000").fails(2, ".ifindex: ");
    nlkit("do netdev queue-get ifindex=1 id=0 type=tz").fails(2, "`tx`");
    nlkit("do rt-link newlink ifi-flags=up,runing").fails(2, "`running`");
    let nested = "do rt-link newlink linkinfo.kind=veth linkinfo.data.peer.ifnam=x";
    nlkit(nested).fails(2, ".linkinfo.data.peer.ifnam: ");
}

#[test]
fn mistakes_in_pairs_are_marked() {
    let marked = "nlkit: expected a position in the list, from 0 on: `peers[0]`\n    queues[x].id=1\n           ^\n";
    let asked = nlkit("do netdev bind-rx ifindex=1 queues[x].id=1");
    assert_eq!((asked.code, asked.stderr.as_str()), (Some(2), marked));
    nlkit("do netdev bind-rx queues=1").fails(2, "this is a nest");
    nlkit("do netdev dev-get =1").fails(2, "expected the name of an attribute");
    nlkit("do netdev dev-get ifindex").fails(2, "needs a value behind `=`: u32");
    nlkit("do netdev dev-get ifindex=1 ifindex=1").fails(2, "given twice");
    nlkit("do netdev dev-get ifindex:=1x").fails(2, "no JSON behind `:=`");
    run(&["do", "netdev", "dev-get", "x:={\"a\":1,\"a\":2}"]).fails(2, "`a` is given twice");
}

#[test]
fn pairs_make_nested_requests() {
    if !in_namespace() {
        return;
    }
    let made = [
        "do",
        "rt-link",
        "newlink",
        "--create",
        "--excl",
        "ifname=left",
        "mtu=1400",
        "address=02:00:00:00:00:01",
        "linkinfo.kind=veth",
        "linkinfo.data.peer.ifname=right",
        "linkinfo.data.peer.mtu=0x578",
        "linkinfo.data.peer.ifi-flags=promisc,multicast",
    ];
    run(&made).out();
    run(&["do", "rt-link", "setlink", "ifname=left", "ifalias=\"a, \\\"b\\\"\""]).out();
    let left = ip_json("link show left").remove(0);
    assert_eq!(left["mtu"], json!(1400));
    assert_eq!(left["address"], json!("02:00:00:00:00:01"));
    assert_eq!(left["ifalias"], json!("a, \"b\""));
    let right = ip_json("link show right").remove(0);
    assert_eq!(right["mtu"], json!(1400));
    assert!(right["flags"].as_array().unwrap().contains(&json!("PROMISC")), "{right}");
}

#[test]
fn lists_are_made_with_commas_repetition_and_positions() {
    if !in_namespace() {
        return;
    }
    ip("link add left type veth peer name right");
    let names = "do rt-link newlinkprop --create --excl --append ifname=left";
    nlkit(&format!("{names} prop-list.alt-ifname=one,two")).out();
    nlkit(&format!("{names} prop-list.alt-ifname=three prop-list.alt-ifname=four")).out();
    nlkit(&format!("{names} prop-list.alt-ifname[0]=five prop-list.alt-ifname[1]=six")).out();
    run(&[
        &names.split(' ').collect::<Vec<_>>()[..],
        &["prop-list:={\"alt-ifname\": [\"seven\"]}"],
    ]
    .concat())
    .out();
    let expected = json!(["one", "two", "three", "four", "five", "six", "seven"]);
    assert_eq!(ip_json("link show left")[0]["altnames"], expected);
}

#[test]
fn flags_need_no_value() {
    if !in_namespace() {
        return;
    }
    ip("link add left type veth peer name right");
    // `nomask` of a bitset: these and no others.
    let off = "do ethtool features-set header.dev-name=left wanted.bits.bit[0].name=rx-gro";
    let changed = nlkit(&format!("{off} -o json")).json();
    assert!(changed.get("wanted").is_some(), "{changed}");
    let strict =
        "do ethtool features-get header.dev-name=left header.flags=compact-bitsets -o json";
    let features = nlkit(strict).json();
    assert!(features["hw"].get("value").is_some(), "{features}");
}
