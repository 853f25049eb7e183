//! The typed and the dynamic codec agree: on the vectors, and on messages at random.

use nlkit::{DecodeError, DecodeErrorKind};
use nlkit_dynamic::{Format, Value};
use nlkit_tests::messages::{MESSAGES, MessageType, RoundTrip};
use nlkit_tests::random::Random;
use nlkit_tests::skip::folder;
use nlkit_tests::vectors::{from_hex, vectors};
use serde_json::Map;

use crate::families::{format, ours};

/// How often each message is made at random.
const TIMES: usize = 40;

#[test]
fn codecs_agree_on_the_vectors() {
    let Some(root) = folder("NLKIT_VECTORS") else { return };
    let messages = messages();
    let mut count = 0;
    for vector in vectors(&root, None) {
        let line = &vector.line;
        let names = (vector.family.as_str(), &*line.op, &*line.mode, &*line.dir);
        let of = |it: &&(&MessageType, Format)| {
            (it.0.family, it.0.op, it.0.mode, it.0.direction) == names
        };
        let Some((message, format)) = messages.iter().find(of) else { continue };
        compare(message, *format, &from_hex(&line.bytes).unwrap());
        count += 1;
    }
    assert!(count > 5000, "{count} vectors");
}

#[test]
fn codecs_agree_on_messages_at_random() {
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let mut both = [0, 0];
    for (message, format) in messages() {
        for _ in 0..TIMES {
            let mut bytes = random.message(message.set, 4);
            random.damage(&mut bytes);
            both[usize::from(compare(message, format, &bytes))] += 1;
        }
    }
    println!("{} decoded, {} malformed", both[1], both[0]);
    assert!(both.iter().all(|count| *count > 1000), "{both:?}");
}

/// All typed messages, with what reads them by the spec that they were made from.
fn messages() -> Vec<(&'static MessageType, Format)> {
    let families = ours();
    let format = |it: &MessageType| format(families[it.family], it.op, it.mode, it.direction);
    MESSAGES.iter().map(|it| (it, format(it).unwrap())).collect()
}

/// Both decode it, and then to the same, or none does, and for the same reason. Gives which.
fn compare(message: &MessageType, format: Format, bytes: &[u8]) -> bool {
    let name = format!("{} {} {}", message.family, message.op, message.direction);
    let (typed, dynamic) = ((message.round_trip)(bytes), format.decode(bytes));
    match (typed, dynamic) {
        (Ok(typed), Ok(json)) => same(&name, message, format, &typed, &json, bytes),
        (Err(typed), Err(dynamic)) => {
            if is_listed(format, &dynamic) && !is_other_address(&typed) {
                assert_eq!(typed.kind(), dynamic.kind(), "{name}: {bytes:02x?}");
                let paths = [typed.path(), dynamic.path()];
                // In a list whose order counts, types do not count what they do not know.
                let ordered = matches!(message.family, "devlink" | "ovs_flow");
                let [one, other] = if ordered { paths.map(without_numbers) } else { paths };
                assert_eq!(one, other, "{name}: {bytes:02x?}");
            }
            return false;
        }
        (Ok(_), Err(error)) => {
            assert!(!is_listed(format, &error), "{name}: only dynamic: {error}: {bytes:02x?}");
        }
        (Err(error), Ok(json)) => {
            assert!(is_other_address(&error), "{name}: only typed: {error}: {bytes:02x?}: {json}");
        }
    }
    true
}

fn without_numbers(path: String) -> String {
    path.chars().filter(|c| !c.is_ascii_digit()).collect()
}

/// Whether the attribute at fault is one that the typed message has, too.
fn is_listed(format: Format, error: &DecodeError) -> bool {
    let path = error.path();
    let first = path.trim_start_matches('.').split(['.', '[']).next().unwrap_or_default();
    first.is_empty() || format.listed().iter().any(|attribute| attribute.name == first)
}

/// Whether an IPv6 address stands where the spec hints at IPv4, or the reverse. That is only a hint, which
/// specs of released kernels have wrong, but a type in generated code.
fn is_other_address(error: &DecodeError) -> bool {
    let DecodeErrorKind::Length { expected, found } = error.kind() else { return false };
    matches!((&**expected, found), ("4 bytes", 16) | ("16 bytes", 4))
}

fn same(
    name: &str,
    message: &MessageType,
    format: Format,
    typed: &RoundTrip,
    json: &Value,
    bytes: &[u8],
) {
    // By way of JSON the same value comes back.
    let mut encoded = Vec::new();
    if let Err(error) = format.encode(json, &mut encoded) {
        panic!("{name}: decoded, but does not encode: {error}: {json}");
    }
    let again = (message.round_trip)(&encoded).unwrap();
    assert_eq!(again.value, typed.value, "{name}: {json}: {bytes:02x?}");
    assert_eq!(format.decode(&encoded).as_ref(), Ok(json), "{name}: {bytes:02x?}");
    // By way of the type the same JSON comes back, but for what the type does not know.
    let Ok(encoded) = &typed.bytes else {
        // Text with a NUL inside.
        return assert!(json.to_string().contains("\"hex\""), "{name}: {json}");
    };
    let again = format.decode(encoded).unwrap();
    let listed = |key: &str| {
        let name = key.strip_prefix("Attr(").and_then(|rest| rest.strip_suffix(')')).unwrap_or(key);
        format.listed().iter().any(|it| it.name == name)
            || format.header().is_some_and(|it| it.members.iter().any(|it| it.name == key))
    };
    let mut known = json.clone();
    known.as_object_mut().unwrap().retain(|key, _| listed(key));
    assert_eq!(plain(again), plain(known), "{name}: {bytes:02x?}");
}

/// JSON without what types do not keep: attributes that are not known, and the numbers of entries in
/// lists.
fn plain(value: Value) -> Value {
    match value {
        Value::Object(map) => {
            let known = map.into_iter().filter(|(key, _)| !key.starts_with("UnknownAttr("));
            Value::Object(known.map(|(key, value)| (key, plain(value))).collect())
        }
        Value::Array(list) => {
            let entries = list.into_iter().map(|entry| plain(unnumbered(entry)));
            // In a list whose order counts, each attribute that is not known is an entry.
            entries.filter(|entry| *entry != Value::Object(Map::new())).collect()
        }
        other => other,
    }
}

fn unnumbered(entry: Value) -> Value {
    match entry {
        Value::Object(map)
            if map.len() == 1 && map.keys().all(|key| key.parse::<u16>().is_ok()) =>
        {
            map.into_values().next().unwrap()
        }
        other => other,
    }
}
