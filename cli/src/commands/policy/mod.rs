//! `nlkit policy`: what the running kernel checks, with the names of the spec.

mod text;
mod tree;

use std::io::Write;
use std::process::ExitCode;

use crate::args::Common;
use crate::commands::Outcome;
use crate::failure::{Failure, code};
use crate::kernel;
use crate::netns::Netns;
use crate::output::Format;
use crate::print::Printer;
use crate::specs::similar;

use self::tree::{Operation, Tree};

/// What `nlkit policy` takes.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Policies are of requests: what a request may hold, by attribute. An attribute that is not listed is \
either not there, or taken as it comes; numbers in network byte order are not listed either.

Examples:
  nlkit policy netdev
  nlkit policy ethtool rings-set -o json
  nlkit policy TASKSTATS 1")]
pub(crate) struct Args {
    /// A family of generic netlink, by its name in the kernel
    family: String,
    /// One of its operations, by the name in the spec, or by number
    #[arg(value_name = "OP")]
    operation: Option<String>,
    #[command(flatten)]
    netns: Netns,
}

/// Shows what the running kernel checks.
pub(crate) fn run(args: &Args, common: &Common) -> Outcome {
    let known = kernel::known(&args.family, &args.netns, common)?;
    let mut tree = Tree::new(&known);
    if let Some(name) = &args.operation {
        tree.operations = vec![take(&tree, name)?];
    }
    if common.output.format == Format::Text {
        let text = text::of(&tree, common.output.is_colored());
        std::io::stdout().lock().write_all(text.as_bytes())?;
    } else {
        let mut printer = Printer::new(&common.output, false);
        printer.value(&tree.to_value())?;
        printer.finish()?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The operation of a name or number.
fn take(tree: &Tree, name: &str) -> Result<Operation, Failure> {
    let is_it = |op: &&Operation| op.name.as_deref() == Some(name) || op.id.to_string() == name;
    if let Some(found) = tree.operations.iter().find(is_it) {
        return Ok(found.clone());
    }
    let family = &tree.family;
    let message = format!("the running kernel's `{family}` has no operation `{name}`");
    let failure = Failure::new(code::UNKNOWN, message);
    let names = || tree.operations.iter().filter_map(|op| op.name.as_deref());
    Err(match (similar(name, names()), names().count()) {
        (Some(other), _) => {
            failure.help(format_args!("there is one with a similar name: `{other}`"))
        }
        (None, 0) => failure.help("there is no spec with names: operations go by number"),
        (None, _) => failure.help(format_args!("`nlkit policy {family}` shows all of them")),
    })
}
