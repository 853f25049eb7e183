//! `nlkit scaffold`: a first spec of a family, from what the running kernel tells of it.

mod sets;
mod yaml;

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap_complete::ArgValueCompleter;

use crate::args::Common;
use crate::commands::Outcome;
use crate::completion;
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
    #[arg(add = ArgValueCompleter::new(completion::kernel_families))]
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

#[cfg(test)]
mod tests {
    use nlkit_codegen::Builder;
    use nlkit_codegen::ir::Type;
    use nlkit_dynamic::agreement::{Level, compare};
    use nlkit_tests::kernel::{captured, captures};
    use nlkit_tests::skip::folder;

    use super::yaml;

    /// Families of captured kernels: those with policies that hold themselves, with fixed headers, with
    /// names that are no words.
    #[test]
    fn the_scaffold_of_every_captured_family_resolves_and_agrees() {
        let Some(folder) = folder("NLKIT_CAPTURES") else { return };
        let (mut families, mut recursive) = (0, 0);
        for kernel in captures(&folder).unwrap() {
            for (name, policies) in captured(&kernel).unwrap() {
                let text = yaml::of(&name, policies.family().unwrap(), &policies, "0.0");
                let family = Builder::new().resolve_str("x.yaml", &text);
                let family = family.unwrap_or_else(|report| panic!("{report}"));
                let findings = compare(&family, &policies).into_iter();
                let differing = findings.filter(|finding| finding.level > Level::NotChecked);
                let differing: Vec<_> = differing.map(|finding| finding.to_string()).collect();
                assert!(differing.is_empty(), "{}: {name}: {differing:#?}", kernel.display());
                families += 1;
                let attributes = family.sets.iter().flat_map(|set| &set.attributes);
                let boxed = |ty: &Type| matches!(ty, Type::Nest { boxed: true, .. });
                recursive += usize::from(attributes.into_iter().any(|it| boxed(&it.ty)));
            }
        }
        println!("{families} families, {recursive} with sets that hold themselves");
        assert!(families > 100 && recursive > 0, "{families}, {recursive}");
    }
}
