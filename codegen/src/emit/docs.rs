//! Docs: text of a spec as markdown that means no more than the text did.
//!
//! Specs are written by people who do not think of rustdoc. Whatever they write, the docs have no
//! links, tags, headings or code that nobody meant, and rustdoc has nothing to warn about.

use proc_macro2::TokenStream;
use quote::quote;

/// Longest line, with room for an indentation of 8 and `/// `.
const WIDTH: usize = 88;

/// What an item of a list begins with.
const ITEM: &str = "- ";

/// Paragraphs of docs.
#[derive(Debug, Default)]
pub(crate) struct Docs {
    lines: Vec<String>,
}

impl Docs {
    /// Docs that begin with `title`, which is markdown, and go on with the text of a spec.
    pub(crate) fn titled(title: &str, text: &str) -> Self {
        let text = markdown(text);
        match text.split_first() {
            Some((first, rest)) if !first.list => {
                let mut docs = Self::default();
                docs.block(&Block { text: format!("{title}: {}", first.text), list: false });
                rest.iter().for_each(|block| docs.block(block));
                docs
            }
            _ => {
                let mut docs = Self::default().with(&format!("{title}."));
                text.iter().for_each(|block| docs.block(block));
                docs
            }
        }
    }

    /// The text of a spec, or `otherwise`, which is markdown.
    pub(crate) fn text_or(text: &str, otherwise: &str) -> Self {
        let mut docs = Self::default();
        markdown(text).iter().for_each(|block| docs.block(block));
        match docs.lines.is_empty() {
            true => docs.with(otherwise),
            false => docs,
        }
    }

    /// Adds a paragraph of markdown.
    pub(crate) fn with(mut self, paragraph: &str) -> Self {
        self.block(&Block { text: paragraph.to_owned(), list: false });
        self
    }

    fn block(&mut self, block: &Block) {
        let in_list = block.list && self.lines.last().is_some_and(|line| is_item(line));
        if !self.lines.is_empty() && !in_list {
            self.lines.push(String::new());
        }
        self.lines.extend(wrapped(block));
    }

    /// The docs of an item.
    pub(crate) fn outer(&self) -> TokenStream {
        let lines = self.lines.iter().map(|line| spaced(line));
        quote!(#(#[doc = #lines])*)
    }

    /// The docs of the module that they stand in.
    pub(crate) fn inner(&self) -> TokenStream {
        let lines = self.lines.iter().map(|line| spaced(line));
        quote!(#(#![doc = #lines])*)
    }
}

fn spaced(line: &str) -> String {
    match line.is_empty() {
        true => String::new(),
        false => format!(" {line}"),
    }
}

/// A paragraph, or an item of a list.
struct Block {
    text: String,
    list: bool,
}

/// The text as paragraphs and items of lists, each a line of markdown.
fn markdown(text: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut open = false;
    for line in text.lines() {
        let line: String = line.chars().map(plain).collect();
        let line = line.trim();
        let item = line.strip_prefix("- ").or_else(|| line.strip_prefix("* "));
        match (line.is_empty(), item, blocks.last_mut().filter(|_| open)) {
            (true, ..) => open = false,
            (false, None, Some(block)) => {
                block.text.push(' ');
                block.text.push_str(line);
            }
            (false, item, _) => {
                let text = item.unwrap_or(line).trim().to_owned();
                blocks.push(Block { text, list: item.is_some() });
                open = true;
            }
        }
    }
    for block in &mut blocks {
        block.text = escaped(&block.text);
    }
    blocks
}

/// A character that a line of a comment can have: no control character, nor one that changes the
/// direction of the text, which rustc refuses.
fn plain(c: char) -> char {
    let turns =
        matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}'..='\u{2029}');
    if c.is_control() || turns { ' ' } else { c }
}

/// Escapes what markdown would take for markup. Code between backticks and addresses stay.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    let mut before = ' ';
    while let Some(c) = rest.chars().next() {
        let taken = match c {
            '`' => code(rest),
            'h' if !before.is_alphanumeric() => address(rest),
            _ => None,
        };
        let taken = match taken {
            Some((markdown, length)) => {
                out.push_str(&markdown);
                length
            }
            None => {
                let after = rest.chars().nth(1).unwrap_or(' ');
                if needs_escape(c, before, after) {
                    out.push('\\');
                }
                out.push(c);
                c.len_utf8()
            }
        };
        let (head, tail) = rest.split_at_checked(taken).unwrap_or((rest, ""));
        before = head.chars().next_back().unwrap_or(' ');
        rest = tail;
    }
    out
}

fn needs_escape(c: char, before: char, after: char) -> bool {
    match c {
        '\\' | '`' | '[' | ']' | '<' | '*' | '~' | '|' => true,
        // Within a word it means nothing.
        '_' => !(before.is_alphanumeric() && after.is_alphanumeric()),
        '&' => after.is_alphanumeric() || after == '#',
        _ => false,
    }
}

/// The code that `text` begins with, and its length, if its backticks are closed.
fn code(text: &str) -> Option<(String, usize)> {
    let ticks = text.len() - text.trim_start_matches('`').len();
    // More would begin a block where they come to stand at the begin of a line.
    if ticks > 2 {
        return None;
    }
    let mut at = ticks;
    loop {
        let rest = text.get(at..)?;
        at += rest.find('`')?;
        let run = text.get(at..)?;
        let length = run.len() - run.trim_start_matches('`').len();
        at += length;
        if length == ticks {
            return Some((text.get(..at)?.to_owned(), at));
        }
    }
}

/// The address that `text` begins with as a link, and its length.
fn address(text: &str) -> Option<(String, usize)> {
    let body = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"))?;
    let end = |c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"' | '`');
    let body = body.split(end).next()?;
    let body = body.trim_end_matches(['.', ',', ';', ':', '!', '?', ')', ']', '\'', '*', '_']);
    let length = if text.starts_with("https") { 8 } else { 7 } + body.len();
    let url = text.get(..length)?;
    (!body.is_empty()).then(|| (format!("<{url}>"), length))
}

/// Breaks a block into lines.
fn wrapped(block: &Block) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    for word in block.text.split(' ').filter(|word| !word.is_empty()) {
        if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > WIDTH - ITEM.len()
        {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    lines.push(line);
    let indent = |(index, line): (usize, &String)| match (block.list, index) {
        (true, 0) => format!("{ITEM}{}", guarded(line)),
        (true, _) => format!("  {}", guarded(line)),
        (false, _) => guarded(line),
    };
    lines.iter().enumerate().map(indent).collect()
}

fn is_item(line: &str) -> bool {
    line.starts_with(ITEM) || line.starts_with("  ")
}

/// Escapes what would begin a heading, list, quote or rule at the begin of a line.
fn guarded(line: &str) -> String {
    let first = line.split(' ').next().unwrap_or_default();
    let marker = match first.chars().next() {
        Some('#' | '>' | '+' | '-' | '=') => Some(0),
        Some('0'..='9') => first
            .strip_suffix(['.', ')'])
            .and_then(|number| number.chars().all(|c| c.is_ascii_digit()).then_some(number.len())),
        _ => None,
    };
    match marker.and_then(|at| line.split_at_checked(at)) {
        Some((head, tail)) => format!("{head}\\{tail}"),
        None => line.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Docs, WIDTH, escaped};

    fn lines(text: &str) -> Vec<String> {
        Docs::text_or(text, "None.").lines
    }

    #[test]
    fn markup_that_nobody_meant_is_escaped() {
        assert_eq!(escaped("struct [foo] of <type> *p"), r"struct \[foo\] of \<type> \*p");
        assert_eq!(escaped("a_b __be32 x&y a & b"), r"a_b \_\_be32 x\&y a & b");
        assert_eq!(escaped("```[x]```"), r"\`\`\`\[x\]\`\`\`");
        assert_eq!(escaped("`[x]` and ``a ` b`` and `open"), r"`[x]` and ``a ` b`` and \`open");
    }

    #[test]
    fn addresses_become_links() {
        assert_eq!(escaped("see https://x.org/a_b[1]."), "see <https://x.org/a_b[1>\\].");
        assert_eq!(escaped("(http://x.org), xhttp://y"), "(<http://x.org>), xhttp://y");
        assert_eq!(escaped("https://"), "https://");
    }

    #[test]
    fn paragraphs_and_lists_stay_and_indentation_goes() {
        let text = "One\n  two.\n\n    code?\n- item\n  more\n* item\n\n- last";
        let expected = ["One two.", "", "code?", "", "- item more", "- item", "- last"];
        assert_eq!(lines(text), expected);
        assert_eq!(lines("  \n"), ["None."]);
    }

    #[test]
    fn lines_are_short_and_begin_no_block() {
        let text = format!(
            "{} # one {} - two {} 3. three",
            "x".repeat(WIDTH - 2),
            "y".repeat(WIDTH - 2),
            "z".repeat(WIDTH - 2)
        );
        let lines = lines(&text);
        assert!(lines.iter().all(|line| line.len() <= WIDTH));
        assert!(lines.iter().any(|line| line.starts_with("\\# one")), "{lines:?}");
        assert!(lines.iter().any(|line| line.starts_with("\\- two")));
        assert!(lines.iter().any(|line| line.starts_with("3\\. three")));
    }

    #[test]
    fn control_characters_go() {
        assert_eq!(lines("a\rb\u{202e}c\u{7}d"), ["a b c d"]);
    }

    #[test]
    fn titles_take_the_text_after_a_colon() {
        assert_eq!(Docs::titled("Enum `x`", "").lines, ["Enum `x`."]);
        assert_eq!(
            Docs::titled("Enum `x`", "Modes.\n\nMore.").lines,
            ["Enum `x`: Modes.", "", "More."]
        );
        assert_eq!(Docs::titled("Enum `x`", "- a").lines, ["Enum `x`.", "", "- a"]);
    }
}
