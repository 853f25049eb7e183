//! The text of a spec, read twice: into the model, and, where there is an error to show, into a
//! tree of positions.

mod read;
mod tree;

use std::ops::Range;

use crate::catalogue::Target;
pub(crate) use tree::Tree;

/// A file with its name for error messages.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Source<'t> {
    pub(crate) name: &'t str,
    pub(crate) text: &'t str,
}

/// Where something stands: bytes, line and column, both from 1 on, the column in characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Position {
    pub(crate) line: usize,
    pub(crate) column: usize,
    pub(crate) span: Range<usize>,
}

impl<'t> Source<'t> {
    pub(crate) fn new(name: &'t str, text: &'t str) -> Self {
        // Some editors begin a file with a mark of its encoding, which is no part of the text.
        Self { name, text: text.strip_prefix('\u{feff}').unwrap_or(text) }
    }

    /// The position of a label's target.
    pub(crate) fn position(&self, tree: &Tree, target: &Target) -> Position {
        let span = match target {
            Target::Key(place) => tree.key(place),
            Target::Value(place) => tree.value(place),
            Target::Span(span) => span.clone(),
        };
        let before = self.text.get(..span.start).unwrap_or_default();
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let column = before.get(line_start..).unwrap_or_default().chars().count() + 1;
        Position { line: before.matches('\n').count() + 1, column, span }
    }
}
