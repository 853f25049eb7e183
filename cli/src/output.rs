//! How output looks: readable and coloured on a terminal, JSON, JSON lines or YAML.

use std::io;

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
        match self.color {
            Color::Auto => AutoStream::choice(&io::stdout()) != ColorChoice::Never,
            Color::Always => true,
            Color::Never => false,
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
