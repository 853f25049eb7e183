//! `nlkit do`.

use nlkit_tests::namespace::in_namespace;
use serde_json::json;

use crate::run::{nlkit, run};

#[test]
fn a_reply_is_a_record() {
    if !in_namespace() {
        return;
    }
    let text = "ifindex=1 xdp-features=[] xdp-rx-metadata-features=[] xsk-features=[]\n";
    assert_eq!(nlkit("do netdev dev-get ifindex=1 -o text").out(), text);
    let reply = nlkit("do netdev dev-get ifindex=1 -o json").json();
    assert_eq!(reply["ifindex"], json!(1));
    assert_eq!(reply["xdp-features"], json!([]));
}

#[test]
fn an_acknowledgement_prints_nothing_and_null_in_json() {
    if !in_namespace() {
        return;
    }
    let set_up = "do rt-link setlink ifi-index=1 ifi-flags=up ifi-change=1";
    assert_eq!(nlkit(set_up).out(), "");
    assert_eq!(nlkit(&format!("{set_up} -o jsonl")).out(), "");
    assert_eq!(nlkit(&format!("{set_up} -o json")).out(), "null\n");
    assert_eq!(nlkit(&format!("{set_up} -o yaml")).out(), "null\n");
}

#[test]
fn the_kernels_refusal_names_the_attribute() {
    let refused = nlkit("do netdev dev-get ifindex=0");
    refused.fails(3, "nlkit: netdev dev-get: .ifindex: Numerical result out of range (34)");
    nlkit("do netdev dev-get").fails(3, "missing attribute .ifindex: Invalid argument (22)");
    let device = nlkit("do netdev dev-get ifindex=99999999 -o json");
    device.fails(3, "netdev dev-get");
}

#[test]
fn a_family_without_a_spec_is_unknown() {
    nlkit("do netdef dev-get").fails(6, "no spec for the family `netdef`");
    nlkit("do netdef dev-get").fails(6, "help: there is one with a similar name: `netdev`");
}

#[test]
fn a_family_that_the_kernel_lacks_is_unknown() {
    let spec = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/talk/nowhere.yaml");
    let asked = run(&["--spec", spec, "do", "nowhere", "look"]);
    asked.fails(6, "the running kernel has no generic netlink family `nowhere`");
}

#[test]
fn an_operation_that_is_not_there_is_unknown() {
    nlkit("do netdev dev-gett").fails(6, "family `netdev` has no operation `dev-gett`");
    nlkit("do netdev dev-gett").fails(6, "help: there is one with a similar name: `dev-get`");
    nlkit("do netdev something-else").fails(6, "help: `netdev` has dev-get, page-pool-get");
}

#[test]
fn an_operation_of_the_other_kind_says_which_command_asks_it() {
    nlkit("do netdev qstats-get").fails(6, "`qstats-get` of `netdev` gives a list only");
    nlkit("do netdev qstats-get").fails(6, "help: `nlkit dump netdev qstats-get`");
    nlkit("dump netdev bind-rx").fails(6, "`bind-rx` of `netdev` gives no list");
    nlkit("dump netdev bind-rx").fails(6, "help: `nlkit do netdev bind-rx`");
}

#[test]
fn without_an_operation_those_that_there_are_are_told() {
    nlkit("do netdev").fails(2, "which operation?");
    nlkit("do netdev").fails(2, "help: `netdev` has dev-get, page-pool-get");
    nlkit("dump netdev").fails(2, "qstats-get");
}

#[test]
fn what_an_operation_takes_is_shown_without_asking() {
    let shown = nlkit("do netdev queue-get --attrs").out();
    assert!(shown.contains("queue-type"), "{shown}");
    assert!(shown.contains("ifindex"), "{shown}");
    let spec = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/talk/nowhere.yaml");
    let shown = run(&["--spec", spec, "do", "nowhere", "look", "--attrs"]).out();
    assert!(shown.contains("brightness"), "{shown}");
    let inner = nlkit("do ethtool rings-get --attrs=header").out();
    assert!(inner.contains("dev-name"), "{inner}");
    let family = nlkit("dump netdev --attrs").out();
    assert!(family.contains("qstats-get"), "{family}");
    nlkit("do netdev queue-get --attrs=nothing").fails(6, "nothing");
}

#[test]
fn a_wrong_command_line_is_told_with_the_usage() {
    nlkit("do").fails(2, "Usage: nlkit do");
    nlkit("do netdev dev-get --nonsense").fails(2, "unexpected argument '--nonsense'");
    nlkit("do netdev dev-get -o xml").fails(2, "invalid value 'xml'");
    nlkit("do netdev dev-get --timeout 1y").fails(2, "a time is a number of seconds");
    nlkit("nonsense").fails(2, "unrecognized subcommand 'nonsense'");
}

#[test]
fn a_timeout_does_not_end_what_is_answered() {
    let asked = nlkit("do nlctrl getfamily family-name=nlctrl --timeout 10s -o json").json();
    assert_eq!(asked["family-id"], json!(16));
}

#[test]
fn a_spec_that_is_wrong_is_shown_with_its_place() {
    let spec = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/talk/wrong.yaml");
    let asked = run(&["--spec", spec, "do", "wrong", "look"]);
    asked.fails(2, "wrong.yaml:");
    run(&["--spec", "/nonexistent.yaml", "do", "x", "y"]).fails(2, "cannot read /nonexistent.yaml");
    run(&["--specs", "/nonexistent", "do", "x", "y"]).fails(2, "cannot read /nonexistent");
}
