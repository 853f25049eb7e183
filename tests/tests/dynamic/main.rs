//! Families by their specs alone, against the types that are generated of the same specs.
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

mod tables;

use std::path::Path;

use nlkit_codegen::Builder;
use nlkit_dynamic::Family;

/// The family of a spec of ours.
fn family(stem: &str) -> &'static Family {
    let specs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../specs/families");
    Family::new(Builder::new().resolve(specs.join(format!("{stem}.yaml"))).unwrap())
}
