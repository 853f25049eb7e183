//! What the attributes at one level of a message mean, by our own tables.

use crate::attrs::{Entry, Set, find};
use crate::checks::{Checks, Rule};
use crate::kind::Kind;
use crate::shape::Shape;
use crate::wire::{ATTR_HEADER_LEN, ATTR_ID_MASK, ATTR_NESTED, align};

/// What the attributes at one level mean.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Level {
    Set(&'static Set),
    InOrder(&'static Set),
    Array(List),
    Keyed(List),
    Unknown,
}

/// The entries of a list.
#[derive(Clone, Copy, Debug)]
pub(crate) struct List {
    pub(crate) shape: &'static Shape,
    checks: Option<&'static Checks>,
}

/// What one attribute is.
#[derive(Clone, Copy)]
pub(crate) struct Meaning {
    pub(crate) shape: Shape,
    checks: Option<&'static Checks>,
}

impl Meaning {
    pub(crate) fn of(entry: &'static Entry) -> Self {
        Self { shape: entry.shape, checks: entry.checks }
    }

    /// Bytes of which no more is known.
    pub(crate) fn of_bytes() -> Self {
        Self { shape: Shape::Leaf(Kind::Binary), checks: None }
    }

    pub(crate) fn rule(self) -> Rule {
        Rule::of(self.shape, self.checks)
    }

    /// What its payload holds; `scope` is where selectors stand.
    pub(crate) fn inside(self, scope: &[u8]) -> Level {
        let list = |shape| List { shape, checks: self.checks };
        match self.shape {
            Shape::SubMessage { selector, formats, .. } => {
                let shape = find(scope, selector).map(|selector| formats.under(selector));
                // A sub-message holds attributes or a struct, not another one.
                let meaning = shape.map(|shape| Self { shape, checks: None });
                meaning.map_or(Level::Unknown, |meaning| meaning.inside(&[]))
            }
            Shape::Leaf(_) | Shape::Swapped(_) => Level::Unknown,
            Shape::Nest(set) => Level::Set(set.get()),
            Shape::InOrder(set) => Level::InOrder(set.get()),
            Shape::Array(entry) => Level::Array(list(entry)),
            Shape::Keyed(entry) => Level::Keyed(list(entry)),
        }
    }
}

impl Level {
    /// Length of what stands before the attributes.
    pub(crate) fn header(self) -> usize {
        match self {
            Self::Set(set) => set.header,
            _ => 0,
        }
    }

    /// Whether sub-messages find their selectors here.
    pub(crate) fn is_scope(self) -> bool {
        matches!(self, Self::Set(set) if set.scope)
    }

    /// What attribute `id` is here; `None` where nothing is known of it.
    pub(crate) fn meaning(self, id: u16) -> Option<Meaning> {
        match self {
            Self::Set(set) | Self::InOrder(set) => set.entry(id).map(Meaning::of),
            Self::Array(List { shape, checks }) | Self::Keyed(List { shape, checks }) => {
                Some(Meaning { shape: *shape, checks })
            }
            Self::Unknown => None,
        }
    }
}

/// An attribute with its place.
#[derive(Clone, Copy)]
pub(crate) struct Located<'a> {
    /// Where its header begins.
    pub(crate) at: usize,
    pub(crate) id: u16,
    /// Whether it is marked as a nest.
    pub(crate) nested: bool,
    pub(crate) payload: &'a [u8],
}

/// The attributes in `bytes` with their places. After one that is malformed, whose place is the error,
/// there is nothing more.
pub(crate) fn located(bytes: &[u8]) -> impl Iterator<Item = Result<Located<'_>, usize>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let rest = bytes.get(at..).filter(|rest| !rest.is_empty())?;
        let found = locate(rest, at);
        at += found.map_or(rest.len(), |found| align(ATTR_HEADER_LEN + found.payload.len()));
        Some(found.ok_or(bytes.len() - rest.len()))
    })
}

fn locate(rest: &[u8], at: usize) -> Option<Located<'_>> {
    let &[l0, l1, t0, t1] = rest.first_chunk()?;
    let payload = rest.get(ATTR_HEADER_LEN..u16::from_ne_bytes([l0, l1]).into())?;
    let kind = u16::from_ne_bytes([t0, t1]);
    Some(Located { at, id: kind & ATTR_ID_MASK, nested: kind & ATTR_NESTED != 0, payload })
}
