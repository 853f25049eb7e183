//! The catalogue of diagnostics: their codes here, their texts in [`texts`].
//!
//! What, where, what to do. Lower case, no full stop, names in backticks as the YAML spells them.
//! Each code has a fixture in `tests/diagnostics` that shows it.

pub(crate) mod texts;

use std::ops::Range;

use crate::place::Place;
use crate::report::Severity;

/// Declares the codes with their stable names.
macro_rules! codes {
    ($($code:ident = $name:literal,)*) => {
        /// What a diagnostic is about.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub(crate) enum Code { $($code,)* }

        impl Code {
            /// The stable name.
            pub(crate) const fn name(self) -> &'static str {
                match self { $(Self::$code => $name,)* }
            }
        }

        /// The stable names of all codes.
        pub(crate) const NAMES: &[&str] = &[$($name,)*];
    };
}

codes! {
    UnreadableFile = "unreadable-file",
    UnwritableFile = "unwritable-file",
    MissingOutDir = "missing-out-dir",
    InvalidOption = "invalid-option",
    Internal = "internal",
    YamlSyntax = "yaml-syntax",
    WrongType = "wrong-type",
    DuplicateKey = "duplicate-key",
    UnknownKey = "unknown-key",
    UnknownWord = "unknown-word",
    MissingKey = "missing-key",
    MeaninglessKey = "meaningless-key",
    InvalidName = "invalid-name",
    NameTooLong = "name-too-long",
    NameClash = "name-clash",
    ReservedName = "reserved-name",
    VersionOutOfRange = "version-out-of-range",
    DuplicateName = "duplicate-name",
    DuplicateValue = "duplicate-value",
    ValueOutOfRange = "value-out-of-range",
    UnknownName = "unknown-name",
    WrongKind = "wrong-kind",
    SubsetCycle = "subset-cycle",
    NotInParent = "not-in-parent",
    NumberOfSubset = "number-of-subset",
    AttributeIdOutOfRange = "attribute-id-out-of-range",
    SignedEnum = "signed-enum",
    BadSubType = "bad-sub-type",
    BadDisplayHint = "bad-display-hint",
    TooDeep = "too-deep",
    RecursiveStruct = "recursive-struct",
    MisplacedRepeat = "misplaced-repeat",
    AmbiguousSelector = "ambiguous-selector",
    BadSelector = "bad-selector",
    LimitOutOfRange = "limit-out-of-range",
    EmptyRange = "empty-range",
    ConflictingModes = "conflicting-modes",
    NoMode = "no-mode",
    MisplacedNumber = "misplaced-number",
    MissingReplyNumber = "missing-reply-number",
    OperationNumberOutOfRange = "operation-number-out-of-range",
    DumpWithoutReply = "dump-without-reply",
    NotifyWithoutReply = "notify-without-reply",
    OtherHeader = "other-header",
    UnusedSet = "unused-set",
    UnusedDefinition = "unused-definition",
    UnusedSubMessage = "unused-sub-message",
    ListedTwice = "listed-twice",
    NotAnAttribute = "not-an-attribute",
    CLayout = "c-layout",
    NoGroup = "no-group",
    MissingDoc = "missing-doc",
}

/// A diagnostic before its places are looked up.
#[derive(Clone, Debug)]
pub(crate) struct Draft {
    pub(crate) code: Code,
    pub(crate) severity: Severity,
    pub(crate) title: String,
    /// The first is where it is; others are places that disagree.
    pub(crate) labels: Vec<Label>,
    pub(crate) helps: Vec<String>,
}

/// A place with what is wrong there.
#[derive(Clone, Debug)]
pub(crate) struct Label {
    pub(crate) target: Target,
    pub(crate) text: String,
}

/// What a label points at.
#[derive(Clone, Debug)]
pub(crate) enum Target {
    /// The key of a place.
    Key(Place),
    /// The value of a place.
    Value(Place),
    /// Bytes.
    Span(Range<usize>),
}

impl From<Place> for Target {
    fn from(place: Place) -> Self {
        Self::Value(place)
    }
}

impl From<&Place> for Target {
    fn from(place: &Place) -> Self {
        Self::Value(place.clone())
    }
}

impl Draft {
    fn new(code: Code, title: impl Into<String>) -> Self {
        let severity = Severity::Error;
        Self { code, severity, title: title.into(), labels: Vec::new(), helps: Vec::new() }
    }

    fn at(mut self, target: impl Into<Target>, text: impl Into<String>) -> Self {
        self.labels.push(Label { target: target.into(), text: text.into() });
        self
    }

    fn help(mut self, text: impl Into<String>) -> Self {
        self.helps.push(text.into());
        self
    }

    /// Offers the name that is most like `name`, if any is.
    fn similar<'c>(self, noun: &str, name: &str, names: impl IntoIterator<Item = &'c str>) -> Self {
        match similar(name, names) {
            Some(other) => {
                let help = format!("there is {} with a similar name: `{other}`", article(noun));
                self.help(help)
            }
            None => self,
        }
    }
}

/// The diagnostics of a file so far.
#[derive(Debug, Default)]
pub(crate) struct Errors {
    pub(crate) drafts: Vec<Draft>,
}

impl Errors {
    pub(crate) fn push(&mut self, draft: Draft) {
        self.drafts.push(draft);
    }
}

/// The name that is most like `name`, or the shortest that begins with it; of several the first in
/// the alphabet. What errors offer where a name is not known.
pub fn similar<'c>(name: &str, names: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    let length = name.chars().count();
    // Beyond the length of names that people write, likeness takes time and says nothing.
    if length > 100 {
        return None;
    }
    let most = (length / 3).max(1);
    let folded = name.to_ascii_lowercase().replace('_', "-");
    let names: Vec<&str> = names.into_iter().collect();
    let near = names.iter().filter(|other| other.len().abs_diff(name.len()) <= most);
    let rated = near.map(|other| (strsim::damerau_levenshtein(&folded, other), *other));
    let nearest = rated.filter(|(distance, _)| *distance <= most).min().map(|(_, other)| other);
    let longer = || {
        let longer = names.iter().filter(|other| length > 2 && other.starts_with(&folded));
        longer.min_by_key(|other| (other.len(), **other)).copied()
    };
    nearest.or_else(longer)
}

/// `an attribute`, `a set`.
fn article(noun: &str) -> String {
    format!("{} {noun}", article_of(noun))
}

/// `an` or `a`, as the noun wants it.
fn article_of(noun: &str) -> &'static str {
    if noun.starts_with(['a', 'e', 'i', 'o']) { "an" } else { "a" }
}

/// A name in backticks; control characters escaped, cut where no name would be that long.
fn quoted(name: &str) -> String {
    let short: String = name.chars().take(80).collect();
    let dots = if short.len() < name.len() { ".." } else { "" };
    let shown: String = short
        .chars()
        .flat_map(|c| match c.is_control() {
            true => c.escape_default().collect::<Vec<_>>(),
            false => vec![c],
        })
        .collect();
    format!("`{shown}{dots}`")
}

#[cfg(test)]
mod tests {
    use super::{article, quoted, similar};

    #[test]
    fn similar_names_are_near_and_the_choice_is_stable() {
        assert_eq!(similar("colour", ["size", "color"]), Some("color"));
        assert_eq!(similar("dev_index", ["dev-index"]), Some("dev-index"));
        assert_eq!(similar("rx", ["tx", "rz", "size"]), Some("rz"));
        assert_eq!(similar("multi", ["sub-type", "multi-attr"]), Some("multi-attr"));
        assert_eq!(similar("header", ["rings"]), None);
        assert_eq!(similar(&"x".repeat(5000), ["x"]), None);
    }

    #[test]
    fn names_are_quoted_on_one_line() {
        assert_eq!(quoted("a\nb"), "`a\\nb`");
        assert_eq!(quoted(&"x".repeat(100)), format!("`{}..`", "x".repeat(80)));
        assert_eq!([article("enum"), article("set")], ["an enum", "a set"]);
    }
}
