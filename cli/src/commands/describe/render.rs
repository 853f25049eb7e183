//! What `describe` shows, as text for people.

use crate::reference::{
    Attribute, Call, Entry, Enum, Family, Format, Inside, Link, Member, Message, Operation, Shown,
};

use super::sheet::{Cell, Row, Sheet};

/// The values that are listed with what has them; of more it is said how many.
const VALUES: usize = 16;

/// A family: what it has, a line each.
pub(super) fn family(sheet: &mut Sheet, family: &Family) {
    sheet.title(&family.name, "family");
    let version = family.version.map(|version| version.to_string()).unwrap_or_default();
    sheet.about(
        &family.doc,
        &[
            ("Protocol", family.protocol.clone()),
            ("Version", version),
            ("C name", family.c_name.clone()),
            ("Rust module", family.rust.clone()),
        ],
    );
    let operation = |it: &Operation| {
        let modes: Vec<&str> = it.calls().map(|(mode, _)| mode).collect();
        let number = it.number().map(|number| number.to_string()).unwrap_or_default();
        let notes = it.permission.map(|it| format!("needs {it}")).into_iter().collect();
        let modes = Cell::plain(modes.join(" "));
        let cells = vec![Cell::dim(number), Cell::name(&it.name), modes];
        Row { depth: 0, cells, doc: it.doc.clone(), notes }
    };
    list(sheet, "Operations", &family.operations, operation);
    list(sheet, "Notifications", &family.notifications, |it| {
        let group = it.group.as_ref().map(|group| format!("to {group}")).unwrap_or_default();
        let number = Cell::dim(it.message.number);
        row(vec![number, Cell::name(&it.name), Cell::plain(group)], &it.doc)
    });
    list(sheet, "Multicast groups", &family.groups, |it| row(vec![Cell::name(&it.name)], &it.doc));
    list(sheet, "Attribute sets", &family.sets, |it| {
        let number = it.attributes.iter().filter(|it| it.rust.is_some()).count();
        row(vec![Cell::name(&it.name), Cell::dim(number)], &it.doc)
    });
    list(sheet, "Sub-messages", &family.sub_messages, |it| {
        row(vec![Cell::name(&it.name), Cell::dim(it.formats.len())], &it.doc)
    });
    list(sheet, "Structs", &family.structs, |it| {
        let length = Cell::dim(format!("{} bytes", it.length));
        row(vec![Cell::name(&it.name), length], &it.doc)
    });
    list(sheet, "Enums and flags", &family.enums, |it| {
        row(
            vec![Cell::name(&it.name), Cell::plain(it.kind_text), Cell::dim(it.entries.len())],
            &it.doc,
        )
    });
    list(sheet, "Constants", &family.constants, |it| {
        row(vec![Cell::name(&it.name), Cell::plain(&it.value)], &it.doc)
    });
}

fn list<T>(sheet: &mut Sheet, heading: &str, items: &[T], row: impl Fn(&T) -> Row) {
    if !items.is_empty() {
        sheet.heading(heading, "");
        sheet.rows(&items.iter().map(row).collect::<Vec<_>>());
    }
}

fn row(cells: Vec<Cell>, doc: &str) -> Row {
    Row { cells, doc: doc.to_owned(), ..Row::default() }
}

/// Something in a family.
pub(super) fn shown(sheet: &mut Sheet, family: &Family, link: &Link, shown: &Shown) {
    sheet.title(&link.path, &format!("{} of {}", link.kind.noun(), family.name));
    match shown {
        Shown::Operation(it) => operation(sheet, it),
        Shown::Notification(it) => {
            sheet.about(
                &it.doc,
                &[
                    ("C name", it.c_name.clone()),
                    ("Number", it.message.number.to_string()),
                    ("Group", it.group.clone().unwrap_or_default()),
                    ("Rust", format!("Notification::{}", it.rust)),
                ],
            );
            message(sheet, "message", &it.message);
        }
        Shown::Group(it) => {
            sheet.about(
                &it.doc,
                &[
                    ("C name", it.c_name.clone()),
                    ("Number", it.number.map(|it| it.to_string()).unwrap_or_default()),
                    ("Rust", it.rust.clone()),
                    ("Tells", it.notifications.join(", ")),
                    ("Example", it.example.clone().unwrap_or_default()),
                ],
            );
        }
        Shown::Set(it) => {
            sheet.about(
                &it.doc,
                &[
                    ("Part of", it.subset_of.clone().unwrap_or_default()),
                    ("Rust", it.rust.clone().unwrap_or_default()),
                    ("Used by", links(&it.used_by)),
                ],
            );
            sheet.heading("attributes", "");
            sheet.rows(&attributes(&it.attributes, 0));
        }
        Shown::SubMessage(it) => {
            sheet.about(
                &it.doc,
                &[
                    ("Selector", it.selector.to_string()),
                    ("Rust", it.rust.clone()),
                    ("Used by", links(&it.used_by)),
                ],
            );
            sheet.heading("formats", "");
            sheet.rows(&formats(&it.formats, 0));
        }
        Shown::Struct(it) => {
            sheet.about(
                &it.doc,
                &[
                    ("Length", format!("{} bytes", it.length)),
                    ("C name", it.c_name.clone()),
                    ("Rust", it.rust.clone()),
                    ("Used by", links(&it.used_by)),
                ],
            );
            sheet.heading("members", "offset, length, name, type");
            sheet.rows(&members(&it.members, 0));
        }
        Shown::Enum(it) => enumeration(sheet, it),
        shown => part(sheet, shown),
    }
}

/// A part of something: its own docs and facts, then what it holds.
fn part(sheet: &mut Sheet, shown: &Shown) {
    let inside = match shown {
        Shown::Attribute(it) => {
            sheet.about(
                &it.doc,
                &[
                    ("Number", it.number.to_string()),
                    ("Type", type_of(it)),
                    ("Limits", it.limits.join(", ")),
                    ("Written as", it.hint.unwrap_or_default().to_owned()),
                    ("Keys", it.keys.join(", ")),
                    ("C name", it.c_name.clone()),
                    ("Rust", field(&it.rust, &it.rust_type)),
                ],
            );
            &it.inside
        }
        Shown::Format(it) => {
            sheet.about(
                &it.doc,
                &[
                    ("Number", it.number.map(|it| it.to_string()).unwrap_or_default()),
                    ("Holds", it.payload.to_string()),
                    ("Rust", it.rust.clone()),
                ],
            );
            &it.inside
        }
        Shown::Member(it) => {
            sheet.about(
                &it.doc,
                &[
                    ("Offset", it.offset.to_string()),
                    ("Length", it.length.to_string()),
                    ("Type", it.ty.to_string()),
                    ("Written as", it.hint.unwrap_or_default().to_owned()),
                    ("Rust", field(&it.rust, &it.rust_type)),
                ],
            );
            &it.inside
        }
        Shown::Entry(it) => {
            sheet.about(
                &it.doc,
                &[("Value", value(it)), ("C name", it.c_name.clone()), ("Rust", it.rust.clone())],
            );
            &None
        }
        Shown::Constant(it) => {
            sheet.about(
                &it.doc,
                &[
                    ("Value", it.value.clone()),
                    ("C name", it.c_name.clone()),
                    ("Rust", it.rust.clone()),
                ],
            );
            &None
        }
        _ => &None,
    };
    let (heading, rows) = match inside {
        Some(Inside::Attributes(it)) => ("attributes", attributes(it, 0)),
        Some(Inside::Formats(it)) => ("formats", formats(it, 0)),
        Some(Inside::Members(it)) => ("members", members(it, 0)),
        Some(Inside::Values(it)) => ("values", it.iter().map(entry).collect()),
        None => return,
    };
    sheet.heading(heading, "");
    sheet.rows(&rows);
}

fn operation(sheet: &mut Sheet, it: &Operation) {
    sheet.about(
        &it.doc,
        &[
            ("C name", it.c_name.clone()),
            ("Permission", it.permission.unwrap_or("none").to_owned()),
            ("Set", it.set.clone().unwrap_or_default()),
            ("Numbers", numbers(it)),
        ],
    );
    let examples: Vec<_> = it.calls().filter_map(|(_, call)| call.example.as_ref()).collect();
    list(sheet, "examples", &examples, |example| row(vec![Cell::name(example)], ""));
    // Messages that are alike are shown once.
    let mut messages: Vec<(String, &Message)> = Vec::new();
    let all = it.calls().flat_map(|(mode, Call { request, reply, .. })| {
        let request = (format!("{mode} request"), request);
        [Some(request), reply.as_ref().map(|reply| (format!("{mode} reply"), reply))]
    });
    for (title, message) in all.flatten() {
        let alike = |other: &Message| {
            let names = |of: &Message| of.attributes.iter().map(|it| it.number).collect::<Vec<_>>();
            other.header == message.header && names(other) == names(message)
        };
        match messages.iter_mut().find(|(_, other)| alike(other)) {
            Some((titles, _)) => titles.push_str(&format!(", {title}")),
            None => messages.push((title, message)),
        }
    }
    for (title, it) in messages {
        message(sheet, &title, it);
    }
}

/// The numbers of the requests, and of replies that have others.
fn numbers(it: &Operation) -> String {
    let number = |(mode, call): (&str, &Call)| {
        let reply = call.reply.as_ref().map(|reply| reply.number);
        let request = call.request.number;
        match reply.filter(|reply| *reply != request) {
            Some(reply) => format!("{mode} {request}, reply {reply}"),
            None => format!("{mode} {request}"),
        }
    };
    it.calls().map(number).collect::<Vec<_>>().join("; ")
}

fn message(sheet: &mut Sheet, title: &str, message: &Message) {
    sheet.heading(title, &message.rust);
    if let Some(header) = &message.header {
        sheet.doc(&format!("Header `{header}`, then attributes."));
        sheet.rows(&members(&message.members, 0));
    }
    match message.attributes.as_slice() {
        [] if message.header.is_none() => sheet.doc("Nothing."),
        attributes_of => sheet.rows(&attributes(attributes_of, 0)),
    }
}

fn enumeration(sheet: &mut Sheet, it: &Enum) {
    sheet.about(
        &it.doc,
        &[
            ("Kind", it.kind_text.to_owned()),
            ("Number of", it.widths.join(", ")),
            ("Rust", it.rust.clone()),
            ("Used by", links(&it.used_by)),
        ],
    );
    sheet.heading("values", "");
    sheet.rows(&it.entries.iter().map(entry).collect::<Vec<_>>());
}

fn entry(it: &Entry) -> Row {
    let cells = vec![Cell::dim(value(it)), Cell::name(&it.name)];
    Row { depth: 0, cells, doc: it.doc.clone(), notes: vec![it.c_name.clone()] }
}

fn value(it: &Entry) -> String {
    match it.bit {
        Some(bit) => format!("{:#x} (bit {bit})", it.value),
        None => it.value.to_string(),
    }
}

/// A Rust field with its type.
fn field(name: &Option<String>, ty: &Option<String>) -> String {
    match (name, ty) {
        (Some(name), Some(ty)) => format!("{name}: {ty}"),
        _ => String::new(),
    }
}

fn links(links: &[Link]) -> String {
    links.iter().map(Link::to_string).collect::<Vec<_>>().join(", ")
}

fn type_of(it: &Attribute) -> String {
    let multi = if it.multi { ", several" } else { "" };
    format!("{}{multi}", it.ty)
}

fn attributes(attributes: &[Attribute], depth: usize) -> Vec<Row> {
    let mut rows = Vec::new();
    for it in attributes.iter().filter(|it| it.rust.is_some()) {
        let mut ty = vec![type_of(it)];
        ty.extend(it.limits.iter().cloned());
        let cells = vec![Cell::dim(it.number), Cell::name(&it.name), Cell::plain(ty.join(", "))];
        let mut notes = Vec::from_iter(values(&it.inside));
        notes.push(it.c_name.clone());
        rows.push(Row { depth, cells, doc: it.doc.clone(), notes });
        rows.extend(inside(&it.inside, depth + 1));
    }
    rows
}

fn formats(formats: &[Format], depth: usize) -> Vec<Row> {
    let mut rows = Vec::new();
    for it in formats {
        let number = it.number.map(|number| number.to_string()).unwrap_or_default();
        let payload = Cell::plain(&it.payload);
        let cells = vec![Cell::dim(number), Cell::name(&it.value), payload];
        rows.push(Row { depth, cells, doc: it.doc.clone(), notes: Vec::new() });
        rows.extend(inside(&it.inside, depth + 1));
    }
    rows
}

fn members(members: &[Member], depth: usize) -> Vec<Row> {
    let mut rows = Vec::new();
    for it in members {
        let place = Cell::dim(format!("{} +{}", it.offset, it.length));
        let cells = vec![place, Cell::name(&it.name), Cell::plain(&it.ty)];
        let notes = Vec::from_iter(values(&it.inside));
        rows.push(Row { depth, cells, doc: it.doc.clone(), notes });
        rows.extend(inside(&it.inside, depth + 1));
    }
    rows
}

fn inside(inside: &Option<Inside>, depth: usize) -> Vec<Row> {
    match inside {
        Some(Inside::Attributes(it)) => attributes(it, depth),
        Some(Inside::Formats(it)) => formats(it, depth),
        Some(Inside::Members(it)) => members(it, depth),
        Some(Inside::Values(_)) | None => Vec::new(),
    }
}

/// The values of an enum in one line.
fn values(inside: &Option<Inside>) -> Option<String> {
    let Some(Inside::Values(entries)) = inside else { return None };
    let names = entries.iter().take(VALUES).map(|it| it.name.as_str());
    let mut text = names.collect::<Vec<_>>().join(" | ");
    if entries.len() > VALUES {
        text.push_str(&format!(" | {} more", entries.len() - VALUES));
    }
    Some(text)
}
