//! `nlkit man`.

use crate::args::Common;
use crate::commands::Outcome;
use crate::failure::Failure;

/// What `nlkit man` takes.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {}

/// Writes the man pages.
pub(crate) fn run(_: &Args, _: &Common) -> Outcome {
    Err(Failure::usage("`man` is not built yet"))
}
