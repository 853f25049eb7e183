//! `nlkit doc`.

use crate::args::Common;
use crate::commands::Outcome;
use crate::failure::Failure;

/// What `nlkit doc` takes.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {}

/// Writes a searchable HTML reference of families.
pub(crate) fn run(_: &Args, _: &Common) -> Outcome {
    Err(Failure::usage("`doc` is not built yet"))
}
