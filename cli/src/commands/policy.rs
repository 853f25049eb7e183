//! `nlkit policy`.

use crate::args::Common;
use crate::commands::Outcome;
use crate::failure::Failure;

/// What `nlkit policy` takes.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {}

/// Shows what the running kernel checks.
pub(crate) fn run(_: &Args, _: &Common) -> Outcome {
    Err(Failure::usage("`policy` is not built yet"))
}
