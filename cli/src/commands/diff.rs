//! `nlkit diff`.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::ValueEnum;
use nlkit_codegen::Builder;

use crate::args::Common;
use crate::commands::Outcome;
use crate::diff::{self, Class, FamilyDiff, Fate, Options};
use crate::failure::{Failure, code};
use crate::output::Format;
use crate::print::Printer;
use crate::sources::{Resolved, files, resolve};
use crate::specs::{Origin, Specs, similar};

/// What `nlkit diff` takes.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Classes of changes:
  added  new, and in nobody's way
  wire   messages of the one mean something else to the other, or nothing
  api    Rust code that uses what is generated does not compile any more
  other  neither: permissions, checks, names that are the same in Rust
  docs   docs, with --docs

With -o json there is one object: `families`, each {family, fate, old, new, changes}, and `summary`.
A fate is added, removed, changed or same; `old` and `new` are {name, file, counts} or null. A change
is {change, item, of, name, aspect, old, new, classes, implied}: change is added, removed, renamed or
changed; of is what holds the item; aspect says what of it, or is null for the whole; implied ones come with something that
was added or removed as a whole, and stand in the text only as its counts.

Examples:
  nlkit diff linux-6.12 linux-7.3
  nlkit diff linux-6.12 linux-7.3 --family netdev -o json
  nlkit diff old/lamp.yaml lamp.yaml --fail-on wire    # on CI
  nlkit diff linux-7.3/netdev.yaml                     # against the spec that nlkit uses")]
pub(crate) struct Args {
    /// A spec, or a folder of them
    #[arg(value_name = "OLD")]
    old: PathBuf,
    /// The other one; without it the specs that are found for the families of OLD
    #[arg(value_name = "NEW")]
    new: Option<PathBuf>,
    /// Compares only this family
    #[arg(long = "family", value_name = "NAME")]
    families: Vec<String>,
    /// Compares docs too
    #[arg(long)]
    docs: bool,
    /// Takes structs to be without `#[non_exhaustive]`: there a new field breaks the Rust API
    #[arg(long)]
    exhaustive: bool,
    /// Exits with 1 where there is such a change
    #[arg(long, value_enum, value_name = "CLASS")]
    fail_on: Option<FailOn>,
    /// Exits with 1 where anything is not the same, as `--fail-on any`
    #[arg(long, conflicts_with = "fail_on")]
    exit_code: bool,
}

/// What makes the command fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum FailOn {
    /// What breaks the wire
    Wire,
    /// What breaks the Rust API
    Api,
    /// Anything
    Any,
}

/// Compares specs, or folders of them.
pub(crate) fn run(args: &Args, common: &Common) -> Outcome {
    let options = Options { docs: args.docs, exhaustive: args.exhaustive };
    let (old, new) = sides(args, &Specs::new(&common.specs))?;
    let found = match (&*old, &*new) {
        // Two specs are compared whatever they are called.
        ([one], [other])
            if args.old.is_file() && args.new.as_ref().is_none_or(|it| it.is_file()) =>
        {
            diff::family(Some(one), Some(other), options).into_iter().collect()
        }
        (old, new) => diff::folders(old, new, options),
    };
    match common.output.format {
        Format::Text => {
            let text = diff::text(&found, common.output.is_colored());
            io::stdout().lock().write_all(text.as_bytes())?;
        }
        Format::Json | Format::Jsonl | Format::Yaml => {
            let mut printer = Printer::new(&common.output, false);
            printer.value(&diff::json(&found))?;
            printer.finish()?;
        }
    }
    let fail_on = if args.exit_code { Some(FailOn::Any) } else { args.fail_on };
    let fails = fail_on.is_some_and(|class| fails(&found, class));
    Ok(if fails { ExitCode::from(code::FOUND) } else { ExitCode::SUCCESS })
}

fn fails(found: &[FamilyDiff], on: FailOn) -> bool {
    let any = |class| {
        let mut changes = found.iter().flat_map(|family| &family.changes);
        changes.any(|change| change.classes().contains(&class))
    };
    match on {
        FailOn::Wire => any(Class::Wire),
        FailOn::Api => any(Class::Api),
        FailOn::Any => found.iter().any(|family| family.fate != Fate::Same),
    }
}

/// The specs of both, as far as they are to be compared.
fn sides(args: &Args, specs: &Specs) -> Result<(Vec<Resolved>, Vec<Resolved>), Failure> {
    let mut old = resolved(&args.old)?;
    let Some(path) = &args.new else {
        retain_asked(args, &mut [&mut old])?;
        let origins: Result<Vec<Origin>, Failure> =
            old.iter().map(|it| specs.find(&it.family.name)).collect();
        return Ok((old, resolve(origins?, &builder())?));
    };
    let mut new = resolved(path)?;
    retain_asked(args, &mut [&mut old, &mut new])?;
    // A spec is compared with that of its family out of a folder.
    match (args.old.is_dir(), path.is_dir()) {
        (false, true) => retain_families_of(&old, &mut new, path)?,
        (true, false) => retain_families_of(&new, &mut old, &args.old)?,
        _ => {}
    }
    Ok((old, new))
}

fn builder() -> Builder {
    // Specs from the future are to be compared, not checked.
    Builder::new().allow_unknown_keys(true)
}

fn resolved(path: &Path) -> Result<Vec<Resolved>, Failure> {
    resolve(files(path)?.into_iter().map(Origin::File).collect(), &builder())
}

/// Leaves the families that were asked for, if any were.
fn retain_asked(args: &Args, sides: &mut [&mut Vec<Resolved>]) -> Result<(), Failure> {
    if args.families.is_empty() {
        return Ok(());
    }
    for name in &args.families {
        let mut all = sides.iter().flat_map(|side| side.iter());
        if !all.any(|it| diff::is_called(it, name)) {
            let text = format!("there is no spec for the family `{name}` in what is compared");
            let names = sides.iter().flat_map(|side| side.iter());
            let names = names.map(|it| it.family.name.as_str());
            let failure = Failure::new(code::UNKNOWN, text);
            return Err(match similar(name, names) {
                Some(other) => {
                    failure.help(format_args!("there is one with a similar name: `{other}`"))
                }
                None => failure,
            });
        }
    }
    for side in sides {
        side.retain(|it| args.families.iter().any(|name| diff::is_called(it, name)));
    }
    Ok(())
}

/// Leaves in `folder` only the families of `spec`.
fn retain_families_of(
    spec: &[Resolved],
    folder: &mut Vec<Resolved>,
    path: &Path,
) -> Result<(), Failure> {
    folder.retain(|it| spec.iter().any(|spec| diff::is_called(it, &spec.family.name)));
    match (spec.first(), folder.is_empty()) {
        (Some(spec), true) => {
            let (name, path) = (&spec.family.name, path.display());
            let text = format!("there is no spec for the family `{name}` in the folder {path}");
            Err(Failure::new(code::UNKNOWN, text))
        }
        _ => Ok(()),
    }
}
