//! YAML that says the same to readers of version 1.1 and of 1.2.
//!
//! Plain text is a number, a time or a truth value to one reader and text to another: `no`, `52:54:00:12:34:56`,
//! `0o7`. So what is not surely a word is quoted.

use std::fmt::Write;

use serde_json::{Map, Value};

/// A document.
pub(super) fn document(value: &Value) -> String {
    let mut out = String::new();
    match value {
        Value::Object(members) if !members.is_empty() => mapping(&mut out, members, 0),
        Value::Array(entries) if !entries.is_empty() => sequence(&mut out, entries, 0),
        _ => line(&mut out, value),
    }
    out
}

/// Members; before the first one stands its indentation already.
fn mapping(out: &mut String, members: &Map<String, Value>, indent: usize) {
    for (index, (name, value)) in members.iter().enumerate() {
        if index > 0 {
            pad(out, indent);
        }
        text(out, name);
        out.push(':');
        match value {
            Value::Object(members) if !members.is_empty() => {
                out.push('\n');
                pad(out, indent + 2);
                mapping(out, members, indent + 2);
            }
            Value::Array(entries) if !entries.is_empty() => {
                out.push('\n');
                pad(out, indent);
                sequence(out, entries, indent);
            }
            _ => {
                out.push(' ');
                line(out, value);
            }
        }
    }
}

/// Entries; before the first one stands its indentation already.
fn sequence(out: &mut String, entries: &[Value], indent: usize) {
    for (index, value) in entries.iter().enumerate() {
        if index > 0 {
            pad(out, indent);
        }
        out.push_str("- ");
        match value {
            Value::Object(members) if !members.is_empty() => mapping(out, members, indent + 2),
            Value::Array(entries) if !entries.is_empty() => sequence(out, entries, indent + 2),
            _ => line(out, value),
        }
    }
}

fn pad(out: &mut String, indent: usize) {
    out.extend(std::iter::repeat_n(' ', indent));
}

/// What holds nothing else, up to the end of its line.
fn line(out: &mut String, value: &Value) {
    match value {
        Value::String(value) => text(out, value),
        // Numbers, `true`, `null`, `{}` and `[]` are written as in JSON.
        value => *out += &value.to_string(),
    }
    out.push('\n');
}

fn text(out: &mut String, text: &str) {
    if is_word(text) {
        out.push_str(text);
    } else if text.chars().all(is_shown) {
        let _ = write!(out, "'{}'", text.replace('\'', "''"));
    } else {
        out.push('"');
        text.chars().for_each(|c| escaped(out, c));
        out.push('"');
    }
}

/// Whether no reader takes it for anything but text: it begins with a letter, as no number and no time does,
/// has nothing that means something to YAML, and is no word of it.
fn is_word(text: &str) -> bool {
    const MEANT: [&str; 9] = ["y", "n", "yes", "no", "on", "off", "true", "false", "null"];
    let inside = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/' | ' ');
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(inside)
        && !text.ends_with(' ')
        && !MEANT.iter().any(|word| text.eq_ignore_ascii_case(word))
}

/// Whether a character is seen as what it is: no control, nothing that turns the direction of a line.
fn is_shown(c: char) -> bool {
    matches!(c, '\'' | '"' | '\\') || c.escape_debug().len() == 1
}

fn escaped(out: &mut String, c: char) {
    let _ = match c {
        '"' | '\\' => write!(out, "\\{c}"),
        '\n' => write!(out, "\\n"),
        '\t' => write!(out, "\\t"),
        c if is_shown(c) => write!(out, "{c}"),
        c => match u32::from(c) {
            code @ ..=0xff => write!(out, "\\x{code:02x}"),
            code @ ..=0xffff => write!(out, "\\u{code:04x}"),
            code => write!(out, "\\U{code:08x}"),
        },
    };
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_a_reader_may_take_for_something_else_is_quoted() {
        for plain in ["lo", "dev-get", "rx-ring 0", "a/b.c", "nope", "e3", "x_1"] {
            assert_eq!(document(&json!(plain)), format!("{plain}\n"));
        }
        for quoted in [
            "52:54:00:12:34:56",
            "33:33:00:00:00:16",
            "no",
            "Yes",
            "ON",
            "off",
            "y",
            "N",
            "True",
            "null",
            "Null",
            "~",
            "",
            "1_2",
            "0o7",
            "010",
            "0x1f",
            "1e3",
            ".inf",
            "-.INF",
            ".nan",
            "+1",
            "-1",
            "2020-01-01",
            "=",
            "<<",
            "-",
            "? a",
            "a: b",
            "a #b",
            "#a",
            "&a",
            "*a",
            "!a",
            "|",
            ">",
            "%a",
            "@a",
            "`a",
            "{}",
            "[a]",
            "a,b",
            " a",
            "a ",
            "---",
            "...",
            "a:",
            "fe80::1",
            "1:30",
            "é",
        ] {
            assert_eq!(document(&json!(quoted)), format!("'{quoted}'\n"));
            assert_eq!(document(&json!({ quoted: 1 })), format!("'{quoted}': 1\n"));
        }
        assert_eq!(document(&json!("it's")), "'it''s'\n");
    }

    #[test]
    fn what_is_not_seen_is_escaped() {
        let text = "a\u{202e}\"\\\n\u{1b}\u{85}\u{feff}\u{e0001}\u{2028}é";
        let expected = r#""a\u202e\"\\\n\x1b\x85\ufeff\U000e0001\u2028é""#;
        assert_eq!(document(&json!(text)), format!("{expected}\n"));
    }

    #[test]
    fn blocks_stand_in_each_other() {
        let value = json!({"a": [1, [2, [3]], {"b": {"c": null, "d": []}, "e": true}], "f": {}});
        let expected = "a:\n- 1\n- - 2\n  - - 3\n- b:\n    c: null\n    d: []\n  e: true\nf: {}\n";
        assert_eq!(document(&value), expected);
        assert_eq!(serde_yaml::from_str::<Value>(expected).unwrap(), value);
        assert_eq!(document(&json!([])), "[]\n");
    }
}
