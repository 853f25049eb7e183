//! The build.rs generator of nlkit: a family's spec in YAML goes in, typed Rust comes out.
//!
//! ```no_run
//! // build.rs
//! fn main() -> Result<(), nlkit_codegen::Report> {
//!     nlkit_codegen::compile("specs/lamp.yaml")
//! }
//! ```
//!
//! ```toml
//! # Cargo.toml
//! [dependencies]
//! nlkit = { version = "0.1", features = ["derive"] }
//!
//! [build-dependencies]
//! nlkit-codegen = "0.1"
//! ```
//!
//! What comes out is included with `nlkit::include_family!("lamp")` and reads like code written by
//! hand: structs with `#[derive(NlAttrs)]` or `#[derive(NlStruct)]`, and small impls that say which
//! operation takes which. The feature `derive` is for these derives; [`Builder::expand`] does without
//! it.
//!
//! ```
//! let spec = "
//! name: lamp
//! doc: Lamps.
//! attribute-sets:
//!   - name: lamp
//!     attributes:
//!       - { name: id, type: u32, checks: { min: 1 } }
//!       - { name: port, type: u16, byte-order: big-endian }
//! operations:
//!   list:
//!     - name: get
//!       doc: Look at a lamp.
//!       attribute-set: lamp
//!       do:
//!         request: { attributes: [id] }
//!         reply: { attributes: [id, port] }
//! ";
//! let code = nlkit_codegen::Builder::new().generate_str("lamp.yaml", spec)?;
//! assert!(code.contains("#[nl(id = 2, as = nl::Be<u16>)]"));
//! assert!(code.contains("impl nl::Do for GetRequest"));
//!
//! // A mistake is shown where it is.
//! let wrong = spec.replace("[id, port]", "[id, prot]");
//! let report = nlkit_codegen::Builder::new().generate_str("lamp.yaml", &wrong).unwrap_err();
//! assert!(report.to_string().contains("there is an attribute with a similar name: `port`"));
//! # Ok::<(), nlkit_codegen::Report>(())
//! ```
//!
//! # How it works
//!
//! [`spec`] mirrors the YAML, `resolve` decides everything in named passes and collects all
//! mistakes, [`ir`] is the result with nothing left to decide, `emit` prints it. The code depends
//! on the spec only, to the byte.
#![doc = ""]
#![doc = include_str!("language.md")]

mod builder;
mod catalogue;
mod emit;
pub mod ir;
mod lint;
mod place;
mod report;
mod resolve;
mod source;
pub mod spec;

use std::path::Path;

pub use builder::{Builder, Layout};
pub use catalogue::similar;
pub use lint::{Level, Levels, Lint};
pub use report::{Diagnostic, Report, Severity};

/// Generates code for a spec into `OUT_DIR`: what a build script calls.
///
/// The crate needs `nlkit-codegen = "0.1"` in its `[build-dependencies]`, and in its
/// `[dependencies]`, because the code uses the derive unless [`Builder::expand`] is set,
/// `nlkit = { version = "0.1", features = ["derive"] }`.
///
/// # Errors
/// All that is wrong with the spec. A report that `main` returns is printed well.
pub fn compile(spec: impl AsRef<Path>) -> Result<(), Report> {
    Builder::new().compile(&[spec]).map(|_| ())
}

/// The codes of all diagnostics, for the test that each has a fixture.
#[doc(hidden)]
pub fn codes() -> &'static [&'static str] {
    catalogue::NAMES
}

#[cfg(test)]
mod tests {
    use super::Builder;

    #[test]
    fn the_spec_in_the_docs_is_one() {
        let mut specs = include_str!("language.md").split("```yaml\n").skip(1);
        let (spec, _) = specs.next().and_then(|rest| rest.split_once("```")).unwrap();
        assert!(specs.next().is_none(), "another spec to test");
        let family = Builder::new().resolve_str("lamp.yaml", spec).unwrap();
        let attributes = family.sets.iter().flat_map(|set| &set.attributes);
        let numbers: Vec<_> = attributes.map(|it| (it.name.as_str(), it.id)).collect();
        let expected = [("id", 1), ("mode", 2), ("timer", 5), ("label", 6), ("on-ms", 1)];
        assert_eq!(numbers, expected);
        let values = family.enums.iter().flat_map(|item| &item.entries).map(|entry| entry.value);
        assert_eq!(values.collect::<Vec<_>>(), [0, 1, 2]);
    }
}
