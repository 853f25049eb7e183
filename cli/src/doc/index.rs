//! The index: a card for each family, and what the search looks in.

use maud::{Markup, html};
use serde_json::{Value, json};

use super::frame;
use super::texts::{brief, file};
use crate::reference::{Family, Found, Item, first_sentence};

/// The page that lists the families.
pub(super) fn page(families: &[&Family]) -> String {
    let (generic, raw): (Vec<&Family>, Vec<&Family>) =
        families.iter().partition(|family| family.version.is_some());
    let groups = [("Generic netlink", "generic", generic), ("Other protocols", "raw", raw)];
    let groups: Vec<_> = groups.into_iter().filter(|(.., families)| !families.is_empty()).collect();
    let aside = html! {
        details.toc open {
            summary { "Families" }
            @for (title, id, families) in &groups {
                h2 { a href={ "#" (id) } { (title) } }
                ul { @for family in families { li { a href=(file(family)) { (family.name) } } } }
            }
        }
    };
    let main = html! {
        h1 { "Netlink families" }
        p.lead {
            (families.len()) " families of Linux netlink: their operations, attributes, types, limits, values and "
            "numbers, with the names that they have in C and in Rust. Press " kbd { "/" } " to search."
        }
        @for (title, id, families) in &groups {
            section id=(id) {
                h2 { (title) }
                div.cards { @for family in families { (card(family)) } }
            }
        }
    };
    frame::page("Netlink families", &aside, &main)
}

fn card(family: &Family) -> Markup {
    let attributes: usize = family.sets.iter().map(|set| set.attributes.len()).sum();
    let notifications = family.notifications.len();
    let counts = [
        (family.operations.len(), "operation"),
        (notifications, "notification"),
        (attributes, "attribute"),
    ];
    let counts: Vec<String> = counts
        .iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, one)| format!("{number} {one}{}", if *number == 1 { "" } else { "s" }))
        .collect();
    html! {
        article.card {
            h3 { a href=(file(family)) { (family.name) } }
            p { (brief(&family.doc)) }
            p.counts {
                @if family.version.is_none() { (family.protocol) " · " }
                (counts.join(" · "))
            }
        }
    }
}

/// What the search looks in, as a script: pages that are opened as files may load nothing else. A family
/// is its name, its file, its C name, its docs, and what has a name in it.
pub(super) fn search(families: &[&Family]) -> String {
    let family = |family: &&Family| {
        let items: Vec<Value> = family.items().iter().map(entry).collect();
        json!([family.name, file(family), family.c_name, first_sentence(&family.doc), items])
    };
    format!("searchIndex({});\n", Value::Array(families.iter().map(family).collect()))
}

/// Address, C name, Rust names, docs.
fn entry(item: &Item<'_>) -> Value {
    let rust = match item.found {
        Found::Operation(operation) => {
            let messages = operation.calls().flat_map(|(_, call)| {
                std::iter::once(&call.request).chain(&call.reply).map(|it| it.rust.as_str())
            });
            messages.collect::<Vec<_>>().join(" ")
        }
        _ => item.rust.to_owned(),
    };
    json!([item.link.to_string(), item.c_name, rust, first_sentence(item.doc)])
}
