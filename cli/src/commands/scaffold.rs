//! `nlkit scaffold`.

use crate::args::Common;
use crate::commands::Outcome;
use crate::failure::Failure;

/// What `nlkit scaffold` takes.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {}

/// Begins a spec for a family that has none.
pub(crate) fn run(_: &Args, _: &Common) -> Outcome {
    Err(Failure::usage("`scaffold` is not built yet"))
}
