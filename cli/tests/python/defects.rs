//! Where the client of Linux 6.12 fails and `nlkit` does not: each with its reason, and shown to be so still.

use nlkit_tests::namespace::{index_of, ip, ip_can, tc};
use nlkit_tests::skip::absent;
use serde_json::{Value, json};

use crate::client::{Clients, Said};
use crate::clients;

/// What `nlkit` gives where the client fails like that.
#[track_caller]
fn only_ours(both: &Clients, how: &str, call: (&str, &str, &str), request: Value) -> Value {
    let (spec, mode, op) = call;
    let theirs = both.python(spec, mode, op, &request);
    let said = format!("{}{}", theirs.out, theirs.err);
    assert!(!theirs.success && said.contains(how), "the defect is gone: {theirs:?}");
    let ours = both.nlkit(spec, mode, op, &request);
    assert!(ours.success, "{ours:?}");
    ours.json()
}

/// Its spec has `pad` and `mask` with each other's number, and a pad is to it what it does not know.
#[test]
fn a_mask_in_a_policy_is_a_pad_to_it() {
    let Some(both) = clients("pad") else { return };
    let request = json!({"family-name": "netdev"});
    let theirs = both.python("nlctrl", "dump", "getpolicy", &request);
    let ours = both.nlkit_by_its_own("nlctrl", "dump", "getpolicy", &request);
    assert!(theirs.out.contains(r#""pad": "0100000000000000""#), "the defect is gone: {theirs:?}");
    let masks: Vec<_> = ours.json().as_array().unwrap().clone();
    assert!(masks.iter().any(|message| message["policy"]["mask"] == 1), "{masks:?}");
}

/// Of a header's member and an attribute of the same name it prints one.
#[test]
fn a_member_hides_an_attribute_of_its_name() {
    let Some(both) = clients("member") else { return };
    ip("addr add 10.7.7.7/32 dev v0 noprefixroute");
    let request = json!({"ifa-index": index_of("v0"), "ifa-family": 2});
    let theirs = both.python("rt_addr", "dump", "getaddr", &request);
    let ours = both.nlkit("rt_addr", "dump", "getaddr", &request);
    assert!(!theirs.out.contains("noprefixroute"), "the defect is gone: {theirs:?}");
    // The member has 8 bits, the attribute all.
    assert!(ours.out.contains("noprefixroute"), "{ours:?}");
}

/// What is answered by nothing is `null` to it, as what is only acknowledged.
#[test]
fn no_answer_is_null_to_it() {
    let Some(both) = clients("no-answer") else { return };
    tc("qdisc add dev v0 root handle 10: tbf rate 1mbit burst 10k latency 70ms");
    let request = json!({"ifindex": index_of("v0"), "handle": 0x10_0000});
    let theirs = both.python("tc", "do", "getqdisc", &request);
    assert_eq!((theirs.success, theirs.json()), (true, Value::Null), "the defect is gone");
    let ours = both.nlkit("tc", "do", "getqdisc", &request);
    assert!(!ours.success && ours.err.contains("no reply"), "{ours:?}");
}

/// One class of a kind whose statistics its spec does not have costs it the whole list.
#[test]
fn statistics_of_an_unknown_kind_end_its_dump() {
    let Some(both) = clients("htb") else { return };
    tc("qdisc add dev v0 root handle 1: htb");
    tc("class add dev v0 parent 1: classid 1:10 htb rate 10mbit");
    let call = ("tc", "dump", "gettclass");
    let request = json!({"ifindex": index_of("v0")});
    let classes = only_ours(&both, "No message format for 'htb'", call, request);
    let class = &classes.as_array().unwrap()[0];
    assert_eq!(class["kind"], "htb");
    assert!(class["stats2"]["app"].is_string(), "what nobody knows is hex: {class}");
}

/// A kind of device that its spec does not have costs it the whole list.
#[test]
fn a_link_of_an_unknown_kind_ends_its_dump() {
    let Some(both) = clients("macvlan") else { return };
    if !ip_can("link add mac0 link v0 type macvlan") {
        return absent("macvlan");
    }
    let call = ("rt_link", "dump", "getlink");
    let links = only_ours(&both, "No message format for 'macvlan'", call, json!({}));
    let link = links.as_array().unwrap().iter().find(|link| link["ifname"] == "mac0").unwrap();
    assert_eq!(link["linkinfo"]["kind"], "macvlan");
}

/// Text is ASCII to it.
#[test]
fn an_alias_in_utf_8_ends_its_dump() {
    let Some(both) = clients("alias") else { return };
    ip("link set v0 alias h\u{e9}llo");
    let call = ("rt_link", "dump", "getlink");
    let links = only_ours(&both, "'ascii' codec can't decode", call, json!({}));
    let link = links.as_array().unwrap().iter().find(|link| link["ifname"] == "v0").unwrap();
    assert_eq!(link["ifalias"], "h\u{e9}llo");
}

/// Addresses are bytes to it in what it sends, though it prints them as people write them.
#[test]
fn an_address_as_it_prints_it_cannot_be_given() {
    let Some(both) = clients("address") else { return };
    let request = json!({"rtm-family": 2, "rtm-dst-len": 32, "rta-dst": "192.0.2.9"});
    let call = ("rt_route", "do", "getroute");
    let route = only_ours(&both, "non-hexadecimal number", call, request);
    assert_eq!(
        (&route["rta-dst"], &route["rta-oif"]),
        (&json!("192.0.2.9"), &index_of("v0").into())
    );
}

/// An enum in a fixed header is a number to it in what it sends, and a name in what it prints.
#[test]
fn a_header_as_it_prints_it_cannot_be_given() {
    let Some(both) = clients("header") else { return };
    let call = ("rt_route", "dump", "getroute");
    let request = json!({"rtm-family": 2, "rtm-type": "blackhole"});
    let routes = only_ours(&both, "struct.error", call, request);
    let kinds: Vec<_> = routes.as_array().unwrap().iter().map(|route| &route["rtm-type"]).collect();
    assert_eq!(kinds, ["blackhole"]);
}

/// Warnings of the kernel go to where its JSON goes.
#[test]
fn a_warning_stands_before_its_json() {
    let Some(both) = clients("warning") else { return };
    let request = json!({"header": {}});
    let theirs = both.python("ethtool", "dump", "linkinfo-get", &request);
    let ours = both.nlkit("ethtool", "dump", "linkinfo-get", &request);
    assert!(theirs.out.starts_with("Netlink warning:\n"), "the defect is gone: {theirs:?}");
    assert!(ours.err.contains("failed to retrieve link settings"), "{ours:?}");
    let last = theirs.out.lines().last().unwrap().to_owned();
    assert_eq!(Said { out: last, ..theirs }.json(), ours.json());
}
