//! Texts about what attributes hold.

use super::word;
use crate::catalogue::{Code, Draft, Target, quoted};
use crate::place::Place;
use crate::spec::Word;

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
    let draft = found.iter().fold(draft, |draft, (place, number)| {
        draft.at(place.key("name"), format!("number {number} here"))
    });
    draft.help("a selector outside has the same number in all sets that nest this one")
}

pub(crate) fn hidden_selector(name: &str, at: Place, set: &str, place: Place) -> Draft {
    let title = format!("the selector of {} is behind attribute set `{set}`", quoted(name));
    Draft::new(Code::AmbiguousSelector, title)
        .at(at, "is looked for in the nearest set that has selectors")
        .at(place, "has other selectors, which come first")
}

pub(crate) fn bad_selector(name: &str, at: Place, selector: &Place) -> Draft {
    Draft::new(Code::BadSelector, format!("attribute {} cannot choose a format", quoted(name)))
        .at(at, "cannot choose a format")
        .at(selector, "neither one `string` nor one unsigned number with `enum`")
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
