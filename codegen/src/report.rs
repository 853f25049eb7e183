//! Reports: what is wrong with specs, in text like that of rustc.

use std::fmt;
use std::ops::Range;
use std::path::Path;

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};

use crate::catalogue::{Code, Draft, Errors};
use crate::source::{Position, Source, Tree};

/// How many diagnostics of a file are shown; what comes after seldom helps.
const MAX_SHOWN: usize = 100;

/// Lines shown above and below what is pointed at, so that the text to search stays small.
const CONTEXT: usize = 2;

/// What is wrong with one or more specs, sorted by file and position.
///
/// `Display` and `Debug` both give the whole text, so that a build script prints it well when it
/// returns a report from `main`.
#[derive(Clone, Default)]
pub struct Report {
    diagnostics: Vec<Diagnostic>,
    /// How many more there were.
    hidden: usize,
}

/// One thing that is wrong, or that may be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    code: &'static str,
    severity: Severity,
    message: String,
    file: String,
    line: usize,
    column: usize,
    excerpt: Option<Excerpt>,
    helps: Vec<String>,
}

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// Nothing can be made of the spec, or what was said to be denied was found.
    Error,
    /// It may be meant so.
    Warning,
}

/// The part of a file that a diagnostic points into.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Excerpt {
    text: String,
    first_line: usize,
    /// What is pointed at, and what is said there; the first is where it is.
    labels: Vec<(Range<usize>, String)>,
}

impl Diagnostic {
    /// Stable name of what it is about: `unknown-key`.
    pub fn code(&self) -> &'static str {
        self.code
    }

    /// How bad it is.
    pub fn severity(&self) -> Severity {
        self.severity
    }

    /// The message, without the place and the help.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The file, as it was named.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// The line, from 1 on; 0 where it is about the file as a whole.
    pub fn line(&self) -> usize {
        self.line
    }

    /// The column in characters, from 1 on; 0 where it is about the file as a whole.
    pub fn column(&self) -> usize {
        self.column
    }

    /// The whole text, as `Display` gives it, with colours for a terminal.
    pub fn colored(&self) -> String {
        self.render(&Renderer::styled())
    }

    fn render(&self, renderer: &Renderer) -> String {
        let (level, code) = match self.severity {
            Severity::Error => (Level::ERROR, None),
            // Its name is what allows it.
            Severity::Warning => (Level::WARNING, Some(self.code)),
        };
        let title = level.primary_title(&self.message);
        let title = match code {
            Some(code) => title.id(code),
            None => title,
        };
        let group = match &self.excerpt {
            Some(excerpt) => title.element(excerpt.snippet(&self.file)),
            None => title.element(annotate_snippets::Origin::path(&self.file)),
        };
        let helps = self.helps.iter().map(|help| Level::HELP.message(help));
        renderer.render(&[group.elements(helps)])
    }
}

impl Excerpt {
    fn snippet<'s>(&'s self, file: &'s str) -> Snippet<'s, annotate_snippets::Annotation<'s>> {
        let annotations = self.labels.iter().zip(0..).map(|((span, text), index)| {
            let kind = match index {
                0 => AnnotationKind::Primary,
                _ => AnnotationKind::Context,
            };
            let text = Some(text.as_str()).filter(|text| !text.is_empty());
            kind.span(span.clone()).label(text)
        });
        Snippet::source(&self.text).path(file).line_start(self.first_line).annotations(annotations)
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(&Renderer::plain()))
    }
}

impl Report {
    /// The diagnostics of a spec.
    pub(crate) fn new(source: Source<'_>, errors: Errors) -> Self {
        let tree = Tree::new(source.text);
        let placed = errors.drafts.into_iter().map(|draft| Placed::new(draft, &source, &tree));
        let mut placed: Vec<Placed> = placed.collect();
        placed.sort_by(|one, other| one.key().cmp(&other.key()));
        // One mistake behind an anchor is found once for each alias.
        placed.dedup_by(|one, other| one.key() == other.key());
        let hidden = placed.len().saturating_sub(MAX_SHOWN);
        // No warning hides an error: who only asks whether there is one would see none.
        placed.sort_by_key(|placed| placed.draft.severity == Severity::Warning);
        placed.truncate(MAX_SHOWN);
        placed.sort_by(|one, other| one.key().cmp(&other.key()));
        let diagnostics = placed.into_iter().map(|placed| placed.diagnostic(&source)).collect();
        Self { diagnostics, hidden }
    }

    /// A diagnostic about a file as a whole.
    pub(crate) fn of_file(path: &Path, draft: Draft) -> Self {
        let diagnostic = Diagnostic {
            code: draft.code.name(),
            severity: draft.severity,
            message: draft.title,
            file: path.display().to_string(),
            line: 0,
            column: 0,
            excerpt: None,
            helps: draft.helps,
        };
        Self { diagnostics: vec![diagnostic], hidden: 0 }
    }

    /// The diagnostics, sorted by file and position.
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.diagnostics
    }

    /// How many more there are than [`diagnostics`](Self::diagnostics) gives: of a file that many are shown.
    pub fn hidden(&self) -> usize {
        self.hidden
    }

    /// Adds those of another file.
    pub fn append(&mut self, mut other: Self) {
        self.diagnostics.append(&mut other.diagnostics);
        self.hidden += other.hidden;
    }

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.diagnostics.is_empty()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, diagnostic) in self.diagnostics.iter().enumerate() {
            let gap = if index == 0 { "" } else { "\n" };
            writeln!(f, "{gap}{diagnostic}")?;
        }
        match self.hidden {
            0 => Ok(()),
            more => writeln!(f, "\nand {more} more"),
        }
    }
}

impl fmt::Debug for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // What `main` returns is printed behind `Error: `.
        writeln!(f)?;
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for Report {}

/// A diagnostic whose places have been looked up.
struct Placed {
    draft: Draft,
    /// Of each label.
    positions: Vec<Position>,
}

impl Placed {
    fn new(draft: Draft, source: &Source<'_>, tree: &Tree) -> Self {
        let labels = draft.labels.iter();
        let positions = labels.map(|label| source.position(tree, &label.target)).collect();
        Self { draft, positions }
    }

    /// By position, then by what it is about.
    fn key(&self) -> (Option<usize>, Code, &str) {
        let start = self.positions.first().map(|position| position.span.start);
        (start, self.draft.code, &self.draft.title)
    }

    fn diagnostic(self, source: &Source<'_>) -> Diagnostic {
        let Self { draft, positions } = self;
        let (line, column) =
            positions.first().map_or((0, 0), |position| (position.line, position.column));
        let window = Window::around(source.text, &positions);
        let labels = draft.labels.into_iter().zip(&positions);
        let labels = labels.map(|(label, position)| (window.relative(position), label.text));
        let excerpt = Excerpt {
            text: window.text.to_owned(),
            first_line: window.first_line,
            labels: labels.collect(),
        };
        Diagnostic {
            code: draft.code.name(),
            severity: draft.severity,
            message: draft.title,
            file: source.name.to_owned(),
            line,
            column,
            excerpt: Some(excerpt),
            helps: draft.helps,
        }
    }
}

/// The part of a text that some labels are in.
struct Window<'t> {
    text: &'t str,
    start: usize,
    first_line: usize,
}

impl<'t> Window<'t> {
    fn around(text: &'t str, positions: &[Position]) -> Self {
        let start = positions.iter().map(|position| position.span.start).min().unwrap_or(0);
        let end = positions.iter().map(|position| position.span.end).max().unwrap_or(0);
        let line = positions.iter().map(|position| position.line).min().unwrap_or(1);
        let before = text.get(..start).unwrap_or_default();
        let mut breaks = before.rmatch_indices('\n').map(|(at, _)| at + 1);
        let start = breaks.nth(CONTEXT).unwrap_or(0);
        let above = before.get(start..).unwrap_or_default().matches('\n').count();
        let after = text.get(end..).unwrap_or_default();
        let length = after.match_indices('\n').nth(CONTEXT).map_or(after.len(), |(at, _)| at);
        let text = text.get(start..end + length).unwrap_or_default();
        Self { text, start, first_line: line.saturating_sub(above) }
    }

    fn relative(&self, position: &Position) -> std::ops::Range<usize> {
        let start = position.span.start.saturating_sub(self.start);
        start..start + position.span.len()
    }
}

#[cfg(test)]
mod tests {
    use super::{MAX_SHOWN, Severity};
    use crate::{Builder, Level, Levels, Lint};

    #[test]
    fn an_error_is_not_hidden_by_warnings_before_it() {
        let unused = |index| format!("  - {{ name: e{index}, type: enum, entries: [a] }}\n");
        let unused: String = (0..=MAX_SHOWN).map(unused).collect();
        let spec = format!(
            "name: lamp\ndoc: Lamps.\ndefinitions:\n{unused}attribute-sets:\n  \
             - {{ name: set, attributes: [] }}\noperations: {{ list: [] }}\n"
        );
        let mut levels = Levels::default();
        levels.set(Lint::UnusedSet, Level::Deny);
        let report = Builder::new().check_str("lamp.yaml", &spec, &levels);
        assert_eq!((report.diagnostics().len(), report.hidden()), (MAX_SHOWN, 2));
        let last = report.diagnostics().last().unwrap();
        assert_eq!((last.code(), last.severity()), ("unused-set", Severity::Error));
    }
}
