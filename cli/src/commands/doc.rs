//! `nlkit doc`.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use nlkit_codegen::Builder;

use crate::args::Common;
use crate::commands::Outcome;
use crate::count::counted;
use crate::doc;
use crate::failure::Failure;
use crate::reference;
use crate::sources::{Resolved, Sources, resolve};
use crate::specs::{Origin, Specs};

/// What `nlkit doc` takes.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Without SPEC and --family the reference is of all families whose specs are found.

Examples:
  nlkit doc -o reference && xdg-open reference/index.html
  nlkit doc Documentation/netlink/specs -o reference
  nlkit doc --family netdev --family ethtool -o reference")]
pub(crate) struct Args {
    #[command(flatten)]
    sources: Sources,
    /// The folder to write to; other files in it stay
    #[arg(short = 'o', long = "out-dir", value_name = "DIR", required = true)]
    out_dir: PathBuf,
}

/// Writes a searchable HTML reference of families.
pub(crate) fn run(args: &Args, common: &Common) -> Outcome {
    let specs = Specs::new(&common.specs);
    let origins: Vec<Origin> = match args.sources.is_empty() {
        true => specs.all()?.into_values().collect(),
        false => args.sources.origins(&specs)?,
    };
    // Keys from the future are passed over: specs are shown here, not checked.
    let resolved = resolve(origins, &Builder::new().allow_unknown_keys(true))?;
    let families: Vec<_> = resolved.iter().map(|it| reference::family(&it.family)).collect();
    let site = doc::site(&families).map_err(|(one, other)| clash(&resolved, &one, &other))?;
    write(&args.out_dir, &site)?;
    let index = args.out_dir.join("index.html");
    let count = counted(families.len(), "family", "families");
    writeln!(io::stdout(), "{}: {count}", index.display())?;
    Ok(ExitCode::SUCCESS)
}

/// Two families would have one page.
fn clash(resolved: &[Resolved], one: &str, other: &str) -> Failure {
    let files = resolved.iter().filter(|it| it.family.name == one || it.family.name == other);
    let files: Vec<&str> = files.map(|it| it.file.as_str()).collect();
    let text = format!("these would have the same page: {}", files.join(", "));
    Failure::usage(text).help("leave one of them out")
}

fn write(folder: &Path, site: &std::collections::BTreeMap<String, String>) -> Result<(), Failure> {
    let unwritable = |path: &Path, error| {
        Failure::system(format_args!("cannot write {}: {error}", path.display()))
    };
    fs::create_dir_all(folder).map_err(|error| unwritable(folder, error))?;
    for (name, text) in site {
        let path = folder.join(name);
        fs::write(&path, text).map_err(|error| unwritable(&path, error))?;
    }
    Ok(())
}
