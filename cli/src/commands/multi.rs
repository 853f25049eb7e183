//! `nlkit multi`.

use crate::args::Common;
use crate::commands::Outcome;
use crate::failure::Failure;

/// What `nlkit multi` takes.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {}

/// Sends several requests as one.
pub(crate) fn run(_: &Args, _: &Common) -> Outcome {
    Err(Failure::usage("`multi` is not built yet"))
}
