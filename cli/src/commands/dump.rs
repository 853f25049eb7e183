//! `nlkit dump`.

use crate::args::Common;
use crate::commands::Outcome;
use crate::failure::Failure;
use crate::specs::Specs;
use crate::talk::{Request, Way};

/// What `nlkit dump` takes.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    request: Request,
}

/// Asks the kernel once.
pub(crate) fn run(args: &Args, common: &Common) -> Outcome {
    let family = Specs::new(&common.specs).family(&args.request.family)?;
    if let Some(path) = &args.request.attrs {
        return args.request.show(&family, path, common);
    }
    let (operation, value) = args.request.read(&family, Way::Dump)?;
    Err(Failure::usage(format_args!("{} {value} not built yet", operation.name)))
}
