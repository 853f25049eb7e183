//! `nlkit do`.

use crate::args::Common;
use crate::commands::Outcome;
use crate::failure::Failure;

/// What `nlkit do` takes.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {}

/// Asks the kernel once.
pub(crate) fn run(_: &Args, _: &Common) -> Outcome {
    Err(Failure::usage("`do` is not built yet"))
}
