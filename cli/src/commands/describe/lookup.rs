//! From what somebody typed to the one thing that it means.

use crate::failure::{Failure, code};
use crate::reference::{Family, Found, Item, Kind, Link};
use crate::specs::similar;

/// A place in a family.
type Place<'f> = (Link, Found<'f>);

/// What `what` means in the family.
///
/// # Errors
/// Where it means nothing, or more than one thing.
pub(super) fn find<'f>(family: &'f Family, what: &str) -> Result<Place<'f>, Failure> {
    // Errors begin paths with a dot.
    let what = what.strip_prefix('.').unwrap_or(what);
    let items = family.items();
    let addressed = items.iter().filter(|it| it.link.to_string() == what);
    let by_path = items.iter().filter(|it| it.link.path == what);
    let by_other_name = items.iter().filter(|it| it.is_whole() && is_called(it, what));
    let by_part = items.iter().filter(|it| !it.is_whole() && is_called(it, what));
    let rounds: [Vec<&Item<'f>>; 3] =
        [addressed.collect(), by_path.chain(by_other_name).collect(), by_part.collect()];
    for mut found in rounds {
        found.dedup_by(|one, other| one.link == other.link);
        without_subsets(family, &mut found);
        if !found.is_empty() {
            let found = found.iter().map(|item| (item.link.clone(), item.found));
            return only(family, what, found.collect());
        }
    }
    match what.contains('.') {
        true => walk(family, &items, what),
        false => Err(unknown(family, what, &items)),
    }
}

fn only<'f>(family: &Family, what: &str, mut found: Vec<Place<'f>>) -> Result<Place<'f>, Failure> {
    match found.pop() {
        Some(one) if found.is_empty() => Ok(one),
        last => {
            found.extend(last);
            Err(ambiguous(family, what, &found))
        }
    }
}

fn is_called(item: &Item<'_>, what: &str) -> bool {
    // Many things have no name in C, or none in Rust.
    !what.is_empty() && [item.name, item.c_name, item.rust].contains(&what)
}

/// Leaves out the attributes of sets that are parts of others, where those are there too.
fn without_subsets(family: &Family, found: &mut Vec<&Item<'_>>) {
    let is_part = |item: &Item<'_>| {
        let set = item.link.path.split_once('.').and_then(|(set, _)| family.set(set));
        item.link.kind == Kind::Attribute && set.is_some_and(|set| set.subset_of.is_some())
    };
    if found.iter().any(|item| !is_part(item)) {
        found.retain(|item| !is_part(item));
    }
}

/// A path through nests, as errors have them: from an operation, a set, a sub-message or a struct on, or from
/// within the messages of operations.
fn walk<'f>(family: &'f Family, items: &[Item<'f>], what: &str) -> Result<Place<'f>, Failure> {
    let (begin, rest) = what.split_once('.').unwrap_or((what, ""));
    let is_begin =
        |it: &&Item<'_>| it.is_whole() && (it.name == begin || it.link.to_string() == begin);
    if let Some(item) = items.iter().find(is_begin) {
        let found = steps(family, vec![(item.link.clone(), item.found)], rest.split('.'))?;
        return only(family, what, found);
    }
    let operations = items.iter().filter(|it| it.link.kind == Kind::Operation);
    let begins: Vec<_> = operations.map(|it| (it.link.clone(), it.found)).collect();
    if next(family, &begins, begin).is_empty() {
        return Err(unknown(family, what, items));
    }
    only(family, what, steps(family, begins, what.split('.'))?)
}

/// Where a path leads from some places; where it does not, the first name that is not there is told.
fn steps<'f, 'n>(
    family: &'f Family,
    mut places: Vec<Place<'f>>,
    names: impl Iterator<Item = &'n str>,
) -> Result<Vec<Place<'f>>, Failure> {
    for name in names {
        let found = next(family, &places, name);
        if found.is_empty() {
            return Err(no_part(family, &places, name));
        }
        places = found;
    }
    Ok(places)
}

/// What is called `name` in the places; the format of a sub-message may be left out.
fn next<'f>(family: &'f Family, places: &[Place<'f>], name: &str) -> Vec<Place<'f>> {
    let parts = |(link, found): &Place<'f>| family.parts(link, *found);
    let all: Vec<_> = places.iter().flat_map(parts).collect();
    let called = |parts: &[(Link, &'f str, Found<'f>)]| -> Vec<Place<'f>> {
        let named = parts.iter().filter(|(_, own, _)| *own == name);
        named.map(|(link, _, found)| (link.clone(), *found)).collect()
    };
    let mut found = called(&all);
    if found.is_empty() {
        let formats = all.iter().filter(|(link, ..)| link.kind == Kind::Format);
        let behind = formats.flat_map(|(link, _, found)| family.parts(link, *found));
        found = called(&behind.collect::<Vec<_>>());
    }
    found.sort_by(|(one, _), (other, _)| one.cmp(other));
    found.dedup_by(|(one, _), (other, _)| one == other);
    found
}

fn no_part(family: &Family, places: &[Place<'_>], name: &str) -> Failure {
    let of = places.first().map(|(link, _)| link.to_string()).unwrap_or_default();
    let failure = Failure::new(code::UNKNOWN, format_args!("there is no `{name}` in `{of}`"));
    let parts: Vec<_> =
        places.iter().flat_map(|(link, found)| family.parts(link, *found)).collect();
    match similar(name, parts.iter().map(|(_, own, _)| *own)) {
        Some(name) => failure.help(format_args!("there is a similar name: `{name}`")),
        None => {
            failure.help(format_args!("`nlkit describe {} {of}` shows what it has", family.name))
        }
    }
}

fn ambiguous(family: &Family, what: &str, found: &[Place<'_>]) -> Failure {
    let name = &family.name;
    let failure = Failure::usage(format_args!("`{what}` is several things in `{name}`"));
    let links: Vec<String> = found.iter().map(|(link, _)| format!("`{link}`")).collect();
    failure.help(format_args!("say which: {}", links.join(", ")))
}

fn unknown(family: &Family, what: &str, items: &[Item<'_>]) -> Failure {
    let name = &family.name;
    let failure = Failure::new(code::UNKNOWN, format_args!("there is no `{what}` in `{name}`"));
    // A word before a colon says of what kind the name is.
    let kind = what.split_once(':').and_then(|(word, bare)| {
        Some((Kind::ALL.into_iter().find(|kind| kind.word() == word)?, bare))
    });
    let bare = kind.map_or(what, |(_, bare)| bare);
    let of_kind = |it: &&Item<'_>| kind.is_none_or(|(kind, _)| it.link.kind == kind);
    // What stands for itself comes first, where others are as similar.
    let (wholes, parts): (Vec<_>, Vec<_>) =
        items.iter().filter(of_kind).partition(|it| it.is_whole());
    let all = || wholes.iter().chain(&parts);
    let near = similar(bare, all().flat_map(|it| names_of(it)));
    let near = near.and_then(|near| all().find(|it| names_of(it).contains(&near)));
    match near {
        Some(item) => {
            let link = &item.link;
            failure.help(format_args!("there is something with a similar name: `{link}`"))
        }
        None => failure.help(format_args!(
            "`nlkit describe {name}` lists what there is, `--search` looks in docs"
        )),
    }
}

fn names_of<'i>(item: &'i Item<'_>) -> [&'i str; 3] {
    [item.name, item.c_name, &item.link.path]
}
