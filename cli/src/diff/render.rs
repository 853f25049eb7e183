//! What a comparison found, as text for people and as JSON.

use std::collections::BTreeMap;

use anstyle::{AnsiColor, Style};
use serde_json::{Map, Value, json};

use crate::count::counted;

use super::model::{Change, Class, Counts, FamilyDiff, Fate, Item, Kind, Side};

const ADDED: Style = AnsiColor::Green.on_default();
const REMOVED: Style = AnsiColor::Red.on_default();
const CHANGED: Style = AnsiColor::Yellow.on_default();
const BREAKS: Style = AnsiColor::Red.on_default().bold();
/// The columns of the text, as far as names are not longer.
const COLUMNS: usize = 100;
const HEADING: Style = Style::new().bold();

impl Counts {
    /// The main ones in words: `14 operations, 9 sets, 80 attributes`.
    pub(super) fn text(&self) -> String {
        let main = [Item::Operation, Item::Notification, Item::Set, Item::Attribute, Item::Struct];
        let counts = main.iter().filter_map(|item| match self.of.get(item)? {
            0 => None,
            count => Some(counted(*count, item.name(), &item.plural())),
        });
        counts.collect::<Vec<_>>().join(", ")
    }

    fn json(&self) -> Value {
        let counts = self.of.iter().map(|(item, count)| (item.plural(), json!(count)));
        Value::Object(counts.collect())
    }
}

/// How many changes there are, in all ways in which they are counted.
struct Summary {
    families: BTreeMap<&'static str, usize>,
    classes: BTreeMap<Class, usize>,
    items: BTreeMap<Item, BTreeMap<Kind, usize>>,
    old: Counts,
    new: Counts,
}

impl Summary {
    fn of(families: &[FamilyDiff]) -> Self {
        let mut summary = Self {
            families: BTreeMap::new(),
            classes: BTreeMap::new(),
            items: BTreeMap::new(),
            old: Counts::default(),
            new: Counts::default(),
        };
        for family in families {
            *summary.families.entry(family.fate.name()).or_default() += 1;
            family.old.iter().for_each(|side| summary.old += &side.counts);
            family.new.iter().for_each(|side| summary.new += &side.counts);
            for change in &family.changes {
                for class in change.classes() {
                    *summary.classes.entry(class).or_default() += 1;
                }
                // What of a thing is another is counted with it, however much that is.
                let kinds = summary.items.entry(change.item).or_default();
                *kinds.entry(change.kind).or_default() += 1;
            }
        }
        summary
    }

    fn json(&self) -> Value {
        let families = Fate::ALL.map(|it| (it.name(), self.families.get(it.name())));
        let classes = Class::ALL.map(|it| (it.name(), self.classes.get(&it)));
        let items = self.items.iter().map(|(item, kinds)| {
            let kinds = Kind::ALL.map(|it| (it.name(), kinds.get(&it)));
            (item.plural(), counts(&kinds))
        });
        json!({
            "families": counts(&families),
            "classes": counts(&classes),
            "items": items.collect::<Map<_, _>>(),
            "old": self.old.json(),
            "new": self.new.json(),
        })
    }

    /// The last lines.
    fn text(&self) -> String {
        let family = |fate: Fate| self.families.get(fate.name()).copied().unwrap_or(0);
        let class = |class: Class| self.classes.get(&class).copied().unwrap_or(0);
        let docs = match class(Class::Docs) {
            0 => String::new(),
            count => format!(", {count} docs"),
        };
        let totals =
            [Item::Operation, Item::Notification, Item::Set, Item::Attribute, Item::Struct];
        let totals = totals.iter().filter_map(|item| {
            let count = |counts: &Counts| counts.of.get(item).copied().unwrap_or(0);
            let (old, new) = (count(&self.old), count(&self.new));
            (old != new).then(|| format!("{} {old} -> {new}", item.plural()))
        });
        let totals: Vec<String> = totals.collect();
        let totals = if totals.is_empty() { String::new() } else { totals.join(", ") + "\n" };
        format!(
            "families: {} added, {} removed, {} changed, {} the same\n{totals}\
             changes: {} added, {} wire, {} api, {} other{docs}\n",
            family(Fate::Added),
            family(Fate::Removed),
            family(Fate::Changed),
            family(Fate::Same),
            class(Class::Added),
            class(Class::Wire),
            class(Class::Api),
            class(Class::Other),
        )
    }
}

fn counts(counts: &[(&'static str, Option<&usize>)]) -> Value {
    let counts =
        counts.iter().map(|(name, count)| ((*name).to_owned(), json!(count.unwrap_or(&0))));
    Value::Object(counts.collect())
}

/// The comparison as JSON.
pub(crate) fn json(families: &[FamilyDiff]) -> Value {
    let side = |side: &Option<Side>| match side {
        Some(side) => json!({"name": side.name, "file": side.file, "counts": side.counts.json()}),
        None => Value::Null,
    };
    let listed = families.iter().map(|family| {
        json!({
            "family": family.name,
            "fate": family.fate.name(),
            "old": side(&family.old),
            "new": side(&family.new),
            "changes": family.changes.iter().map(change_json).collect::<Vec<_>>(),
        })
    });
    let listed: Vec<Value> = listed.collect();
    json!({"families": listed, "summary": Summary::of(families).json()})
}

fn change_json(change: &Change) -> Value {
    let classes: Vec<&str> = change.classes().into_iter().map(Class::name).collect();
    json!({
        "change": change.kind.name(),
        "item": change.item.name(),
        "of": change.of,
        "name": change.name,
        "aspect": change.aspect,
        "old": change.old,
        "new": change.new,
        "classes": classes,
        "implied": change.implied,
    })
}

/// The comparison as text: a block for each family that is not the same, then how much that is.
pub(crate) fn text(families: &[FamilyDiff], colored: bool) -> String {
    let paint = |style: Style, text: &str| match colored {
        true => format!("{style}{text}{style:#}"),
        false => text.to_owned(),
    };
    let mut text = String::new();
    for family in families.iter().filter(|family| family.fate != Fate::Same) {
        text.push_str(&paint(HEADING, &family.name));
        text.push_str(&files(family));
        text.push('\n');
        for Line { kind, words, breaks } in lines(&family.changes) {
            let (sign, style) = match kind {
                Kind::Added => ("+", ADDED),
                Kind::Removed => ("-", REMOVED),
                Kind::Renamed | Kind::Changed => ("~", CHANGED),
            };
            text.push_str(&format!("  {}", paint(style, &wrapped(&format!("{sign} {words}")))));
            if !breaks.is_empty() {
                text.push_str(&paint(BREAKS, &format!("  [{}]", breaks.join(", "))));
            }
            text.push('\n');
        }
        text.push('\n');
    }
    text + &Summary::of(families).text()
}

/// A line of the text.
struct Line {
    kind: Kind,
    words: String,
    /// The classes that break something.
    breaks: Vec<&'static str>,
}

/// The lines of a family: one for each change, but some stand in one together.
fn lines(changes: &[Change]) -> Vec<Line> {
    let mut changes: Vec<&Change> = changes.iter().filter(|it| !it.implied).collect();
    changes.sort_by_key(|change| change.item);
    let mut lines: Vec<Line> = Vec::new();
    let mut listed: Vec<(Kind, String, Vec<&'static str>, usize)> = Vec::new();
    for change in changes {
        let classes = change.classes().into_iter();
        let breaks = classes.filter(|class| matches!(class, Class::Wire | Class::Api));
        let breaks: Vec<&str> = breaks.map(Class::name).collect();
        let (kind, words) = (change.kind, words(change));
        let Some(member) = in_one_line(change) else {
            lines.push(Line { kind, words, breaks });
            continue;
        };
        let same = listed.iter().find(|it| it.0 == kind && it.1 == words && it.2 == breaks);
        match same.and_then(|same| lines.get_mut(same.3)) {
            Some(line) => line.words.push_str(&format!(", {member}")),
            None => {
                listed.push((kind, words.clone(), breaks.clone(), lines.len()));
                lines.push(Line { kind, words: format!("{words}: {member}"), breaks });
            }
        }
    }
    lines
}

/// What stands in one line with others that have the same words: what an operation lists, and numbers that
/// mean nothing.
fn in_one_line(change: &Change) -> Option<String> {
    match change.item {
        Item::Listed => Some(change.name.clone()),
        Item::Attribute if is_unused(change) => Some(full_name(change)),
        _ => None,
    }
}

fn is_unused(change: &Change) -> bool {
    let what = change.new.as_ref().or(change.old.as_ref());
    change.aspect.is_none() && what.is_some_and(|what| what.ends_with(", unused"))
}

fn full_name(change: &Change) -> String {
    match &change.of {
        Some(of) => format!("{of}.{}", change.name),
        None => change.name.clone(),
    }
}

/// A line in columns that people read, what is too long for it indented below.
fn wrapped(line: &str) -> String {
    let mut text = String::new();
    let mut width = 2;
    for word in line.split(' ') {
        let len = word.chars().count();
        if width > 2 && width + 1 + len > COLUMNS {
            text.push_str("\n      ");
            width = 6;
        } else if width > 2 {
            text.push(' ');
            width += 1;
        }
        text.push_str(word);
        width += len;
    }
    text
}

/// The files of a family, where they are not called alike.
fn files(family: &FamilyDiff) -> String {
    let name = |side: &Side| side.file.rsplit('/').next().unwrap_or(&side.file).to_owned();
    match (&family.old, &family.new) {
        (Some(old), Some(new)) if name(old) != name(new) => {
            format!("  ({} is {} now)", name(old), name(new))
        }
        _ => String::new(),
    }
}

/// What a change is, in words; of those that stand in one line, what they have in common.
fn words(change: &Change) -> String {
    let Change { kind, item, of, aspect, old, new, .. } = change;
    if let (Item::Listed, Some(of)) = (item, of) {
        let places = new.as_ref().or(old.as_ref());
        return format!("{of} lists in {}", places.map_or("", String::as_str));
    }
    if is_unused(change) {
        return "unused".to_owned();
    }
    let name = full_name(change);
    let (old, new) = (old.as_deref().unwrap_or_default(), new.as_deref().unwrap_or_default());
    let what = item.name();
    match (kind, aspect) {
        (Kind::Added | Kind::Removed, Some(aspect)) => format!("{what} {name}: {aspect}"),
        (Kind::Added, None) => format!("{what} {name}: {new}"),
        (Kind::Removed, None) => format!("{what} {name}: {old}"),
        (Kind::Renamed, _) => format!("{what} {name}: was called {old}"),
        (Kind::Changed, Some("doc")) => format!("{what} {name}: other docs"),
        (Kind::Changed, aspect) => {
            format!("{what} {name}: {} {old} -> {new}", aspect.unwrap_or_default())
        }
    }
}
