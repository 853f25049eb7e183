//! `nlkit man`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Command, CommandFactory};
use clap_mangen::Man;
use clap_mangen::roff::{Inline, Roff, bold, italic, roman};

use crate::args::{self, Common};
use crate::commands::Outcome;
use crate::failure::{Failure, code};
use crate::specs;

/// What `nlkit man` takes.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  nlkit man -o /usr/local/share/man/man1")]
pub(crate) struct Args {
    /// The folder to write them to; it is made where it is missing
    #[arg(short = 'o', long = "output", value_name = "DIR")]
    output: PathBuf,
}

/// Writes the man pages.
pub(crate) fn run(args: &Args, _: &Common) -> Outcome {
    let failed = |path: &Path, error| {
        Failure::system(format_args!("cannot write {}: {error}", path.display()))
    };
    fs::create_dir_all(&args.output).map_err(|error| failed(&args.output, error))?;
    let mut command = args::Args::command().disable_help_subcommand(true);
    command.build();
    let names: Vec<_> = command.get_subcommands().map(|it| it.get_name().to_owned()).collect();
    for page in std::iter::once(&command).chain(command.get_subcommands()) {
        let man = Man::new(page.clone()).manual("nlkit");
        let path = args.output.join(man.get_filename());
        let mut text = Vec::new();
        render(&man, page, &names, &mut text)?;
        fs::write(&path, text).map_err(|error| failed(&path, error))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// A page: what clap knows, and what it has no words for.
fn render(
    man: &Man,
    command: &Command,
    names: &[String],
    text: &mut Vec<u8>,
) -> std::io::Result<()> {
    man.render_title(text)?;
    man.render_name_section(text)?;
    man.render_synopsis_section(text)?;
    man.render_description_section(text)?;
    man.render_options_section(text)?;
    let is_main = command.has_subcommands();
    if is_main {
        man.render_subcommands_section(text)?;
    }
    let mut more = Roff::new();
    let help = command.get_after_long_help().or(command.get_after_help());
    let help = help.map(ToString::to_string).unwrap_or_default();
    // Of the main page the rest has sections of its own.
    let help = help.split("\n\nExit status:").next().unwrap_or_default();
    let (notes, examples) = help.split_once("Examples:\n").unwrap_or((help, ""));
    if !notes.trim().is_empty() {
        more.control("SH", ["NOTES"]);
        notes.trim().split("\n\n").for_each(|it| paragraph(&mut more, it));
    }
    if !examples.is_empty() {
        more.control("SH", ["EXAMPLES"]).control("EX", []);
        for line in examples.lines() {
            more.text([roman(line.trim_start())]);
        }
        more.control("EE", []);
    }
    more.control("SH", ["EXIT STATUS"]);
    entries(&mut more, code::MEANINGS.map(|(code, meaning)| (code.to_string(), meaning)));
    more.control("SH", ["ENVIRONMENT"]);
    entries(&mut more, args::ENVIRONMENT);
    more.control("SH", ["FILES"]);
    entries(&mut more, specs::FOLDERS);
    more.control("SH", ["SEE ALSO"]);
    more.text(see_also(is_main, names));
    more.to_writer(text)
}

/// Some lines; those that are indented are a table of a name and what it means.
fn paragraph(roff: &mut Roff, text: &str) {
    roff.control("PP", []);
    for line in text.lines() {
        match line.strip_prefix("  ").and_then(|line| line.split_once("  ")) {
            Some(("", goes_on)) => drop(roff.text([roman(goes_on.trim_start())])),
            Some((name, meaning)) => entries(roff, [(name, meaning.trim_start())]),
            None => drop(roff.text([roman(line)])),
        }
    }
}

fn entries<'e, N: Into<String>>(roff: &mut Roff, entries: impl IntoIterator<Item = (N, &'e str)>) {
    for (name, meaning) in entries {
        roff.control("TP", []).text([bold(name)]).text([roman(meaning)]);
    }
}

fn see_also(is_main: bool, names: &[String]) -> Vec<Inline> {
    let mut words = Vec::new();
    let pages = names.iter().map(|name| format!("nlkit-{name}"));
    let pages: Vec<_> = if is_main { pages.collect() } else { vec!["nlkit".to_owned()] };
    for page in pages {
        words.extend([bold(page), roman("(1), ")]);
    }
    words.extend([italic("netlink"), roman("(7), "), italic("rtnetlink"), roman("(7)")]);
    words
}
