//! What an attribute may hold, and what is wrong with one that holds something else.

use std::fmt;

use crate::errno;
use crate::kind::Kind;
use crate::shape::Shape;
use crate::wire::{ATTR_HEADER_LEN, MAX_NESTING};

/// Limits of an attribute: what a spec's `checks` say, or a policy of the kernel.
///
/// The derive makes one of `#[nl(min = 1, max = 100)]`; by hand it is
/// ```
/// use nlkit::Checks;
///
/// const PERCENT: Checks = Checks::NONE.min(1).max(100);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Checks {
    pub(crate) min: Option<i128>,
    pub(crate) max: Option<i128>,
    pub(crate) min_len: Option<u32>,
    pub(crate) max_len: Option<u32>,
    pub(crate) mask: Option<u64>,
}

impl Checks {
    /// Without any limit.
    pub const NONE: Self = Self { min: None, max: None, min_len: None, max_len: None, mask: None };

    /// A number is `min` at least.
    #[must_use]
    pub const fn min(self, min: i128) -> Self {
        Self { min: Some(min), ..self }
    }

    /// A number is `max` at most.
    #[must_use]
    pub const fn max(self, max: i128) -> Self {
        Self { max: Some(max), ..self }
    }

    /// Bytes, or text without its NUL, have this length at least.
    #[must_use]
    pub const fn min_len(self, bytes: u32) -> Self {
        Self { min_len: Some(bytes), ..self }
    }

    /// Bytes, or text without its NUL, have this length at most.
    #[must_use]
    pub const fn max_len(self, bytes: u32) -> Self {
        Self { max_len: Some(bytes), ..self }
    }

    /// Bytes, or text without its NUL, have just this length.
    #[must_use]
    pub const fn exact_len(self, bytes: u32) -> Self {
        self.min_len(bytes).max_len(bytes)
    }

    /// Only these bits of a number may be set.
    #[must_use]
    pub const fn mask(self, bits: u64) -> Self {
        Self { mask: Some(bits), ..self }
    }

    /// Whether some attribute of this shape could break them: a limit of values needs a number, one of
    /// lengths bytes or text.
    pub(crate) const fn fit(&self, shape: Shape) -> bool {
        let (Shape::Leaf(kind) | Shape::Swapped(kind)) = innermost(shape) else {
            return false;
        };
        let number = kind.range().is_some();
        let values = self.min.is_some() || self.max.is_some();
        let bits = self.mask.is_some();
        let lengths = self.min_len.is_some() || self.max_len.is_some();
        !(values && !number
            || bits && !number && !matches!(kind, Kind::Bitfield32)
            || lengths && !kind.has_length())
    }
}

/// The shape of a list's entries, where it is one.
const fn innermost(shape: Shape) -> Shape {
    let mut shape = shape;
    while let Shape::Array(entry) | Shape::Keyed(entry) = shape {
        shape = *entry;
    }
    shape
}

/// What an attribute should hold: its kind, and the limits.
///
/// Displays as `u32, 1 to 4294967295`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Rule {
    /// Its kind; `None` where a newer kernel has one that is not known.
    pub kind: Option<Kind>,
    /// Its limits.
    pub checks: Checks,
    /// Whether it is a number of the byte order that the host has not.
    pub(crate) swapped: bool,
}

impl Rule {
    pub(crate) const fn new(kind: Option<Kind>, checks: Checks) -> Self {
        Self { kind, checks, swapped: false }
    }

    /// The rule of an attribute of our own tables.
    pub(crate) fn of(shape: Shape, checks: Option<&Checks>) -> Self {
        let kind = match shape {
            Shape::Leaf(kind) | Shape::Swapped(kind) => Some(kind),
            Shape::Nest(_) | Shape::InOrder(_) | Shape::Array(_) | Shape::Keyed(_) => {
                Some(Kind::Nested)
            }
            Shape::SubMessage { .. } => None,
        };
        let swapped = matches!(shape, Shape::Swapped(_));
        // The limits of a list are those of its entries.
        let checks = match shape {
            Shape::Leaf(_) | Shape::Swapped(_) => checks.copied().unwrap_or(Checks::NONE),
            _ => Checks::NONE,
        };
        Self { kind, checks, swapped }
    }

    /// Whether a number is one that it may hold. `None` where the rule says nothing of numbers beyond
    /// what their kind can hold.
    pub(crate) fn takes(&self, value: i128) -> Option<bool> {
        let (lowest, highest) = self.kind?.range()?;
        if !(lowest..=highest).contains(&value) {
            return Some(false);
        }
        if let Some(mask) = self.checks.mask {
            return Some(value & !i128::from(mask) == 0);
        }
        let (min, max) = (self.checks.min.unwrap_or(lowest), self.checks.max.unwrap_or(highest));
        // Kernels tell the full range of a kind, too, where they check nothing.
        let says = min > lowest || max < highest;
        says.then(|| (min..=max).contains(&value))
    }

    /// Checks a payload as the kernel does in its strict way (`validate_nla` in lib/nlattr.c).
    pub(crate) fn check(&self, payload: &[u8], nested_flag: bool) -> Result<(), Fault> {
        let Some(kind) = self.kind else { return Ok(()) };
        let found = payload.len();
        // In the order in which the kernel does, so that of several faults it is the same one.
        if kind.width().is_some_and(|width| width != found) {
            return Err(Fault::Length(found));
        }
        let nest = matches!(kind, Kind::Nested | Kind::NestedArray);
        match (nest, nested_flag) {
            (true, false) => return Err(Fault::NotMarked),
            (false, true) => return Err(Fault::Marked),
            _ => {}
        }
        match kind {
            Kind::Flag if found > 0 => Err(Fault::Length(found)),
            Kind::Bitfield32 => self.check_bitfield(payload),
            Kind::Binary => self.check_length(found),
            Kind::NulString => self.check_nul(payload).and_then(|()| self.check_text(payload)),
            Kind::String => self.check_text(payload),
            Kind::Nested if (1..ATTR_HEADER_LEN).contains(&found) => Err(Fault::Length(found)),
            Kind::Flag | Kind::Nested | Kind::NestedArray => Ok(()),
            _ => self.check_number(kind, payload),
        }
    }

    fn check_number(&self, kind: Kind, payload: &[u8]) -> Result<(), Fault> {
        let Some(value) = kind.value(payload, self.swapped) else {
            return Err(Fault::Length(payload.len()));
        };
        let Checks { min, max, mask, .. } = self.checks;
        if min.is_some_and(|min| value < min) || max.is_some_and(|max| value > max) {
            return Err(Fault::OutOfRange(value));
        }
        // Of a negative number all upper bits are set, as the kernel sees it.
        let bits = u64::try_from(value & i128::from(u64::MAX)).unwrap_or_default();
        match mask.map_or(0, |mask| bits & !mask) {
            0 => Ok(()),
            reserved => Err(Fault::ReservedBits(reserved)),
        }
    }

    /// Checks that text ends where it must, whatever is behind.
    fn check_nul(&self, payload: &[u8]) -> Result<(), Fault> {
        let max = self.checks.max_len.and_then(|max| usize::try_from(max).ok());
        let longest = max.map_or(payload.len(), |max| max.saturating_add(1));
        match payload.split_at_checked(longest) {
            Some((text, rest)) if !text.contains(&0) => Err(match rest.is_empty() {
                true => Fault::Unterminated,
                false => Fault::TooLong(payload.len()),
            }),
            None if !payload.contains(&0) => Err(Fault::Unterminated),
            _ => Ok(()),
        }
    }

    fn check_text(&self, payload: &[u8]) -> Result<(), Fault> {
        match payload {
            [] => Err(Fault::Length(0)),
            [text @ .., 0] => self.check_length(text.len()),
            text => self.check_length(text.len()),
        }
    }

    fn check_length(&self, found: usize) -> Result<(), Fault> {
        let Checks { min_len, max_len, .. } = self.checks;
        let len = u32::try_from(found).unwrap_or(u32::MAX);
        match min_len.is_none_or(|min| len >= min) && max_len.is_none_or(|max| len <= max) {
            true => Ok(()),
            false => Err(Fault::Length(found)),
        }
    }

    fn check_bitfield(&self, payload: &[u8]) -> Result<(), Fault> {
        let Ok([v0, v1, v2, v3, s0, s1, s2, s3]) = <[u8; 8]>::try_from(payload) else {
            return Err(Fault::Length(payload.len()));
        };
        let value = u32::from_ne_bytes([v0, v1, v2, v3]);
        let selector = u32::from_ne_bytes([s0, s1, s2, s3]);
        let reserved = self.checks.mask.map_or(0, |mask| u64::from(value | selector) & !mask);
        match reserved | u64::from(value & !selector) {
            0 => Ok(()),
            bits => Err(Fault::Bitfield(bits)),
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind.map_or("unknown type", Kind::name))?;
        let Checks { min, max, min_len, max_len, mask } = self.checks;
        match (min, max) {
            (Some(min), Some(max)) => write!(f, ", {min} to {max}")?,
            (Some(min), None) => write!(f, ", {min} or more")?,
            (None, Some(max)) => write!(f, ", {max} at most")?,
            (None, None) => {}
        }
        match (min_len, max_len) {
            (Some(min), Some(max)) if min == max => write!(f, ", {min} bytes")?,
            (Some(min), Some(max)) => write!(f, ", {min} to {max} bytes")?,
            (Some(min), None) => write!(f, ", {min} bytes or more")?,
            (None, Some(max)) => write!(f, ", {max} bytes at most")?,
            (None, None) => {}
        }
        mask.map_or(Ok(()), |mask| write!(f, ", bits {mask:#x}"))
    }
}

/// What is wrong with an attribute, or with a message.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// A number outside of its range.
    OutOfRange(i128),
    /// Bits of a number that may not be set.
    ReservedBits(u64),
    /// Bits of a bitfield32 that may not be set, or whose selector is not.
    Bitfield(u64),
    /// A length in bytes that its kind or its limits do not have.
    Length(usize),
    /// Text without a NUL at its end.
    Unterminated,
    /// Text of so many bytes with its NUL, which is not where it has to be at the latest.
    TooLong(usize),
    /// A nest that is not marked as one (`NLA_F_NESTED`).
    NotMarked,
    /// Something else that is marked as a nest (`NLA_F_NESTED`).
    Marked,
    /// An attribute that there is not.
    Unknown,
    /// An attribute that there is, but not to be set.
    Rejected,
    /// A nest in a list whose bytes are fewer than the header of an attribute.
    ShortEntry(usize),
    /// An attribute's header that is cut, or gives a length that is not there.
    Malformed,
    /// A message that is shorter than its fixed header.
    NoHeader,
    /// Nests deeper in each other than [`MAX_NESTING`].
    TooDeep,
    /// An operation that the running kernel does not have.
    NoOperation,
    /// A request of another family than that of the policies.
    OtherFamily,
}

impl Fault {
    /// The errno that the kernel refuses this with, under a rule, in its strict way.
    pub(crate) fn errno(&self, rule: Option<&Rule>) -> i32 {
        match self {
            Self::OutOfRange(_) | Self::ShortEntry(_) => errno::ERANGE,
            Self::Length(_) if !is_fixed(rule) => errno::ERANGE,
            Self::NoOperation | Self::OtherFamily => errno::EOPNOTSUPP,
            _ => errno::EINVAL,
        }
    }

    /// What the kernel says to it, under a rule; empty where it says nothing.
    pub(crate) fn message(&self, rule: Option<&Rule>) -> &'static str {
        const FAILED: &str = "Attribute failed policy validation";
        match self {
            Self::OutOfRange(_) => "integer out of range",
            Self::ReservedBits(_) => "reserved bit set",
            Self::Length(_) if is_fixed(rule) => "invalid attribute length",
            Self::Length(_) if is_ranged(rule) => "binary attribute size out of range",
            Self::Length(_) | Self::TooLong(_) | Self::Unterminated => FAILED,
            Self::Bitfield(_) | Self::Rejected => FAILED,
            Self::ShortEntry(_) => "Array element too short",
            Self::NotMarked => "NLA_F_NESTED is missing",
            Self::Marked => "NLA_F_NESTED not expected",
            Self::Unknown => "Unknown attribute type",
            Self::Malformed => "bytes leftover after parsing attributes",
            Self::TooDeep => "allowed policy recursion depth exceeded",
            Self::NoHeader | Self::NoOperation | Self::OtherFamily => "",
        }
    }
}

/// Whether the kind has a length of its own.
fn is_fixed(rule: Option<&Rule>) -> bool {
    let kind = rule.and_then(|rule| rule.kind);
    kind.is_some_and(|kind| kind.range().is_some())
}

/// Whether it is bytes with a range of lengths, which the kernel checks apart from a plain greatest
/// one.
fn is_ranged(rule: Option<&Rule>) -> bool {
    rule.is_some_and(|rule| rule.kind == Some(Kind::Binary) && rule.checks.min_len.is_some())
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OutOfRange(value) => write!(f, "{value} is out of range"),
            Self::ReservedBits(bits) => write!(f, "bits {bits:#x} may not be set"),
            Self::Bitfield(bits) => {
                write!(f, "bits {bits:#x} may not be set, or are not in the selector")
            }
            Self::ShortEntry(len) => write!(f, "{len} bytes are too few for an attribute"),
            Self::Length(1) => f.write_str("1 byte does not fit"),
            Self::Length(len) => write!(f, "{len} bytes do not fit"),
            Self::TooLong(len) => write!(f, "text of {len} bytes with its NUL does not fit"),
            Self::Unterminated => f.write_str("the text has no NUL at its end"),
            Self::NotMarked => f.write_str("a nest that is not marked as one"),
            Self::Marked => f.write_str("marked as a nest, which it is not"),
            Self::Unknown => f.write_str("no such attribute there"),
            Self::Rejected => f.write_str("an attribute that cannot be set there"),
            Self::Malformed => f.write_str("a malformed attribute"),
            Self::NoHeader => f.write_str("shorter than its fixed header"),
            Self::TooDeep => {
                write!(f, "nested deeper than {MAX_NESTING} levels")
            }
            Self::NoOperation => f.write_str("the running kernel has no such operation"),
            Self::OtherFamily => f.write_str("the policies are those of another family"),
        }
    }
}
