//! Each construct both ways, and what else is accepted for it.

use serde_json::json;

use crate::{attr, both_ways, decode, encode, id, nest};

#[test]
fn numbers() {
    both_ways(&attr(id("id"), &[1, 2, 0, 0]), &json!({"id": 513}));
    both_ways(&attr(id("mask"), &[0x2a, 0]), &json!({"mask": "0x2a"}));
    both_ways(&attr(id("offset"), &(-5_i32).to_ne_bytes()), &json!({"offset": -5}));
    both_ways(&attr(id("big"), &[5, 0, 0, 0]), &json!({"big": 5}));
    both_ways(&attr(id("gateway"), &[192, 0, 2, 1]), &json!({"gateway": "192.0.2.1"}));
}

#[test]
fn numbers_are_accepted_as_text() {
    for text in ["42", "0x2a", "0X2A"] {
        assert_eq!(encode(&json!({"id": text})), attr(id("id"), &[42, 0, 0, 0]), "{text}");
    }
    assert_eq!(encode(&json!({"offset": "-0x2"})), attr(id("offset"), &(-2_i32).to_ne_bytes()));
    let gateway = attr(id("gateway"), &[192, 0, 2, 1]);
    assert_eq!(encode(&json!({"gateway": 0xc000_0201_u32})), gateway);
}

#[test]
fn enums_and_flags_are_accepted_as_numbers() {
    let mode = attr(id("mode"), &[2, 0, 0, 0]);
    for value in [json!("blink"), json!(2), json!("2"), json!("0x2"), json!("Unknown(2)")] {
        assert_eq!(encode(&json!({"mode": value})), mode, "{value}");
    }
    let features = attr(id("features"), &[5, 0, 0, 0]);
    let values = [
        json!(["dim", "timer"]),
        json!(5),
        json!("0x5"),
        json!("dim,timer"),
        json!(["timer", "dim", "dim"]),
    ];
    for value in values {
        assert_eq!(encode(&json!({"features": value})), features, "{value}");
    }
    assert_eq!(encode(&json!({"features": []})), attr(id("features"), &[0; 4]));
    assert_eq!(encode(&json!({"features": "dim"})), attr(id("features"), &[1, 0, 0, 0]));
    // The values of an enum as bits.
    both_ways(&attr(id("modes"), &[0b110]), &json!({"modes": ["blink", "on"]}));
}

#[test]
fn bytes_are_hex_with_anything_people_put_between() {
    let key = attr(id("key"), &[0x00, 0xff, 0x10]);
    for text in ["00ff10", "00 FF 10", "00:ff:10", "0x00ff10", "00-ff-10"] {
        assert_eq!(encode(&json!({"key": text})), key, "{text}");
    }
    both_ways(&attr(id("key"), &[]), &json!({"key": ""}));
    both_ways(&attr(id("noise"), &[0, 0xff]), &json!({"noise": "00 ff"}));
}

#[test]
fn addresses_are_as_people_write_them() {
    both_ways(&attr(id("mac"), &[2, 0, 0x5e, 0x10, 0, 0xff]), &json!({"mac": "02:00:5e:10:00:ff"}));
    both_ways(&attr(id("mac"), &[]), &json!({"mac": ""}));
    both_ways(&attr(id("address"), &[192, 0, 2, 1]), &json!({"address": "192.0.2.1"}));
    let v6 = [0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];
    both_ways(&attr(id("address"), &v6), &json!({"address": "2001:db8::1"}));
    both_ways(&attr(id("uuid"), &v6), &json!({"uuid": "20010db8-0000-0000-0000-000000000001"}));
    both_ways(&attr(id("uuid"), &[1, 2]), &json!({"uuid": "0102"}));
}

#[test]
fn flags_without_payload_are_true() {
    both_ways(&attr(id("is-new"), &[]), &json!({"is-new": true}));
    assert!(encode(&json!({"is-new": false})).is_empty());
    assert_eq!(encode(&json!({"is-new": "true"})), attr(id("is-new"), &[]));
}

#[test]
fn structs_are_objects_and_what_they_lack_is_zero() {
    let bytes = attr(id("point"), &[0, 1, 0, 0, 0xfe, 0xff, 0xff, 0xff, 2, b'a', b'b', b'c']);
    let json = json!({"point": {"x": 1, "y": -2, "mode": "blink", "label": "abc"}});
    both_ways(&bytes, &json);
    let partly = attr(id("point"), &[0, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0]);
    assert_eq!(encode(&json!({"point": {"y": 7}})), partly);
    assert_eq!(encode(&json!({"point": "0001 0000"})), attr(id("point"), &[0, 1, 0, 0]));
    // A kernel of another version has a shorter or a longer one.
    let short = json!({"point": {"x": 256, "y": 0, "mode": "off", "label": ""}});
    assert_eq!(decode(&attr(id("point"), &[1])), short);
    assert_eq!(decode(&attr(id("point"), &[[1].as_slice(), &[0; 20]].concat())), short);
}

#[test]
fn addresses_in_structs_are_as_people_write_them() {
    let v6 = [0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];
    let bytes = [[192, 0, 2, 1].as_slice(), &v6, &[2, 0, 0, 0, 0, 1, 0, 0]].concat();
    let json = json!({"v4": "192.0.2.1", "v6": "2001:db8::1", "mac": "02:00:00:00:00:01:00:00"});
    both_ways(&attr(id("ends"), &bytes), &json!({ "ends": json }));
    let mac = json!({"ends": {"v4": "192.0.2.1", "v6": "2001:db8::1", "mac": "02:00:00:00:00:01"}});
    assert_eq!(encode(&mac), attr(id("ends"), &bytes));
}

#[test]
fn structs_at_the_end_of_a_struct_are_a_list() {
    let point = |x: u8| [0, x, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    let bytes = attr(id("line"), &[[2, 0, 0, 0].as_slice(), &point(1), &point(2)].concat());
    let point = |x: u8| json!({"x": x, "y": 0, "mode": "off", "label": ""});
    both_ways(&bytes, &json!({"line": {"count": 2, "points": [point(1), point(2)]}}));
}

#[test]
fn arrays_are_lists() {
    both_ways(&attr(id("samples"), &[1, 0, 0xff, 0xff]), &json!({"samples": [1, -1]}));
    both_ways(&attr(id("samples"), &[]), &json!({"samples": []}));
    assert_eq!(encode(&json!({"samples": "0100"})), attr(id("samples"), &[1, 0]));
}

#[test]
fn nests_and_lists_of_them() {
    let timer = |ms: u8| attr(1, &[ms, 0, 0, 0]);
    both_ways(&nest(id("timer"), &timer(1)), &json!({"timer": {"on-ms": 1}}));
    let bytes = [nest(id("timers"), &timer(1)), nest(id("timers"), &timer(2))].concat();
    both_ways(&bytes, &json!({"timers": [{"on-ms": 1}, {"on-ms": 2}]}));
    both_ways(&nest(id("timers"), &timer(1)), &json!({"timers": [{"on-ms": 1}]}));
    assert_eq!(encode(&json!({"timers": {"on-ms": 1}})), nest(id("timers"), &timer(1)));
    // Older families do not mark their nests.
    assert_eq!(decode(&attr(id("timer"), &timer(1))), json!({"timer": {"on-ms": 1}}));
}

#[test]
fn indexed_arrays_keep_their_numbers_or_count_from_1() {
    let timer = |ms: u8| attr(1, &[ms, 0, 0, 0]);
    let bytes = nest(id("indexed"), &[nest(0, &timer(1)), nest(7, &timer(2))].concat());
    both_ways(&bytes, &json!({"indexed": [{"0": {"on-ms": 1}}, {"7": {"on-ms": 2}}]}));
    let counted = nest(id("indexed"), &[nest(1, &timer(1)), nest(2, &timer(2))].concat());
    assert_eq!(encode(&json!({"indexed": [{"on-ms": 1}, {"on-ms": 2}]})), counted);
    let bytes = nest(id("numbers"), &[attr(1, &[5, 0]), attr(2, &[6, 0])].concat());
    both_ways(&bytes, &json!({"numbers": [5, 6]}));
}

#[test]
fn numbers_that_are_data_stand_beside_what_they_hold() {
    let timer = attr(1, &[5, 0, 0, 0]);
    let one = json!({"rules": {"policy": 3, "number": 1, "on-ms": 5}});
    both_ways(&nest(id("rules"), &nest(3, &nest(1, &timer))), &one);
    let two = nest(id("rules"), &[nest(3, &nest(1, &timer)), nest(4, &nest(1, &[]))].concat());
    let list = json!([{"policy": 3, "number": 1, "on-ms": 5}, {"policy": 4, "number": 1}]);
    both_ways(&two, &json!({"rules": list}));
    let counters = nest(id("counters"), &attr(2, &9_u64.to_ne_bytes()));
    both_ways(&counters, &json!({"counters": {"index": 2, "value": 9}}));
}

#[test]
fn a_selector_is_found_wherever_it_stands() {
    let (kind, timer) = (attr(id("kind"), b"timer\0"), nest(id("data"), &attr(1, &[5, 0, 0, 0])));
    both_ways(
        &[kind.clone(), timer.clone()].concat(),
        &json!({"kind": "timer", "data": {"on-ms": 5}}),
    );
    let bytes = [timer, kind].concat();
    assert_eq!(decode(&bytes), json!({"data": {"on-ms": 5}, "kind": "timer"}));
    assert_eq!(encode(&decode(&bytes)), bytes);
}

#[test]
fn sub_messages_are_sets_structs_or_both() {
    let kind = |name: &[u8]| attr(id("kind"), name);
    let point = [0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    let json = json!({"kind": "point", "data": {"x": 1, "y": 0, "mode": "off", "label": ""}});
    both_ways(&[kind(b"point\0"), attr(id("data"), &point)].concat(), &json);
    let both = [[9, 0, 0, 0].to_vec(), attr(2, &[7, 0, 0, 0])].concat();
    let json = json!({"kind": "both", "data": {"low": 9, "off-ms": 7}});
    both_ways(&[kind(b"both\0"), nest(id("data"), &both)].concat(), &json);
}

#[test]
fn pads_are_left_out() {
    assert_eq!(decode(&attr(id("pad"), &[0; 4])), json!({}));
}

#[test]
fn of_an_attribute_that_stands_twice_the_last_counts() {
    let bytes = [attr(id("id"), &[1, 0, 0, 0]), attr(id("id"), &[2, 0, 0, 0])].concat();
    assert_eq!(decode(&bytes), json!({"id": 2}));
}
