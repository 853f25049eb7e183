//! What an attribute's payload holds, as data: what paths, checks and descriptions go by.

use std::fmt;

use crate::attrs::{NlAttrs, Set};
use crate::kind::Kind;

/// What an attribute's payload holds, as far as can be told without its Rust type.
#[derive(Clone, Copy, Debug)]
pub enum Shape {
    /// A value; a number in the byte order of the host.
    Leaf(Kind),
    /// A number in the other byte order than the host's.
    Swapped(Kind),
    /// Attributes of a set.
    Nest(&'static NestedSet),
    /// Attributes of a set whose order means something.
    InOrder(&'static NestedSet),
    /// Entries whose numbers count them (indexed-array).
    Array(&'static Shape),
    /// Entries whose numbers are data (nest-type-value).
    Keyed(&'static Shape),
    /// What another attribute chooses.
    SubMessage {
        /// Number of that attribute.
        selector: u16,
        /// Whether it stands in an outer set.
        outer: bool,
        /// What the payload can hold.
        formats: &'static Formats,
    },
}

/// The set of a nest: not itself but what gives it, since sets can be recursive.
#[derive(Clone, Copy)]
pub enum NestedSet {
    /// That of a type.
    Type(fn() -> &'static Set),
    /// One that was made at run time.
    Made(&'static (dyn Fn() -> &'static Set + Sync)),
}

impl NestedSet {
    /// The set.
    pub fn get(&self) -> &'static Set {
        match self {
            Self::Type(set) => set(),
            Self::Made(set) => set(),
        }
    }
}

/// What a sub-message can hold.
#[derive(Clone, Copy)]
pub enum Formats {
    /// What [`SubMessage::shape`](crate::SubMessage::shape) of a type says.
    Type(fn(&[u8]) -> Shape),
    /// What was made at run time.
    Made(&'static (dyn Fn(&[u8]) -> Shape + Sync)),
}

impl Formats {
    /// What the payload holds under a selector with this payload.
    pub fn under(&self, selector: &[u8]) -> Shape {
        match self {
            Self::Type(shape) => shape(selector),
            Self::Made(shape) => shape(selector),
        }
    }
}

/// The set of `T`, as a function for [`NestedSet::Type`].
pub(crate) fn set_of<'a, T: NlAttrs<'a>>() -> &'static Set {
    T::SET
}

/// By its name: what is in it can hold it again.
impl fmt::Debug for NestedSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("NestedSet").field(&self.get().name).finish()
    }
}

impl fmt::Debug for Formats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Formats")
    }
}
