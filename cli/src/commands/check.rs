//! `nlkit check`.

use crate::args::Common;
use crate::commands::Outcome;
use crate::failure::Failure;

/// What `nlkit check` takes.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {}

/// Checks specs.
pub(crate) fn run(_: &Args, _: &Common) -> Outcome {
    Err(Failure::usage("`check` is not built yet"))
}
