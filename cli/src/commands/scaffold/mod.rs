//! `nlkit scaffold`: a first spec of a family, from what the running kernel tells of it.

mod sets;
mod yaml;

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::args::Common;
use crate::commands::Outcome;
use crate::failure::Failure;
use crate::kernel;
use crate::netns::Netns;

/// What `nlkit scaffold` takes.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
What the kernel tells is there, and agrees with `nlkit verify`: numbers, types, limits, nests, operations, who \
may, groups. Names stand for numbers (`attr-1`, `op-2`, `set-3`) and are to be filled in, as are replies, enums \
and structs, of which policies say nothing: comments say how.

Examples:
  nlkit scaffold TASKSTATS -o taskstats.yaml
  nlkit check taskstats.yaml && nlkit verify taskstats.yaml")]
pub(crate) struct Args {
    /// A family of generic netlink, by its name in the kernel
    family: String,
    /// The file to write; stdout where it is not given
    #[arg(short = 'o', long = "out", value_name = "FILE")]
    out: Option<PathBuf>,
    /// Also where there is a spec of the family, or the file is there already
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    netns: Netns,
}

/// Begins a spec for a family that has none.
pub(crate) fn run(args: &Args, common: &Common) -> Outcome {
    let known = kernel::known(&args.family, &args.netns, common)?;
    if known.spec.is_some() && !args.force {
        let failure = Failure::usage(format_args!("there is a spec for `{}` already", known.name));
        return Err(failure.help("`nlkit describe` shows it; `--force` begins another one"));
    }
    let text = yaml::of(&known.name, &known.info, &known.policies, &release());
    match &args.out {
        Some(path) => write(path, &text, args.force)?,
        None => io::stdout().lock().write_all(text.as_bytes())?,
    }
    Ok(ExitCode::SUCCESS)
}

fn write(path: &Path, text: &str, force: bool) -> Result<(), Failure> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(!force).create(force).truncate(force);
    let written = options.open(path).and_then(|mut file| file.write_all(text.as_bytes()));
    written.map_err(|error| {
        let failure = Failure::system(format_args!("cannot write {}: {error}", path.display()));
        match error.kind() {
            io::ErrorKind::AlreadyExists => failure.help("`--force` writes over it"),
            _ => failure,
        }
    })
}

/// The release of the running kernel.
fn release() -> String {
    let release = std::fs::read_to_string("/proc/sys/kernel/osrelease");
    release.map_or_else(|_| "?".to_owned(), |release| release.trim().to_owned())
}
