//! What is the same for all commands: where specs are found, and how output looks.

use clap::{Args as Group, Parser};

use crate::commands::Command;
use crate::output::Output;

/// Any netlink family at the prompt, and its bindings
#[derive(Debug, Parser)]
#[command(name = "nlkit", version, propagate_version = true, arg_required_else_help = true)]
pub(crate) struct Args {
    #[command(flatten)]
    pub(crate) common: Common,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What every command takes.
#[derive(Debug, Group)]
pub(crate) struct Common {
    #[command(flatten)]
    pub(crate) specs: SpecArgs,
    #[command(flatten)]
    pub(crate) output: Output,
}

/// Where specs are found, in this order; then come $NLKIT_SPECS, those of the system, and those built in.
#[derive(Debug, Default, Group)]
pub(crate) struct SpecArgs {
    /// A spec to use, before all others
    #[arg(long = "spec", global = true, value_name = "FILE", help_heading = "Specs")]
    pub(crate) files: Vec<std::path::PathBuf>,
    /// A folder of specs to use, before those that are installed or built in
    #[arg(long = "specs", global = true, value_name = "DIR", help_heading = "Specs")]
    pub(crate) folders: Vec<std::path::PathBuf>,
}
