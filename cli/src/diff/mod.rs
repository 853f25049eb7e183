//! What two specs, or two folders of them, have that is not the same, and whom that breaks.
//!
//! `model` is the result as data, `compare` makes it of two families, `render` makes text and JSON of it.

mod compare;
mod model;
mod render;

use nlkit_codegen::ir::{EnumKind, Family};

use crate::sources::Resolved;

use self::compare::matching::{normal, pairs};
use self::model::{Change, Classes, Counts, Item, Kind, Side};

pub(crate) use self::model::{Class, FamilyDiff, Fate};
pub(crate) use self::render::{json, text};

/// What counts as a change, and as a break.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Options {
    /// Whether docs are compared.
    pub(crate) docs: bool,
    /// Whether structs are taken to be without `#[non_exhaustive]`.
    pub(crate) exhaustive: bool,
}

/// Compares the specs of two folders: families are matched by their names, then by those of their
/// files, `_` and `-` being the same.
pub(crate) fn folders(old: &[Resolved], new: &[Resolved], options: Options) -> Vec<FamilyDiff> {
    let same =
        |old: &Resolved, new: &Resolved| new.origin.stem().is_some_and(|stem| is_called(old, stem));
    let pairs = pairs(old, new, |it| &it.family.name, same);
    let mut diffs: Vec<FamilyDiff> =
        pairs.into_iter().filter_map(|(old, new)| family(old, new, options)).collect();
    diffs.sort_by(|one, other| one.name.cmp(&other.name));
    diffs
}

/// Whether a spec is that of the family, by its name or by that of its file.
pub(crate) fn is_called(spec: &Resolved, name: &str) -> bool {
    let name = normal(name);
    normal(&spec.family.name) == name || spec.origin.stem().is_some_and(|it| normal(it) == name)
}

/// Compares two specs of a family, whatever they are called; `None` where there is neither.
pub(crate) fn family(
    old: Option<&Resolved>,
    new: Option<&Resolved>,
    options: Options,
) -> Option<FamilyDiff> {
    let (fate, changes) = match (old, new) {
        (Some(old), Some(new)) => {
            let changes = compare::compare(&old.family, &new.family, options);
            let fate = if changes.is_empty() { Fate::Same } else { Fate::Changed };
            (fate, changes)
        }
        (None, Some(new)) => {
            let nothing = compare::nothing_of(&new.family);
            let parts = compare::compare(&nothing, &new.family, options);
            (Fate::Added, whole(Kind::Added, &new.family, parts))
        }
        (Some(old), None) => {
            let nothing = compare::nothing_of(&old.family);
            let parts = compare::compare(&old.family, &nothing, options);
            (Fate::Removed, whole(Kind::Removed, &old.family, parts))
        }
        (None, None) => return None,
    };
    let name = new.or(old)?.family.name.clone();
    Some(FamilyDiff { name, fate, old: old.map(side), new: new.map(side), changes })
}

/// The changes of a family that was added or removed: it, and all that comes with it.
fn whole(kind: Kind, family: &Family, mut parts: Vec<Change>) -> Vec<Change> {
    parts.iter_mut().for_each(|part| part.implied = true);
    let what = Some(counts(family).text());
    let (old, new, classes) = match kind {
        Kind::Added => (None, what, Classes::NONE),
        _ => (what, None, Classes::BOTH),
    };
    let (item, name) = (Item::Family, family.name.clone());
    let change =
        Change { kind, item, of: None, name, aspect: None, old, new, classes, implied: false };
    parts.insert(0, change);
    parts
}

fn side(of: &Resolved) -> Side {
    let Resolved { file, family, .. } = of;
    Side { name: family.name.clone(), file: file.clone(), counts: counts(family) }
}

/// How many there are of each kind; attributes that subsets have from other sets are counted there.
fn counts(family: &Family) -> Counts {
    let sets = || family.sets.iter();
    let enums = || family.enums.iter().filter(|it| it.kind != EnumKind::FlagsOfEnum);
    let own = sets().filter(|set| set.subset_of.is_none());
    let of = [
        (Item::Operation, family.operations.len()),
        (Item::Notification, family.notifications.as_ref().map_or(0, Vec::len)),
        (Item::Group, family.groups.len()),
        (Item::Set, family.sets.len()),
        (Item::Attribute, own.map(|set| set.attributes.len()).sum()),
        (Item::SubMessage, family.sub_messages.len()),
        (Item::Format, family.sub_messages.iter().map(|it| it.formats.len()).sum()),
        (Item::Enum, enums().count()),
        (Item::Entry, enums().map(|it| it.entries.len()).sum()),
        (Item::Struct, family.structs.len()),
        (Item::Member, family.structs.iter().map(|it| it.members.len()).sum()),
        (Item::Constant, family.consts.len()),
    ];
    Counts { of: of.into_iter().collect() }
}
