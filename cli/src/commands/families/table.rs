//! Families as people read them.

use std::io::{self, Write};
use std::process::ExitCode;

use anstyle::{AnsiColor, Style};
use nlkit_codegen::ir::Protocol;
use serde_json::Value;

use super::Entry;
use crate::commands::Outcome;
use crate::output::Output;
use crate::protocol;

const HEADING: Style = Style::new().bold();
const NAME: Style = AnsiColor::Cyan.on_default();
const ABSENT: Style = Style::new().dimmed();

/// A table under construction: rows of cells, the first of them the heading.
struct Table {
    rows: Vec<(Style, Vec<String>)>,
    colored: bool,
}

impl Table {
    fn new(colored: bool, heading: &[&str]) -> Self {
        let heading = heading.iter().map(|&cell| cell.to_owned()).collect();
        Self { rows: vec![(HEADING, heading)], colored }
    }

    /// The lines, each column as wide as its widest cell.
    fn text(&self) -> String {
        let columns = self.rows.iter().map(|(_, cells)| cells.len()).max().unwrap_or(0);
        let width = |column| {
            let cells = self.rows.iter().filter_map(|(_, cells)| cells.get(column));
            cells.map(|cell: &String| cell.chars().count()).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..columns).map(width).collect();
        let mut text = String::new();
        for (style, cells) in &self.rows {
            let mut line = String::new();
            for (column, (cell, width)) in cells.iter().zip(&widths).enumerate() {
                let padded = format!("{cell:width$}  ");
                // The heading, and what is absent, as a whole; of others the name.
                let style = if *style == Style::new() && column == 0 { NAME } else { *style };
                match self.colored && style != Style::new() {
                    true => line += &format!("{style}{}{style:#}", padded),
                    false => line += &padded,
                }
            }
            text += line.trim_end();
            text.push('\n');
        }
        text
    }
}

/// Prints a line for each family.
pub(super) fn print<'e>(entries: impl Iterator<Item = &'e Entry>, output: &Output) -> Outcome {
    let heading = ["FAMILY", "ID", "VERSION", "OPERATIONS", "GROUPS", "SPEC"];
    let mut table = Table::new(output.is_colored(), &heading);
    for entry in entries {
        let spec = entry.origin.as_ref().map_or("-".to_owned(), ToString::to_string);
        let Some(info) = &entry.info else {
            table.rows.push((ABSENT, absent(entry, spec)));
            continue;
        };
        let number = |number: Option<u32>| number.map_or("-".to_owned(), |it| it.to_string());
        let groups = info.groups.iter().flatten().filter_map(|group| group.name.as_ref());
        let groups: Vec<String> = groups.map(ToString::to_string).collect();
        table.rows.push((
            Style::new(),
            vec![
                entry.name.clone(),
                number(info.id.map(u32::from)),
                number(info.version),
                info.ops.as_ref().map_or(0, Vec::len).to_string(),
                if groups.is_empty() { "-".to_owned() } else { groups.join(" ") },
                spec,
            ],
        ));
    }
    io::stdout().write_all(table.text().as_bytes())?;
    Ok(ExitCode::SUCCESS)
}

/// The cells of a family that has no id: what its spec says, and the protocol of one without generic netlink.
fn absent(entry: &Entry, origin: String) -> Vec<String> {
    let spec = super::spec_of(entry);
    let protocol = spec.as_ref().and_then(|spec| match spec.protocol {
        Protocol::Raw(number) => Some(protocol::name(number.into())),
        Protocol::Generic => None,
    });
    let none = || "-".to_owned();
    let operations = spec.as_ref().map(|spec| spec.operations.len().to_string());
    let groups = spec.iter().flat_map(|spec| &spec.groups).map(|group| group.name.as_str());
    let groups = groups.collect::<Vec<_>>().join(" ");
    vec![
        entry.name.clone(),
        protocol.unwrap_or_else(none),
        none(),
        operations.unwrap_or_else(none),
        if groups.is_empty() { none() } else { groups },
        origin,
    ]
}

/// Prints a family with its operations and groups.
pub(super) fn print_one(record: &Value, output: &Output) -> Outcome {
    let colored = output.is_colored();
    let text = |name: &str| match record.get(name) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Null) | None => "-".to_owned(),
        Some(value) => value.to_string(),
    };
    let mut out = String::new();
    let name = text("name");
    match colored {
        true => out += &format!("{HEADING}{name}{HEADING:#}"),
        false => out += &name,
    }
    out += &match (record.get("id"), record.get("in-kernel")) {
        (Some(id), _) => format!(
            "  id {id}, version {}, header of {} bytes, attributes up to {}\n",
            text("version"),
            text("header-size"),
            text("max-attribute"),
        ),
        (None, Some(Value::Bool(false))) => "  this kernel does not have it\n".to_owned(),
        (None, _) => format!("  without generic netlink, protocol {}\n", text("protocol")),
    };
    out += &match text("spec").as_str() {
        "-" => "spec: none\n".to_owned(),
        spec => format!("spec: {spec}\n"),
    };
    for (what, columns) in [("operations", OPERATIONS), ("groups", GROUPS)] {
        if let Some(Value::Array(entries)) = record.get(what)
            && !entries.is_empty()
        {
            out.push('\n');
            out += &parts(entries, columns, colored).text();
        }
    }
    io::stdout().write_all(out.as_bytes())?;
    Ok(ExitCode::SUCCESS)
}

/// The columns of what a family has: what stands above them, and the members that they are of.
type Columns = &'static [(&'static str, &'static str)];

const OPERATIONS: Columns = &[
    ("OPERATION", "name"),
    ("ID", "id"),
    ("DO", "do"),
    ("DUMP", "dump"),
    ("PERMISSION", "permission"),
];
const GROUPS: Columns = &[("GROUP", "name"), ("ID", "id")];

/// A table of operations or groups.
fn parts(entries: &[Value], columns: Columns, colored: bool) -> Table {
    let headings: Vec<&str> = columns.iter().map(|(heading, _)| *heading).collect();
    let mut table = Table::new(colored, &headings);
    for entry in entries {
        let cell = |&(_, name): &(&str, &str)| match entry.get(name) {
            Some(Value::String(text)) if name == "permission" && text == "any" => String::new(),
            Some(Value::String(text)) => text.clone(),
            Some(Value::Bool(can)) => if *can { name } else { "" }.to_owned(),
            Some(Value::Null) | None => "-".to_owned(),
            Some(value) => value.to_string(),
        };
        table.rows.push((Style::new(), columns.iter().map(cell).collect()));
    }
    table
}
