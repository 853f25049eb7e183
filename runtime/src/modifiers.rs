//! How a request that changes something is meant.

use crate::names::Names;

/// Flags of a request that changes something: how it treats what is there already.
///
/// Families of raw protocols (rtnetlink, nfnetlink) go by them; those of generic netlink rarely do.
/// Display names them: `excl | create`.
///
/// ```
/// use nlkit::Modifiers;
///
/// let new = Modifiers::CREATE | Modifiers::EXCL;
/// assert_eq!(new.to_string(), "excl | create");
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Modifiers(u16);

impl Modifiers {
    /// `NLM_F_REPLACE`: replace what is there.
    pub const REPLACE: Self = Self(0x100);
    /// `NLM_F_EXCL`: fail where it is there already (`EEXIST`).
    pub const EXCL: Self = Self(0x200);
    /// `NLM_F_CREATE`: make it where it is not there.
    pub const CREATE: Self = Self(0x400);
    /// `NLM_F_APPEND`: add to the end of a list.
    pub const APPEND: Self = Self(0x800);
    /// `NLM_F_NONREC`, of a request that deletes: not what is below. The bit is that of `REPLACE`.
    pub const NONREC: Self = Self(0x100);
    /// `NLM_F_BULK`, of a request that deletes: all that match. The bit is that of `EXCL`.
    pub const BULK: Self = Self(0x200);
    /// `NLM_F_ECHO`: tell the asker what was made, as its listeners are told.
    pub(crate) const ECHO: Self = Self(0x08);
}

impl Names for Modifiers {
    const NAMES: &'static [(u64, &'static str)] = &[
        (0x08, "echo"),
        (0x100, "replace"),
        (0x200, "excl"),
        (0x400, "create"),
        (0x800, "append"),
    ];
}

crate::open_flags!(Modifiers, u16);
