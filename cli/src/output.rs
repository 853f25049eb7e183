//! How output looks: readable and coloured on a terminal, JSON, JSON lines or YAML.

use std::io;

use anstream::stream::RawStream;
use anstream::{AutoStream, ColorChoice};
use clap::ValueEnum;

/// How output looks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Output {
    /// How to print.
    pub(crate) format: Format,
    /// When to use colours.
    pub(crate) color: Color,
}

impl Output {
    /// Whether stdout is to have colours: `--color`, else NO_COLOR, CLICOLOR_FORCE, or that it is a terminal.
    pub(crate) fn is_colored(&self) -> bool {
        self.color.is_wanted(&io::stdout())
    }
}

impl Color {
    /// Whether a stream is to have colours.
    pub(crate) fn is_wanted(self, stream: &impl RawStream) -> bool {
        match self {
            // `CLICOLOR_FORCE=0` forces nothing, which anstream does not know.
            Self::Auto if std::env::var_os("CLICOLOR_FORCE").is_some_and(|it| it == "0") => {
                let is_dumb = std::env::var_os("TERM").is_none_or(|it| it == "dumb");
                let is_allowed = AutoStream::choice(stream) != ColorChoice::Never;
                is_allowed && stream.is_terminal() && !is_dumb
            }
            Self::Auto => AutoStream::choice(stream) != ColorChoice::Never,
            Self::Always => true,
            Self::Never => false,
        }
    }
}

/// A format of output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people: aligned, in colour on a terminal
    Text,
    /// One JSON document, indented
    Json,
    /// One JSON value a line, as it comes
    Jsonl,
    /// YAML, for streams one document each
    Yaml,
}

/// When to use colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    /// On a terminal
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}
