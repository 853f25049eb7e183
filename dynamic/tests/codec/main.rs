//! The codec over a spec with one of each construct: what is lost nowhere, what is accepted, what errors say.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "these are tests")]

mod annotations;
mod errors;
mod forms;
mod lossless;

use std::sync::LazyLock;

use nlkit_codegen::Builder;
use nlkit_dynamic::{Family, Format, Mode, Value};

/// The family with one of each construct.
fn lamp() -> &'static Family {
    static LAMP: LazyLock<&Family> = LazyLock::new(|| {
        let ir = Builder::new().resolve_str("lamp.yaml", include_str!("lamp.yaml"));
        Family::new(ir.unwrap_or_else(|report| panic!("{report}")))
    });
    *LAMP
}

/// What the request of an operation holds.
fn request(operation: &str) -> Format {
    lamp().request(lamp().operation(operation).unwrap(), Mode::Do).unwrap()
}

/// An attribute: its number, flag bits included, and its payload.
fn attr(kind: u16, payload: &[u8]) -> Vec<u8> {
    let len = u16::try_from(4 + payload.len()).unwrap();
    let mut bytes = [&len.to_ne_bytes(), &kind.to_ne_bytes(), payload].concat();
    bytes.resize(nlkit::wire::align(bytes.len()), 0);
    bytes
}

/// An attribute that is marked as a nest.
fn nest(id: u16, inside: &[u8]) -> Vec<u8> {
    attr(id | nlkit::wire::ATTR_NESTED, inside)
}

/// The number of an attribute of the large set.
fn id(name: &str) -> u16 {
    let found = request("get").attributes().iter().find(|attribute| attribute.name == name);
    found.unwrap_or_else(|| panic!("no {name}")).id
}

fn encode(value: &Value) -> Vec<u8> {
    let mut bytes = Vec::new();
    request("get").encode(value, &mut bytes).unwrap_or_else(|error| panic!("{error}"));
    bytes
}

fn decode(bytes: &[u8]) -> Value {
    request("get").decode(bytes).unwrap()
}

/// The bytes decode to this JSON, and the JSON encodes to those bytes.
#[track_caller]
fn both_ways(bytes: &[u8], json: &Value) {
    assert_eq!(decode(bytes), *json);
    assert_eq!(encode(json), bytes, "{json}");
}
