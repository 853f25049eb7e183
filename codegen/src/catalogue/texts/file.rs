//! Texts about the file as such: reading it, YAML, keys and words.

use std::io;
use std::ops::Range;
use std::path::Path;

use crate::catalogue::{Code, Draft, Target, article, article_of, quoted};
use crate::place::Place;
use crate::spec::Word;

// Files.

pub(crate) fn unreadable_file(error: &io::Error) -> Draft {
    let draft = Draft::new(Code::UnreadableFile, format!("cannot read the spec: {error}"));
    match error.kind() {
        io::ErrorKind::NotFound => draft
            .help("paths are relative to the folder of the package's Cargo.toml in a build script"),
        _ => draft,
    }
}

pub(crate) fn not_utf8(at: Range<usize>) -> Draft {
    Draft::new(Code::UnreadableFile, "cannot read the spec: it is not UTF-8")
        .at(Target::Span(at), "not a character in UTF-8")
        .help("save it as UTF-8")
}

pub(crate) fn unwritable_file(path: &Path, error: &io::Error) -> Draft {
    let path = path.display();
    Draft::new(Code::UnwritableFile, format!("cannot write `{path}`: {error}"))
}

pub(crate) fn missing_out_dir() -> Draft {
    Draft::new(Code::MissingOutDir, "no folder to write to: `OUT_DIR` is not set")
        .help("call this from a build script, or give a folder with `Builder::out_dir`")
}

pub(crate) fn invalid_option(option: &str, value: &str) -> Draft {
    let title = format!("option `{option}`: {} is not a path", quoted(value));
    Draft::new(Code::InvalidOption, title)
}

pub(crate) fn internal(what: &str) -> Draft {
    Draft::new(Code::Internal, format!("the generator made code that it cannot read: {what}"))
        .help("this is a mistake of nlkit-codegen, not of the spec: please report it")
}

// YAML.

pub(crate) fn yaml_syntax(at: Range<usize>, what: &str, on_tab: bool) -> Draft {
    let what = match what {
        "EOF while parsing a value" => "the file is empty",
        "recursion limit exceeded" => "nested too deeply",
        "repetition limit exceeded" => "aliases of aliases make the file too large",
        other if other.contains("more than one document") => {
            "a spec is one document, without `---`"
        }
        other => other,
    };
    let draft = Draft::new(Code::YamlSyntax, format!("not valid YAML: {what}"));
    let draft = draft.at(Target::Span(at), "");
    match on_tab {
        true => draft.help("YAML is indented with spaces, not with tabs"),
        false => draft,
    }
}

pub(crate) fn wrong_type(at: Range<usize>, what: &str, expected: &str, found: &str) -> Draft {
    let title = format!("{}: expected {expected}, found {found}", quoted(what));
    Draft::new(Code::WrongType, title).at(Target::Span(at), format!("expected {expected}"))
}

pub(crate) fn duplicate_key(key: &str, first: Range<usize>, second: Range<usize>) -> Draft {
    Draft::new(Code::DuplicateKey, format!("key {} stands twice in one mapping", quoted(key)))
        .at(Target::Span(second), "given again")
        .at(Target::Span(first), "given first")
}

// Keys and words.

pub(crate) fn unknown_key(key: &str, noun: &str, at: &Place, known: &[String]) -> Draft {
    let draft = Draft::new(Code::UnknownKey, format!("unknown key {} in {noun}", quoted(key)))
        .at(Target::Key(at.clone()), "no such key");
    match key {
        "<<" => draft.help("merge keys are not supported: repeat the keys"),
        _ => draft.similar("key", key, known.iter().map(String::as_str)),
    }
}

pub(crate) fn unknown_word(word: &str, noun: &str, at: &Place, known: &[&str]) -> Draft {
    let draft = Draft::new(Code::UnknownWord, format!("unknown `{noun}` {}", quoted(word)))
        .at(at, format!("not {} `{noun}`", article_of(noun)));
    let list: Vec<String> = known.iter().map(|word| quoted(word)).collect();
    match crate::catalogue::similar(word, known.iter().copied()) {
        Some(other) => draft.help(format!("there is a similar one: `{other}`")),
        None => draft.help(format!("it can be {}", list.join(", "))),
    }
}

pub(crate) fn missing_key(key: &str, noun: &str, at: &Place) -> Draft {
    Draft::new(Code::MissingKey, format!("missing key `{key}`"))
        .at(at, format!("{} needs `{key}`", article(noun)))
}

pub(crate) fn meaningless_key(at: &Place, key: &str, why: &str) -> Draft {
    Draft::new(Code::MeaninglessKey, format!("`{key}` has no meaning here"))
        .at(Target::Key(at.key(key)), why)
}

/// The word as the file has it.
pub(crate) fn word<T: serde::Serialize>(word: &Option<Word<T>>) -> String {
    let text = serde_yaml::to_string(word).unwrap_or_default();
    quoted(text.trim())
}
