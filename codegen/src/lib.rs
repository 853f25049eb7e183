//! The build.rs generator of nlkit: a family's spec in YAML goes in, typed Rust comes out.
//!
//! ```no_run
//! // build.rs
//! fn main() -> Result<(), nlkit_codegen::Report> {
//!     nlkit_codegen::compile("specs/lamp.yaml")
//! }
//! ```
//!
//! What comes out is included with `nlkit::include_family!("lamp")` and reads like code written by
//! hand: structs with `#[derive(NlAttrs)]`, and small impls that say which operation takes which.
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

mod builder;
mod catalogue;
mod emit;
pub mod ir;
mod place;
mod report;
mod resolve;
mod source;
pub mod spec;

use std::path::Path;

pub use builder::{Builder, Layout};
pub use report::{Diagnostic, Report};

/// Generates code for a spec into `OUT_DIR`: what a build script calls.
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
