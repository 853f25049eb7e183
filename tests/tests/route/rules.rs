//! Rules that choose the routing table.

use std::net::{Ipv4Addr, Ipv6Addr};

use nlkit::{Connection, Modifiers, Route};
use nlkit_specs::rt_rule::{
    DelruleRequest, FibRuleHdr, FibRulePortRange, FibRuleUidRange, FrAct, GetruleDump,
    GetruleReply, NewruleRequest, Notification, RTNLGRP_IPV4_RULE,
};
use nlkit_tests::namespace::{assert_shows, in_namespace, ip, ip_json, kernel_error};
use serde_json::{Value, json};

use crate::{INET, INET6, brand_new};

fn header(family: u8) -> FibRuleHdr {
    FibRuleHdr::new().with_family(family).with_action(FrAct::TO_TBL)
}

fn dump(conn: &mut Connection<Route>, family: u8) -> Vec<GetruleReply> {
    let header = FibRuleHdr::new().with_family(family);
    conn.dump(&GetruleDump::new().with_header(header)).unwrap().map(Result::unwrap).collect()
}

/// Asserts that `ip` shows a rule as we do.
fn assert_rule(rule: &GetruleReply, shown: &Value) {
    let hex = |number: Option<u32>| number.map(|it| format!("{it:#x}"));
    let len = |len: u8, all: u8| Some(len).filter(|len| *len != 0 && *len != all);
    let all = if rule.header.family == INET { 32 } else { 128 };
    let table = rule.table.filter(|_| rule.header.action == FrAct::TO_TBL);
    let table = table.map(|table| match table {
        255 => "local".to_owned(),
        254 => "main".to_owned(),
        253 => "default".to_owned(),
        other => other.to_string(),
    });
    let source = rule.src.map_or("all".to_owned(), |source| source.to_string());
    assert_shows(
        shown,
        &json!({
            "priority": rule.priority.unwrap_or(0),
            "src": source,
            "srclen": len(rule.header.src_len, all),
            "dst": rule.dst,
            "dstlen": len(rule.header.dst_len, all),
            "table": table,
            "fwmark": hex(rule.fwmark),
            "fwmask": hex(rule.fwmask.filter(|mask| *mask != u32::MAX && *mask != 0)),
            "iif": rule.iifname,
            "oif": rule.oifname,
            "uid_start": rule.uid_range.map(|range| range.start),
            "uid_end": rule.uid_range.map(|range| range.end),
            "goto": rule.goto,
            "suppress_prefixlen": rule.suppress_prefixlen.filter(|len| *len != u32::MAX),
        }),
    );
    for (range, name) in [(rule.sport_range, "sport"), (rule.dport_range, "dport")] {
        let Some(range) = range else { continue };
        let names = [name.to_owned(), format!("{name}_start"), format!("{name}_end")];
        let (one, start, end) = (&shown[&names[0]], &shown[&names[1]], &shown[&names[2]]);
        let (start, end) = if one.is_null() { (start, end) } else { (one, one) };
        assert_eq!((start, end), (&json!(range.start), &json!(range.end)), "{shown}");
    }
}

#[test]
fn a_rule_is_shown_with_what_it_was_made_with() {
    if !in_namespace() {
        return;
    }
    let mut conn = Connection::route().unwrap();
    let header = header(INET).with_src_len(8).with_dst_len(16).with_tos(0x10);
    let request = NewruleRequest::new()
        .with_header(header)
        .with_src(Ipv4Addr::new(10, 0, 0, 0))
        .with_dst(Ipv4Addr::new(10, 1, 0, 0))
        .with_iifname("v0")
        .with_oifname("v1")
        .with_fwmark(5)
        .with_fwmask(0xff)
        .with_table(1234)
        .with_priority(500)
        .with_ip_proto(6)
        .with_sport_range(FibRulePortRange::new().with_start(1000).with_end(2000))
        .with_dport_range(FibRulePortRange::new().with_start(80).with_end(80))
        .with_uid_range(FibRuleUidRange::new().with_start(100).with_end(200))
        .with_suppress_prefixlen(5)
        .with_protocol(44);
    conn.request_with(&request, brand_new()).unwrap();

    let shown = ip_json("rule show").into_iter().find(|rule| rule["priority"] == 500).unwrap();
    assert_shows(
        &shown,
        &json!({
            "src": "10.0.0.0", "srclen": 8, "dst": "10.1.0.0", "dstlen": 16, "tos": "0x10",
            "iif": "v0", "oif": "v1", "fwmark": "0x5", "fwmask": "0xff", "table": "1234",
            "ipproto": "tcp", "sport_start": 1000, "sport_end": 2000, "dport": 80,
            "uid_start": 100, "uid_end": 200, "suppress_prefixlen": 5, "protocol": "44",
        }),
    );
    let rules = dump(&mut conn, INET);
    let read = rules.iter().find(|rule| rule.priority == Some(500)).unwrap();
    assert_rule(read, &shown);
    assert_eq!((read.protocol, read.ip_proto), (Some(44), Some(6)));
    assert_eq!((read.header.tos, read.header.table), (0x10, 252), "252 is for a wide number");
}

#[test]
fn rules_that_iproute2_makes_are_decoded() {
    if !in_namespace() {
        return;
    }
    ip("rule add from 10.0.0.0/8 to 10.1.2.3 iif lo fwmark 0x5/0xff table 1234 pref 500");
    ip("rule add pref 600 ipproto udp sport 53 dport 1000-2000 uidrange 7-9 lookup main");
    ip("rule add pref 601 blackhole");
    ip("rule add pref 602 goto 32766");
    ip("rule add pref 603 from 10.9.0.0/16 table 77 suppress_prefixlength 0");
    ip("-6 rule add from fd00::/8 to fd01::1 table 77 pref 5");
    let mut conn = Connection::route().unwrap();
    for (family, option, count) in [(INET, "", 8), (INET6, "-6 ", 3)] {
        let rules = dump(&mut conn, family);
        let shown = ip_json(&format!("{option}rule show"));
        assert_eq!((rules.len(), shown.len()), (count, count));
        for (rule, shown) in rules.iter().zip(&shown) {
            assert_rule(rule, shown);
            let action = match shown.get("goto").is_some() {
                true => FrAct::GOTO,
                false if shown["action"] == "blackhole" => FrAct::BLACKHOLE,
                false => FrAct::TO_TBL,
            };
            assert_eq!(rule.header.action, action, "{shown}");
        }
    }
}

#[test]
fn a_rule_is_new_once_and_gone() {
    if !in_namespace() {
        return;
    }
    let mut conn = Connection::route().unwrap();
    let source: Ipv6Addr = "fd00::".parse().unwrap();
    let header = header(INET6).with_src_len(8);
    let request =
        NewruleRequest::new().with_header(header).with_src(source).with_table(99).with_priority(7);
    conn.request_with(&request, brand_new()).unwrap();
    let error = kernel_error(conn.request_with(&request, brand_new()));
    assert_eq!(error.to_string(), "rt-rule newrule: File exists (17)");
    assert_eq!(ip_json("-6 rule show").len(), 3);
    let delete = DelruleRequest::new().with_header(header).with_src(source).with_priority(7);
    conn.request(&delete).unwrap();
    assert_eq!(ip_json("-6 rule show").len(), 2);
    assert_eq!(kernel_error(conn.request(&delete)).errno, 2);
}

#[test]
fn what_is_wrong_with_a_rule_has_a_path() {
    if !in_namespace() {
        return;
    }
    let mut conn = Connection::route().unwrap();
    let range = FibRulePortRange::new().with_start(9).with_end(3);
    let request =
        NewruleRequest::new().with_header(header(INET)).with_table(5).with_sport_range(range);
    let error = kernel_error(conn.request_with(&request, Modifiers::CREATE));
    assert_eq!(error.errno, 22);
    let message = error.message.as_ref().unwrap();
    assert_eq!(message, "Invalid sport range", "{error}");
    let long =
        NewruleRequest::new().with_header(header(INET)).with_iifname("a-name-that-is-too-long");
    let error = kernel_error(conn.request_with(&long, Modifiers::CREATE));
    assert_eq!(error.attribute.as_deref(), Some(".iifname"), "{error}");
}

#[test]
fn rules_that_come_and_go_are_told() {
    if !in_namespace() {
        return;
    }
    let mut listener = Connection::route().unwrap();
    let mut events = listener.subscribe(RTNLGRP_IPV4_RULE).unwrap();
    let mut conn = Connection::route().unwrap();
    let request = NewruleRequest::new().with_header(header(INET)).with_table(99).with_priority(7);
    conn.request_with(&request, brand_new()).unwrap();
    conn.request(&DelruleRequest::new().with_header(header(INET)).with_priority(7)).unwrap();
    let Notification::NewruleNtf(new) = events.next().unwrap().unwrap() else { panic!() };
    let Notification::DelruleNtf(gone) = events.next().unwrap().unwrap() else { panic!() };
    assert_eq!((new.priority, new.table), (Some(7), Some(99)));
    assert_eq!(new, gone);
}
