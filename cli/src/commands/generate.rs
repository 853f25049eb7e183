//! `nlkit generate`.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anstyle::{AnsiColor, Style};
use clap::{ArgGroup, ValueEnum};
use nlkit_codegen::Builder;
use similar::{ChangeTag, TextDiff};

use crate::args::Common;
use crate::commands::Outcome;
use crate::count::counted;
use crate::failure::{Failure, code};
use crate::sources::{Resolved, Sources, resolve};
use crate::specs::Specs;

/// How many lines of a file's diff `--check` shows.
const SHOWN: usize = 40;

/// What `nlkit generate` takes.
#[derive(Debug, clap::Args)]
#[command(group = ArgGroup::new("to").args(["out_dir", "stdout"]).required(true))]
#[command(after_help = "\
Examples:
  nlkit generate specs/lamp.yaml -o src/families --layout file
  nlkit generate specs -o src/families --layout file --check    # on CI
  nlkit generate --family netdev --stdout")]
pub(crate) struct Args {
    #[command(flatten)]
    sources: Sources,
    /// The folder to write to, a file for each family
    #[arg(short = 'o', long = "out-dir", value_name = "DIR")]
    out_dir: Option<PathBuf>,
    /// Writes nothing: says which files would change, and how
    #[arg(long, conflicts_with = "stdout")]
    check: bool,
    /// Prints the code
    #[arg(long)]
    stdout: bool,
    #[command(flatten)]
    options: Options,
}

/// The options of the generator.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Code")]
struct Options {
    /// How the items of a family stand in the file
    #[arg(long, value_enum, default_value = "module", value_name = "LAYOUT")]
    layout: Layout,
    /// Prints what the derives would make in their place: the code builds without proc macros
    #[arg(long)]
    expand: bool,
    /// Makes structs `#[non_exhaustive]`, so that a new attribute breaks nobody
    #[arg(long)]
    non_exhaustive: bool,
    /// A derive that types get beside their own
    #[arg(long = "derive", value_name = "PATH")]
    derives: Vec<String>,
    /// Derives serde's `Serialize` and `Deserialize`
    #[arg(long)]
    serde: bool,
    /// The path of the crate nlkit
    #[arg(long, value_name = "PATH")]
    runtime: Option<String>,
    /// Passes over keys that the spec language does not have
    #[arg(long)]
    allow_unknown_keys: bool,
}

/// How the items of a family stand in the file.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Layout {
    /// In a `pub mod` of the family's name, for `nlkit::include_family!`
    Module,
    /// By themselves: the file is the module
    File,
}

impl Options {
    fn builder(&self) -> Builder {
        let layout = match self.layout {
            Layout::Module => nlkit_codegen::Layout::Module,
            Layout::File => nlkit_codegen::Layout::File,
        };
        let builder = Builder::new()
            .layout(layout)
            .expand(self.expand)
            .non_exhaustive(self.non_exhaustive)
            .serde(self.serde)
            .allow_unknown_keys(self.allow_unknown_keys);
        let builder = match &self.runtime {
            Some(path) => builder.runtime(path),
            None => builder,
        };
        self.derives.iter().fold(builder, Builder::derive)
    }
}

/// Generates Rust bindings of specs.
pub(crate) fn run(args: &Args, common: &Common) -> Outcome {
    let builder = args.options.builder();
    let origins = args.sources.origins(&Specs::new(&common.specs))?;
    let resolved = resolve(origins, &builder)?;
    let generated = generate(&resolved, &builder)?;
    let colored = common.output.is_colored();
    match &args.out_dir {
        None => print(&generated, args.options.layout),
        Some(folder) if args.check => check(&generated, folder, colored),
        Some(folder) => write(&generated, folder),
    }
}

/// The code of a family.
struct Generated<'s> {
    /// The spec that it was made of.
    spec: &'s str,
    code: String,
}

/// The code by the names of the files.
fn generate<'s>(
    resolved: &'s [Resolved],
    builder: &Builder,
) -> Result<BTreeMap<String, Generated<'s>>, Failure> {
    let mut generated: BTreeMap<String, Generated<'s>> = BTreeMap::new();
    for Resolved { file: spec, family, .. } in resolved {
        let (name, code) = (family.file_name(), builder.emit(family, spec)?);
        if let Some(first) = generated.insert(name.clone(), Generated { spec, code }) {
            let text = format!("{name} would be generated of both {} and {spec}", first.spec);
            return Err(Failure::usage(text).help("leave one of them out"));
        }
    }
    Ok(generated)
}

fn print(generated: &BTreeMap<String, Generated<'_>>, layout: Layout) -> Outcome {
    if generated.len() > 1 && matches!(layout, Layout::File) {
        let failure =
            Failure::usage("`--layout file` makes a file for each family, not one of all");
        return Err(failure.help("name one spec, or use `--layout module`"));
    }
    let mut out = io::stdout().lock();
    for file in generated.values() {
        out.write_all(file.code.as_bytes())?;
    }
    Ok(ExitCode::SUCCESS)
}

fn write(generated: &BTreeMap<String, Generated<'_>>, folder: &Path) -> Outcome {
    let unwritable = |path: &Path, error| {
        Failure::system(format_args!("cannot write {}: {error}", path.display()))
    };
    fs::create_dir_all(folder).map_err(|error| unwritable(folder, error))?;
    let mut out = io::stdout().lock();
    for (name, Generated { code, .. }) in generated {
        let path = folder.join(name);
        // What depends on a file that would not change stays fresh.
        if fs::read(&path).is_ok_and(|old| old == code.as_bytes()) {
            writeln!(out, "{} is up to date", path.display())?;
            continue;
        }
        fs::write(&path, code).map_err(|error| unwritable(&path, error))?;
        writeln!(out, "{} written", path.display())?;
    }
    Ok(ExitCode::SUCCESS)
}

fn check(generated: &BTreeMap<String, Generated<'_>>, folder: &Path, colored: bool) -> Outcome {
    let mut out = io::stdout().lock();
    let mut stale = 0;
    for (name, Generated { spec, code }) in generated {
        let path = folder.join(name);
        let old = match fs::read(&path) {
            Ok(old) => old,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                writeln!(out, "{} is missing: {spec}", path.display())?;
                stale += 1;
                continue;
            }
            Err(error) => {
                return Err(Failure::system(format_args!(
                    "cannot read {}: {error}",
                    path.display()
                )));
            }
        };
        if old != code.as_bytes() {
            writeln!(out, "{} would change: {spec}", path.display())?;
            let diff = short_diff(&String::from_utf8_lossy(&old), code, colored);
            out.write_all(diff.as_bytes())?;
            stale += 1;
        }
    }
    match stale {
        0 => Ok(ExitCode::SUCCESS),
        _ => {
            writeln!(out, "{stale} of {} would be written", files(generated.len()))?;
            Ok(ExitCode::from(code::FOUND))
        }
    }
}

fn files(count: usize) -> String {
    counted(count, "file", "files")
}

/// The first lines of what would change, as `diff -u` shows it.
fn short_diff(old: &str, new: &str, colored: bool) -> String {
    let diff = TextDiff::from_lines(old, new);
    let mut lines = Vec::new();
    for hunk in diff.unified_diff().context_radius(2).iter_hunks() {
        lines.push((AnsiColor::Cyan.on_default(), hunk.header().to_string()));
        for change in hunk.iter_changes() {
            let style = match change.tag() {
                ChangeTag::Delete => AnsiColor::Red.on_default(),
                ChangeTag::Insert => AnsiColor::Green.on_default(),
                ChangeTag::Equal => Style::new(),
            };
            let line = format!("{}{}", change.tag(), change.value().trim_end_matches('\n'));
            lines.push((style, line));
        }
    }
    let more = lines.len().saturating_sub(SHOWN);
    let mut text = String::new();
    for (style, line) in lines.iter().take(SHOWN) {
        match colored && *style != Style::new() {
            true => text.push_str(&format!("  {style}{line}{style:#}\n")),
            false => text.push_str(&format!("  {line}\n")),
        }
    }
    if more > 0 {
        text.push_str(&format!("  and {more} more lines\n"));
    }
    text
}
