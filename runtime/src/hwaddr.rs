//! Link-layer addresses.

use std::fmt;
use std::str::FromStr;

use crate::error::DecodeError;
use crate::value::AttrValue;
use crate::wire::Attr;
use crate::writer::Writer;

/// The longest link-layer address of the kernel, `MAX_ADDR_LEN`.
const MAX: usize = 32;

/// A link-layer address: the 6 bytes of a MAC address, or whatever the link has, up to 32.
///
/// ```
/// let address: nlkit::HwAddr = "02:00:5e:10:00:ff".parse()?;
/// assert_eq!(address, nlkit::HwAddr::from([2, 0, 0x5e, 0x10, 0, 0xff]));
/// assert_eq!(address.to_string(), "02:00:5e:10:00:ff");
/// # Ok::<(), nlkit::ParseHwAddrError>(())
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HwAddr {
    bytes: [u8; MAX],
    len: u8,
}

impl HwAddr {
    /// The address of these bytes; `None` where they are more than 32.
    #[inline]
    pub fn new(address: &[u8]) -> Option<Self> {
        // Nearly all have 6 bytes, which are copied without a loop.
        if let Ok(mac) = <[u8; 6]>::try_from(address) {
            return Some(mac.into());
        }
        let mut bytes = [0; MAX];
        bytes.get_mut(..address.len())?.copy_from_slice(address);
        Some(Self { bytes, len: u8::try_from(address.len()).ok()? })
    }

    /// The bytes.
    pub fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..usize::from(self.len)).unwrap_or_default()
    }
}

impl From<[u8; 6]> for HwAddr {
    #[inline]
    fn from(mac: [u8; 6]) -> Self {
        let mut address = Self { len: 6, ..Self::default() };
        if let Some(bytes) = address.bytes.first_chunk_mut() {
            *bytes = mac;
        }
        address
    }
}

impl AttrValue<'_> for HwAddr {
    fn put(&self, id: u16, out: &mut Writer<'_>) {
        out.attr(id, self.as_bytes());
    }

    #[inline]
    fn get(attr: Attr<'_>) -> Result<Self, DecodeError> {
        let found = attr.payload.len();
        Self::new(attr.payload).ok_or_else(|| DecodeError::length("32 bytes at most", found))
    }
}

/// `02:00:5e:10:00:ff`.
impl fmt::Display for HwAddr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, byte) in self.as_bytes().iter().enumerate() {
            let colon = if index == 0 { "" } else { ":" };
            write!(f, "{colon}{byte:02x}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for HwAddr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The text is no link-layer address: two hex digits for each byte, colons between, 32 at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParseHwAddrError;

impl fmt::Display for ParseHwAddrError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected a link-layer address such as 02:00:5e:10:00:ff")
    }
}

impl std::error::Error for ParseHwAddrError {}

impl FromStr for HwAddr {
    type Err = ParseHwAddrError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let byte = |part: &str| match part.len() {
            1 | 2 => u8::from_str_radix(part, 16).map_err(|_| ParseHwAddrError),
            _ => Err(ParseHwAddrError),
        };
        let bytes = text.split(':').map(byte).collect::<Result<Vec<_>, _>>()?;
        Self::new(&bytes).ok_or(ParseHwAddrError)
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for HwAddr {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(feature = "serde")]
impl<'de> serde::Deserialize<'de> for HwAddr {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <String as serde::Deserialize>::deserialize(deserializer)?;
        if text.is_empty() {
            return Ok(Self::default());
        }
        text.parse().map_err(serde::de::Error::custom)
    }
}
