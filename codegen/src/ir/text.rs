//! Types and limits in words, for people: the same ones in a listing, in pages and where two specs are
//! compared.

use std::borrow::Cow;
use std::fmt;

use super::{
    Attribute, Checks, EnumRef, Family, Limit, MemberType, Number, Order, Payload, Permission,
    Scalar, Selector, Type, Value, Width,
};

/// A piece of the text of a type: words, or the name of something that stands elsewhere in the family, so
/// that who prints it can make a link of it.
///
/// ```
/// use nlkit_codegen::{Builder, ir::Word};
///
/// let spec = "
/// name: lamp
/// doc: Lamps.
/// attribute-sets:
///   - { name: lamp, attributes: [{ name: timer, type: nest, nested-attributes: timer }] }
///   - { name: timer, attributes: [{ name: on-ms, type: u32, byte-order: big-endian }] }
/// operations:
///   list: [{ name: get, doc: Look., attribute-set: lamp, do: { reply: { attributes: [timer] } } }]
/// ";
/// let family = Builder::new().resolve_str("lamp.yaml", spec)?;
/// let types: Vec<_> = family.sets.iter().flat_map(|set| &set.attributes).map(|it| &it.ty).collect();
/// assert_eq!(types[0].words(), [Word::Plain("nest ".into()), Word::Set("timer")]);
/// assert_eq!(types[1].to_string(), "u32 big-endian");
/// # Ok::<(), nlkit_codegen::Report>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Word<'a> {
    /// Text that means nothing but itself.
    Plain(Cow<'static, str>),
    /// An enum or flags.
    Enum(&'a EnumRef),
    /// A set, by its name.
    Set(&'a str),
    /// A struct, by its name.
    Struct(&'a str),
    /// A sub-message, by its name.
    SubMessage(&'a str),
    /// The number of the attribute that chooses the format of a sub-message.
    Selector(u16),
}

impl fmt::Display for Word<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Plain(text) => f.write_str(text),
            Self::Enum(of) => f.write_str(&of.name),
            Self::Set(name) | Self::Struct(name) | Self::SubMessage(name) => f.write_str(name),
            Self::Selector(number) => number.fmt(f),
        }
    }
}

fn plain<'a>(text: impl Into<Cow<'static, str>>) -> Word<'a> {
    Word::Plain(text.into())
}

fn after<'a>(text: &'static str, mut words: Vec<Word<'a>>) -> Vec<Word<'a>> {
    words.insert(0, plain(text));
    words
}

impl Type {
    /// The type in words: `u32 big-endian`, `array of u8 of mode`, `indexed-array of nest entry`.
    pub fn words(&self) -> Vec<Word<'_>> {
        match self {
            Self::Unused => vec![plain("unused")],
            Self::Pad => vec![plain("pad")],
            Self::Flag => vec![plain("flag")],
            Self::Scalar(number) => number.words(),
            Self::Ipv4Scalar(number) => ipv4_scalar(number),
            Self::String => vec![plain("string")],
            Self::Binary => vec![plain("binary")],
            Self::HwAddr => vec![plain("hardware address")],
            Self::Ipv4 => vec![plain("IPv4")],
            Self::Ipv6 => vec![plain("IPv6")],
            Self::Ip => vec![plain("IP")],
            Self::Bitfield32 { of: None } => vec![plain("bitfield32")],
            Self::Bitfield32 { of: Some(of) } => vec![plain("bitfield32 of "), Word::Enum(of)],
            Self::Array(element) => after("array of ", element.words()),
            Self::Struct(item) => vec![plain("struct "), Word::Struct(&item.name)],
            Self::Nest { set, .. } => vec![plain("nest "), Word::Set(set)],
            Self::InOrder { set, .. } => vec![plain("nest "), Word::Set(set), plain(" in order")],
            Self::IndexedArray(entry) => after("indexed-array of ", entry.words()),
            Self::Keyed(entry) => after("nest-type-value of ", entry.words()),
            Self::SubMessage { name, selector, outer, .. } => {
                let outer = if *outer { " of an outer set" } else { "" };
                let (of, by) = (plain("sub-message "), plain(" by "));
                vec![of, Word::SubMessage(name), by, Word::Selector(*selector), plain(outer)]
            }
        }
    }
}

impl MemberType {
    /// The type in words: `u16`, `6 bytes`, `struct ifla-bridge-id`.
    pub fn words(&self) -> Vec<Word<'_>> {
        match self {
            Self::Scalar(number) => number.words(),
            Self::Ipv4Scalar(number) => ipv4_scalar(number),
            Self::Bytes(len) => vec![plain(format!("{len} bytes"))],
            Self::HwAddr(len) => vec![plain(format!("hardware address of {len} bytes"))],
            Self::Ipv4 => vec![plain("IPv4")],
            Self::Ipv6 => vec![plain("IPv6")],
            Self::Text(len) => vec![plain(format!("text of {len} bytes"))],
            Self::Struct(inner) => vec![plain("struct "), Word::Struct(&inner.name)],
            Self::Repeated(inner) => vec![plain("structs "), Word::Struct(&inner.name)],
            Self::Pad(_) => vec![plain("pad")],
        }
    }

    /// The number of bytes in a struct of the family; 0 of what repeats at its end.
    pub fn size(&self, family: &Family) -> usize {
        match self {
            Self::Scalar(number) | Self::Ipv4Scalar(number) => number.number.size(),
            Self::Bytes(len) | Self::HwAddr(len) | Self::Text(len) | Self::Pad(len) => *len,
            Self::Ipv4 => 4,
            Self::Ipv6 => 16,
            Self::Struct(inner) => {
                let found = family.structs.iter().find(|item| item.name == inner.name);
                found.map_or(0, |item| item.len)
            }
            Self::Repeated(_) => 0,
        }
    }
}

impl Scalar {
    /// The number in words: `u32 big-endian of mode`.
    pub fn words(&self) -> Vec<Word<'_>> {
        // One byte has no order.
        let order = match self.order {
            Order::Big if self.number.size() > 1 => " big-endian",
            Order::Little if self.number.size() > 1 => " little-endian",
            _ => "",
        };
        let mut words = vec![plain(format!("{}{order}", self.number))];
        if let Some(of) = &self.of {
            words.extend([plain(" of "), Word::Enum(of)]);
        }
        words
    }
}

fn ipv4_scalar(number: &Scalar) -> Vec<Word<'_>> {
    let mut words = number.words();
    words.push(plain(", IPv4"));
    words
}

impl Number {
    /// The number of bytes that it takes at most.
    pub fn size(self) -> usize {
        match self {
            Self::Unsigned(width) | Self::Signed(width) => match width {
                Width::W8 => 1,
                Width::W16 => 2,
                Width::W32 => 4,
                Width::W64 => 8,
            },
            Self::Uint | Self::Sint => 8,
        }
    }
}

impl Selector {
    /// What chooses a format, in words.
    pub fn words(&self) -> Vec<Word<'_>> {
        match self {
            Self::Text => vec![plain("text")],
            Self::Number(scalar) => scalar.words(),
        }
    }
}

impl Payload {
    /// What a format holds, in words: `nothing`, `struct x, set y`.
    pub fn words(&self) -> Vec<Word<'_>> {
        match self {
            Self::Nothing => vec![plain("nothing")],
            Self::Header(header) => vec![plain("struct "), Word::Struct(&header.name)],
            Self::Attributes { set, .. } => vec![plain("set "), Word::Set(set)],
            Self::Both { header, set, .. } => {
                let header = [plain("struct "), Word::Struct(&header.name)];
                header.into_iter().chain([plain(", set "), Word::Set(set)]).collect()
            }
        }
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unsigned(width) => write!(f, "u{}", width.bits()),
            Self::Signed(width) => write!(f, "s{}", width.bits()),
            Self::Uint => f.write_str("uint"),
            Self::Sint => f.write_str("sint"),
        }
    }
}

macro_rules! display_of_words {
    ($($ty:ty)*) => {$(
        impl fmt::Display for $ty {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.words().iter().try_for_each(|word| word.fmt(f))
            }
        }
    )*};
}
display_of_words!(Type MemberType Scalar Selector Payload);

impl Attribute {
    /// Whether it stands for something: neither a pad nor a number that the kernel gives no meaning.
    pub fn is_field(&self) -> bool {
        !matches!(self.ty, Type::Unused | Type::Pad)
    }
}

impl Checks {
    /// What the kernel checks of values, lengths and bits, in phrases: `range: 1..=5`, `at least 1`,
    /// `length: 4 bytes`, `bits: 0x3`. Constants that only the kernel has stand between backticks.
    pub fn phrases(&self) -> Vec<String> {
        let Self { min, max, min_len, max_len, exact_len, mask, unterminated_ok: _ } = self;
        let values = match (min, max) {
            (Some(min), Some(max)) => Some(format!("range: {min}..={max}")),
            (Some(min), None) => Some(format!("at least {min}")),
            (None, Some(max)) => Some(format!("at most {max}")),
            (None, None) => None,
        };
        let length = match (exact_len, min_len, max_len) {
            (Some(len), _, _) => Some(format!("length: {len} bytes")),
            (None, Some(min), Some(max)) => Some(format!("length: {min}..={max} bytes")),
            (None, Some(min), None) => Some(format!("length: at least {min} bytes")),
            (None, None, Some(max)) => Some(format!("length: at most {max} bytes")),
            (None, None, None) => None,
        };
        let mask = mask.map(|mask| format!("bits: {mask:#x}"));
        [values, length, mask].into_iter().flatten().collect()
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kernel {
            Some(name) => write!(f, "`{name}`"),
            None => self.number.fmt(f),
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unsigned(value) => value.fmt(f),
            Self::Signed(value) => value.fmt(f),
            Self::Text(text) => write!(f, "{text:?}"),
        }
    }
}

impl Permission {
    /// What it takes, in words; `None` for everybody.
    pub fn capability(self) -> Option<&'static str> {
        match self {
            Self::Any => None,
            Self::Admin => Some("CAP_NET_ADMIN"),
            Self::NamespaceAdmin => Some("CAP_NET_ADMIN in the namespace"),
        }
    }
}
