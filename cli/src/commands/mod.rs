//! The commands, one file each: its arguments, and `run`.

mod check;
mod completions;
mod decode;
mod describe;
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

use crate::args::Args;
use crate::args::Common;
use crate::failure::Failure;

/// What a command gives: mostly success, or what it found.
pub(crate) type Outcome = Result<ExitCode, Failure>;

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Asks the kernel once
    Do(do_::Args),
    /// Asks the kernel for a list
    Dump(dump::Args),
    /// Sends several requests as one
    Multi(multi::Args),
    /// Prints what is told in multicast groups
    Subscribe(subscribe::Args),
    /// Lists the families of this kernel, and those with a spec
    Families(families::Args),
    /// Shows a family, an operation, a set, an enum by its spec
    Describe(describe::Args),
    /// Shows what the running kernel checks
    Policy(policy::Args),
    /// Decodes messages: hex, strace, dumps, captures
    Decode(decode::Args),
    /// Prints everything on a netlink socket or an nlmon device
    Monitor(monitor::Args),
    /// Generates Rust bindings of specs
    Generate(generate::Args),
    /// Checks specs
    Check(check::Args),
    /// Compares specs, or folders of them
    Diff(diff::Args),
    /// Begins a spec for a family that has none
    Scaffold(scaffold::Args),
    /// Holds a spec against the running kernel's policy
    Verify(verify::Args),
    /// Writes a searchable HTML reference of families
    Doc(doc::Args),
    /// Prints the completions of a shell
    Completions(completions::Args),
    /// Writes the man pages
    Man(man::Args),
}

/// Runs the command.
pub(crate) fn run(args: &Args) -> Outcome {
    let common: &Common = &args.common;
    match &args.command {
        Command::Do(args) => do_::run(args, common),
        Command::Dump(args) => dump::run(args, common),
        Command::Multi(args) => multi::run(args, common),
        Command::Subscribe(args) => subscribe::run(args, common),
        Command::Families(args) => families::run(args, common),
        Command::Describe(args) => describe::run(args, common),
        Command::Policy(args) => policy::run(args, common),
        Command::Decode(args) => decode::run(args, common),
        Command::Monitor(args) => monitor::run(args, common),
        Command::Generate(args) => generate::run(args, common),
        Command::Check(args) => check::run(args, common),
        Command::Diff(args) => diff::run(args, common),
        Command::Scaffold(args) => scaffold::run(args, common),
        Command::Verify(args) => verify::run(args, common),
        Command::Doc(args) => doc::run(args, common),
        Command::Completions(args) => completions::run(args, common),
        Command::Man(args) => man::run(args, common),
    }
}
