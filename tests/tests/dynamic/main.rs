//! Families by their specs alone: against the kernel's client, against the types that are generated of the
//! same specs, and by themselves.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "these are tests"
)]

mod agreement;
mod asking;
mod families;
mod scripted;
mod tables;
mod vectors;

use std::path::Path;

use nlkit_codegen::Builder;
use nlkit_dynamic::Family;

/// The family of a spec of ours.
fn family(stem: &str) -> &'static Family {
    Family::new(resolve(stem))
}

fn resolve(stem: &str) -> nlkit_codegen::ir::Family {
    let specs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../specs/families");
    Builder::new().resolve(specs.join(format!("{stem}.yaml"))).unwrap()
}
