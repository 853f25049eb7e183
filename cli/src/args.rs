//! What is the same for all commands: where specs are found, and how output looks.

use clap::{Args as Group, Parser};

use crate::commands::Command;
use crate::failure::code;
use crate::output::{Color, Format, Output};
use crate::specs;

/// Any netlink family at the prompt, and its bindings
#[derive(Debug, Parser)]
#[command(name = "nlkit", version, propagate_version = true, arg_required_else_help = true)]
#[command(after_long_help = after_help())]
pub(crate) struct Args {
    #[command(flatten)]
    specs: SpecArgs,
    /// When to use colours; NO_COLOR is heeded
    #[arg(
        long,
        global = true,
        value_enum,
        default_value = "auto",
        value_name = "WHEN",
        help_heading = "Output"
    )]
    color: Color,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What the environment tells, for help and man pages.
pub(crate) const ENVIRONMENT: [(&str, &str); 3] = [
    ("NLKIT_SPECS", "folders of specs, with `:` between them; looked at behind --specs"),
    ("NO_COLOR", "where it is set, there are no colours"),
    ("CLICOLOR_FORCE", "where it is set, and not 0, there are colours without a terminal, too"),
];

/// Examples of the whole command.
const EXAMPLES: &str = "\
Examples:
  nlkit do netdev dev-get ifindex=1
  nlkit do ethtool rings-set header.dev-name=eth0 rx=512
  nlkit dump rt-link getlink -o jsonl
  nlkit subscribe rt-link:rtnlgrp-link
  nlkit describe ethtool rings-get";

fn after_help() -> String {
    let places: Vec<_> = specs::places().collect();
    let specs = format!("A family's spec is the first of: {}.", places.join(", "));
    let mut text = format!("{specs}\n\n{EXAMPLES}\n\nExit status:\n");
    for (code, meaning) in code::MEANINGS {
        text += &format!("  {code:<4} {meaning}\n");
    }
    text += "\nEnvironment:\n";
    for (name, meaning) in ENVIRONMENT {
        text += &format!("  {name:<15} {meaning}\n");
    }
    text
}

impl Args {
    /// What is the same for all commands.
    pub(crate) fn common(&self) -> Common {
        let format = self.command.format().unwrap_or(Format::Text);
        Common { specs: self.specs.clone(), output: Output { format, color: self.color } }
    }
}

/// What every command is given beside its own arguments.
#[derive(Debug)]
pub(crate) struct Common {
    pub(crate) specs: SpecArgs,
    pub(crate) output: Output,
}

/// The arguments of a command that prints. Those that write files have another `-o`.
#[derive(Debug, Group)]
pub(crate) struct Printing<A: Group> {
    #[command(flatten)]
    pub(crate) args: A,
    /// How to print
    #[arg(
        short = 'o',
        long = "output",
        value_enum,
        default_value = "text",
        value_name = "FORMAT",
        help_heading = "Output"
    )]
    pub(crate) format: Format,
}

/// Where specs are found, in this order; then come $NLKIT_SPECS, those of the system, and those built in.
#[derive(Clone, Debug, Default, Group)]
pub(crate) struct SpecArgs {
    /// A spec to use, before all others
    #[arg(long = "spec", global = true, value_name = "FILE", help_heading = "Specs")]
    pub(crate) files: Vec<std::path::PathBuf>,
    /// A folder of specs to use, before those that are installed or built in
    #[arg(long = "specs", global = true, value_name = "DIR", help_heading = "Specs")]
    pub(crate) folders: Vec<std::path::PathBuf>,
}
