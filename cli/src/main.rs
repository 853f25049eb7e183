//! The `nlkit` command: any netlink family at the prompt, and its bindings.

mod args;
mod commands;
mod diff;
mod duration;
mod failure;
mod input;
mod interrupt;
mod kernel;
mod level;
mod netns;
mod output;
mod print;
mod reference;
mod sources;
mod specs;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    let args = args::Args::parse();
    match commands::run(&args) {
        Ok(code) => code,
        Err(failure) => failure.report(),
    }
}
