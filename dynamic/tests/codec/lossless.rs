//! What the kernel's client loses or fails at survives a round trip.

use serde_json::json;

use crate::{attr, both_ways, decode, encode, id, lamp, nest, request};

#[test]
fn an_unknown_attribute_is_hex() {
    both_ways(&attr(77, &[1, 0xff, 0]), &json!({"UnknownAttr(77)": "01ff00"}));
    both_ways(&attr(77, &[]), &json!({"UnknownAttr(77)": ""}));
}

#[test]
fn an_unknown_attribute_that_is_marked_as_a_nest_is_its_attributes() {
    let bytes = nest(77, &[attr(1, &[5, 0, 0, 0]), nest(2, &attr(3, b"x"))].concat());
    let inside = json!({"UnknownAttr(1)": "05000000", "UnknownAttr(2)": {"UnknownAttr(3)": "78"}});
    both_ways(&bytes, &json!({"UnknownAttr(77)": inside}));
    both_ways(&nest(77, &[]), &json!({"UnknownAttr(77)": {}}));
}

#[test]
fn an_unknown_attribute_that_is_marked_as_a_nest_but_is_none_is_hex() {
    assert_eq!(decode(&nest(77, &[1, 2, 3])), json!({"UnknownAttr(77)": "010203"}));
    assert_eq!(decode(&nest(77, &[2, 0, 0, 0])), json!({"UnknownAttr(77)": "02000000"}));
}

#[test]
fn unknown_attributes_of_one_number_are_a_list() {
    let bytes = [attr(77, b"a"), attr(77, b"b"), attr(77, b"c")].concat();
    both_ways(&bytes, &json!({"UnknownAttr(77)": ["61", "62", "63"]}));
}

#[test]
fn an_unused_number_that_carries_something_is_an_unknown_attribute() {
    both_ways(&attr(0, &[1, 2]), &json!({"UnknownAttr(0)": "0102"}));
    assert_eq!(decode(&attr(0, &[])), json!({}));
}

#[test]
fn padding_that_carries_something_is_an_unknown_attribute() {
    let json = json!({ format!("UnknownAttr({})", id("pad")): "01" });
    both_ways(&attr(id("pad"), &[1]), &json);
}

#[test]
fn an_address_of_the_other_sort_than_the_hint_is_one() {
    both_ways(&attr(id("router"), &[192, 0, 2, 1]), &json!({"router": "192.0.2.1"}));
    let v6 = [0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];
    both_ways(&attr(id("router"), &v6), &json!({"router": "2001:db8::1"}));
}

#[test]
fn an_unknown_value_of_an_enum_keeps_its_number() {
    both_ways(&attr(id("mode"), &[7, 0, 0, 0]), &json!({"mode": "Unknown(7)"}));
    let point = [0, 1, 0, 0, 2, 0, 0, 0, 9, b'a', 0, 0];
    let json = json!({"point": {"x": 1, "y": 2, "mode": "Unknown(9)", "label": "a"}});
    both_ways(&attr(id("point"), &point), &json);
}

#[test]
fn unknown_bits_of_flags_keep_their_numbers() {
    let bytes = attr(id("features"), &[0x05, 0, 0x02, 0x80]);
    both_ways(&bytes, &json!({"features": ["Unknown(17)", "Unknown(31)", "dim", "timer"]}));
    let bits = [[1, 0, 0, 0], [0, 1, 0, 0]].concat();
    let json = json!({"bits": {"value": ["dim"], "selector": ["Unknown(8)"]}});
    both_ways(&attr(id("bits"), &bits), &json);
}

#[test]
fn text_that_is_not_utf_8_or_has_a_nul_inside_is_hex() {
    both_ways(&attr(id("name"), b"\xc3\xff\0"), &json!({"name": {"hex": "c3ff"}}));
    both_ways(&attr(id("name"), b"a\0b\0"), &json!({"name": {"hex": "610062"}}));
    let bytes = attr(id("point"), &[0, 1, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xfe, 0]);
    let json = json!({"point": {"x": 1, "y": 0, "mode": "off", "label": {"hex": "fffe"}}});
    both_ways(&bytes, &json);
}

#[test]
fn text_of_other_languages_is_text() {
    both_ways(
        &attr(id("name"), "Wohnzimmer-Leuchte é 灯\0".as_bytes()),
        &json!({"name": "Wohnzimmer-Leuchte é 灯"}),
    );
}

#[test]
fn a_sub_message_of_an_unknown_kind_is_hex() {
    let bytes = [attr(id("kind"), b"laser\0"), attr(id("data"), &[1, 2, 3])].concat();
    both_ways(&bytes, &json!({"kind": "laser", "data": "010203"}));
}

#[test]
fn of_several_selectors_the_last_counts() {
    let kinds = [attr(id("kind"), b"laser\0"), attr(id("kind"), b"timer\0")].concat();
    let bytes = [kinds, nest(id("data"), &attr(1, &[5, 0, 0, 0]))].concat();
    let json = json!({"kind": "timer", "data": {"on-ms": 5}});
    assert_eq!(decode(&bytes), json);
    assert_eq!(decode(&encode(&json)), json);
}

#[test]
fn a_selector_among_attributes_in_order_stands_beside_its_sub_message() {
    let steps = [attr(id("kind"), b"timer\0"), nest(id("data"), &attr(1, &[5, 0, 0, 0]))].concat();
    let json = json!({"steps": [{"kind": "timer"}, {"data": {"on-ms": 5}}]});
    both_ways(&nest(id("steps"), &steps), &json);
}

#[test]
fn a_sub_message_without_its_selector_is_hex() {
    both_ways(&attr(id("data"), &[1, 2, 3]), &json!({"data": "010203"}));
}

#[test]
fn a_sub_message_that_should_be_empty_is_hex_where_it_is_not() {
    let kind = attr(id("kind"), b"empty\0");
    both_ways(
        &[kind.clone(), attr(id("data"), &[])].concat(),
        &json!({"kind": "empty", "data": {}}),
    );
    let bytes = [kind, attr(id("data"), &[1])].concat();
    both_ways(&bytes, &json!({"kind": "empty", "data": "01"}));
}

#[test]
fn a_member_of_the_header_and_an_attribute_of_one_name_are_both_there() {
    let bytes = [vec![3, 1, 0, 0], attr(id("level"), &[0, 1, 0, 0])].concat();
    let json = json!({"level": 3, "flags": ["dim"], "Attr(level)": 256});
    assert_eq!(request("move").decode(&bytes).unwrap(), json);
    let mut encoded = Vec::new();
    request("move").encode(&json, &mut encoded).unwrap();
    assert_eq!(encoded, bytes);
}

#[test]
fn the_order_of_attributes_is_kept() {
    let bytes = [attr(id("name"), b"a\0"), attr(id("id"), &[1, 0, 0, 0])].concat();
    assert_eq!(decode(&bytes).to_string(), r#"{"name":"a","id":1}"#);
    assert_eq!(encode(&decode(&bytes)), bytes);
    let steps =
        [attr(id("id"), &[1, 0, 0, 0]), attr(id("name"), b"a\0"), attr(id("id"), &[2, 0, 0, 0])];
    let json = json!({"steps": [{"id": 1}, {"name": "a"}, {"id": 2}]});
    both_ways(&nest(id("steps"), &steps.concat()), &json);
}

#[test]
fn nothing_of_a_nest_type_value_is_lost() {
    let timer = attr(1, &[5, 0, 0, 0]);
    let inside = [nest(3, &[nest(1, &timer), nest(2, &[])].concat()), nest(3, &[]), nest(4, &[])];
    let json = json!({"rules": [
        {"policy": 3, "number": 1, "on-ms": 5},
        {"policy": 3, "number": 2},
        {"policy": 3},
        {"policy": 4},
    ]});
    both_ways(&nest(id("rules"), &inside.concat()), &json);
    both_ways(&nest(id("rules"), &[]), &json!({"rules": []}));
}

#[test]
fn numbers_of_64_bits_are_exact() {
    let bytes = attr(id("big"), &u64::MAX.to_ne_bytes());
    both_ways(&bytes, &json!({"big": u64::MAX}));
    both_ways(&attr(id("offset"), &i64::MIN.to_ne_bytes()), &json!({"offset": i64::MIN}));
}

#[test]
fn notifications_know_the_whole_set() {
    let (told, format) = lamp().notification(29).unwrap();
    assert_eq!(told.name, "changed");
    assert_eq!(format.decode(&attr(id("mode"), &[1, 0, 0, 0])).unwrap(), json!({"mode": "on"}));
    assert_eq!(format.listed().len(), 2);
}
