//! `--create`, `--excl`, `--replace`, `--append`, `--echo`; warnings of the kernel.

use nlkit_tests::namespace::{in_namespace, index_of, ip, ip_json, tc_can};
use nlkit_tests::skip::absent;
use serde_json::json;

use crate::run::{Run, nlkit, run};

const PAIR: &str = "ifname=left linkinfo.kind=veth linkinfo.data.peer.ifname=right";

#[test]
fn create_and_excl_make_something_once() {
    if !in_namespace() {
        return;
    }
    nlkit(&format!("do rt-link newlink {PAIR}")).fails(3, "No such device (19)");
    nlkit(&format!("do rt-link newlink --create --excl {PAIR}")).out();
    assert_eq!(index_of("left"), ip_json("link show left")[0]["ifindex"]);
    nlkit(&format!("do rt-link newlink --create --excl {PAIR}")).fails(3, "File exists (17)");
}

fn route(flags: &str, via: &str) -> Run {
    let of = "rtm-family=2 rtm-dst-len=24 rtm-table=254 rtm-protocol=4 rtm-type=unicast";
    nlkit(&format!("do rt-route newroute {flags} {of} dst=198.51.100.0 gateway={via}"))
}

#[test]
fn replace_and_append_change_what_is_there() {
    if !in_namespace() {
        return;
    }
    ip("link add left type veth peer name right");
    ip("addr add 192.0.2.1/24 dev left");
    ip("link set left up");
    ip("link set right up");
    let gateways = || -> Vec<_> {
        ip_json("route show 198.51.100.0/24").iter().map(|it| it["gateway"].clone()).collect()
    };
    route("--create --excl", "192.0.2.2").out();
    route("--create --excl", "192.0.2.3").fails(3, "File exists");
    assert_eq!(gateways(), [json!("192.0.2.2")]);
    route("--create --replace", "192.0.2.3").out();
    assert_eq!(gateways(), [json!("192.0.2.3")]);
    route("--create --append", "192.0.2.4").out();
    assert_eq!(gateways(), [json!("192.0.2.3"), json!("192.0.2.4")]);
}

#[test]
fn echo_prints_what_listeners_are_told() {
    if !in_namespace() {
        return;
    }
    let made = nlkit(&format!("do rt-link newlink --create --excl --echo {PAIR} -o json")).json();
    assert_eq!(made["ifname"], json!("left"));
    assert_eq!(made["ifi-index"], json!(index_of("left")));
}

#[test]
fn remarks_of_the_kernel_go_to_stderr() {
    if !in_namespace() {
        return;
    }
    ip("link add left type veth peer name right");
    if !tc_can("qdisc add dev left root handle 1: htb r2q 1") {
        return absent("htb");
    }
    let at = format!("ifindex={} handle=65537 parent=65536 kind=htb", index_of("left"));
    let rate = "{\"linklayer\": 1, \"rate\": 1250000000}";
    let parms =
        format!("options.parms:={{\"rate\": {rate}, \"ceil\": {rate}, \"buffer\": 1000000}}");
    let mut words: Vec<_> = "do tc newtclass --create --excl".split(' ').collect();
    words.extend(at.split(' ').chain([parms.as_str()]));
    let made = run(&words);
    assert_eq!((made.code, made.stdout.as_str()), (Some(0), ""), "{made:?}");
    assert!(made.stderr.starts_with("nlkit: warning: tc newtclass: "), "{made:?}");
    assert!(made.stderr.contains("quantum of class 10001 is big"), "{made:?}");
}
