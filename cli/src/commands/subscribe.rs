//! `nlkit subscribe`.

use crate::args::Common;
use crate::commands::Outcome;
use crate::failure::Failure;

/// What `nlkit subscribe` takes.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {}

/// Prints what is told in multicast groups.
pub(crate) fn run(_: &Args, _: &Common) -> Outcome {
    Err(Failure::usage("`subscribe` is not built yet"))
}
