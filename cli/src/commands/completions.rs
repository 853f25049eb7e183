//! `nlkit completions`.

use crate::args::Common;
use crate::commands::Outcome;
use crate::failure::Failure;

/// What `nlkit completions` takes.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {}

/// Prints the completions of a shell.
pub(crate) fn run(_: &Args, _: &Common) -> Outcome {
    Err(Failure::usage("`completions` is not built yet"))
}
