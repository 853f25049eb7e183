//! The tree for people: an operation in a line, its attributes indented below, what they hold further in.

use std::collections::BTreeMap;
use std::fmt::Write;

use anstyle::{AnsiColor, Style};
use nlkit::Kind;

use super::tree::{Attribute, Checked, Operation, Table, Tree};
use crate::kernel;

const OPERATION: Style = Style::new().bold();
const NAME: Style = AnsiColor::Cyan.on_default();
const NOTE: Style = Style::new().dimmed();

/// The tree as text.
pub(super) fn of(tree: &Tree, colored: bool) -> String {
    let mut text = Text { out: String::new(), colored, shown: BTreeMap::new() };
    text.family(tree);
    tree.operations.iter().for_each(|op| text.operation(op));
    text.out
}

struct Text {
    out: String,
    colored: bool,
    /// The policies that were shown, by index, and whose they are.
    shown: BTreeMap<u32, String>,
}

impl Text {
    fn styled(&mut self, style: Style, words: &str) {
        // Writing into a string cannot fail.
        let _ = match self.colored {
            true => write!(self.out, "{style}{words}{style:#}"),
            false => write!(self.out, "{words}"),
        };
    }

    fn family(&mut self, tree: &Tree) {
        self.styled(OPERATION, &tree.family);
        let _ = write!(self.out, "  id {}, version {}", tree.id, tree.version);
        if !tree.has_spec {
            self.styled(NOTE, "  no spec: numbers for names");
        }
        self.out.push('\n');
        if let Some(why) = tree.silent {
            self.styled(NOTE, &format!("  {why}\n"));
        }
    }

    fn operation(&mut self, op: &Operation) {
        let same = |checked: &Option<Checked>| checked.as_ref()?.as_ref().map(|table| table.index);
        match (&op.once, &op.dump) {
            (Some(once), Some(_)) if same(&op.once) == same(&op.dump) => {
                self.call(op, "do and dump", once);
            }
            (once, dump) => {
                if let Some(once) = once {
                    self.call(op, "do", once);
                }
                if let Some(dump) = dump {
                    self.call(op, "dump", dump);
                }
            }
        }
    }

    fn call(&mut self, op: &Operation, mode: &str, checked: &Checked) {
        self.out.push('\n');
        let name = match &op.name {
            Some(name) => format!("{name} ({})", op.id),
            None => format!("operation {}", op.id),
        };
        self.styled(OPERATION, &name);
        let _ = write!(self.out, "  {mode}");
        if let Some(capability) = op.permission.capability() {
            self.styled(NOTE, &format!(", needs {capability}"));
        }
        let Some(table) = checked else {
            self.styled(NOTE, "  without a policy");
            self.out.push('\n');
            return;
        };
        if table.attributes.as_ref().is_some_and(Vec::is_empty) {
            self.styled(NOTE, "  takes no attributes");
        } else if let Some(first) = self.shown.get(&table.index).cloned() {
            self.styled(NOTE, &format!("  as {first}"));
        } else {
            self.shown.insert(table.index, format!("{name} {mode}"));
            self.out.push('\n');
            return self.table(table, 2);
        }
        self.out.push('\n');
    }

    fn table(&mut self, table: &Table, indent: usize) {
        let attributes = table.attributes.as_deref().unwrap_or_default();
        let width = attributes.iter().map(|it| label(it).chars().count()).max().unwrap_or(0);
        for attribute in attributes {
            let label = label(attribute);
            let _ = write!(self.out, "{:indent$}", "");
            self.styled(NAME, &label);
            let fill = width - label.chars().count() + 2;
            let kind = attribute.info.kind().map_or("unknown", Kind::name);
            let _ = write!(self.out, "{:fill$}{kind}", "");
            for phrase in kernel::checks(&attribute.info).phrases() {
                let _ = write!(self.out, ", {phrase}");
            }
            if let Some(Table { attributes: None, .. }) = attribute.inside {
                self.styled(NOTE, ", as above");
            }
            self.out.push('\n');
            if let Some(inside) = &attribute.inside {
                self.table(inside, indent + 2);
            }
        }
    }
}

fn label(attribute: &Attribute) -> String {
    match &attribute.name {
        Some(name) => format!("{name} ({})", attribute.id),
        None => attribute.id.to_string(),
    }
}
