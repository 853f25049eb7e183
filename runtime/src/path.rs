//! From a place in a message to the name of the attribute that stands there.

use crate::attrs::{Entry, Set};
use crate::level::{Level, Meaning};
use crate::wire::{ATTR_HEADER_LEN, ATTR_ID_MASK, align};

/// Where an offset leads.
pub(crate) struct Place {
    /// The attribute's path: `.peers[2].allowedips[0]`.
    pub(crate) path: String,
    /// The set inside the attribute, where it is a nest.
    pub(crate) inner: Option<&'static Set>,
}

/// The attribute that holds byte `offset` of `bytes`, which hold a message of `set`; the innermost
/// one whose header begins there or whose payload holds the byte. `None` where the offset lies in no
/// attribute.
pub(crate) fn path_to(bytes: &[u8], set: &'static Set, offset: usize) -> Option<Place> {
    let mut place = Place { path: String::new(), inner: None };
    let mut level = Level::Set(set);
    let (mut bytes, mut offset, mut scope) = (bytes, offset, &[][..]);
    loop {
        let header = level.header();
        let within = offset.checked_sub(header).zip(bytes.get(header..));
        let found = within.and_then(|(offset, bytes)| Some((find(bytes, offset)?, offset, bytes)));
        let Some((found, here, attrs)) = found else {
            return Some(place).filter(|place| !place.path.is_empty());
        };
        if level.is_scope() {
            scope = attrs;
        }
        let inner = describe(&mut place.path, level, attrs, scope, &found);
        place.inner = match inner {
            Level::Set(set) => Some(set),
            _ => None,
        };
        // The header is the attribute's own; only beyond it can an inner one stand.
        let payload = found.start + ATTR_HEADER_LEN;
        if here < payload || matches!(inner, Level::Unknown) {
            return Some(place);
        }
        bytes = attrs.get(payload..found.start + found.len)?;
        offset = here - payload;
        level = inner;
    }
}

struct Found {
    start: usize,
    len: usize,
    id: u16,
}

/// The attribute whose header or payload holds `offset`.
fn find(bytes: &[u8], offset: usize) -> Option<Found> {
    headers(bytes).find(|found| offset < found.start + align(found.len.max(ATTR_HEADER_LEN)))
}

fn headers(bytes: &[u8]) -> impl Iterator<Item = Found> {
    let mut start = 0;
    std::iter::from_fn(move || {
        let &[l0, l1, t0, t1] = bytes.get(start..)?.first_chunk()?;
        let len = usize::from(u16::from_ne_bytes([l0, l1]));
        let found = Found { start, len, id: u16::from_ne_bytes([t0, t1]) & ATTR_ID_MASK };
        start += align(len.max(ATTR_HEADER_LEN));
        Some(found)
    })
}

/// Appends the step to `found`, and tells what its payload holds.
fn describe(path: &mut String, level: Level, bytes: &[u8], scope: &[u8], found: &Found) -> Level {
    match level {
        Level::Set(set) => match set.entry(found.id) {
            Some(entry) => {
                push_entry(path, entry, bytes, found);
                Meaning::of(entry).inside(scope)
            }
            None => {
                path.push_str(&format!(".{}", found.id));
                Level::Unknown
            }
        },
        Level::InOrder(set) => {
            path.push_str(&format!("[{}]", position(bytes, found)));
            describe(path, Level::Set(set), &[], scope, found)
        }
        Level::Array(_) => {
            path.push_str(&format!("[{}]", position(bytes, found)));
            inside(level, found, scope)
        }
        Level::Keyed(_) => {
            path.push_str(&format!("[{}]", found.id));
            inside(level, found, scope)
        }
        Level::Unknown => Level::Unknown,
    }
}

fn inside(level: Level, found: &Found, scope: &[u8]) -> Level {
    level.meaning(found.id).map_or(Level::Unknown, |meaning| meaning.inside(scope))
}

/// How many attributes stand before `found`.
fn position(bytes: &[u8], found: &Found) -> usize {
    headers(bytes).take_while(|other| other.start < found.start).count()
}

fn push_entry(path: &mut String, entry: &Entry, bytes: &[u8], found: &Found) {
    path.extend([".", entry.name]);
    if entry.multi {
        let before = headers(bytes).take_while(|other| other.start < found.start);
        let index = before.filter(|other| other.id == entry.id).count();
        path.push_str(&format!("[{index}]"));
    }
}

/// Where the attribute with this path stands in `bytes`, which hold a message of `set`: the reverse of
/// [`path_to`], by it, so that both have one idea of what a path is.
#[cfg(feature = "serve")]
pub(crate) fn offset_of(bytes: &[u8], set: &'static Set, path: &str) -> Option<usize> {
    // Attributes are aligned, and a path's first offset is that of the attribute's header.
    let mut offsets = (set.header..bytes.len()).step_by(align(1));
    offsets.find(|&at| path_to(bytes, set, at).is_some_and(|place| place.path == path))
}
