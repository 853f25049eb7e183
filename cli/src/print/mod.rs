//! What a command found, in the format that was asked for.

mod text;
mod yaml;

use std::io::{self, Write};

use serde_json::Value;

use crate::failure::Failure;
use crate::interrupt;
use crate::output::{Format, Output};

pub(crate) use self::text::Text;

/// Prints the records of a command on stdout.
///
/// Without `streaming` there is one record, and JSON is that record. With it there can be any number:
/// JSON is a list of them, JSON lines and YAML documents follow each other, and each is written out at once.
#[derive(Debug)]
pub(crate) struct Printer<W = io::Stdout> {
    out: W,
    format: Format,
    streaming: bool,
    text: Text,
    /// How many there were.
    records: usize,
}

impl Printer {
    /// A printer on stdout.
    pub(crate) fn new(output: &Output, streaming: bool) -> Self {
        let printer = Self::on(io::stdout(), output, output.is_colored(), streaming);
        *interrupt::whole() = printer.end();
        printer
    }
}

#[cfg(test)]
impl Printer<io::Sink> {
    /// One that forgets what it is given.
    pub(crate) fn sink() -> Self {
        let output = Output { format: Format::Text, color: crate::output::Color::Never };
        Self::on(io::sink(), &output, false, true)
    }
}

impl<W: Write> Printer<W> {
    fn on(out: W, output: &Output, colored: bool, streaming: bool) -> Self {
        Self { out, format: output.format, streaming, text: Text::new(colored), records: 0 }
    }

    /// Prints a record.
    ///
    /// # Errors
    /// Where stdout takes no more.
    pub(crate) fn value(&mut self, value: &Value) -> Result<(), Failure> {
        self.headed("", value, value)
    }

    /// Prints a record that has a heading: for people that and `body`, for programs `whole`.
    ///
    /// # Errors
    /// Where stdout takes no more.
    pub(crate) fn headed(
        &mut self,
        heading: &str,
        body: &Value,
        whole: &Value,
    ) -> Result<(), Failure> {
        let text = match self.format {
            Format::Text => self.text.record(heading, body),
            _ => self.for_programs(whole)?,
        };
        self.put(&text)
    }

    /// Prints a record that has lines of its own for people; for programs `whole`.
    ///
    /// # Errors
    /// Where stdout takes no more.
    pub(crate) fn lines(&mut self, lines: &str, whole: &Value) -> Result<(), Failure> {
        match self.format {
            Format::Text => self.put(lines),
            _ => self.put(&self.for_programs(whole)?),
        }
    }

    fn for_programs(&self, whole: &Value) -> Result<String, Failure> {
        Ok(match self.format {
            Format::Json if self.streaming => {
                let before = if self.records == 0 { "[\n  " } else { ",\n  " };
                // A line break inside a string is `\n` there.
                format!("{before}{}", json(whole)?.replace('\n', "\n  "))
            }
            Format::Json => json(whole)? + "\n",
            Format::Text | Format::Jsonl => format!("{whole}\n"),
            Format::Yaml if self.streaming => format!("---\n{}", yaml::document(whole)),
            Format::Yaml => yaml::document(whole),
        })
    }

    fn put(&mut self, text: &str) -> Result<(), Failure> {
        self.records += 1;
        let mut owed = interrupt::whole();
        *owed = self.end();
        // In one piece: who reads a pipe meanwhile sees whole records.
        self.out.write_all(text.as_bytes())?;
        Ok(self.out.flush()?)
    }

    /// Whether anything was printed.
    pub(crate) fn is_begun(&self) -> bool {
        self.records > 0
    }

    /// What ends the output.
    fn end(&self) -> &'static str {
        match (self.format, self.streaming, self.records) {
            (Format::Json, true, 0) => "[]\n",
            (Format::Json, true, _) => "\n]\n",
            _ => "",
        }
    }

    /// Ends what was begun: the list of JSON.
    ///
    /// # Errors
    /// Where stdout takes no more.
    pub(crate) fn finish(mut self) -> Result<(), Failure> {
        let mut owed = interrupt::whole();
        *owed = "";
        self.out.write_all(self.end().as_bytes())?;
        Ok(self.out.flush()?)
    }
}

fn json(value: &Value) -> Result<String, Failure> {
    serde_json::to_string_pretty(value).map_err(Failure::system)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::output::Color;

    fn printed(format: Format, streaming: bool, records: &[Value]) -> String {
        let mut out = Vec::new();
        let output = Output { format, color: Color::Never };
        let mut printer = Printer::on(&mut out, &output, false, streaming);
        for record in records {
            printer.value(record).unwrap();
        }
        printer.finish().unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn json_of_a_stream_is_one_list() {
        let records = [json!({"a": 1, "b": "x\ny"}), json!({"a": []})];
        let text = printed(Format::Json, true, &records);
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), Value::Array(records.to_vec()));
        assert!(text.starts_with("[\n  {\n    \"a\": 1,\n"), "{text}");
        assert!(text.ends_with("\n  }\n]\n"), "{text}");
        assert_eq!(printed(Format::Json, true, &[]), "[]\n");
    }

    #[test]
    fn json_of_one_record_is_that_record() {
        assert_eq!(printed(Format::Json, false, &[json!({"a": 1})]), "{\n  \"a\": 1\n}\n");
        assert_eq!(printed(Format::Json, false, &[]), "");
    }

    #[test]
    fn json_lines_have_one_record_each() {
        let text = printed(Format::Jsonl, true, &[json!({"a": {"b": 1}}), json!({})]);
        assert_eq!(text, "{\"a\":{\"b\":1}}\n{}\n");
    }

    #[test]
    fn yaml_has_a_document_for_each_record() {
        let text = printed(Format::Yaml, true, &[json!({"a": "0x1"}), json!({"b": [1]})]);
        assert_eq!(text, "---\na: '0x1'\n---\nb:\n- 1\n");
        assert_eq!(printed(Format::Yaml, false, &[json!({"a": 1})]), "a: 1\n");
    }
}
