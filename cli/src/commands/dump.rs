//! `nlkit dump`.

use crate::args::Common;
use crate::commands::Outcome;
use crate::failure::Failure;

/// What `nlkit dump` takes.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {}

/// Asks the kernel for a list.
pub(crate) fn run(_: &Args, _: &Common) -> Outcome {
    Err(Failure::usage("`dump` is not built yet"))
}
