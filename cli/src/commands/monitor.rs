//! `nlkit monitor`.

use crate::args::Common;
use crate::commands::Outcome;
use crate::failure::Failure;

/// What `nlkit monitor` takes.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {}

/// Prints everything on a netlink socket or an nlmon device.
pub(crate) fn run(_: &Args, _: &Common) -> Outcome {
    Err(Failure::usage("`monitor` is not built yet"))
}
