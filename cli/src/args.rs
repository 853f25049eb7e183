//! What is the same for all commands: where specs are found, and how output looks.

use clap::{Args as Group, Parser};

use crate::commands::Command;
use crate::output::{Color, Format, Output};

/// Any netlink family at the prompt, and its bindings
#[derive(Debug, Parser)]
#[command(name = "nlkit", version, propagate_version = true, arg_required_else_help = true)]
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
