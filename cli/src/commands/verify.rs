//! `nlkit verify`.

use crate::args::Common;
use crate::commands::Outcome;
use crate::failure::Failure;

/// What `nlkit verify` takes.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {}

/// Holds a spec against the running kernel's policy.
pub(crate) fn run(_: &Args, _: &Common) -> Outcome {
    Err(Failure::usage("`verify` is not built yet"))
}
