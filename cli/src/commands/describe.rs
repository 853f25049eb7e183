//! `nlkit describe`.

use crate::args::Common;
use crate::commands::Outcome;
use crate::failure::Failure;

/// What `nlkit describe` takes.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {}

/// Shows a family, an operation, a set, an enum by its spec.
pub(crate) fn run(_: &Args, _: &Common) -> Outcome {
    Err(Failure::usage("`describe` is not built yet"))
}
