//! The `nlkit` command: any netlink family at the prompt, and its bindings.

mod args;
mod commands;
mod completion;
mod count;
mod diff;
mod doc;
mod duration;
mod errno;
mod failure;
mod hexdump;
mod input;
mod interrupt;
mod kernel;
mod level;
mod lookup;
mod netns;
mod output;
mod print;
mod protocol;
mod reference;
mod shown;
mod sources;
mod specs;
mod talk;
mod time;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    completion::answer();
    let args = args::Args::parse();
    match commands::run(&args) {
        Ok(code) => code,
        Err(failure) => failure.report(),
    }
}
