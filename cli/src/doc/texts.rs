//! Texts with links, docs with their markup, and where things stand.

use maud::{Markup, html};

use crate::reference::{Block, Family, Link, Span, Text, blocks, first_sentence};

/// The file of a family's page: its name, where that is one.
pub(super) fn file(family: &Family) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' };
    let name: String = family.name.chars().map(plain).collect();
    match name.as_str() {
        "index" => "index_.html".to_owned(),
        name => format!("{name}.html"),
    }
}

/// The id of something on the page of its family.
pub(super) fn id(link: &Link) -> String {
    link.to_string().replace(char::is_whitespace, "_")
}

/// Its address from anywhere on that page.
pub(super) fn href(link: &Link) -> String {
    let mut href = "#".to_owned();
    for byte in id(link).bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b':' => {
                href.push(byte.into());
            }
            byte => href.push_str(&format!("%{byte:02X}")),
        }
    }
    href
}

/// A name that leads to something.
pub(super) fn link(to: &Link, name: &str) -> Markup {
    html! { a href=(href(to)) { code { (name) } } }
}

/// A text whose names lead to what they mean.
pub(super) fn text(text: &Text) -> Markup {
    html! {
        @for (text, link) in &text.pieces {
            @match link {
                Some(link) => a href=(href(link)) { (text) },
                None => (text),
            }
        }
    }
}

/// Docs: paragraphs and lists.
pub(super) fn doc(text: &str) -> Markup {
    let mut groups: Vec<Vec<Block>> = Vec::new();
    for block in blocks(text) {
        match groups.last_mut() {
            Some(group) if block.is_item && group.iter().all(|it| it.is_item) => group.push(block),
            _ => groups.push(vec![block]),
        }
    }
    html! {
        @for group in &groups {
            @if group.iter().all(|block| block.is_item) {
                ul { @for block in group { li { (spans(&block.spans)) } } }
            } @else {
                @for block in group { p { (spans(&block.spans)) } }
            }
        }
    }
}

fn spans(spans: &[Span]) -> Markup {
    html! {
        @for span in spans {
            @match span {
                Span::Text(text) => (text),
                Span::Code(code) => code { (code) },
            }
        }
    }
}

/// The first sentence of docs.
pub(super) fn brief(text: &str) -> Markup {
    let first = first_sentence(text);
    html! { (first) }
}
