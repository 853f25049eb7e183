//! The texts of all diagnostics.

use std::io;
use std::ops::{Range, RangeInclusive};
use std::path::Path;

use super::{Code, Draft, Target, article, quoted};
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
    let title = format!("`Builder::{option}`: {} is not a path", quoted(value));
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
        .at(at, format!("not a `{noun}`"));
    let list: Vec<String> = known.iter().map(|word| quoted(word)).collect();
    match super::similar(word, known.iter().copied()) {
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

// Names.

pub(crate) fn invalid_name(noun: &str, name: &str, at: &Place, kebab: bool) -> Draft {
    let rule = match kebab {
        true => "only lower case letters, digits, `-` and `_`, and at least one letter or digit",
        false => "only ASCII without control characters, and at least one letter or digit",
    };
    let draft = Draft::new(Code::InvalidName, format!("invalid name of {noun} {}", quoted(name)));
    let draft = draft.at(at, rule);
    match kebab && (noun == "family" || noun == "multicast group") {
        true => draft.help("for a name that a kernel has already: `protocol: genetlink-legacy`"),
        false => draft,
    }
}

pub(crate) fn name_too_long(noun: &str, name: &str, at: &Place, max: usize) -> Draft {
    Draft::new(Code::NameTooLong, format!("name of {noun} {} is too long", quoted(name)))
        .at(at, format!("{} bytes, and the kernel takes {max}", name.len()))
}

pub(crate) fn name_clash(rust: &str, what: &str, at: Place, first: &str, place: Place) -> Draft {
    Draft::new(Code::NameClash, format!("{what} and {first} would both be `{rust}` in Rust"))
        .at(at, format!("this would be `{rust}` too"))
        .at(place, format!("this would be `{rust}`"))
}

pub(crate) fn reserved_name(rust: &str, what: &str, at: Place, by: &str) -> Draft {
    Draft::new(Code::ReservedName, format!("{what} would be `{rust}` in Rust, which is {by}"))
        .at(at, format!("`{rust}` is {by}"))
}

pub(crate) fn header_clash(name: &str, at: Place, header: Place) -> Draft {
    let title =
        format!("attribute {} and the fixed header would both be `header` in Rust", quoted(name));
    Draft::new(Code::NameClash, title)
        .at(at, "this would be `header` too")
        .at(header, "this would be `header`")
}

pub(crate) fn duplicate_name(noun: &str, name: &str, first: &Place, at: &Place) -> Draft {
    Draft::new(Code::DuplicateName, format!("{noun} {} is defined twice", quoted(name)))
        .at(at, "defined again")
        .at(first, "defined first")
}

pub(crate) fn unknown_name<'c>(
    noun: &str,
    name: &str,
    at: Place,
    names: impl IntoIterator<Item = &'c str>,
) -> Draft {
    Draft::new(Code::UnknownName, format!("unknown {noun} {}", quoted(name)))
        .at(at, format!("no {noun} of this name"))
        .similar(noun, name, names)
}

pub(crate) fn unknown_attribute<'c>(
    name: &str,
    set: &str,
    at: Place,
    names: impl IntoIterator<Item = &'c str>,
) -> Draft {
    let title = format!("unknown attribute {} in attribute set `{set}`", quoted(name));
    Draft::new(Code::UnknownName, title).at(at, format!("not an attribute of `{set}`")).similar(
        "attribute",
        name,
        names,
    )
}

pub(crate) fn wrong_kind(name: &str, wanted: &str, at: Place, definition: &Place) -> Draft {
    Draft::new(Code::WrongKind, format!("{} is not {wanted}", quoted(name)))
        .at(at, format!("expected {wanted}"))
        .at(definition.key("type"), "defined as this")
}

// Protocols.

pub(crate) fn missing_protonum(at: Place) -> Draft {
    Draft::new(Code::MissingKey, "missing key `protonum`")
        .at(at, "a `netlink-raw` spec needs `protonum`")
        .help("0 is NETLINK_ROUTE, 12 is NETLINK_NETFILTER")
}

pub(crate) fn missing_group_number(at: &Place) -> Draft {
    Draft::new(Code::MissingKey, "missing key `value`")
        .at(at, "a multicast group of `netlink-raw` needs `value`")
        .help("it is the number to join, as RTNLGRP_LINK is 1: only generic netlink has groups by name")
}

// Numbers.

pub(crate) fn version_out_of_range(version: i128, at: Place) -> Draft {
    Draft::new(Code::VersionOutOfRange, format!("version {version} is out of range"))
        .at(at, "1..=255")
}

pub(crate) fn duplicate_value(
    noun: &str,
    value: i128,
    name: &str,
    at: &Place,
    first: &str,
    place: &Place,
) -> Draft {
    let title = format!("{} and {} have the same {noun} {value}", quoted(first), quoted(name));
    Draft::new(Code::DuplicateValue, title)
        .at(at, format!("has {noun} {value} too"))
        .at(place, format!("has {noun} {value}"))
}

pub(crate) fn value_out_of_range(noun: &str, value: i128, at: Place, range: &str) -> Draft {
    Draft::new(Code::ValueOutOfRange, format!("{noun} {value} is out of range"))
        .at(at, format!("{range} is possible"))
}

pub(crate) fn entry_too_large(name: &str, at: Place, definition: &str, bits: u32) -> Draft {
    let title = format!("no attribute with enum `{definition}` can hold {}", quoted(name));
    Draft::new(Code::ValueOutOfRange, title)
        .at(at, format!("does not fit the {bits} bits of the widest one"))
        .help("widen the attribute, or leave out the entry")
}

pub(crate) fn attribute_id_out_of_range(name: &str, id: i128, at: &Place, max: i128) -> Draft {
    let title = format!("number {id} of attribute {} is out of range", quoted(name));
    Draft::new(Code::AttributeIdOutOfRange, title)
        .at(at.key("value"), format!("0..={max} is possible"))
}

pub(crate) fn operation_number_out_of_range(
    name: &str,
    id: i128,
    at: &Place,
    range: &RangeInclusive<i128>,
) -> Draft {
    let title = format!("number {id} of operation {} is out of range", quoted(name));
    let possible = format!("{}..={} is possible", range.start(), range.end());
    let draft = Draft::new(Code::OperationNumberOutOfRange, title).at(at.key("value"), possible);
    match (0..*range.start()).contains(&id) {
        true => draft.help("in `netlink-raw` it is the type of the message, and those below 16 are for control messages"),
        false => draft,
    }
}

// Subsets.

pub(crate) fn subset_cycle(set: &str, at: Place) -> Draft {
    Draft::new(Code::SubsetCycle, format!("attribute set {} is part of itself", quoted(set)))
        .at(at, "leads back to this set")
}

pub(crate) fn not_in_parent<'c>(
    name: &str,
    set: &str,
    parent: &str,
    at: Place,
    names: impl IntoIterator<Item = &'c str>,
) -> Draft {
    let title = format!(
        "attribute {} is in attribute set `{set}`, but not in `{parent}`, whose subset that is",
        quoted(name)
    );
    Draft::new(Code::NotInParent, title).at(at, format!("not an attribute of `{parent}`")).similar(
        "attribute",
        name,
        names,
    )
}

pub(crate) fn number_of_subset(name: &str, at: &Place, number: u16, parent: &Place) -> Draft {
    let title = format!("attribute {} has another number than in the set it is of", quoted(name));
    Draft::new(Code::NumberOfSubset, title)
        .at(at.key("value"), format!("it has number {number} there"))
        .at(parent, format!("number {number}"))
        .help("leave out `value`: a subset has the numbers of the set that it is part of")
}

// Types.

pub(crate) fn signed_enum(at: Place) -> Draft {
    Draft::new(Code::SignedEnum, "an enum on a signed number is not supported")
        .at(at, "the number is signed")
}

pub(crate) fn bad_sub_type<T: serde::Serialize>(
    sub_type: &Option<Word<T>>,
    noun: &str,
    at: Place,
) -> Draft {
    let title = format!("`{noun}` of {} is not possible", word(sub_type));
    let can = match noun {
        "binary" => "a `binary` can hold numbers of a fixed width: `u8` to `u64`, `s8` to `s64`",
        _ => "it can hold numbers, `string`, `binary`, `bitfield32` and `nest`",
    };
    Draft::new(Code::BadSubType, title).at(at, "cannot stand in an array").help(can)
}

pub(crate) fn bad_display_hint<T: serde::Serialize>(hint: &Option<Word<T>>, at: Place) -> Draft {
    Draft::new(Code::BadDisplayHint, format!("{} does not fit the attribute's type", word(hint)))
        .at(at, "does not fit the type")
        .help("addresses are `binary`; an `ipv4` one can be `u32` too")
}

pub(crate) fn too_deep(depth: usize, max: usize, at: Place) -> Draft {
    Draft::new(Code::TooDeep, format!("nest-type-value of {depth} levels is too deep"))
        .at(at, format!("{max} levels are possible"))
}

// Structs.

pub(crate) fn recursive_struct(name: &str, at: Place) -> Draft {
    Draft::new(Code::RecursiveStruct, format!("struct {} holds itself", quoted(name)))
        .at(at, "leads back to this struct")
}

pub(crate) fn bad_hint_of_member<T: serde::Serialize>(hint: &Option<Word<T>>, at: Place) -> Draft {
    Draft::new(Code::BadDisplayHint, format!("{} does not fit the member's type", word(hint)))
        .at(at, "does not fit the type")
        .help("addresses are `binary`: `mac` up to 32 bytes, `ipv4` 4 or a `u32`, `ipv6` 16")
}

pub(crate) fn repeat_not_last(name: &str, at: &Place) -> Draft {
    let title = format!("member {} repeats, but is not the last", quoted(name));
    Draft::new(Code::MisplacedRepeat, title)
        .at(Target::Key(at.key("multi")), "repeats to the end of the payload")
}

pub(crate) fn misplaced_repeat(what: &str, name: &str, at: Place, member: &Place) -> Draft {
    let title = format!("struct {} cannot be {what}: it has no fixed length", quoted(name));
    Draft::new(Code::MisplacedRepeat, title)
        .at(at, "needs a fixed length")
        .at(Target::Key(member.key("multi")), "repeats to the end of the payload")
}

// Sub-messages.

pub(crate) fn unknown_entry<'c>(
    value: &str,
    definition: &str,
    at: Place,
    names: impl IntoIterator<Item = &'c str>,
) -> Draft {
    let title = format!("format {} is no entry of `{definition}`", quoted(value));
    Draft::new(Code::UnknownName, title)
        .at(at, "the selector cannot have this value")
        .similar("entry", value, names)
}

pub(crate) fn no_selector<'c>(
    name: &str,
    set: &str,
    at: Place,
    names: impl IntoIterator<Item = &'c str>,
) -> Draft {
    Draft::new(Code::UnknownName, format!("unknown selector {}", quoted(name)))
        .at(at, format!("neither `{set}` has this attribute, nor a set that nests it"))
        .similar("attribute", name, names)
}

pub(crate) fn ambiguous_selector(name: &str, at: &Place, found: [(&Place, u16); 2]) -> Draft {
    let title = format!("selector {} has different numbers in the sets around", quoted(name));
    let draft = Draft::new(Code::AmbiguousSelector, title).at(at, "which one is it?");
    found.iter().fold(draft, |draft, (place, number)| {
        draft.at(place.key("name"), format!("number {number} here"))
    })
}

pub(crate) fn hidden_selector(name: &str, at: Place, set: &str, place: Place) -> Draft {
    let title = format!("the selector of {} is behind attribute set `{set}`", quoted(name));
    Draft::new(Code::AmbiguousSelector, title)
        .at(at, "is looked for in the nearest set that has selectors")
        .at(place, "has other selectors, and stands between")
}

pub(crate) fn bad_selector(name: &str, at: Place, selector: &Place) -> Draft {
    Draft::new(Code::BadSelector, format!("attribute {} cannot choose a format", quoted(name)))
        .at(at, "cannot choose a format")
        .at(selector, "neither a `string` nor an unsigned number with `enum`")
}

pub(crate) fn selectors_differ(message: &str, at: Place, selector: &Place, first: &Place) -> Draft {
    let title = format!("the selectors of sub-message `{message}` have different types");
    Draft::new(Code::BadSelector, title)
        .at(at, "of another type than the first")
        .at(selector, "this selector")
        .at(first, "the first one")
}

// Checks.

pub(crate) fn limit_out_of_range(
    key: &str,
    number: i128,
    (low, high): (i128, i128),
    at: Place,
) -> Draft {
    Draft::new(Code::LimitOutOfRange, format!("`{key}` {number} is out of range"))
        .at(at, format!("the attribute can have {low}..={high}"))
}

pub(crate) fn empty_range(low: (&str, i128, Place), high: (&str, i128, Place)) -> Draft {
    let title = format!("`{}` {} is above `{}` {}", low.0, low.1, high.0, high.1);
    Draft::new(Code::EmptyRange, title).at(low.2, "nothing is left").at(high.2, "the upper limit")
}

// Operations.

pub(crate) fn conflicting_modes(name: &str, at: &Place, first: &str, second: &str) -> Draft {
    let title = format!("operation {} has both `{first}` and `{second}`", quoted(name));
    Draft::new(Code::ConflictingModes, title)
        .at(Target::Key(at.key(second)), "told unasked")
        .at(Target::Key(at.key(first)), "and this too")
        .help("make it two operations: `do` and `dump` go together, `notify` and `event` alone")
}

pub(crate) fn no_mode(name: &str, at: &Place) -> Draft {
    let title = format!("operation {} has no `do`, `dump`, `notify` or `event`", quoted(name));
    Draft::new(Code::NoMode, title)
        .at(at.key("name"), "cannot be numbered")
        .help("only the unified model can reserve a number")
}

pub(crate) fn unused_set(name: &str, at: &Place) -> Draft {
    let title = format!("operation {} has no `do`, `dump`, `notify` or `event`", quoted(name));
    Draft::new(Code::NoMode, title)
        .at(Target::Key(at.key("attribute-set")), "nothing takes its attributes")
        .help("say how it is used, or leave out `attribute-set` to reserve the number only")
}

pub(crate) fn misplaced_number_of_message(at: Place) -> Draft {
    Draft::new(Code::MisplacedNumber, "`value` of a message in the unified model")
        .at(Target::Key(at), "requests and replies have the operation's number")
        .help("number the operation, or use `enum-model: directional`")
}

pub(crate) fn misplaced_number_of_operation(at: Place) -> Draft {
    Draft::new(Code::MisplacedNumber, "`value` of an operation in the directional model")
        .at(Target::Key(at), "its request and reply have each a number")
        .help("give `value` in `request` and `reply`")
}

pub(crate) fn missing_reply_number(name: &str, at: Place) -> Draft {
    let title = format!("the reply of dump {} needs a `value`", quoted(name));
    Draft::new(Code::MissingReplyNumber, title).at(at, "`do` has no reply to take it from")
}

pub(crate) fn dump_without_reply(name: &str, at: &Place) -> Draft {
    let title = format!("the dump of operation {} has no `reply`", quoted(name));
    Draft::new(Code::DumpWithoutReply, title)
        .at(Target::Key(at.clone()), "each entry of a dump is a reply")
        .help("list what an entry holds: `reply: { attributes: [..] }`")
}

pub(crate) fn notify_without_reply(name: &str, at: Place, target: &Place) -> Draft {
    let title = format!("operation {} has no reply that could be told", quoted(name));
    Draft::new(Code::NotifyWithoutReply, title)
        .at(at, "a notification holds what this operation replies")
        .at(target.key("name"), "has no reply")
}

pub(crate) fn other_header(name: &str, at: Place, target: Place) -> Draft {
    let title = format!("notification {} has another header than what it tells", quoted(name));
    Draft::new(Code::OtherHeader, title)
        .at(at, "another struct")
        .at(target, "the operation whose reply it holds")
        .help("leave out `fixed-header`: a notification is like the reply that it names")
}
