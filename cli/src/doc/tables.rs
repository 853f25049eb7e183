//! The tables of a family's page.
//!
//! On a narrow screen their cells stand below each other: `data-label` says there what the column said.

use maud::{Markup, html};

use super::texts::{brief, doc, href, id, link, text};
use crate::reference::{
    Attribute, Constant, Entry, Enum, Family, Kind, Link, Message, Operation, Set, Struct,
    SubMessage,
};

/// A table with these columns.
fn table(class: &str, columns: &[&str], rows: &Markup) -> Markup {
    html! {
        table class=(class) {
            thead { tr { @for column in columns { th scope="col" { (column) } } } }
            tbody { (rows) }
        }
    }
}

/// The cell with a name, which leads to itself; below it the name in C, and in Rust where that is another than
/// one would think.
fn name(to: &Link, name: &str, c_name: &str, rust: Option<&str>) -> Markup {
    let expected =
        [name.replace(['-', ' ', '.'], "_"), name.replace(['-', ' ', '.'], "_").to_uppercase()];
    let rust = rust.filter(|rust| !expected.iter().any(|it| it == rust));
    html! {
        th scope="row" {
            a.self href=(href(to)) { code { (name) } }
            @if !c_name.is_empty() { code.c { (c_name) } }
            @if let Some(rust) = rust { span.rust { "Rust: " code { (rust) } } }
        }
    }
}

/// Who may have which attribute of an operation: a column for each message.
pub(super) fn messages(operation: &Operation) -> Markup {
    let mut columns: Vec<(String, &Message)> = Vec::new();
    for (mode, call) in operation.calls() {
        columns.push((format!("{mode} request"), &call.request));
        columns.extend(call.reply.as_ref().map(|reply| (format!("{mode} reply"), reply)));
    }
    let mut attributes: Vec<&Attribute> = Vec::new();
    for attribute in columns.iter().flat_map(|(_, message)| &message.attributes) {
        if !attributes.iter().any(|it| it.number == attribute.number) {
            attributes.push(attribute);
        }
    }
    attributes.sort_by_key(|it| it.number);
    let has = |message: &Message, number| message.attributes.iter().any(|it| it.number == number);
    if attributes.is_empty() {
        return html! { p.quiet { "It takes and gives no attributes." } };
    }
    html! {
        table.messages {
            thead {
                tr {
                    th scope="col" { "Attribute" }
                    th scope="col" { "Type" }
                    @for (column, _) in &columns { th.has scope="col" { (column) } }
                    th scope="col" { "Meaning" }
                }
            }
            tbody {
                @for it in &attributes {
                    tr {
                        th scope="row" {
                            @match &it.home {
                                Some(home) => (link(home, &it.name)),
                                None => code { (it.name) },
                            }
                        }
                        td data-label="Type" { (ty(it)) }
                        @for (column, message) in &columns {
                            @if has(message, it.number) {
                                td.has.yes data-label=(column) { span aria-label="yes" role="img" { "●" } }
                            } @else {
                                td.has {}
                            }
                        }
                        td.doc { (brief(&it.doc)) }
                    }
                }
            }
        }
    }
}

fn ty(it: &Attribute) -> Markup {
    html! {
        (text(&it.ty))
        @if it.multi { ", several" }
    }
}

/// The attributes of a set.
pub(super) fn attributes(set: &Set) -> Markup {
    let rows = html! {
        @for it in &set.attributes {
            @let to = Link::part(Kind::Attribute, &set.name, &it.name);
            tr id=(id(&to)) class=[it.rust.is_none().then_some("quiet")] {
                td.number { (it.number) }
                (name(&to, &it.name, &it.c_name, it.rust.as_deref()))
                td data-label="Type" { (ty(it)) (more(it)) }
                td.doc { (doc(&it.doc)) }
            }
        }
    };
    table("attributes", &["No.", "Attribute", "Type", "Meaning"], &rows)
}

/// Limits, how it is written, and what keys are.
fn more(it: &Attribute) -> Markup {
    html! {
        (rust_type(&it.rust_type))
        @for limit in &it.limits { span.more { (limit.replace('`', "")) } }
        @if let Some(hint) = it.hint { span.more { "written as " (hint) } }
        @if !it.keys.is_empty() { span.more { "keys: " (it.keys.join(", ")) } }
    }
}

fn rust_type(ty: &Option<String>) -> Markup {
    html! { @if let Some(ty) = ty { code.c { (ty) } } }
}

/// The formats of a sub-message.
pub(super) fn formats(message: &SubMessage) -> Markup {
    // What a format holds mostly says it all.
    let has_docs = message.formats.iter().any(|it| !it.doc.is_empty());
    let rows = html! {
        @for it in &message.formats {
            @let to = Link::part(Kind::Format, &message.name, &it.value);
            tr id=(id(&to)) {
                th scope="row" {
                    a.self href=(href(&to)) { code { (it.value) } }
                    @if let Some(number) = it.number { span.more { (number) } }
                }
                td data-label="Holds" { (text(&it.payload)) }
                td data-label="Rust" { code { (it.rust) } }
                @if has_docs { td.doc { (doc(&it.doc)) } }
            }
        }
    };
    let columns: &[&str] = match has_docs {
        true => &["Selector", "Holds", "Rust", "Meaning"],
        false => &["Selector", "Holds", "Rust"],
    };
    table("formats", columns, &rows)
}

/// The members of a struct.
pub(super) fn members(of: &Struct) -> Markup {
    let rows = html! {
        @for it in &of.members {
            @let to = Link::part(Kind::Member, &of.name, &it.name);
            tr id=[it.rust.is_some().then(|| id(&to))] class=[it.rust.is_none().then_some("quiet")] {
                td.number { (it.offset) }
                @if it.rust.is_some() {
                    (name(&to, &it.name, "", it.rust.as_deref()))
                } @else {
                    th scope="row" { code { (it.name) } }
                }
                td.number data-label="Length" { @if it.length > 0 { (it.length) } @else { "rest" } }
                td data-label="Type" {
                    (text(&it.ty))
                    (rust_type(&it.rust_type))
                    @if let Some(hint) = it.hint { span.more { "written as " (hint) } }
                }
                td.doc { (doc(&it.doc)) }
            }
        }
    };
    table("members", &["At", "Member", "Length", "Type", "Meaning"], &rows)
}

/// The entries of an enum or flags.
pub(super) fn entries(of: &Enum) -> Markup {
    let value = |it: &Entry| match it.bit {
        Some(_) => format!("{:#x}", it.value),
        None => it.value.to_string(),
    };
    let is_flags = of.kind == Kind::Flags;
    let rows = html! {
        @for it in &of.entries {
            @let to = Link::part(of.entry_kind(), &of.name, &it.name);
            tr id=(id(&to)) {
                @if let Some(bit) = it.bit { td.number { (bit) } }
                td.number { (value(it)) }
                (name(&to, &it.name, &it.c_name, Some(&it.rust)))
                td.doc { (doc(&it.doc)) }
            }
        }
    };
    let columns: &[&str] = match is_flags {
        true => &["Bit", "Value", "Flag", "Meaning"],
        false => &["Value", "Name", "Meaning"],
    };
    table(if is_flags { "flags" } else { "values" }, columns, &rows)
}

/// The multicast groups of a family.
pub(super) fn groups(family: &Family) -> Markup {
    let rows = html! {
        @for it in &family.groups {
            @let to = Link::new(Kind::Group, &it.name);
            tr id=(id(&to)) {
                (name(&to, &it.name, &it.c_name, None))
                td.number data-label="Number" {
                    @match it.number { Some(number) => (number), None => "by name" }
                }
                td data-label="Rust" { code { (it.rust) } }
                td.doc {
                    (doc(&it.doc))
                    @if !it.notifications.is_empty() {
                        p.quiet {
                            @for (index, name) in it.notifications.iter().enumerate() {
                                @if index > 0 { ", " }
                                (link(&Link::new(Kind::Notification, name), name))
                            }
                        }
                    }
                }
            }
        }
    };
    table("groups", &["Group", "Number", "Rust", "Meaning"], &rows)
}

/// The constants of a family.
pub(super) fn constants(constants: &[Constant]) -> Markup {
    let rows = html! {
        @for it in constants {
            @let to = Link::new(Kind::Constant, &it.name);
            tr id=(id(&to)) {
                (name(&to, &it.name, &it.c_name, Some(&it.rust)))
                td.number data-label="Value" { (it.value) }
                td.doc { (doc(&it.doc)) }
            }
        }
    };
    table("constants", &["Constant", "Value", "Meaning"], &rows)
}
