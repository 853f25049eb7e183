//! `nlkit check`.

use std::io::{self, Write};
use std::process::ExitCode;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use nlkit_codegen::{Builder, Diagnostic, Level, Levels, Lint, Report, Severity};
use serde_json::{Value, json};

use crate::args::Common;
use crate::commands::Outcome;
use crate::count::counted;
use crate::failure::{Failure, code};
use crate::output::Format;
use crate::print::Printer;
use crate::sources::Sources;
use crate::specs::{Origin, Specs};

/// What `nlkit check` takes.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Lints, each a warning unless it says otherwise:
  unused-set          no operation, attribute or format has an attribute set
  unused-definition   nothing has an enum, flags or a struct
  unused-sub-message  no attribute has a sub-message
  listed-twice        a list of attributes has one twice
  not-an-attribute    a list of attributes has a name that is none
  c-layout            C would lay a struct out in another way
  no-group            nothing says in which group something is told (allowed)
  missing-doc         a set, a definition or a group has no docs (allowed)

With -o json there is a list of {file, line, column, severity, code, message, rendered}, with line
and column 0 where it is about a whole file.

Examples:
  nlkit check specs/lamp.yaml
  nlkit check specs -D warnings -W missing-doc    # on CI")]
pub(crate) struct Args {
    #[command(flatten)]
    sources: Sources,
    /// Warns of a lint
    #[arg(short = 'W', long = "warn", value_name = "LINT", value_parser = lint(), hide_possible_values = true)]
    warn: Vec<Lint>,
    /// Says nothing of a lint
    #[arg(short = 'A', long = "allow", value_name = "LINT", value_parser = lint(), hide_possible_values = true)]
    allow: Vec<Lint>,
    /// Makes a lint an error, or all `warnings`
    #[arg(short = 'D', long = "deny", value_name = "LINT|warnings", value_parser = denied(), hide_possible_values = true)]
    deny: Vec<Denied>,
    /// Passes over keys that the spec language does not have
    #[arg(long)]
    allow_unknown_keys: bool,
}

/// What is made an error.
#[derive(Clone, Copy, Debug)]
enum Denied {
    Lint(Lint),
    Warnings,
}

/// A lint by its name.
fn lint() -> impl TypedValueParser<Value = Lint> {
    PossibleValuesParser::new(Lint::ALL.iter().map(|lint| lint.name()))
        .try_map(|name| find(&name).ok_or("no such lint"))
}

/// A lint, or all that would be warnings.
fn denied() -> impl TypedValueParser<Value = Denied> {
    let names = Lint::ALL.iter().map(|lint| lint.name());
    PossibleValuesParser::new(std::iter::once("warnings").chain(names))
        .map(|name| find(&name).map_or(Denied::Warnings, Denied::Lint))
}

fn find(name: &str) -> Option<Lint> {
    Lint::ALL.iter().find(|lint| lint.name() == name).copied()
}

impl Args {
    fn levels(&self) -> Levels {
        let mut levels = Levels::default();
        self.warn.iter().for_each(|lint| levels.set(*lint, Level::Warn));
        self.allow.iter().for_each(|lint| levels.set(*lint, Level::Allow));
        for denied in &self.deny {
            match denied {
                Denied::Lint(lint) => levels.set(*lint, Level::Deny),
                Denied::Warnings => levels.deny_warnings(),
            }
        }
        levels
    }
}

/// Checks specs.
pub(crate) fn run(args: &Args, common: &Common) -> Outcome {
    let builder = Builder::new().allow_unknown_keys(args.allow_unknown_keys);
    let levels = args.levels();
    let origins = args.sources.origins(&Specs::new(&common.specs))?;
    let mut report = Report::default();
    for origin in &origins {
        report.append(match origin {
            Origin::File(path) => builder.check(path, &levels),
            Origin::BuiltIn(_) => {
                let (name, text) = origin.read()?;
                builder.check_str(&name, &text, &levels)
            }
        });
    }
    match common.output.format {
        Format::Text => print(&report, origins.len(), common.output.is_colored())?,
        Format::Json | Format::Jsonl | Format::Yaml => {
            let mut printer = Printer::new(&common.output, true);
            for diagnostic in report.diagnostics() {
                printer.value(&value(diagnostic))?;
            }
            printer.finish()?;
        }
    }
    let wrong = report.diagnostics().iter().any(|it| it.severity() == Severity::Error);
    Ok(if wrong { ExitCode::from(code::FOUND) } else { ExitCode::SUCCESS })
}

fn value(diagnostic: &Diagnostic) -> Value {
    let severity = match diagnostic.severity() {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    json!({
        "file": diagnostic.file(),
        "line": diagnostic.line(),
        "column": diagnostic.column(),
        "severity": severity,
        "code": diagnostic.code(),
        "message": diagnostic.message(),
        "rendered": diagnostic.to_string(),
    })
}

/// All that was found, and how much that is.
fn print(report: &Report, specs: usize, colored: bool) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    for diagnostic in report.diagnostics() {
        match colored {
            true => writeln!(out, "{}\n", diagnostic.colored())?,
            false => writeln!(out, "{diagnostic}\n")?,
        }
    }
    let count =
        |severity| report.diagnostics().iter().filter(|it| it.severity() == severity).count();
    let more = match report.hidden() {
        0 => String::new(),
        more => format!(", and {more} more"),
    };
    writeln!(
        out,
        "{}: {}, {}{more}",
        counted(specs, "spec", "specs"),
        counted(count(Severity::Error), "error", "errors"),
        counted(count(Severity::Warning), "warning", "warnings"),
    )?;
    Ok(())
}
