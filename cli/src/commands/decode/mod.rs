//! `nlkit decode`.

use crate::args::Common;
use crate::commands::Outcome;
use crate::failure::Failure;

/// What `nlkit decode` takes.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {}

/// Decodes messages: hex, strace, dumps, captures.
pub(crate) fn run(_: &Args, _: &Common) -> Outcome {
    Err(Failure::usage("`decode` is not built yet"))
}
