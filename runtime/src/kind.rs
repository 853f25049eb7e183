//! What an attribute holds, in the kernel's words.

use std::fmt;

/// What an attribute holds (`enum netlink_attribute_type` in linux/netlink.h).
///
/// The kernel names its attributes so in policies, and ours have their kind in [`Shape`](crate::Shape).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// Nothing: that it stands there is what it says.
    Flag,
    /// Unsigned, 8 bits.
    U8,
    /// Unsigned, 16 bits.
    U16,
    /// Unsigned, 32 bits.
    U32,
    /// Unsigned, 64 bits.
    U64,
    /// Signed, 8 bits.
    S8,
    /// Signed, 16 bits.
    S16,
    /// Signed, 32 bits.
    S32,
    /// Signed, 64 bits.
    S64,
    /// Bytes.
    Binary,
    /// Text, with or without a NUL at its end.
    String,
    /// Text with a NUL at its end.
    NulString,
    /// Attributes.
    Nested,
    /// Nests, one for each entry of a list.
    NestedArray,
    /// 32 bits, and a mask of those that count.
    Bitfield32,
    /// Signed, 32 or 64 bits.
    Sint,
    /// Unsigned, 32 or 64 bits.
    Uint,
}

impl Kind {
    /// All of them, in the order of their numbers, which begin with 1.
    const ALL: [(Self, &'static str); 17] = [
        (Self::Flag, "flag"),
        (Self::U8, "u8"),
        (Self::U16, "u16"),
        (Self::U32, "u32"),
        (Self::U64, "u64"),
        (Self::S8, "s8"),
        (Self::S16, "s16"),
        (Self::S32, "s32"),
        (Self::S64, "s64"),
        (Self::Binary, "binary"),
        (Self::String, "string"),
        (Self::NulString, "nul-string"),
        (Self::Nested, "nested"),
        (Self::NestedArray, "nested-array"),
        (Self::Bitfield32, "bitfield32"),
        (Self::Sint, "sint"),
        (Self::Uint, "uint"),
    ];

    /// The kind with this number (`NL_ATTR_TYPE_*`); `None` of one that is not known, and of 0, which
    /// is no kind.
    pub fn from_number(number: u32) -> Option<Self> {
        let index = usize::try_from(number.checked_sub(1)?).ok()?;
        Self::ALL.get(index).map(|(kind, _)| *kind)
    }

    /// Its number (`NL_ATTR_TYPE_*`).
    pub const fn number(self) -> u32 {
        self as u32 + 1
    }

    /// Its name, as in specs: `u32`, `nul-string`.
    pub fn name(self) -> &'static str {
        Self::ALL.get(self as usize).map_or("", |(_, name)| name)
    }

    /// The values that a number of this kind can have; `None` of what is no number.
    pub const fn range(self) -> Option<(i128, i128)> {
        let (bits, signed) = match self {
            Self::U8 => (8, false),
            Self::U16 => (16, false),
            Self::U32 => (32, false),
            Self::U64 | Self::Uint => (64, false),
            Self::S8 => (8, true),
            Self::S16 => (16, true),
            Self::S32 => (32, true),
            Self::S64 | Self::Sint => (64, true),
            _ => return None,
        };
        Some(match signed {
            true => (-(1 << (bits - 1)), (1 << (bits - 1)) - 1),
            false => (0, (1 << bits) - 1),
        })
    }

    /// The length in bytes of a number that has just one.
    pub(crate) const fn width(self) -> Option<usize> {
        Some(match self {
            Self::U8 | Self::S8 => 1,
            Self::U16 | Self::S16 => 2,
            Self::U32 | Self::S32 => 4,
            Self::U64 | Self::S64 => 8,
            _ => return None,
        })
    }

    /// Whether it is text or bytes, whose length can have limits.
    pub const fn has_length(self) -> bool {
        matches!(self, Self::Binary | Self::String | Self::NulString)
    }

    /// The number in a payload of this kind, whose bytes lie the other way round than the host's where
    /// `swapped`. `None` of what is no number, and of a length that it does not have.
    pub fn value(self, payload: &[u8], swapped: bool) -> Option<i128> {
        let (lowest, _) = self.range()?;
        let fits = match self.width() {
            Some(width) => payload.len() == width,
            None => matches!(payload.len(), 4 | 8),
        };
        if !fits {
            return None;
        }
        let big = cfg!(target_endian = "big") != swapped;
        let add = |number: i128, byte: &u8| number << 8 | i128::from(*byte);
        let unsigned = match big {
            true => payload.iter().fold(0, add),
            false => payload.iter().rev().fold(0, add),
        };
        let above = 1 << (payload.len() * 8);
        let negative = lowest < 0 && unsigned >= above / 2;
        Some(if negative { unsigned - above } else { unsigned })
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
