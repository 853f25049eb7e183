//! `nlkit generate`.

use crate::args::Common;
use crate::commands::Outcome;
use crate::failure::Failure;

/// What `nlkit generate` takes.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {}

/// Generates Rust bindings of specs.
pub(crate) fn run(_: &Args, _: &Common) -> Outcome {
    Err(Failure::usage("`generate` is not built yet"))
}
