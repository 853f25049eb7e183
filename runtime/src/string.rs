//! Strings of the kernel: bytes, mostly UTF-8, never lossy.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::Utf8Error;

use crate::error::DecodeError;
use crate::kind::Kind;
use crate::shape::Shape;
use crate::value::AttrValue;
use crate::wire::Attr;
use crate::writer::Writer;

/// The longest string that needs no allocation: an interface name (`IFNAMSIZ` less its NUL).
const INLINE: usize = 15;

/// A string from or for the kernel, owned.
///
/// The kernel's names are bytes: most are ASCII, but an interface alias may hold anything. This
/// keeps them as they are, compares with `&str`, displays what is not UTF-8 as U+FFFD, and holds
/// up to 15 bytes, thus any interface name, without allocating. On the wire it ends with a NUL,
/// which is not part of it; with a NUL inside it does not encode.
///
/// ```
/// let name = nlkit::NlString::from("eth0");
/// assert_eq!(name, "eth0");
/// assert_eq!(format!("{name} {name:?}"), r#"eth0 "eth0""#);
/// assert_eq!(nlkit::NlString::from(b"\xff").to_string(), "\u{fffd}");
/// ```
#[derive(Clone)]
pub struct NlString(Repr);

#[derive(Clone)]
enum Repr {
    Inline { len: u8, bytes: [u8; INLINE] },
    Heap(Box<[u8]>),
}

/// A string in a receive buffer: [`NlString`], borrowed.
#[derive(Clone, Copy, Default)]
pub struct NlStr<'a>(&'a [u8]);

impl NlString {
    /// The string without its NUL.
    pub fn as_bytes(&self) -> &[u8] {
        match &self.0 {
            Repr::Inline { len, bytes } => bytes.get(..usize::from(*len)).unwrap_or_default(),
            Repr::Heap(bytes) => bytes,
        }
    }

    /// The string borrowed.
    pub fn as_nl_str(&self) -> NlStr<'_> {
        NlStr(self.as_bytes())
    }

    /// The string as UTF-8.
    ///
    /// # Errors
    /// Where it is not.
    pub fn to_str(&self) -> Result<&str, Utf8Error> {
        std::str::from_utf8(self.as_bytes())
    }
}

impl<'a> NlStr<'a> {
    /// The string of these bytes, which hold no NUL.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// The string without its NUL.
    pub fn as_bytes(&self) -> &'a [u8] {
        self.0
    }

    /// The string as UTF-8.
    ///
    /// # Errors
    /// Where it is not.
    pub fn to_str(&self) -> Result<&'a str, Utf8Error> {
        std::str::from_utf8(self.0)
    }
}

/// The payload without the NULs at its end; some attributes have none, fixed-size ones several.
#[inline]
fn trim_nul(payload: &[u8]) -> &[u8] {
    let end = payload.iter().rposition(|&byte| byte != 0).map_or(0, |last| last + 1);
    payload.get(..end).unwrap_or_default()
}

impl AttrValue<'_> for NlString {
    const SHAPE: Shape = Shape::Leaf(Kind::NulString);

    fn put(&self, id: u16, out: &mut Writer<'_>) {
        match &self.0 {
            Repr::Inline { len, bytes } => out.short_string(id, bytes, *len),
            Repr::Heap(bytes) => out.string(id, bytes),
        }
    }

    #[inline]
    fn get(attr: Attr<'_>) -> Result<Self, DecodeError> {
        Ok(trim_nul(attr.payload).into())
    }
}

impl<'a> AttrValue<'a> for NlStr<'a> {
    const SHAPE: Shape = Shape::Leaf(Kind::NulString);

    fn put(&self, id: u16, out: &mut Writer<'_>) {
        out.string(id, self.0);
    }

    #[inline]
    fn get(attr: Attr<'a>) -> Result<Self, DecodeError> {
        Ok(Self(trim_nul(attr.payload)))
    }
}

impl Default for NlString {
    fn default() -> Self {
        Self(Repr::Inline { len: 0, bytes: [0; INLINE] })
    }
}

impl From<&[u8]> for NlString {
    #[inline]
    fn from(text: &[u8]) -> Self {
        let mut bytes = [0; INLINE];
        match (bytes.get_mut(..text.len()), u8::try_from(text.len())) {
            (Some(start), Ok(len)) => {
                start.copy_from_slice(text);
                Self(Repr::Inline { len, bytes })
            }
            _ => Self(Repr::Heap(text.into())),
        }
    }
}

impl<const N: usize> From<&[u8; N]> for NlString {
    fn from(text: &[u8; N]) -> Self {
        text.as_slice().into()
    }
}

impl From<&str> for NlString {
    fn from(text: &str) -> Self {
        text.as_bytes().into()
    }
}

impl From<String> for NlString {
    fn from(text: String) -> Self {
        text.as_bytes().into()
    }
}

impl From<NlStr<'_>> for NlString {
    fn from(text: NlStr<'_>) -> Self {
        text.0.into()
    }
}

impl<'a> From<&'a str> for NlStr<'a> {
    fn from(text: &'a str) -> Self {
        Self(text.as_bytes())
    }
}

impl<'a> From<&'a NlString> for NlStr<'a> {
    fn from(text: &'a NlString) -> Self {
        text.as_nl_str()
    }
}

/// Both string types behave as their bytes do.
macro_rules! like_bytes {
    ($($type:ty),*) => {$(
        impl AsRef<[u8]> for $type {
            fn as_ref(&self) -> &[u8] {
                self.as_bytes()
            }
        }

        impl PartialEq for $type {
            fn eq(&self, other: &Self) -> bool {
                self.as_bytes() == other.as_bytes()
            }
        }

        impl Eq for $type {}

        impl PartialEq<str> for $type {
            fn eq(&self, other: &str) -> bool {
                self.as_bytes() == other.as_bytes()
            }
        }

        impl PartialEq<&str> for $type {
            fn eq(&self, other: &&str) -> bool {
                self.as_bytes() == other.as_bytes()
            }
        }

        impl PartialOrd for $type {
            fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
                Some(self.cmp(other))
            }
        }

        impl Ord for $type {
            fn cmp(&self, other: &Self) -> std::cmp::Ordering {
                self.as_bytes().cmp(other.as_bytes())
            }
        }

        impl Hash for $type {
            fn hash<H: Hasher>(&self, state: &mut H) {
                self.as_bytes().hash(state);
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&String::from_utf8_lossy(self.as_bytes()))
            }
        }

        /// Quoted, with what is not printable ASCII or UTF-8 escaped.
        impl fmt::Debug for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self.to_str() {
                    Ok(text) => text.fmt(f),
                    Err(_) => write!(f, "b\"{}\"", self.as_bytes().escape_ascii()),
                }
            }
        }
    )*};
}

like_bytes!(NlString, NlStr<'_>);

/// Text where it is UTF-8, a sequence of bytes where it is not.
#[cfg(feature = "serde")]
impl serde::Serialize for NlString {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.to_str() {
            Ok(text) => serializer.serialize_str(text),
            Err(_) => serializer.serialize_bytes(self.as_bytes()),
        }
    }
}

#[cfg(feature = "serde")]
impl<'de> serde::Deserialize<'de> for NlString {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> serde::de::Visitor<'de> for Visitor {
            type Value = NlString;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("text or bytes")
            }
            fn visit_str<E>(self, text: &str) -> Result<NlString, E> {
                Ok(text.into())
            }
            fn visit_bytes<E>(self, bytes: &[u8]) -> Result<NlString, E> {
                Ok(bytes.into())
            }
            fn visit_seq<A: serde::de::SeqAccess<'de>>(
                self,
                mut sequence: A,
            ) -> Result<NlString, A::Error> {
                let mut bytes = Vec::new();
                while let Some(byte) = sequence.next_element::<u8>()? {
                    bytes.push(byte);
                }
                Ok(bytes.as_slice().into())
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}
