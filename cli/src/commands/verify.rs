//! `nlkit verify`: specs against the running kernel.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::process::ExitCode;

use anstyle::{AnsiColor, Style};
use nlkit::{Connection, Generic, Policies};
use nlkit_codegen::Builder;
use nlkit_codegen::ir::{Family, Protocol};
use nlkit_dynamic::agreement::{Finding, Level, compare};
use serde_json::{Map, Value, json};

use crate::args::Common;
use crate::commands::Outcome;
use crate::failure::{Failure, code};
use crate::kernel;
use crate::netns::Netns;
use crate::output::Format;
use crate::print::Printer;
use crate::sources::{Sources, resolve};
use crate::specs::Specs;

/// What `nlkit verify` takes.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
The kernel tells of generic netlink what operations and groups there are, and what it checks of requests; \
of replies and notifications it tells nothing, nor of raw protocols.

Levels of what is found:
  wrong          spec and kernel contradict each other
  not-in-spec    the kernel has it, the spec has not
  not-in-kernel  the spec has it; the kernel has not, or takes it without a check
  newer          likewise, with a number above all that the kernel has: the spec is newer; so it is
                 where it lets the administrator of a namespace, and the kernel only that of all
  not-checked    the kernel does not tell; counted, and listed with --verbose
  agrees         counted, and listed with --verbose

Exit code: 0 where nothing is wrong, 1 where something is (with --strict also where either has what the \
other lacks), 6 where none of the families could be checked.

Examples:
  nlkit verify --family netdev
  nlkit verify specs/lamp.yaml --strict -o json")]
pub(crate) struct Args {
    #[command(flatten)]
    sources: Sources,
    /// Fails as well where either has what the other lacks
    #[arg(long)]
    strict: bool,
    /// Lists as well what agrees, and what cannot be checked
    #[arg(short, long)]
    verbose: bool,
    #[command(flatten)]
    netns: Netns,
}

/// Holds specs against the running kernel.
pub(crate) fn run(args: &Args, common: &Common) -> Outcome {
    let origins = args.sources.origins(&Specs::new(&common.specs))?;
    // Keys from the future say nothing that the kernel would tell.
    let specs = resolve(origins, &Builder::new().allow_unknown_keys(true))?;
    let mut connection = args.netns.connect::<Generic>()?;
    let mut printer = Printer::new(&common.output, true);
    let (mut worst, mut checked) = (Level::Agrees, 0);
    for spec in &specs {
        let report = Report {
            family: &spec.family,
            file: &spec.file,
            findings: compare(&spec.family, &policies(&mut connection, &spec.family)?),
            verbose: args.verbose,
        };
        worst = worst.max(report.worst());
        checked += usize::from(report.is_checked());
        match common.output.format {
            Format::Text => {
                let text = report.text(common.output.is_colored());
                std::io::stdout().lock().write_all(text.as_bytes())?;
            }
            _ => printer.value(&report.to_value())?,
        }
    }
    if common.output.format != Format::Text {
        printer.finish()?;
    }
    let bar = if args.strict { Level::Newer } else { Level::Wrong };
    match (worst >= bar, checked) {
        (true, 1..) => Ok(ExitCode::from(code::FOUND)),
        (_, 0) => Ok(ExitCode::from(code::UNKNOWN)),
        _ => Ok(ExitCode::SUCCESS),
    }
}

/// The policies of a spec's family; none of a raw protocol's, which nobody can ask for.
fn policies(connection: &mut Connection<Generic>, family: &Family) -> Result<Policies, Failure> {
    match family.protocol {
        Protocol::Generic => kernel::policies(connection, &family.name),
        Protocol::Raw(_) => Ok(Policies::absent()),
    }
}

/// What was found of a family.
struct Report<'r> {
    family: &'r Family,
    file: &'r str,
    findings: Vec<Finding>,
    verbose: bool,
}

impl Report<'_> {
    fn worst(&self) -> Level {
        self.findings.iter().map(|finding| finding.level).max().unwrap_or(Level::Agrees)
    }

    /// Whether the kernel has the family, and tells of it.
    fn is_checked(&self) -> bool {
        !matches!(self.findings.as_slice(), [Finding { place, .. }] if place.is_family())
    }

    /// The findings that are listed, the worst ones first.
    fn listed(&self) -> impl Iterator<Item = &Finding> {
        let levels = Level::ALL.into_iter();
        let listed =
            move |level: &Level| self.verbose || !self.is_checked() || *level > Level::NotChecked;
        levels
            .filter(listed)
            .flat_map(|level| self.findings.iter().filter(move |finding| finding.level == level))
    }

    fn counts(&self) -> BTreeMap<Level, usize> {
        let mut counts = BTreeMap::new();
        for finding in &self.findings {
            *counts.entry(finding.level).or_default() += 1;
        }
        counts
    }

    fn text(&self, colored: bool) -> String {
        let mut out = String::new();
        let paint = |style: Style, words: &str| match colored {
            true => format!("{style}{words}{style:#}"),
            false => words.to_owned(),
        };
        // Writing into a string cannot fail.
        let _ = writeln!(out, "{}  {}", paint(Style::new().bold(), &self.family.name), self.file);
        for finding in self.listed() {
            let level = format!("{:13}", finding.level.name());
            let _ = writeln!(out, "  {}  {finding}", paint(style(finding.level), &level));
        }
        if self.is_checked() {
            let counts = self.counts();
            let counts =
                Level::ALL.iter().rev().filter_map(|level| Some((level, counts.get(level)?)));
            let counts: Vec<_> =
                counts.map(|(level, count)| format!("{count} {}", level.name())).collect();
            let _ = writeln!(out, "  {}", counts.join(", "));
        }
        out
    }

    fn to_value(&self) -> Value {
        let counts = self.counts();
        let counts = Level::ALL.iter().map(|level| {
            (level.name().to_owned(), counts.get(level).copied().unwrap_or_default().into())
        });
        let counts: Map<String, Value> = counts.collect();
        let findings: Vec<Value> = self.listed().map(to_value).collect();
        json!({
            "family": self.family.name,
            "spec": self.file,
            "checked": self.is_checked(),
            "summary": counts,
            "findings": findings,
        })
    }
}

fn style(level: Level) -> Style {
    match level {
        Level::Wrong => AnsiColor::Red.on_default().bold(),
        Level::NotInSpec | Level::NotInKernel => AnsiColor::Yellow.on_default(),
        Level::Agrees => AnsiColor::Green.on_default(),
        _ => Style::new().dimmed(),
    }
}

fn to_value(finding: &Finding) -> Value {
    let Finding { place, aspect, level, spec, kernel } = finding;
    json!({
        "level": level.name(),
        "item": place.item,
        "path": place.path,
        "set": place.set,
        "aspect": aspect.name(),
        "spec": spec,
        "kernel": kernel,
    })
}
