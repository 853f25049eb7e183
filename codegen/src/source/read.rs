//! Reads a spec, and says in our words what serde says in its own.

use std::ops::Range;

use super::{Source, Tree};
use crate::catalogue::{Draft, Errors, texts};
use crate::spec::Spec;

impl Source<'_> {
    /// Reads the spec.
    ///
    /// # Errors
    /// Where the text is no YAML, a key stands twice or a value is of another type; of the last
    /// only the first is found.
    pub(crate) fn read(&self) -> Result<Spec, Errors> {
        serde_yaml::from_str(self.text).map_err(|error| self.explain(&error))
    }

    fn explain(&self, error: &serde_yaml::Error) -> Errors {
        let text = error.to_string();
        let mut errors = Errors::default();
        if text.contains("duplicate field") {
            let double = Tree::new(self.text).double_keys();
            let drafts = double
                .into_iter()
                .map(|(key, first, second)| texts::duplicate_key(&key, first, second));
            errors.drafts.extend(drafts);
        }
        if errors.drafts.is_empty() {
            errors.push(self.explain_one(error, &text));
        }
        errors
    }

    fn explain_one(&self, error: &serde_yaml::Error, text: &str) -> Draft {
        let span = self.span(error);
        // Messages end with the position, which is shown in another way.
        let text = text.rsplit_once(" at line ").map_or(text, |(text, _)| text);
        let Some((path, message)) = split_path(text) else {
            return self.syntax(span, text);
        };
        let what = path.rsplit('.').next().unwrap_or_default();
        let what = if what.is_empty() { "spec" } else { what };
        match message.split_once(", expected ") {
            Some((found, expected)) => {
                texts::wrong_type(span, what, &translated(expected), &found_value(found))
            }
            None => self.syntax(span, message),
        }
    }

    fn syntax(&self, span: Range<usize>, text: &str) -> Draft {
        let on_tab = self.text.get(span.start..).is_some_and(|text| text.starts_with('\t'));
        texts::yaml_syntax(span, text, on_tab)
    }

    /// What stands where the error is: the value, or all up to the end of the line.
    fn span(&self, error: &serde_yaml::Error) -> Range<usize> {
        let start = error.location().map_or(0, |at| self.offset(at.line(), at.column()));
        // A position behind the end is shown at the end.
        let start = start.min(self.text.trim_end().len());
        Tree::new(self.text).scalar_at(start).unwrap_or_else(|| {
            let rest = self.text.get(start..).unwrap_or_default();
            let line = rest.lines().next().unwrap_or_default();
            start..start + line.split(" #").next().unwrap_or_default().trim_end().len()
        })
    }

    /// The byte at a line and column, both from 1 on, the column in characters.
    fn offset(&self, line: usize, column: usize) -> usize {
        let before: usize =
            self.text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
        let line = self.text.get(before..).unwrap_or_default();
        let within = line.char_indices().nth(column.saturating_sub(1));
        before + within.map_or(line.len(), |(offset, _)| offset)
    }
}

/// Splits what serde says into the path to the value and the rest; text of the YAML reader itself
/// has no such parts.
fn split_path(text: &str) -> Option<(&str, &str)> {
    let kinds = ["invalid type: ", "invalid value: ", "invalid length "];
    let (at, kind) = kinds.iter().filter_map(|kind| Some((text.find(kind)?, *kind))).min()?;
    let path = text.get(..at)?.trim_end_matches(": ");
    Some((path, text.get(at + kind.len()..)?))
}

/// What serde expects, in the words of YAML.
fn translated(expected: &str) -> String {
    match expected {
        "i128" | "u64" | "i64" => "a whole number".to_owned(),
        "a sequence" => "a list".to_owned(),
        "a string" => "text".to_owned(),
        "a boolean" => "`true` or `false`".to_owned(),
        "a map" => "a mapping".to_owned(),
        other if other.starts_with("struct ") => "a mapping".to_owned(),
        other => other.to_owned(),
    }
}

/// What serde found, in the words of YAML.
fn found_value(found: &str) -> String {
    match found {
        "sequence" => "a list".to_owned(),
        "map" => "a mapping".to_owned(),
        "unit value" | "null" => "nothing".to_owned(),
        other => match other.split_once(' ') {
            Some(("string", value)) => format!("text {value}"),
            Some(("integer", value)) => format!("number {value}"),
            Some(("floating", value)) => format!("number {}", value.trim_start_matches("point ")),
            Some(("boolean", value)) => value.to_owned(),
            _ => other.to_owned(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::{found_value, split_path, translated};

    #[test]
    fn messages_are_split_and_translated() {
        let text = "attribute-sets[0].value: invalid type: string \"abc\", expected i128";
        let (path, message) = split_path(text).unwrap();
        assert_eq!((path, message), ("attribute-sets[0].value", "string \"abc\", expected i128"));
        assert_eq!(found_value("string \"abc\""), "text \"abc\"");
        assert_eq!(translated("struct Mode"), "a mapping");
        assert_eq!(split_path("did not find expected key"), None);
    }
}
