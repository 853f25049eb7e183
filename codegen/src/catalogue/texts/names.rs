//! Texts about names and numbers.

use std::ops::RangeInclusive;

use crate::catalogue::{Code, Draft, quoted};
use crate::place::Place;

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
        true => draft.help("here it is the type of the message, and those below 16 are control messages: give a `value`"),
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
