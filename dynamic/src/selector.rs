//! What the formats of a sub-message are told apart by.

use nlkit::{Selector as _, Shape, Text};
use nlkit_codegen::ir::{Format, Selector};

use crate::tables::of_number;

/// The value of a selector.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Key<'a> {
    Text(&'a str),
    Number(u64),
}

impl<'a> Key<'a> {
    /// The value that chooses a format.
    pub(crate) fn of(format: &'a Format) -> Self {
        format.number.map_or(Self::Text(&format.value), Self::Number)
    }

    /// The value in the payload of a selector; `None` where it is none.
    pub(crate) fn read(selector: &Selector, payload: &'a [u8]) -> Option<Self> {
        match selector {
            Selector::Text => Text::key(payload).map(Self::Text),
            Selector::Number(scalar) => {
                let number = match of_number(scalar) {
                    Shape::Leaf(kind) => kind.value(payload, false),
                    Shape::Swapped(kind) => kind.value(payload, true),
                    _ => None,
                };
                Some(Self::Number(u64::try_from(number?).ok()?))
            }
        }
    }
}
