//! What errors say: where, what is wrong, what would fit.

use serde_json::{Value, json};

use crate::{attr, id, nest, request};

/// The error of a request of `get` with this JSON; what was written up to there is taken away again.
#[track_caller]
fn refuses(value: Value, expected: &str) {
    let mut buffer = vec![1, 2, 3, 4];
    let error = request("get").encode(&value, &mut buffer).unwrap_err();
    assert_eq!(error.to_string(), expected);
    assert_eq!(buffer, [1, 2, 3, 4]);
}

#[test]
fn names_that_are_not_known() {
    refuses(
        json!({"nam": "x"}),
        ".nam: no such attribute in set `lamp`; there is one with a similar name: `name`",
    );
    refuses(
        json!({"timer": {"on_ms": 1}}),
        ".timer.on_ms: no such attribute in set `timer`; there is one with a similar name: `on-ms`",
    );
    refuses(
        json!({"id": 1, "timers": [{}, {"zzz": 1}]}),
        ".timers[1].zzz: no such attribute in set `timer`; there are `on-ms`, `off-ms`",
    );
    refuses(
        json!({"point": {"yy": 1}}),
        ".point.yy: no such member in struct `point`; there is one with a similar name: `y`",
    );
    refuses(json!({"pad": 1}), ".pad: stands for nothing, and takes no value");
    let long = "x".repeat(500);
    let error = request("get").encode(&json!({ long: 1 }), &mut Vec::new()).unwrap_err();
    assert!(error.to_string().len() < 300, "{error}");
}

#[test]
fn values_of_enums_and_flags_that_are_not_known() {
    refuses(
        json!({"mode": "of"}),
        ".mode: no such value in `mode`; there is one with a similar name: `off`",
    );
    refuses(json!({"mode": "x"}), ".mode: no such value in `mode`; there are `blink`, `off`, `on`");
    refuses(
        json!({"features": ["dim", "color"]}),
        ".features: no such flag in `feature`; there is one with a similar name: `colour`",
    );
    refuses(
        json!({"features": ["Unknown(64)"]}),
        ".features: no such flag in `feature`; there are `colour`, `dim`, `timer`",
    );
    refuses(json!({"mode": ["on"]}), ".mode: expected a name, got a list; such as \"off\"");
    refuses(
        json!({"features": [1]}),
        ".features: expected a list of names, got a list; such as [\"dim\"]",
    );
}

#[test]
fn numbers_out_of_range() {
    refuses(json!({"id": -1}), ".id: -1 does not fit a u32; 0 to 4294967295");
    refuses(json!({"id": "0x100000000"}), ".id: 4294967296 does not fit a u32; 0 to 4294967295");
    refuses(json!({"mode": 1_u64 << 32}), ".mode: 4294967296 does not fit a u32; 0 to 4294967295");
    refuses(json!({"modes": ["Unknown(8)"]}), ".modes: 256 does not fit a u8; 0 to 255");
    refuses(
        json!({"samples": [1, 40000]}),
        ".samples[1]: 40000 does not fit a s16; -32768 to 32767",
    );
    refuses(json!({"point": {"x": -1}}), ".point.x: -1 does not fit a u16; 0 to 65535");
    refuses(
        json!({"bits": {"value": 1_u64 << 32, "selector": 1}}),
        ".bits.value: 4294967296 does not fit a u32; 0 to 4294967295",
    );
}

#[test]
fn json_of_another_sort_than_it_has_to_be() {
    refuses(json!([]), "expected an object, got a list; such as {\"id\": ..}");
    refuses(json!({"id": "x"}), ".id: expected a number, got \"x\"; such as 42");
    refuses(json!({"id": 1.5}), ".id: expected a number, got 1.5; such as 42");
    refuses(json!({"id": null}), ".id: expected a number, got null; such as 42");
    refuses(json!({"id": "--1"}), ".id: expected a number, got \"--1\"; such as 42");
    refuses(json!({"name": 5}), ".name: expected text, got 5; such as \"eth0\"");
    refuses(
        json!({"name": {"hex": "0"}}),
        ".name: expected text, or its bytes, got an object; such as {\"hex\": \"c3ff\"}",
    );
    refuses(json!({"is-new": 1}), ".is-new: expected whether it is set, got 1; such as true");
    refuses(json!({"key": "0g"}), ".key: expected bytes in hex, got \"0g\"; such as \"00ff10\"");
    refuses(json!({"key": [0]}), ".key: expected bytes in hex, got a list; such as \"00ff10\"");
    refuses(
        json!({"address": "192.0.2"}),
        ".address: expected an IP address, got \"192.0.2\"; such as \"192.0.2.1\" or \"2001:db8::1\"",
    );
    refuses(
        json!({"gateway": "2001:db8::1"}),
        ".gateway: expected an IPv4 address, got \"2001:db8::1\"; such as \"192.0.2.1\"",
    );
    refuses(
        json!({"mac": "x"}),
        ".mac: expected a link-layer address, got \"x\"; such as \"02:00:5e:10:00:ff\"",
    );
    refuses(json!({"timer": 5}), ".timer: expected an object, got 5; such as {\"on-ms\": ..}");
    refuses(json!({"indexed": {}}), ".indexed: expected a list, got an object; such as [..]");
    refuses(json!({"samples": 5}), ".samples: expected a list of numbers, got 5; such as [1, 2]");
    refuses(
        json!({"bits": 5}),
        ".bits: expected bits, and which of them count, got 5; such as {\"value\": 1, \"selector\": 3}",
    );
    refuses(json!({"rules": 5}), ".rules: expected an object, got 5; such as {\"policy\": 1, ..}");
    refuses(
        json!({"line": {"points": {}}}),
        ".line.points: expected a list of structs, got an object; such as [{..}]",
    );
    refuses(
        json!({"point": 5}),
        ".point: expected an object with members, got 5; such as {\"x\": ..}",
    );
}

#[test]
fn addresses_in_structs_are_of_their_sort() {
    refuses(
        json!({"ends": {"v6": "192.0.2.1"}}),
        ".ends.v6: expected an IPv6 address, got \"192.0.2.1\"; such as \"2001:db8::1\"",
    );
    refuses(
        json!({"ends": {"v4": "::1"}}),
        ".ends.v4: expected an IPv4 address, got \"::1\"; such as \"192.0.2.1\"",
    );
}

#[test]
fn text_with_a_nul_inside() {
    refuses(
        json!({"name": "a\0b"}),
        ".name: text cannot hold a NUL, where the kernel would cut it; bytes can: {\"hex\": \"610062\"}",
    );
}

#[test]
fn what_is_too_long() {
    let name = "x".repeat(65_531);
    refuses(
        json!({ "name": name }),
        ".name: 65532 bytes do not fit: an attribute holds 65531 at most",
    );
    let timers: Vec<_> = (0..6_000).map(|_| json!({"on-ms": 1})).collect();
    refuses(
        json!({ "indexed": timers }),
        ".indexed: 72000 bytes do not fit: an attribute holds 65531 at most",
    );
    refuses(
        json!({"point": {"label": "abcd"}}),
        ".point.label: 4 bytes do not fit: the struct has room for 3",
    );
}

#[test]
fn nests_that_stand_too_deep() {
    let mut value = json!({});
    for _ in 0..65 {
        value = json!({ "inner": value });
    }
    let error = request("get").encode(&value, &mut Vec::new()).unwrap_err();
    assert_eq!(error.what(), "nested deeper than 64 levels");
    let fits = &value["inner"];
    let mut bytes = Vec::new();
    request("get").encode(fits, &mut bytes).unwrap();
    assert_eq!(request("get").decode(&bytes).unwrap(), *fits);
}

#[test]
fn numbers_of_entries() {
    refuses(json!({"rules": {"number": 1}}), ".rules.policy: is missing; it is a number");
    refuses(
        json!({"rules": [{"policy": 1}, {"policy": 1, "on-ms": 5}]}),
        ".rules[1].number: is missing; it is a number",
    );
    refuses(
        json!({"rules": [{"policy": 1, "number": 1}, {"policy": 20000, "number": 1}]}),
        ".rules[1].policy: expected a number up to 16383, got 20000; such as 1",
    );
    refuses(
        json!({"counters": {"index": 1}}),
        ".counters.value: is missing; it is what the entry holds",
    );
    refuses(
        json!({"counters": [{"index": 1, "value": 2}, {"index": 2, "value": "x"}]}),
        ".counters[1].value: expected a number, got \"x\"; such as 42",
    );
    refuses(json!({"indexed": [{"20000": {}}]}), ".indexed[0]: entries have numbers up to 16383");
    refuses(
        json!({"UnknownAttr(20000)": "00"}),
        ".UnknownAttr(20000): attributes have numbers up to 16383",
    );
}

#[test]
fn sub_messages_and_their_selectors() {
    refuses(
        json!({"data": {}}),
        ".data: its kind is told by `kind`, which is not given; give that too, or its bytes in hex",
    );
    refuses(
        json!({"kind": "timr", "data": {}}),
        ".data: no such kind in sub-message `data`, where `kind` is `timr`; there is one with a similar name: \
         `timer`; bytes in hex always fit",
    );
    refuses(json!({"kind": 5, "data": {}}), ".kind: expected text, got 5; such as \"eth0\"");
    refuses(
        json!({"data": {}, "kind": 5}),
        ".data: its kind is told by `kind`: expected text, got 5; such as \"eth0\"",
    );
    refuses(
        json!({"kind": "empty", "data": {"x": 1}}),
        ".data: expected nothing, or bytes in hex, got an object; such as {}",
    );
    refuses(
        json!({"kind": "timer", "data": {"x": 1}}),
        ".data.x: no such attribute in set `timer`; there are `on-ms`, `off-ms`",
    );
}

#[test]
fn a_member_of_the_header_that_may_be_meant_for_an_attribute() {
    let error = request("move").encode(&json!({"level": 1000}), &mut Vec::new()).unwrap_err();
    let expected =
        ".level: 1000 does not fit a u8; 0 to 255; the attribute of this name is `Attr(level)`";
    assert_eq!(error.to_string(), expected);
    assert_eq!(error.path(), ".level");
}

#[test]
fn malformed_messages() {
    let refused = |bytes: &[u8]| request("get").decode(bytes).unwrap_err().to_string();
    assert_eq!(refused(&attr(id("id"), &[1])), "get.id: expected 4 bytes, got 1");
    let timers = [nest(id("timers"), &[]), nest(id("timers"), &attr(1, &[]))].concat();
    assert_eq!(refused(&timers), "get.timers[1].on-ms: expected 4 bytes, got 0");
    let cut = &attr(id("key"), &[1, 2, 3, 4])[..7];
    let expected = "get: attribute header gives a length of 8 bytes, with 7 left";
    assert_eq!(refused(cut), expected);
    assert_eq!(refused(&[0; 3]), "get: 3 bytes left over after the last attribute");
    let error = request("move").decode(&[1]).unwrap_err().to_string();
    assert_eq!(error, "move: expected a header of 4 bytes, got 1");
    let rules = nest(id("rules"), &nest(3, &nest(1, &attr(1, &[0]))));
    assert_eq!(refused(&rules), "get.rules[3][1].on-ms: expected 4 bytes, got 1");
    assert_eq!(
        refused(&attr(id("samples"), &[0])),
        "get.samples: expected a multiple of 2 bytes, got 1"
    );
}
