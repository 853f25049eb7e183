//! The form for people: short records in one line, as pairs that could be typed; long ones as a block, a
//! line for each member, what nests indented.

use std::fmt::Write;

use anstyle::{AnsiColor, Style};
use serde_json::{Map, Value};

/// The columns that a record may take in one line.
const LINE: usize = 100;
/// The columns that a nest may take behind its name.
const NEST: usize = 64;
/// The widest name that others are aligned with.
const NAME: usize = 32;

const HEADING: Style = Style::new().bold();
const MEMBER: Style = AnsiColor::Cyan.on_default();
const TEXT: Style = AnsiColor::Green.on_default();
const NUMBER: Style = Style::new();
const WORD: Style = AnsiColor::Yellow.on_default();
/// What the spec does not know.
const UNKNOWN: Style = AnsiColor::Magenta.on_default();

/// Lays out one record after the other.
#[derive(Debug)]
pub(crate) struct Text {
    colored: bool,
    /// Whether the last record was a block; `None` before the first one.
    after_block: Option<bool>,
}

impl Text {
    pub(crate) fn new(colored: bool) -> Self {
        Self { colored, after_block: None }
    }

    /// The lines of a record, with an empty one before it where it or the last one is a block.
    pub(crate) fn record(&mut self, heading: &str, body: &Value) -> String {
        let mut lines = Lines { text: String::new(), colored: self.colored };
        let room = LINE.saturating_sub(heading.chars().count());
        let in_line = inline(body, room);
        let is_block = in_line.is_none();
        if self.after_block.is_some_and(|after| after || is_block) {
            lines.text.push('\n');
        }
        self.after_block = Some(is_block);
        lines.styled(HEADING, heading);
        match &in_line {
            // Under a heading, that nothing follows says it.
            Some(_) if !heading.is_empty() && is_empty(body) => lines.text.push('\n'),
            Some(words) => {
                if !heading.is_empty() && !words.is_empty() {
                    lines.text.push_str("  ");
                }
                lines.words(words);
                lines.text.push('\n');
            }
            None if heading.is_empty() => lines.block(body, 0, false),
            None => {
                lines.text.push('\n');
                lines.block(body, 2, false);
            }
        }
        lines.text
    }
}

/// A piece of a line.
type Word = (Style, String);

/// Text under construction.
struct Lines {
    text: String,
    colored: bool,
}

impl Lines {
    fn styled(&mut self, style: Style, text: &str) {
        if self.colored && style != Style::new() && !text.is_empty() {
            // Writing to a string does not fail.
            let _ = write!(self.text, "{style}{text}{style:#}");
        } else {
            self.text.push_str(text);
        }
    }

    fn words(&mut self, words: &[Word]) {
        for (style, word) in words {
            self.styled(*style, word);
        }
    }

    fn indent(&mut self, columns: usize) {
        self.text.extend(std::iter::repeat_n(' ', columns));
    }

    /// A value that takes lines of its own. The first one begins with a dash where it is an entry of a
    /// list, which stands in the indent.
    fn block(&mut self, value: &Value, indent: usize, dash: bool) {
        match value {
            Value::Object(members) => self.members(members, indent, dash),
            Value::Array(entries) => self.entries(entries, indent, dash),
            scalar => {
                self.begin(indent, dash);
                self.words(&[word(scalar)]);
                self.text.push('\n');
            }
        }
    }

    fn begin(&mut self, indent: usize, dash: bool) {
        if dash {
            self.indent(indent.saturating_sub(2));
            self.text.push_str("- ");
        } else {
            self.indent(indent);
        }
    }

    fn members(&mut self, members: &Map<String, Value>, indent: usize, dash: bool) {
        let in_line = members.iter().map(|(name, value)| (name, value, inline(value, NEST)));
        let in_line: Vec<_> = in_line.collect();
        let names = in_line.iter().filter(|(_, _, words)| words.is_some());
        let widths = names.map(|(name, ..)| name.chars().count()).filter(|width| *width <= NAME);
        let width = widths.max().unwrap_or(0);
        for (number, (name, value, words)) in in_line.into_iter().enumerate() {
            self.begin(indent, dash && number == 0);
            self.styled(member(name), name);
            match words {
                Some(words) => {
                    self.indent(width.saturating_sub(name.chars().count()) + 2);
                    self.words(&words);
                    self.text.push('\n');
                }
                None => {
                    self.text.push('\n');
                    self.block(value, indent + 2, false);
                }
            }
        }
    }

    fn entries(&mut self, entries: &[Value], indent: usize, dash: bool) {
        for (number, entry) in entries.iter().enumerate() {
            match inline(entry, NEST) {
                Some(words) => {
                    self.begin(indent, dash && number == 0);
                    self.text.push_str("- ");
                    self.words(&words);
                    self.text.push('\n');
                }
                None => self.block(entry, indent + 2, true),
            }
        }
    }
}

fn is_empty(value: &Value) -> bool {
    value.as_object().is_some_and(Map::is_empty)
}

/// A value in one line, if it fits into `room`: no nest in a nest.
fn inline(value: &Value, room: usize) -> Option<Vec<Word>> {
    let words = match value {
        Value::Object(members) if members.is_empty() => vec![(WORD, "{}".to_owned())],
        Value::Object(members) => pairs(members, room)?,
        Value::Array(entries) => list(entries)?,
        // Alone, a text needs no quotes for what only separates pairs.
        Value::String(text) if is_clear(text) => vec![(text_style(text), text.clone())],
        scalar => vec![word(scalar)],
    };
    let width: usize = words.iter().map(|(_, word)| word.chars().count()).sum();
    // What is no nest has its line, however long.
    (width <= room || !value.is_object()).then_some(words)
}

fn pairs(members: &Map<String, Value>, room: usize) -> Option<Vec<Word>> {
    // Each takes a column at least: links need not be laid out twice.
    if members.len() > room {
        return None;
    }
    let mut words = Vec::new();
    for (name, value) in members {
        if !words.is_empty() {
            words.push((NUMBER, " ".to_owned()));
        }
        words.push((member(name), name.clone()));
        match value {
            Value::Bool(true) => {}
            Value::Object(_) => return None,
            Value::Array(entries) => {
                words.push((NUMBER, "=".to_owned()));
                words.extend(list(entries)?);
            }
            scalar => {
                words.push((NUMBER, "=".to_owned()));
                words.push(word(scalar));
            }
        }
    }
    Some(words)
}

/// A list of values that are no nests: `a,b,c`.
fn list(entries: &[Value]) -> Option<Vec<Word>> {
    if entries.is_empty() {
        return Some(vec![(WORD, "[]".to_owned())]);
    }
    let mut words = Vec::new();
    for entry in entries {
        if entry.is_object() || entry.is_array() {
            return None;
        }
        if !words.is_empty() {
            words.push((NUMBER, ",".to_owned()));
        }
        words.push(word(entry));
    }
    Some(words)
}

/// A value that is no nest, as it could be typed in a pair.
fn word(value: &Value) -> Word {
    match value {
        Value::String(text) if is_clear(text) && !text.contains([' ', ',', '=', '[', '{']) => {
            (text_style(text), text.clone())
        }
        Value::String(text) => (TEXT, quoted(text)),
        Value::Number(number) => (NUMBER, number.to_string()),
        other => (WORD, other.to_string()),
    }
}

/// Whether a text can be shown as it is, since nobody takes it for something else.
fn is_clear(text: &str) -> bool {
    !text.is_empty()
        && !text.starts_with([' ', '"', '[', '{'])
        && !text.ends_with(' ')
        && !text.contains(is_hidden)
}

/// What a terminal does not show, or obeys: names of devices can hold it.
fn is_hidden(character: char) -> bool {
    character.is_control()
        || (character.is_whitespace() && character != ' ')
        || matches!(character, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// A text in quotes, as in JSON; nothing in it reaches the terminal as a command.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for character in text.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            hidden if is_hidden(hidden) => {
                let _ = write!(quoted, "\\u{:04x}", u32::from(hidden));
            }
            shown => quoted.push(shown),
        }
    }
    quoted.push('"');
    quoted
}

fn member(name: &str) -> Style {
    if name.starts_with("Unknown") { UNKNOWN } else { MEMBER }
}

fn text_style(text: &str) -> Style {
    if text.starts_with("Unknown") { UNKNOWN } else { TEXT }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn shown(records: &[Value]) -> String {
        let mut text = Text::new(false);
        records.iter().map(|record| text.record("", record)).collect()
    }

    #[test]
    fn short_records_take_a_line_each() {
        let records = [
            json!({"ifindex": 1, "features": ["a", "b"], "none": [], "up": true, "name": "x y"}),
            json!({"ifindex": 2}),
        ];
        assert_eq!(shown(&records), "ifindex=1 features=a,b none=[] up name=\"x y\"\nifindex=2\n");
    }

    #[test]
    fn long_records_are_blocks_with_their_values_aligned() {
        let record = json!({
            "ifname": "eth0",
            "mtu": 1500,
            "linkinfo": {"kind": "veth", "data": {"peer": {"ifname": "eth1"}}},
            "alias": "the first one",
            "header": {"dev-index": 1},
        });
        let expected = "\
ifname  eth0
mtu     1500
linkinfo
  kind  veth
  data
    peer  ifname=eth1
alias   the first one
header  dev-index=1
";
        assert_eq!(shown(&[record]), expected);
    }

    #[test]
    fn lists_of_nests_have_a_dash_for_each() {
        let record = json!({
            "queues": [{"id": 0, "type": "rx"}, {"id": 1, "more": {"deep": 1}, "x": [[1]]}],
            "ops": [{"1": {"id": 1}}],
        });
        let expected = "\
queues
  - id=0 type=rx
  - id    1
    more  deep=1
    x
      - 1
ops
  - 1  id=1
";
        let text = shown(&[record]);
        assert_eq!(text, expected);
    }

    #[test]
    fn blocks_stand_apart() {
        let long = json!({"a": {"b": 1}});
        let text = shown(&[json!({"a": 1}), long.clone(), long, json!({"a": 1}), json!({"a": 2})]);
        assert_eq!(text, "a=1\n\na  b=1\n\na  b=1\n\na=1\na=2\n");
    }

    #[test]
    fn headings_stand_before_a_line_and_above_a_block() {
        let mut text = Text::new(false);
        assert_eq!(text.record("dev-add-ntf", &json!({"ifindex": 4})), "dev-add-ntf  ifindex=4\n");
        let block = text.record("dev-add-ntf", &json!({"a": {"b": 1}}));
        assert_eq!(block, "\ndev-add-ntf\n  a  b=1\n");
    }

    #[test]
    fn text_that_a_terminal_would_obey_is_quoted() {
        let shown = shown(&[json!({"alias": "\u{1b}[31mred\n\u{9b}x\u{202e}"})]);
        assert_eq!(shown, "alias=\"\\u001b[31mred\\n\\u009bx\\u202e\"\n");
    }

    #[test]
    fn colours_leave_the_text_as_it_is() {
        let record =
            json!({"name": "eth0", "list": [1, "Unknown(7)"], "nest": {"deep": {"x": true}}});
        let colored = Text::new(true).record("head", &record);
        assert!(colored.contains("\u{1b}[36mname\u{1b}[0m"), "{colored:?}");
        let plain = anstream::adapter::strip_str(&colored).to_string();
        assert_eq!(plain, Text::new(false).record("head", &record));
    }
}
