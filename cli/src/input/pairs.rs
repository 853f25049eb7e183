//! Pairs as they are typed: `header.dev-name=eth0 rx=512 'peers[0].flags=a,b' data:={"a":1} ext-mask`.
//!
//! What they say is a tree; which of its texts are lists, flags or nests the spec tells, in `typed`.

use std::collections::BTreeMap;

use nlkit::wire::MAX_NESTING;
use serde_json::Value;

use super::json;
use crate::failure::Failure;

/// What was said about a place of the message.
#[derive(Debug, Default)]
pub(super) struct Node {
    /// Where it was said first.
    pub(super) at: At,
    /// Values: several for a list.
    pub(super) values: Vec<Leaf>,
    /// Members by their names, in the order in which they were given.
    pub(super) members: Vec<(String, Node)>,
    /// Entries of a list by their positions.
    pub(super) entries: BTreeMap<usize, Node>,
}

/// A value as it was typed.
#[derive(Debug)]
pub(super) struct Leaf {
    pub(super) at: At,
    pub(super) value: Typed,
}

/// What stands behind the name.
#[derive(Debug, PartialEq)]
pub(super) enum Typed {
    /// Nothing: `name`.
    Nothing,
    /// Text: `name=text`.
    Text(String),
    /// JSON: `name:={"a": 1}`.
    Json(Value),
}

/// A place in the arguments, for errors: which one, and how many bytes into it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct At {
    argument: usize,
    offset: usize,
}

impl At {
    /// A failure that shows the place.
    pub(super) fn failure(self, arguments: &[String], what: &str) -> Failure {
        let argument = arguments.get(self.argument).map_or("", String::as_str);
        let before = argument.get(..self.offset).unwrap_or(argument).chars().count();
        let mark = " ".repeat(before);
        Failure::usage(format_args!("{what}\n    {argument}\n    {mark}^"))
    }
}

impl Node {
    fn new(at: At) -> Self {
        Self { at, ..Self::default() }
    }

    /// The member of that name.
    pub(super) fn member(&self, name: &str) -> Option<&Node> {
        self.members.iter().find_map(|(it, node)| (it == name).then_some(node))
    }

    /// The text that was given here, where it is one alone.
    pub(super) fn text(&self) -> Option<&str> {
        match self.values.as_slice() {
            [Leaf { value: Typed::Text(text) | Typed::Json(Value::String(text)), .. }] => {
                Some(text)
            }
            _ => None,
        }
    }

    fn step(&mut self, step: Step, at: At) -> &mut Self {
        match step {
            Step::Entry(index) => self.entries.entry(index).or_insert_with(|| Self::new(at)),
            Step::Member(name) => {
                let found = self.members.iter().position(|(it, _)| *it == name);
                let index = found.unwrap_or(self.members.len());
                if found.is_none() {
                    self.members.push((name, Self::new(at)));
                }
                // It is there: found or pushed.
                #[expect(clippy::indexing_slicing, reason = "see above")]
                &mut self.members[index].1
            }
        }
    }
}

/// A step into a message.
#[derive(Debug, PartialEq)]
enum Step {
    Member(String),
    Entry(usize),
}

/// Reads all pairs of a request.
///
/// # Errors
/// Where one is not of that form: what, and where in it.
pub(super) fn parse(arguments: &[String]) -> Result<Node, Failure> {
    let mut root = Node::default();
    for (argument, text) in arguments.iter().enumerate() {
        let mut reader = Reader { argument, text, offset: 0 };
        reader.pair(&mut root).map_err(|(at, what)| at.failure(arguments, &what))?;
    }
    Ok(root)
}

type Mistake = (At, String);

/// Reads one argument.
struct Reader<'t> {
    argument: usize,
    text: &'t str,
    offset: usize,
}

impl Reader<'_> {
    fn at(&self) -> At {
        At { argument: self.argument, offset: self.offset }
    }

    fn rest(&self) -> &str {
        self.text.get(self.offset..).unwrap_or_default()
    }

    /// Goes on behind `token`, if that comes next.
    fn take(&mut self, token: &str) -> bool {
        let found = self.rest().starts_with(token);
        self.offset += if found { token.len() } else { 0 };
        found
    }

    fn pair(&mut self, root: &mut Node) -> Result<(), Mistake> {
        let mut node = root;
        for depth in 0.. {
            let at = self.at();
            if depth == MAX_NESTING {
                return Err((at, format!("nested deeper than {MAX_NESTING} levels")));
            }
            let name = self.name()?;
            node = node.step(Step::Member(name), at);
            // Nothing in a message is a list of lists of lists.
            for _ in 0..2 {
                if self.rest().starts_with('[') {
                    let at = self.at();
                    let index = self.index()?;
                    node = node.step(Step::Entry(index), at);
                }
            }
            if !self.take(".") {
                break;
            }
        }
        let value = self.value()?;
        node.values.push(value);
        Ok(())
    }

    fn name(&mut self) -> Result<String, Mistake> {
        let rest = self.rest();
        let end = rest.find(['.', '[', '=', ']', '"', ' ']).unwrap_or(rest.len());
        let name = rest.get(..end).unwrap_or_default();
        // `name:=JSON`
        let name = match rest.get(end..) {
            Some(behind) if behind.starts_with('=') => name.strip_suffix(':').unwrap_or(name),
            _ => name,
        };
        if name.is_empty() {
            let what = "expected the name of an attribute: `name=value`, `nest.name=value`";
            return Err((self.at(), what.to_owned()));
        }
        let name = name.to_owned();
        self.offset += name.len();
        Ok(name)
    }

    fn index(&mut self) -> Result<usize, Mistake> {
        let at = self.at();
        let bracketed = self.rest().strip_prefix('[').and_then(|rest| rest.split_once(']'));
        let Some((digits, _)) = bracketed else {
            return Err((at, "this bracket is not closed".to_owned()));
        };
        let Ok(index) = digits.parse::<usize>() else {
            let at = At { offset: at.offset + 1, ..at };
            return Err((at, "expected a position in the list, from 0 on: `peers[0]`".to_owned()));
        };
        self.offset += digits.len() + 2;
        Ok(index)
    }

    fn value(&mut self) -> Result<Leaf, Mistake> {
        let start = self.at();
        if self.take(":=") {
            let at = self.at();
            return match json::parse(self.rest()) {
                Ok(value) => Ok(Leaf { at, value: Typed::Json(value) }),
                Err(error) => {
                    let offset = at.offset + error.column().saturating_sub(1);
                    let offset = if error.line() > 1 { at.offset } else { offset };
                    Err((
                        At { offset, ..at },
                        match error.is_data() {
                            true => error.to_string(),
                            false => format!("no JSON behind `:=`: {error}"),
                        },
                    ))
                }
            };
        }
        if self.take("=") {
            let value = Typed::Text(self.rest().to_owned());
            return Ok(Leaf { at: self.at(), value });
        }
        if self.rest().is_empty() {
            return Ok(Leaf { at: start, value: Typed::Nothing });
        }
        Err((start, "expected `=`, `:=`, `.` or `[` behind the name".to_owned()))
    }
}

/// The texts of a list: what commas separate, but for those in quotes.
pub(super) fn split(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut start, mut quoted, mut escaped) = (0, false, false);
    for (offset, character) in text.char_indices() {
        match character {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            // Quotes are such only where a text begins with them.
            '"' if quoted || offset == start => quoted = !quoted,
            ',' if !quoted => {
                parts.extend(text.get(start..offset));
                start = offset + 1;
            }
            _ => {}
        }
    }
    parts.extend(text.get(start..));
    parts
}

/// A text without its quotes, if it has them; they are those of JSON.
///
/// # Errors
/// Where they are not closed, or an escape is not one of JSON.
pub(super) fn unquote(text: &str) -> Result<String, String> {
    if !text.starts_with('"') {
        return Ok(text.to_owned());
    }
    serde_json::from_str(text).map_err(|error| format!("quotes are those of JSON: {error}"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn parsed(pairs: &[&str]) -> Node {
        parse(&pairs.iter().map(|&pair| pair.to_owned()).collect::<Vec<_>>()).unwrap()
    }

    fn refused(pair: &str) -> String {
        format!("{:?}", parse(&["a=1".to_owned(), pair.to_owned()]).unwrap_err())
    }

    #[test]
    fn a_path_leads_through_nests_and_lists() {
        let root = parsed(&["a.b[1].c=x=y", "a.b[0].c=2", "flag"]);
        let list = root.member("a").unwrap().member("b").unwrap();
        assert_eq!(list.entries[&0].member("c").unwrap().text(), Some("2"));
        assert_eq!(list.entries[&1].member("c").unwrap().text(), Some("x=y"));
        assert_eq!(root.member("flag").unwrap().values[0].value, Typed::Nothing);
    }

    #[test]
    fn json_stands_behind_a_colon() {
        let root = parsed(&["a:={\"b\": [1]}"]);
        assert_eq!(root.member("a").unwrap().values[0].value, Typed::Json(json!({"b": [1]})));
    }

    #[test]
    fn names_of_what_the_spec_does_not_know_are_names() {
        let root = parsed(&["UnknownAttr(77)=ff00"]);
        assert_eq!(root.member("UnknownAttr(77)").unwrap().text(), Some("ff00"));
    }

    #[test]
    fn paths_end_where_messages_do() {
        let deep = |depth: u8| format!("{}a=1", "a.".repeat(usize::from(depth) - 1));
        assert!(parse(&[deep(MAX_NESTING)]).is_ok());
        assert!(refused(&deep(MAX_NESTING + 1)).contains("nested deeper than 64 levels"));
        assert!(refused(&format!("a{}=1", "[0]".repeat(30_000))).contains("expected `=`"));
    }

    #[test]
    fn commas_in_quotes_separate_nothing() {
        assert_eq!(split("a,\"b,\\\"c\",d\"e,f"), ["a", "\"b,\\\"c\"", "d\"e", "f"]);
        assert_eq!(split(""), [""]);
        assert_eq!(unquote("\"b,\\\"c\""), Ok("b,\"c".to_owned()));
        assert!(unquote("\"open").is_err());
    }

    #[test]
    fn mistakes_are_shown_where_they_are() {
        for (pair, what, mark) in [
            ("=1", "expected the name", "=1\\n    ^"),
            ("a..b=1", "expected the name", "a..b=1\\n      ^"),
            ("a[x]=1", "expected a position", "a[x]=1\\n      ^"),
            ("a[1=1", "not closed", "a[1=1\\n     ^"),
            ("a[0]b=1", "expected `=`", "a[0]b=1\\n        ^"),
            ("a]=1", "expected `=`", "a]=1\\n     ^"),
            ("a:=[1 2]", "no JSON", "a:=[1 2]\\n          ^"),
            ("ü.é[-]=1", "expected a position", "ü.é[-]=1\\n        ^"),
        ] {
            let failure = refused(pair);
            assert!(failure.contains(what), "{pair}: {failure}");
            assert!(failure.contains(mark), "{pair}: {failure}");
        }
    }
}
