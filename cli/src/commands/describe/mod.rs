//! `nlkit describe`.

mod lookup;
mod render;
mod search;
mod sheet;

use std::io::{self, Write};
use std::process::ExitCode;

use clap_complete::ArgValueCompleter;
use serde::Serialize;
use serde_json::{Value, json};

use crate::args::Common;
use crate::commands::Outcome;
use crate::completion;
use crate::failure::Failure;
use crate::output::{Format, Output};
use crate::print::Printer;
use crate::reference;
use crate::specs::Specs;

use self::sheet::Sheet;

/// What `nlkit describe` takes.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
WHAT is a name, a C name, or a path as errors have them; of several with one name, `KIND:NAME` tells which.

Examples:
  nlkit describe netdev
  nlkit describe ethtool rings-get --depth 2
  nlkit describe netdev enum:queue-type -o json
  nlkit describe rt-link newlink.linkinfo.data.bridge.forward-delay
  nlkit describe --search ETHTOOL_A_RINGS_RX")]
pub(crate) struct Args {
    /// The family, by its name or that of its file; all are listed where none is given
    #[arg(value_name = "FAMILY", add = ArgValueCompleter::new(completion::families))]
    family: Option<String>,
    /// An operation, notification, group, set, sub-message, struct, enum, constant or attribute
    #[arg(value_name = "WHAT", add = ArgValueCompleter::new(completion::items))]
    what: Option<String>,
    /// How many nests deep to show what attributes hold
    #[arg(long, value_name = "N", default_value = "1", value_parser = clap::value_parser!(u8).range(0..=8))]
    depth: u8,
    /// Search names, C names and docs for all of these words, in all families or in FAMILY
    #[arg(long, value_name = "WORDS", conflicts_with = "what")]
    search: Option<String>,
}

/// Shows a family, an operation, a set, an enum by its spec.
pub(crate) fn run(args: &Args, common: &Common) -> Outcome {
    let specs = Specs::new(&common.specs);
    let output = &common.output;
    if let Some(words) = &args.search {
        return search::run(words, args.family.as_deref(), &specs, output);
    }
    let Some(family) = &args.family else { return search::families(&specs, output) };
    about(&specs.family(family)?, args.what.as_deref(), args.depth, output)
}

/// Shows a family, or what in it is meant, with so many nests inside of each other.
///
/// # Errors
/// Where nothing is called so.
pub(crate) fn about(
    family: &nlkit_codegen::ir::Family,
    what: Option<&str>,
    depth: u8,
    output: &Output,
) -> Outcome {
    let family = reference::family(family);
    let Some(what) = what else {
        return print(output, &family, |sheet| render::family(sheet, &family));
    };
    let (link, found) = lookup::find(&family, what)?;
    let shown = family.show(found, usize::from(depth));
    let mut value = json!({ "family": family.name, "address": link.to_string() });
    if let (Value::Object(value), Value::Object(more)) = (&mut value, to_value(&shown)?) {
        value.extend(more);
    }
    print(output, &value, |sheet| render::shown(sheet, &family, &link, &shown))
}

/// Prints records, or for people what `render` makes of them.
fn print_list<T: Serialize>(
    output: &Output,
    records: &[T],
    render: impl FnOnce(&mut Sheet),
) -> Outcome {
    if output.format == Format::Text {
        return print(output, &records, render);
    }
    let mut printer = Printer::new(output, true);
    for record in records {
        printer.value(&to_value(record)?)?;
    }
    printer.finish()?;
    Ok(ExitCode::SUCCESS)
}

/// Prints data, or for people what `render` makes of it.
fn print(output: &Output, data: &impl Serialize, render: impl FnOnce(&mut Sheet)) -> Outcome {
    if output.format == Format::Text {
        let mut sheet = Sheet::new(output.is_colored());
        render(&mut sheet);
        io::stdout().write_all(sheet.text().as_bytes())?;
    } else {
        let mut printer = Printer::new(output, false);
        printer.value(&to_value(data)?)?;
        printer.finish()?;
    }
    Ok(ExitCode::SUCCESS)
}

fn to_value(data: &impl Serialize) -> Result<Value, Failure> {
    serde_json::to_value(data).map_err(Failure::system)
}
