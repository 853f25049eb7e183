//! Enums and flags that keep what they do not know.

use std::fmt;

/// The names of an enum's values, or of the bits of flags.
pub trait Names {
    /// Value, or bit mask, and name as in the spec.
    const NAMES: &'static [(u64, &'static str)];
}

/// Writes the name of `value`, or the number itself.
#[doc(hidden)]
pub fn fmt_enum<T: Names>(
    value: u64,
    number: &dyn fmt::Display,
    f: &mut fmt::Formatter<'_>,
) -> fmt::Result {
    match T::NAMES.iter().find(|(known, _)| *known == value) {
        Some((_, name)) => f.pad(name),
        None => number.fmt(f),
    }
}

/// Writes the names of the bits that are set, and what is left in hex: `dim | blink | 0x80`.
#[doc(hidden)]
pub fn fmt_flags<T: Names>(bits: u64, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let mut rest = bits;
    let mut names = Vec::new();
    for (mask, name) in T::NAMES {
        if *mask != 0 && rest & mask == *mask {
            names.push((*name).to_owned());
            rest &= !mask;
        }
    }
    if rest != 0 || bits == 0 {
        names.push(format!("{rest:#x}"));
    }
    f.pad(&names.join(" | "))
}

/// Makes a newtype over an unsigned number an open enum: conversions from and into the number,
/// `Debug` and `Display` by name. A value without a name is kept and shown as its number.
///
/// ```
/// #[derive(Clone, Copy, PartialEq)]
/// struct Mode(u32);
/// impl Mode {
///     const OFF: Self = Self(0);
///     const ON: Self = Self(1);
/// }
/// impl nlkit::Names for Mode {
///     const NAMES: &'static [(u64, &'static str)] = &[(0, "off"), (1, "on")];
/// }
/// nlkit::open_enum!(Mode, u32);
///
/// assert_eq!(Mode::from(1), Mode::ON);
/// assert_eq!(format!("{} {}", Mode::OFF, Mode(7)), "off 7");
/// ```
#[macro_export]
macro_rules! open_enum {
    ($type:ident, $repr:ident) => {
        $crate::open_number!($type, $repr);
        impl ::core::fmt::Display for $type {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                $crate::__private::fmt_enum::<Self>(u64::from(self.0), &self.0, f)
            }
        }
    };
}

/// Makes a newtype over an unsigned number a set of flags: conversions from and into the bits,
/// `contains`, `|`, `&`, `-`, `Debug` and `Display` by name. Bits without a name are kept.
///
/// ```
/// #[derive(Clone, Copy, Default, PartialEq)]
/// struct Features(u64);
/// impl Features {
///     const DIM: Self = Self(1 << 0);
///     const BLINK: Self = Self(1 << 1);
/// }
/// impl nlkit::Names for Features {
///     const NAMES: &'static [(u64, &'static str)] = &[(1 << 0, "dim"), (1 << 1, "blink")];
/// }
/// nlkit::open_flags!(Features, u64);
///
/// let all = Features::DIM | Features::BLINK | Features(0x80);
/// assert!(all.contains(Features::BLINK));
/// assert_eq!(all.to_string(), "dim | blink | 0x80");
/// assert_eq!((all - Features::DIM).bits(), 0x82);
/// ```
#[macro_export]
macro_rules! open_flags {
    ($type:ident, $repr:ident) => {
        $crate::open_number!($type, $repr);
        impl $type {
            /// The bits, those without a name included.
            pub const fn bits(self) -> $repr {
                self.0
            }

            /// Whether no bit is set.
            pub const fn is_empty(self) -> bool {
                self.0 == 0
            }

            /// Whether all bits of `other` are set.
            pub const fn contains(self, other: Self) -> bool {
                self.0 & other.0 == other.0
            }
        }
        impl ::core::ops::BitOr for $type {
            type Output = Self;
            fn bitor(self, other: Self) -> Self {
                Self(self.0 | other.0)
            }
        }
        impl ::core::ops::BitOrAssign for $type {
            fn bitor_assign(&mut self, other: Self) {
                self.0 |= other.0;
            }
        }
        impl ::core::ops::BitAnd for $type {
            type Output = Self;
            fn bitand(self, other: Self) -> Self {
                Self(self.0 & other.0)
            }
        }
        impl ::core::ops::Sub for $type {
            type Output = Self;
            fn sub(self, other: Self) -> Self {
                Self(self.0 & !other.0)
            }
        }
        impl ::core::fmt::Display for $type {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                $crate::__private::fmt_flags::<Self>(u64::from(self.0), f)
            }
        }
    };
}

/// What open enums and flags have in common.
#[doc(hidden)]
#[macro_export]
macro_rules! open_number {
    ($type:ident, $repr:ident) => {
        impl ::core::convert::From<$repr> for $type {
            fn from(number: $repr) -> Self {
                Self(number)
            }
        }
        impl ::core::convert::From<$type> for $repr {
            fn from(value: $type) -> Self {
                value.0
            }
        }
        impl ::core::fmt::Debug for $type {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                ::core::fmt::Display::fmt(self, f)
            }
        }
    };
}

/// Lets an open enum or flags over a wide number lie in a narrower one too, in sets that have it
/// so; a value that does not fit there is an encode error.
#[macro_export]
macro_rules! narrow {
    ($type:ident, $narrow:ident) => {
        impl ::core::convert::From<$narrow> for $type {
            fn from(number: $narrow) -> Self {
                Self(number.into())
            }
        }
        impl ::core::convert::TryFrom<$type> for $narrow {
            type Error = ::core::num::TryFromIntError;
            fn try_from(value: $type) -> ::core::result::Result<Self, Self::Error> {
                Self::try_from(value.0)
            }
        }
    };
}
