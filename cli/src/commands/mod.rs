//! The commands, one file each: its arguments, and `run`.

mod check;
mod completions;
mod decode;
pub(crate) mod describe;
mod diff;
mod do_;
mod doc;
mod dump;
mod families;
mod generate;
mod man;
mod monitor;
mod multi;
mod policy;
mod scaffold;
mod subscribe;
mod verify;

use std::process::ExitCode;

use clap::Subcommand;

use crate::args::{Args, Printing};
use crate::failure::Failure;
use crate::output::Format;

/// What a command gives: mostly success, or what it found.
pub(crate) type Outcome = Result<ExitCode, Failure>;

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Asks the kernel once
    Do(Printing<do_::Args>),
    /// Asks the kernel for a list
    Dump(Printing<dump::Args>),
    /// Sends several requests as one
    Multi(Printing<multi::Args>),
    /// Prints what is told in multicast groups
    Subscribe(Printing<subscribe::Args>),
    /// Lists the families of this kernel, and those with a spec
    Families(Printing<families::Args>),
    /// Shows a family, an operation, a set, an enum by its spec
    Describe(Printing<describe::Args>),
    /// Shows what the running kernel checks
    Policy(Printing<policy::Args>),
    /// Decodes messages: hex, strace, dumps, captures
    Decode(Printing<decode::Args>),
    /// Prints everything on a netlink socket or an nlmon device
    Monitor(Printing<monitor::Args>),
    /// Generates Rust bindings of specs
    Generate(generate::Args),
    /// Checks specs
    Check(Printing<check::Args>),
    /// Compares specs, or folders of them
    Diff(Printing<diff::Args>),
    /// Begins a spec for a family that has none
    Scaffold(scaffold::Args),
    /// Holds a spec against the running kernel's policy
    Verify(Printing<verify::Args>),
    /// Writes a searchable HTML reference of families
    Doc(doc::Args),
    /// Prints the completions of a shell
    Completions(completions::Args),
    /// Writes the man pages
    Man(man::Args),
}

impl Command {
    /// How to print, of commands that do.
    pub(crate) fn format(&self) -> Option<Format> {
        Some(match self {
            Self::Do(args) => args.format,
            Self::Dump(args) => args.format,
            Self::Multi(args) => args.format,
            Self::Subscribe(args) => args.format,
            Self::Families(args) => args.format,
            Self::Describe(args) => args.format,
            Self::Policy(args) => args.format,
            Self::Decode(args) => args.format,
            Self::Monitor(args) => args.format,
            Self::Check(args) => args.format,
            Self::Diff(args) => args.format,
            Self::Verify(args) => args.format,
            Self::Generate(_)
            | Self::Scaffold(_)
            | Self::Doc(_)
            | Self::Completions(_)
            | Self::Man(_) => return None,
        })
    }
}

/// Runs the command.
pub(crate) fn run(args: &Args) -> Outcome {
    let common = &args.common();
    match &args.command {
        Command::Do(args) => do_::run(&args.args, common),
        Command::Dump(args) => dump::run(&args.args, common),
        Command::Multi(args) => multi::run(&args.args, common),
        Command::Subscribe(args) => subscribe::run(&args.args, common),
        Command::Families(args) => families::run(&args.args, common),
        Command::Describe(args) => describe::run(&args.args, common),
        Command::Policy(args) => policy::run(&args.args, common),
        Command::Decode(args) => decode::run(&args.args, common),
        Command::Monitor(args) => monitor::run(&args.args, common),
        Command::Generate(args) => generate::run(args, common),
        Command::Check(args) => check::run(&args.args, common),
        Command::Diff(args) => diff::run(&args.args, common),
        Command::Scaffold(args) => scaffold::run(args, common),
        Command::Verify(args) => verify::run(&args.args, common),
        Command::Doc(args) => doc::run(args, common),
        Command::Completions(args) => completions::run(args, common),
        Command::Man(args) => man::run(args, common),
    }
}
