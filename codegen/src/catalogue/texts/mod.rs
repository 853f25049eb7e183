//! The texts of all diagnostics.

mod file;
mod lints;
mod names;
mod operations;
mod payloads;

pub(crate) use file::*;
pub(crate) use lints::*;
pub(crate) use names::*;
pub(crate) use operations::*;
pub(crate) use payloads::*;
