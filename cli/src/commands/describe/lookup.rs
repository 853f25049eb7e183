//! From what somebody typed to the one thing that it means.

use crate::failure::{Failure, code};
use crate::reference::{Family, Found, Item, Kind, Link};
use crate::specs::similar;

/// What `what` means in the family.
///
/// # Errors
/// Where it means nothing, or more than one thing.
pub(super) fn find<'f>(family: &'f Family, what: &str) -> Result<(Link, Found<'f>), Failure> {
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
        match found.as_slice() {
            [] => {}
            [item] => return Ok((item.link.clone(), item.found)),
            _ => return Err(ambiguous(family, what, &found)),
        }
    }
    walk(family, &items, what).unwrap_or_else(|| Err(unknown(family, what, &items)))
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

/// A path through nests, as errors have them: from an operation, a set, a sub-message or a struct on.
/// `None` where it begins with none of them.
fn walk<'f>(
    family: &'f Family,
    items: &[Item<'f>],
    what: &str,
) -> Option<Result<(Link, Found<'f>), Failure>> {
    let (begin, rest) = what.split_once('.')?;
    let is_begin =
        |it: &&Item<'_>| it.is_whole() && (it.name == begin || it.link.to_string() == begin);
    let begin = items.iter().find(is_begin)?;
    let mut at = (begin.link.clone(), begin.found);
    for name in rest.split('.') {
        let parts = family.parts(&at.0, at.1);
        match parts.iter().find(|(_, own, _)| *own == name) {
            Some((link, _, found)) => at = (link.clone(), *found),
            None => {
                let names = parts.iter().map(|(_, own, _)| *own);
                return Some(Err(no_part(&at.0, name, names)));
            }
        }
    }
    Some(Ok(at))
}

fn no_part<'n>(of: &Link, name: &str, names: impl Iterator<Item = &'n str>) -> Failure {
    let failure = Failure::new(code::UNKNOWN, format_args!("there is no `{name}` in `{of}`"));
    match similar(name, names) {
        Some(name) => failure.help(format_args!("there is a similar name: `{name}`")),
        None => failure.help(format_args!("`nlkit describe FAMILY {of}` shows what it has")),
    }
}

fn ambiguous(family: &Family, what: &str, found: &[&Item<'_>]) -> Failure {
    let name = &family.name;
    let failure = Failure::usage(format_args!("`{what}` is several things in `{name}`"));
    let links: Vec<String> = found.iter().map(|item| format!("`{}`", item.link)).collect();
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
