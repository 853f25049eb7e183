//! `nlkit completions`.

use std::io::{self, Write};
use std::process::ExitCode;

use clap::ValueEnum;

use crate::args::Common;
use crate::commands::Outcome;
use crate::completion;

/// What `nlkit completions` takes.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
The script asks nlkit itself, so it completes families, operations, attributes and values by their specs.

Examples:
  source <(nlkit completions bash)                                   # in ~/.bashrc
  source <(nlkit completions zsh)                                    # in ~/.zshrc, behind compinit
  nlkit completions fish > ~/.config/fish/completions/nlkit.fish")]
pub(crate) struct Args {
    /// The shell
    #[arg(value_name = "SHELL")]
    shell: Shell,
}

/// A shell.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Shell {
    Bash,
    Zsh,
    Fish,
}

/// Prints the completions of a shell.
pub(crate) fn run(args: &Args, _: &Common) -> Outcome {
    let shell = match args.shell {
        Shell::Bash => "bash",
        Shell::Zsh => "zsh",
        Shell::Fish => "fish",
    };
    io::stdout().write_all(&completion::script(shell)?)?;
    Ok(ExitCode::SUCCESS)
}
