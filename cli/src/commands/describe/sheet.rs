//! Text for people: headings, paragraphs and tables, wrapped to the width of the terminal.

use std::{env, io};

use anstyle::{AnsiColor, Style};
use terminal_size::terminal_size_of;
use textwrap::core::display_width;

use crate::reference::{Block, Span, blocks};

const TITLE: Style = Style::new().bold();
const NAME: Style = AnsiColor::Cyan.on_default();
const CODE: Style = AnsiColor::Green.on_default();
const DIM: Style = Style::new().dimmed();

/// The columns of a text that goes to no terminal.
const WIDTH: usize = 100;
/// The widest that a column of a table is made for one of its cells.
const COLUMN: usize = 34;
/// The narrowest that docs are printed beside the other columns.
const DOCS: usize = 28;

/// What is to be printed.
#[derive(Debug)]
pub(super) struct Sheet {
    text: String,
    width: usize,
    colored: bool,
}

/// A line of a table: some cells, then docs.
#[derive(Debug, Default)]
pub(super) struct Row {
    /// How many nests deep.
    pub(super) depth: usize,
    pub(super) cells: Vec<Cell>,
    pub(super) doc: String,
    /// What else there is to say, below the docs.
    pub(super) notes: Vec<String>,
}

/// A cell of a table.
#[derive(Debug)]
pub(super) struct Cell {
    text: String,
    style: Style,
}

impl Cell {
    pub(super) fn plain(text: impl ToString) -> Self {
        Self { text: text.to_string(), style: Style::new() }
    }

    pub(super) fn name(text: impl ToString) -> Self {
        Self { text: text.to_string(), style: NAME }
    }

    pub(super) fn dim(text: impl ToString) -> Self {
        Self { text: text.to_string(), style: DIM }
    }
}

impl Sheet {
    /// An empty sheet, as wide as the terminal, or as `COLUMNS` says.
    pub(super) fn new(colored: bool) -> Self {
        // Not of stdin or stderr, which may be a terminal where the text goes elsewhere.
        let of_terminal = terminal_size_of(io::stdout()).map(|(width, _)| width.0.into());
        let of_environment = || env::var("COLUMNS").ok()?.parse().ok();
        let width: Option<usize> = of_terminal.or_else(of_environment);
        // Lines that are longer than this are hard to read, shorter ones hold no table.
        let width = width.map_or(WIDTH, |width| width.clamp(40, 140));
        Self { text: String::new(), width, colored }
    }

    /// What was printed.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// What the sheet is about.
    pub(super) fn title(&mut self, name: &str, what: &str) {
        let line = format!("{}  {}", self.styled(TITLE, name), self.styled(DIM, what));
        self.line(line.trim_end());
    }

    /// A heading, behind an empty line.
    pub(super) fn heading(&mut self, text: &str, more: &str) {
        self.line("");
        self.title(text, more);
    }

    /// The docs of a spec, indented.
    pub(super) fn doc(&mut self, text: &str) {
        for line in self.wrapped(text, self.width.saturating_sub(2)) {
            self.line(&format!("  {line}"));
        }
    }

    /// Docs, then facts with their labels, aligned; those without a text are left out.
    pub(super) fn about(&mut self, doc: &str, facts: &[(&str, String)]) {
        self.doc(doc);
        self.line("");
        for (label, text) in facts.iter().filter(|(_, text)| !text.is_empty()) {
            let label = self.styled(DIM, &format!("{label:<12}"));
            let mut begin = format!("  {label}");
            for line in textwrap::wrap(text, whole_words(self.width.saturating_sub(14))) {
                self.line(&format!("{begin}{line}"));
                begin = " ".repeat(14);
            }
        }
    }

    /// A table.
    pub(super) fn rows(&mut self, rows: &[Row]) {
        let columns = rows.iter().map(|row| row.cells.len()).max().unwrap_or_default();
        let width_of = |column: usize| {
            let widths = rows.iter().filter_map(|row| row.width(column));
            widths.filter(|width| *width <= COLUMN).max().unwrap_or_default()
        };
        let widths: Vec<usize> = (0..columns).map(width_of).collect();
        for row in rows {
            self.row(row, &widths);
        }
    }

    fn row(&mut self, row: &Row, widths: &[usize]) {
        let mut line = " ".to_owned();
        let mut at: usize = 1;
        let mut end = 1;
        for (column, (cell, width)) in row.cells.iter().zip(widths).enumerate() {
            let indent = if column == 0 { row.depth * 2 } else { 0 };
            // A cell that is too wide moves what is behind it, in this row only.
            line.push_str(&" ".repeat((at + 1).saturating_sub(end) + indent));
            line.push_str(&self.styled(cell.style, &cell.text));
            end = end.max(at + 1) + indent + display_width(&cell.text);
            at += width + 2;
        }
        let beside = self.width.saturating_sub(at + 1) >= DOCS;
        let indent = if beside { at + 1 } else { 6 + row.depth * 2 };
        let room = self.width.saturating_sub(indent).max(DOCS);
        let mut docs = self.wrapped(&row.doc, room);
        for note in &row.notes {
            let lines = textwrap::wrap(note, whole_words(room)).into_iter();
            docs.extend(lines.map(|line| self.styled(DIM, &line)));
        }
        let mut docs = docs.into_iter().peekable();
        if beside
            && end < indent
            && let Some(first) = docs.next()
        {
            line.push_str(&" ".repeat(indent - end));
            line.push_str(&first);
        }
        self.line(line.trim_end());
        for doc in docs {
            self.line(&format!("{}{doc}", " ".repeat(indent)));
        }
    }

    /// The lines of docs.
    fn wrapped(&self, text: &str, width: usize) -> Vec<String> {
        let mut lines = Vec::new();
        for Block { spans, is_item } in blocks(text) {
            let span = |span: &Span| match span {
                Span::Text(text) => text.clone(),
                Span::Code(code) if self.colored => self.styled(CODE, code),
                Span::Code(code) => format!("`{code}`"),
            };
            let text: String = spans.iter().map(span).collect();
            let (begin, go_on) = if is_item { ("- ", "  ") } else { ("", "") };
            let options = whole_words(width).initial_indent(begin).subsequent_indent(go_on);
            lines.extend(textwrap::wrap(&text, options).into_iter().map(|it| it.into_owned()));
        }
        lines
    }

    fn styled(&self, style: Style, text: &str) -> String {
        match self.colored && !text.is_empty() {
            true => format!("{style}{text}{style:#}"),
            false => text.to_owned(),
        }
    }

    fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }
}

/// Names are not to be broken, be it at their hyphens or because they are long.
fn whole_words<'a>(width: usize) -> textwrap::Options<'a> {
    let splitter = textwrap::WordSplitter::NoHyphenation;
    textwrap::Options::new(width).word_splitter(splitter).break_words(false)
}

impl Row {
    /// The columns that a cell takes.
    fn width(&self, column: usize) -> Option<usize> {
        let indent = if column == 0 { self.depth * 2 } else { 0 };
        Some(display_width(&self.cells.get(column)?.text) + indent)
    }
}
