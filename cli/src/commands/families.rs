//! `nlkit families`.

use crate::args::Common;
use crate::commands::Outcome;
use crate::failure::Failure;

/// What `nlkit families` takes.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {}

/// Lists the families of this kernel, and those with a spec.
pub(crate) fn run(_: &Args, _: &Common) -> Outcome {
    Err(Failure::usage("`families` is not built yet"))
}
