//! Texts about what may not be meant so.

use crate::catalogue::{Code, Draft, Target, quoted};
use crate::place::Place;

pub(crate) fn unused(code: Code, noun: &str, name: &str, at: &Place) -> Draft {
    Draft::new(code, format!("{noun} {} is never used", quoted(name)))
        .at(at, "nothing refers to it")
}

pub(crate) fn listed_twice(name: &str, at: Place, first: Place) -> Draft {
    Draft::new(Code::ListedTwice, format!("attribute {} is listed twice", quoted(name)))
        .at(at, "listed again")
        .at(first, "listed first")
}

pub(crate) fn member_in_list(name: &str, at: Place) -> Draft {
    let title =
        format!("{} is listed as an attribute, and is a member of the header", quoted(name));
    Draft::new(Code::NotAnAttribute, title)
        .at(at, "passed over: the header is always there")
        .help("leave it out")
}

pub(crate) fn not_in_set(name: &str, set: &str, at: Place) -> Draft {
    let title =
        format!("{} is listed, and the set {} has no such attribute", quoted(name), quoted(set));
    Draft::new(Code::NotAnAttribute, title)
        .at(at, "passed over, since a released kernel's spec has it")
        .help("leave it out")
}

pub(crate) fn misaligned_member(name: &str, at: Place, offset: usize, align: usize) -> Draft {
    let (name, there) = (quoted(name), offset.next_multiple_of(align));
    Draft::new(Code::CLayout, format!("C would not put {name} at byte {offset}"))
        .at(at, format!("of {align} bytes, so C puts it at byte {there}"))
        .help(format!("unless C has it packed, {} are missing before it", pad(there - offset)))
}

pub(crate) fn unpadded_struct(name: &str, at: Place, len: usize, align: usize) -> Draft {
    let (name, whole) = (quoted(name), len.next_multiple_of(align));
    Draft::new(
        Code::CLayout,
        format!("C would make the struct {name} {whole} bytes long, not {len}"),
    )
    .at(at, format!("its members make {len} bytes"))
    .help(format!("unless C has it packed, {} are missing at its end", pad(whole - len)))
}

fn pad(bytes: usize) -> String {
    let bytes = if bytes == 1 { "1 byte".to_owned() } else { format!("{bytes} bytes") };
    format!("{bytes} of padding (a member of `type: pad`, or of `type: binary`)")
}

pub(crate) fn no_group(name: &str, at: Place) -> Draft {
    Draft::new(Code::NoGroup, format!("nothing says where {} is told", quoted(name)))
        .at(at, "no `mcgrp`")
        .help("without the group's name nobody can tell what to join")
}

pub(crate) fn missing_doc(noun: &str, name: &str, at: &Place) -> Draft {
    Draft::new(Code::MissingDoc, format!("{noun} {} has no `doc`", quoted(name)))
        .at(Target::Value(at.clone()), "says nothing but its name")
}
