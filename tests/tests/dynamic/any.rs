//! Any bytes and any JSON, for every format: nothing panics, and what is said of them fits together.

use nlkit_codegen::Builder;
use nlkit_dynamic::{Family, Format, Mode, Value};
use nlkit_tests::random::Random;
use nlkit_tests::skip::folder;
use nlkit_tests::vectors::sorted;
use serde_json::{Map, json};

use crate::families::{families, ours};

/// A spec with one of each construct.
pub(crate) const LAMP: &str = include_str!("../../../dynamic/tests/codec/lamp.yaml");

/// How often each format is tried.
const TIMES: usize = 25;

#[test]
fn pieces_cover_all_bytes_and_one_is_malformed_where_decode_fails() {
    let mut random = Random(0x2545_f491_4f6c_dd1d);
    for format in formats() {
        for _ in 0..TIMES {
            let bytes = any_bytes(&mut random, format);
            let decoded = format.decode(&bytes);
            let pieces = format.annotate(&bytes);
            let mut end = 0;
            for piece in &pieces {
                assert_eq!(piece.offset, end, "{format:?}: {pieces:#?}: {bytes:02x?}");
                end += piece.len;
            }
            assert_eq!(end, bytes.len(), "{format:?}: {pieces:#?}: {bytes:02x?}");
            let malformed = pieces.iter().any(|piece| piece.malformed);
            assert_eq!(
                decoded.is_err(),
                malformed,
                "{format:?}: {pieces:#?}: {decoded:?}: {bytes:02x?}"
            );
        }
    }
}

#[test]
fn what_decode_gives_encode_takes_and_gives_back() {
    let mut random = Random(0x9e6c_63d0_876a_9a47);
    let mut count = 0;
    for format in formats() {
        for _ in 0..TIMES {
            let Ok(json) = format.decode(&any_bytes(&mut random, format)) else { continue };
            let mut bytes = Vec::new();
            if let Err(error) = format.encode(&json, &mut bytes) {
                panic!("{format:?}: {error}: {json}");
            }
            assert_eq!(format.decode(&bytes).as_ref(), Ok(&json), "{format:?}: {bytes:02x?}");
            count += 1;
        }
    }
    assert!(count > 10_000, "{count} messages");
}

#[test]
fn json_that_nobody_would_write_is_encoded_or_refused() {
    let mut random = Random(0xd1b5_4a32_d192_ed03);
    let mut results = [0, 0];
    for format in formats() {
        for _ in 0..TIMES {
            let decoded = format.decode(&random.message(format.set(), 4));
            let mut json = decoded.unwrap_or_else(|_| any_json(&mut random, 4));
            for _ in 0..random.below(3) {
                spoil(&mut json, &mut random);
            }
            let mut bytes = vec![0; 8];
            let encoded = format.encode(&json, &mut bytes);
            results[usize::from(encoded.is_ok())] += 1;
            match encoded {
                Ok(()) => assert_eq!(bytes.len() % 4, 0, "{format:?}: {json}"),
                Err(error) => {
                    assert_eq!(bytes, [0; 8], "{format:?}: {error}");
                    assert!(!error.to_string().contains('\n'), "{error}");
                }
            }
        }
    }
    assert!(results.iter().all(|count| *count > 1000), "{results:?}");
}

/// All formats of our families, of one with each construct there is, and of those that kernels have specs of.
fn formats() -> Vec<Format> {
    let mut all: Vec<_> = ours().into_values().collect();
    let each = Builder::new().resolve_str("lamp.yaml", LAMP);
    all.push(Family::new(each.unwrap_or_else(|report| panic!("{report}"))));
    for specs in folder("NLKIT_KERNEL_SPECS").iter().flat_map(|root| sorted(root)) {
        if specs.ends_with("linux-6.12") || specs.ends_with("linux-7.3") {
            all.extend(families(&specs).into_values());
        }
    }
    let mut formats = Vec::new();
    for family in all {
        for operation in family.operations() {
            for mode in [Mode::Do, Mode::Dump] {
                formats.extend(family.request(operation, mode));
                formats.extend(family.reply(operation, mode));
            }
        }
        let told = family.ir().notifications.iter().flatten();
        formats.extend(told.filter_map(|it| Some(family.notification(it.id)?.1)));
        formats.extend(family.ir().sets.iter().filter_map(|set| family.set(&set.name)));
    }
    formats
}

fn any_bytes(random: &mut Random, format: Format) -> Vec<u8> {
    if random.below(10) == 0 {
        let len = random.below(80);
        return random.bytes(len);
    }
    let mut bytes = random.message(format.set(), 4);
    random.damage(&mut bytes);
    bytes
}

/// Puts something else in the place of a value, somewhere.
fn spoil(json: &mut Value, random: &mut Random) {
    let inner = match json {
        Value::Object(map) => {
            let at = random.below(map.len() + 1);
            map.values_mut().nth(at)
        }
        Value::Array(list) => {
            let at = random.below(list.len() + 1);
            list.get_mut(at)
        }
        _ => None,
    };
    match inner {
        Some(inner) if random.below(4) > 0 => spoil(inner, random),
        _ => *json = any_json(random, 3),
    }
}

fn any_json(random: &mut Random, deep: usize) -> Value {
    const TEXTS: &[&str] = &[
        "",
        "a",
        "\0",
        "0x",
        "-",
        "-0x1",
        "0xffffffffffffffffffffffffffffffffffffffff",
        "é灯",
        "Unknown(3)",
        "Unknown(99999999999999999999999)",
        "Unknown(-1)",
        "Unknown(",
        "1e9",
        ":",
        "::",
        "1.2.3.4.5",
        "0:1",
    ];
    const KEYS: &[&str] = &[
        "hex",
        "value",
        "selector",
        "1",
        "99999",
        "UnknownAttr(5)",
        "UnknownAttr(-5)",
        "Attr(name)",
        "Attr()",
        "",
        "name",
        "id",
        "kind",
        "options",
        "header",
        "policy-id",
        "attr-id",
    ];
    match random.below(9) {
        0 => Value::Null,
        1 => json!(random.below(2) == 0),
        2 => json!(random.number() >> random.below(64)),
        3 => json!((random.number() as i64) >> random.below(64)),
        4 => json!(f64::from_bits(random.number())),
        5 | 6 => json!(TEXTS[random.below(TEXTS.len())]),
        7 if deep > 0 => (0..random.below(4)).map(|_| any_json(random, deep - 1)).collect(),
        _ if deep > 0 => {
            let count = random.below(4);
            let key = |random: &mut Random| KEYS[random.below(KEYS.len())].to_owned();
            Value::Object((0..count).map(|_| (key(random), any_json(random, deep - 1))).collect())
        }
        _ => Value::Object(Map::new()),
    }
}
