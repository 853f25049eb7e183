//! The light markup of docs: paragraphs, items of lists, code between backticks. Nothing else means
//! anything, whatever a spec says.

/// A paragraph, or an item of a list.
#[derive(Debug, PartialEq)]
pub(crate) struct Block {
    pub(crate) spans: Vec<Span>,
    pub(crate) is_item: bool,
}

/// A piece of a line.
#[derive(Debug, PartialEq)]
pub(crate) enum Span {
    /// Text.
    Text(String),
    /// What stood between backticks.
    Code(String),
}

/// The blocks of a text.
pub(crate) fn blocks(text: &str) -> Vec<Block> {
    let mut blocks: Vec<(String, bool)> = Vec::new();
    let mut open = false;
    for line in text.lines() {
        let line: String = line.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        let line = line.trim();
        let item = line.strip_prefix("- ").or_else(|| line.strip_prefix("* "));
        match (line.is_empty(), item, blocks.last_mut().filter(|_| open)) {
            (true, ..) => open = false,
            (false, None, Some((block, _))) => {
                block.push(' ');
                block.push_str(line);
            }
            (false, item, _) => {
                blocks.push((item.unwrap_or(line).trim().to_owned(), item.is_some()));
                open = true;
            }
        }
    }
    let block = |(text, is_item): (String, bool)| Block { spans: spans(&text), is_item };
    blocks.into_iter().map(block).collect()
}

/// Text and code by turns; a backtick that is not closed is text.
fn spans(text: &str) -> Vec<Span> {
    let mut spans = Vec::new();
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once('`') {
        let behind = behind.trim_start_matches('`');
        let Some((code, after)) = behind.split_once('`') else { break };
        spans.push(Span::Text(before.to_owned()));
        spans.push(Span::Code(code.to_owned()));
        rest = after.trim_start_matches('`');
    }
    spans.push(Span::Text(rest.to_owned()));
    spans.retain(|span| !matches!(span, Span::Text(text) | Span::Code(text) if text.is_empty()));
    spans
}

/// The first sentence of a text, without markup, for lists.
pub(crate) fn first_sentence(text: &str) -> String {
    let blocks = blocks(text);
    let spans = blocks.first().map(|block| block.spans.as_slice()).unwrap_or_default();
    let line: String = spans
        .iter()
        .map(|span| match span {
            Span::Text(text) | Span::Code(text) => text.as_str(),
        })
        .collect();
    // `e.g. this` goes on: what follows a full stop begins with a capital.
    let ends = line.match_indices(". ").map(|(at, _)| at);
    let mut ends = ends.filter(|at| {
        let next = line.get(at + 2..).and_then(|rest| rest.chars().next());
        next.is_some_and(char::is_uppercase)
    });
    match ends.next().and_then(|at| line.get(..=at)) {
        Some(sentence) => sentence.to_owned(),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Span {
        Span::Text(text.to_owned())
    }

    fn code(text: &str) -> Span {
        Span::Code(text.to_owned())
    }

    #[test]
    fn paragraphs_items_and_code_are_told_apart() {
        let found = blocks("One\n`two`.\n\n- first\n  more\n* second");
        let expected = [
            Block { spans: vec![text("One "), code("two"), text(".")], is_item: false },
            Block { spans: vec![text("first more")], is_item: true },
            Block { spans: vec![text("second")], is_item: true },
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn open_backticks_and_tags_are_text() {
        assert_eq!(spans("a `b"), [text("a `b")]);
        assert_eq!(spans("``a`` <b>"), [code("a"), text(" <b>")]);
        assert_eq!(blocks(" \n"), []);
    }

    #[test]
    fn the_first_sentence_ends_before_the_next_one() {
        assert_eq!(first_sentence("Index, e.g. `1`. Then more."), "Index, e.g. 1.");
        assert_eq!(first_sentence("No end"), "No end");
        assert_eq!(first_sentence(""), "");
    }
}
