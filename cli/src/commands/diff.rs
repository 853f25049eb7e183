//! `nlkit diff`.

use crate::args::Common;
use crate::commands::Outcome;
use crate::failure::Failure;

/// What `nlkit diff` takes.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {}

/// Compares specs, or folders of them.
pub(crate) fn run(_: &Args, _: &Common) -> Outcome {
    Err(Failure::usage("`diff` is not built yet"))
}
