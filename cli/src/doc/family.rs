//! The page of a family.

use maud::{Markup, html};

use super::frame;
use super::tables;
use super::texts::{doc, file, href, id, link, text};
use crate::reference::{
    Attribute, Call, Enum, Family, Kind, Link, Message, Notification, Operation, Set, Struct,
    SubMessage,
};

/// The page of a family among others.
pub(super) fn page(family: &Family, families: &[&Family]) -> String {
    let main = html! {
        h1 { (family.name) }
        div.lead { (doc(&family.doc)) }
        (facts(&[
            ("Protocol", html! { (family.protocol) }),
            ("Version", html! { @if let Some(version) = family.version { (version) } }),
            ("C name", code(&family.c_name)),
            ("Rust module", code(&family.rust)),
        ]))
        (sections(family))
    };
    frame::page(&format!("{} · Netlink families", family.name), &aside(family, families), &main)
}

/// What the page has, by kind.
fn aside(family: &Family, families: &[&Family]) -> Markup {
    let list = |id: &str, title: &str, links: Vec<Link>| {
        html! {
            @if !links.is_empty() {
                details open[links.len() <= 24] {
                    summary { a href={ "#" (id) } { (title) } " " span.count { (links.len()) } }
                    ul { @for link in &links { li { a href=(href(link)) { (link.path) } } } }
                }
            }
        }
    };
    let links = |kind, names: Vec<&String>| names.iter().map(|it| Link::new(kind, it)).collect();
    html! {
        details.toc open {
            summary { (family.name) }
            (list("operations", "Operations", links(Kind::Operation, family.operations.iter().map(|it| &it.name).collect())))
            (list("notifications", "Notifications", links(Kind::Notification, family.notifications.iter().map(|it| &it.name).collect())))
            (list("groups", "Multicast groups", links(Kind::Group, family.groups.iter().map(|it| &it.name).collect())))
            (list("sets", "Attribute sets", links(Kind::Set, family.sets.iter().map(|it| &it.name).collect())))
            (list("sub-messages", "Sub-messages", links(Kind::SubMessage, family.sub_messages.iter().map(|it| &it.name).collect())))
            (list("structs", "Structs", links(Kind::Struct, family.structs.iter().map(|it| &it.name).collect())))
            (list("enums", "Enums and flags", family.enums.iter().map(|it| Link::new(it.kind, &it.name)).collect()))
            (list("constants", "Constants", links(Kind::Constant, family.constants.iter().map(|it| &it.name).collect())))
            details {
                summary { "Other families" }
                ul { @for other in families { li { a href=(file(other)) { (other.name) } } } }
            }
        }
    }
}

fn sections(family: &Family) -> Markup {
    html! {
        (section("operations", "Operations", &family.operations, operation))
        (section("notifications", "Notifications", &family.notifications, notification))
        @if !family.groups.is_empty() {
            section id="groups" { h2 { "Multicast groups" } (tables::groups(family)) }
        }
        (section("sets", "Attribute sets", &family.sets, set))
        (section("sub-messages", "Sub-messages", &family.sub_messages, sub_message))
        (section("structs", "Structs", &family.structs, structure))
        (section("enums", "Enums and flags", &family.enums, enumeration))
        @if !family.constants.is_empty() {
            section id="constants" { h2 { "Constants" } (tables::constants(&family.constants)) }
        }
    }
}

fn section<T>(id: &str, title: &str, items: &[T], item: impl Fn(&T) -> Markup) -> Markup {
    html! {
        @if !items.is_empty() {
            section id=(id) {
                h2 { (title) }
                @for it in items { (item(it)) }
            }
        }
    }
}

/// An item with its heading, which leads to itself.
fn item(to: &Link, tags: &Markup, docs: &str, body: &Markup) -> Markup {
    html! {
        article.item id=(id(to)) {
            h3 { a.self href=(href(to)) { (to.path) } (tags) }
            (doc(docs))
            (body)
        }
    }
}

/// Facts with their labels; those without a text are left out.
fn facts(facts: &[(&str, Markup)]) -> Markup {
    html! {
        dl.facts {
            @for (label, text) in facts.iter().filter(|(_, text)| !text.0.is_empty()) {
                div { dt { (label) } dd { (text) } }
            }
        }
    }
}

fn code(text: &str) -> Markup {
    html! { @if !text.is_empty() { code { (text) } } }
}

fn links(links: &[Link]) -> Markup {
    html! {
        @for (index, to) in links.iter().enumerate() {
            @if index > 0 { ", " }
            (link(to, &to.path))
        }
    }
}

fn named(kind: Kind, name: Option<&String>) -> Markup {
    html! { @if let Some(name) = name { (link(&Link::new(kind, name), name)) } }
}

fn operation(it: &Operation) -> Markup {
    let tags = html! {
        @for (mode, _) in it.calls() { " " span.tag.(mode) { (mode) } }
        @if let Some(permission) = it.permission { " " span.tag.needs { (permission) } }
    };
    let header = it.calls().find_map(|(_, call)| call.request.header.as_ref());
    let rust = |(mode, call): (&'static str, &Call)| {
        let reply = call.reply.as_ref().map(|reply| reply.rust.clone());
        (mode, call.request.rust.clone(), reply)
    };
    let body = html! {
        (facts(&[
            ("Number", html! { (numbers(it)) }),
            ("C name", code(&it.c_name)),
            ("Set", named(Kind::Set, it.set.as_ref())),
            ("Header", named(Kind::Struct, header)),
            ("Rust", html! {
                @for (mode, request, reply) in it.calls().map(rust) {
                    span.call {
                        (mode) ": " code { (request) }
                        @if let Some(reply) = reply { " → " code { (reply) } }
                    }
                }
            }),
        ]))
        @let examples: Vec<_> = it.calls().filter_map(|(_, call)| call.example.as_ref()).collect();
        @if !examples.is_empty() {
            pre.example tabindex="0" aria-label="Example" {
                @for example in examples { code { (example) } "\n" }
            }
        }
        (tables::messages(it))
    };
    item(&Link::new(Kind::Operation, &it.name), &tags, &it.doc, &body)
}

/// The numbers of requests, and of replies that have others.
fn numbers(it: &Operation) -> String {
    let mut numbers: Vec<String> = Vec::new();
    for (_, call) in it.calls() {
        let request = call.request.number;
        let number = match call.reply.as_ref().map(|reply| reply.number) {
            Some(reply) if reply != request => format!("{request}, reply {reply}"),
            _ => request.to_string(),
        };
        if !numbers.contains(&number) {
            numbers.push(number);
        }
    }
    numbers.join("; ")
}

fn notification(it: &Notification) -> Markup {
    let Message { number, rust, header, attributes, .. } = &it.message;
    let body = html! {
        (facts(&[
            ("Number", html! { (number) }),
            ("C name", code(&it.c_name)),
            ("Group", named(Kind::Group, it.group.as_ref())),
            ("Header", named(Kind::Struct, header.as_ref())),
            ("Rust", html! { code { "Notification::" (it.rust) } " of " code { (rust) } }),
            ("Attributes", html! { (attribute_names(attributes)) }),
        ]))
    };
    item(&Link::new(Kind::Notification, &it.name), &html! {}, &it.doc, &body)
}

fn attribute_names(attributes: &[Attribute]) -> Markup {
    html! {
        @for (index, it) in attributes.iter().enumerate() {
            @if index > 0 { ", " }
            @match &it.home {
                Some(home) => (link(home, &it.name)),
                None => code { (it.name) },
            }
        }
    }
}

fn set(it: &Set) -> Markup {
    let body = html! {
        (facts(&[
            ("Part of", named(Kind::Set, it.subset_of.as_ref())),
            ("Rust", code(it.rust.as_deref().unwrap_or_default())),
            ("Used by", links(&it.used_by)),
        ]))
        @if !it.attributes.is_empty() { (tables::attributes(it)) }
    };
    item(&Link::new(Kind::Set, &it.name), &html! {}, &it.doc, &body)
}

fn sub_message(it: &SubMessage) -> Markup {
    let body = html! {
        (facts(&[
            ("Selector", text(&it.selector)),
            ("Rust", code(&it.rust)),
            ("Used by", links(&it.used_by)),
        ]))
        (tables::formats(it))
    };
    item(&Link::new(Kind::SubMessage, &it.name), &html! {}, &it.doc, &body)
}

fn structure(it: &Struct) -> Markup {
    let body = html! {
        (facts(&[
            ("Length", html! { (it.length) " bytes" }),
            ("C name", code(&it.c_name)),
            ("Rust", code(&it.rust)),
            ("Used by", links(&it.used_by)),
        ]))
        (tables::members(it))
    };
    item(&Link::new(Kind::Struct, &it.name), &html! {}, &it.doc, &body)
}

fn enumeration(it: &Enum) -> Markup {
    let tags = html! { " " span.tag { (it.kind_text) } };
    let body = html! {
        (facts(&[
            ("Number of", html! { (it.widths.join(", ")) }),
            ("Rust", code(&it.rust)),
            ("Used by", links(&it.used_by)),
        ]))
        (tables::entries(it))
    };
    item(&Link::new(it.kind, &it.name), &tags, &it.doc, &body)
}
