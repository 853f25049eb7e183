//! Errors of JSON that does not fit a message.

use std::fmt;

use nlkit::{EncodeErrorKind, Kind};

use crate::Value;

/// JSON that does not fit a message: where, what is wrong, and what would fit.
///
/// Displays as ``.header.dev-nam: no such attribute in set `header`; there is one with a similar name:
/// `dev-name` ``.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EncodeError(Box<Inner>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Inner {
    /// From the innermost step to the outermost, as they are pushed on the way out.
    steps: Vec<String>,
    what: String,
    help: String,
}

/// So many names are listed where none is similar.
const FEW: usize = 12;

/// So many characters of a name are shown.
const LONG: usize = 80;

impl EncodeError {
    #[cold]
    pub(crate) fn new(what: impl Into<String>) -> Self {
        Self(Box::new(Inner { steps: Vec::new(), what: what.into(), help: String::new() }))
    }

    #[cold]
    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.0.help = help.into();
        self
    }

    /// Says this, too, behind what the help says already.
    #[cold]
    pub(crate) fn also(self, help: &str) -> Self {
        let before = self.hint();
        let help = if before.is_empty() { help.to_owned() } else { format!("{before}; {help}") };
        self.help(help)
    }

    /// JSON of another sort than it has to be; `example` is of the right one.
    #[cold]
    pub(crate) fn expected(what: &str, example: &str, found: &Value) -> Self {
        Self::new(format!("expected {what}, got {}", sort(found)))
            .help(format!("such as {example}"))
    }

    #[cold]
    pub(crate) fn out_of_range(number: i128, kind: Kind, lowest: i128, highest: i128) -> Self {
        Self::new(format!("{number} does not fit a {kind}")).help(format!("{lowest} to {highest}"))
    }

    /// A name that is none of `names`, which are those of `place`: `set x`.
    #[cold]
    pub(crate) fn unknown_name<'n>(
        noun: &str,
        name: &str,
        place: &str,
        names: impl Iterator<Item = &'n str>,
    ) -> Self {
        let names: Vec<&str> = names.collect();
        let similar = nlkit_codegen::similar(name, names.iter().copied());
        let help = match (similar, names.as_slice()) {
            (Some(similar), _) => format!("there is one with a similar name: `{similar}`"),
            (None, []) => "there are none".to_owned(),
            (None, few) if few.len() <= FEW => format!("there are `{}`", few.join("`, `")),
            (None, [first, second, third, rest @ ..]) => {
                format!("there are `{first}`, `{second}`, `{third}` and {} others", rest.len())
            }
            (None, _) => String::new(),
        };
        Self::new(format!("no such {noun} in {place}")).help(help)
    }

    #[cold]
    pub(crate) fn wire(kind: &EncodeErrorKind) -> Self {
        Self::new(kind.to_string())
    }

    #[cold]
    pub(crate) fn at_name(mut self, name: &str) -> Self {
        // No name is that long, and input can hold anything.
        let shown: String = name.chars().take(LONG).flat_map(escaped).collect();
        let dots = if name.chars().nth(LONG).is_some() { ".." } else { "" };
        self.0.steps.push(format!(".{shown}{dots}"));
        self
    }

    #[cold]
    pub(crate) fn at_index(mut self, index: usize) -> Self {
        self.0.steps.push(format!("[{index}]"));
        self
    }

    /// Where in the JSON: `.header.dev-name`, `.peers[2]`; empty where it is the whole.
    pub fn path(&self) -> String {
        self.0.steps.iter().rev().map(String::as_str).collect()
    }

    /// What is wrong, without the place.
    pub fn what(&self) -> &str {
        &self.0.what
    }

    /// What would fit; empty where there is nothing more to say.
    pub fn hint(&self) -> &str {
        &self.0.help
    }
}

impl fmt::Display for EncodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { steps, what, help } = &*self.0;
        if !steps.is_empty() {
            write!(f, "{}: ", self.path())?;
        }
        f.write_str(what)?;
        if help.is_empty() { Ok(()) } else { write!(f, "; {help}") }
    }
}

impl std::error::Error for EncodeError {}

fn escaped(c: char) -> Vec<char> {
    if c.is_control() { c.escape_default().collect() } else { vec![c] }
}

/// What JSON is, in words, with its text where that is short.
fn sort(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
        Value::String(text) if text.chars().count() <= 40 => format!("{text:?}"),
        Value::String(_) => "text".to_owned(),
        Value::Array(_) => "a list".to_owned(),
        Value::Object(_) => "an object".to_owned(),
    }
}
