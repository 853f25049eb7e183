//! How numbers, bytes and addresses are written.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use nlkit::{Attr, AttrValue, DecodeError, HwAddr};
use serde_json::Map;

use crate::Value;
use crate::error::EncodeError;
use crate::schema::Bytes;

/// The number that JSON gives, as a number or as text: `42`, `-1`, `"0x2a"`.
pub(crate) fn number(value: &Value) -> Option<i128> {
    match value {
        Value::Number(number) => {
            number.as_u64().map(i128::from).or_else(|| number.as_i64().map(i128::from))
        }
        Value::String(text) => {
            let (sign, digits) =
                text.strip_prefix('-').map_or((1, text.as_str()), |rest| (-1, rest));
            let hex = digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X"));
            let (digits, radix) = hex.map_or((digits, 10), |digits| (digits, 16));
            // The parser of numbers would take another sign.
            let number = digits.starts_with(|c: char| c.is_ascii_hexdigit());
            let number = number.then(|| i128::from_str_radix(digits, radix).ok())??;
            Some(sign * number)
        }
        _ => None,
    }
}

/// What stands for something that has no name: `Unknown(7)`.
pub(crate) fn unknown(what: &str, number: impl std::fmt::Display) -> String {
    format!("{what}({number})")
}

/// The number in what [`unknown`] writes.
pub(crate) fn read_unknown(what: &str, text: &str) -> Option<i128> {
    text.strip_prefix(what)?.strip_prefix('(')?.strip_suffix(')')?.parse().ok()
}

/// Text of the kernel. It is an object with its bytes where JSON cannot say it, or would not be cut where
/// the kernel cuts.
pub(crate) fn string(bytes: &[u8]) -> Value {
    match std::str::from_utf8(bytes) {
        Ok(text) if !bytes.contains(&0) => text.into(),
        _ => Value::Object(Map::from_iter([("hex".to_owned(), hex(bytes).into())])),
    }
}

/// The bytes of what [`string`] writes.
///
/// # Errors
/// Where it is neither text without NUL, nor an object with bytes.
pub(crate) fn read_string(value: &Value) -> Result<Vec<u8>, EncodeError> {
    match value {
        Value::String(text) if text.contains('\0') => {
            Err(EncodeError::new("text cannot hold a NUL, where the kernel would cut it")
                .help("bytes can: {\"hex\": \"610062\"}"))
        }
        Value::String(text) => Ok(text.as_bytes().to_vec()),
        Value::Object(map) if map.len() == 1 => {
            let bytes = map.get("hex").and_then(Value::as_str).and_then(read_hex);
            bytes.ok_or_else(|| EncodeError::expected("text, or its bytes", TEXT_OR_HEX, value))
        }
        _ => Err(EncodeError::expected("text", "\"eth0\"", value)),
    }
}

const TEXT_OR_HEX: &str = "{\"hex\": \"c3ff\"}";

/// Bytes in hex, without anything between.
pub(crate) fn hex(bytes: &[u8]) -> String {
    joined(bytes, "")
}

fn joined(bytes: &[u8], separator: &str) -> String {
    let digit = |digit: u8| char::from_digit(digit.into(), 16).unwrap_or_default();
    let mut text = String::with_capacity(bytes.len() * (2 + separator.len()));
    for (index, byte) in bytes.iter().enumerate() {
        if index > 0 {
            text.push_str(separator);
        }
        text.push(digit(byte >> 4));
        text.push(digit(byte & 0xf));
    }
    text
}

/// Bytes in hex: two digits each, with `0x` before them or not, and spaces, colons or dashes between.
pub(crate) fn read_hex(text: &str) -> Option<Vec<u8>> {
    let text = text.trim();
    let digits = text.strip_prefix("0x").unwrap_or(text);
    let mut bytes = Vec::with_capacity(digits.len() / 2);
    let mut high = None;
    for c in digits.chars() {
        match (c.to_digit(16).and_then(|digit| u8::try_from(digit).ok()), high) {
            (Some(digit), None) => high = Some(digit),
            (Some(digit), Some(before)) => {
                bytes.push(before << 4 | digit);
                high = None;
            }
            (None, None) if matches!(c, ' ' | ':' | '-' | '\n') => {}
            (None, _) => return None,
        }
    }
    high.is_none().then_some(bytes)
}

impl Bytes {
    /// The JSON of an attribute's payload.
    ///
    /// # Errors
    /// Where an address has another length than its sort.
    pub(crate) fn decode(self, attr: Attr<'_>) -> Result<Value, DecodeError> {
        Ok(match self {
            Self::HwAddr => HwAddr::get(attr)?.to_string().into(),
            // Specs of released kernels hint at one sort where there can be both.
            Self::Ipv4 | Self::Ipv6 | Self::Ip if matches!(attr.payload.len(), 4 | 16) => {
                IpAddr::get(attr)?.to_string().into()
            }
            Self::Ipv4 => Ipv4Addr::get(attr)?.to_string().into(),
            Self::Ipv6 => Ipv6Addr::get(attr)?.to_string().into(),
            Self::Ip => IpAddr::get(attr)?.to_string().into(),
            Self::Hex | Self::Spaced | Self::Uuid => self.show(attr.payload),
        })
    }

    /// The JSON of bytes of any length: an address of a length that it cannot have is hex.
    pub(crate) fn show(self, bytes: &[u8]) -> Value {
        let address = match (self, bytes.len()) {
            (Self::Ipv4 | Self::Ip, 4) => bytes.try_into().ok().map(|it: [u8; 4]| IpAddr::from(it)),
            (Self::Ipv6 | Self::Ip, 16) => {
                bytes.try_into().ok().map(|it: [u8; 16]| IpAddr::from(it))
            }
            _ => None,
        };
        match (self, address) {
            (_, Some(address)) => address.to_string().into(),
            (Self::HwAddr, None) => joined(bytes, ":").into(),
            (Self::Spaced, None) => joined(bytes, " ").into(),
            (Self::Uuid, None) => uuid(bytes).unwrap_or_else(|| hex(bytes)).into(),
            (_, None) => hex(bytes).into(),
        }
    }

    /// The bytes that JSON gives.
    ///
    /// # Errors
    /// Where it gives none, or no address.
    pub(crate) fn read(self, value: &Value) -> Result<Vec<u8>, EncodeError> {
        self.parse(value).ok_or_else(|| self.expected(value))
    }

    /// The bytes that JSON gives for a member of `len` bytes, which it may have fewer of, unless it is an IP
    /// address.
    ///
    /// # Errors
    /// Where it gives none, or no address of this length.
    pub(crate) fn read_member(self, value: &Value, len: usize) -> Result<Vec<u8>, EncodeError> {
        let fits = |bytes: &Vec<u8>| !self.is_ip() || bytes.len() == len;
        self.parse(value).filter(fits).ok_or_else(|| self.expected(value))
    }

    fn parse(self, value: &Value) -> Option<Vec<u8>> {
        let bytes = value.as_str().and_then(|text| match self {
            Self::Ipv4 | Self::Ipv6 | Self::Ip => text.parse::<IpAddr>().ok().map(octets),
            Self::HwAddr => text.parse::<HwAddr>().ok().map(|it| it.as_bytes().to_vec()),
            Self::Hex | Self::Spaced | Self::Uuid => None,
        });
        // Digits and colons of IP addresses would be mistaken for hex, but for its prefix.
        let is_hex = |text: &&str| !self.is_ip() || text.starts_with("0x");
        bytes.or_else(|| value.as_str().filter(is_hex).and_then(read_hex))
    }

    fn is_ip(self) -> bool {
        matches!(self, Self::Ipv4 | Self::Ipv6 | Self::Ip)
    }

    #[cold]
    fn expected(self, value: &Value) -> EncodeError {
        let (what, example) = match self {
            Self::Hex | Self::Spaced => ("bytes in hex", "\"00ff10\""),
            Self::HwAddr => ("a link-layer address", "\"02:00:5e:10:00:ff\""),
            Self::Ipv4 => ("an IPv4 address", "\"192.0.2.1\""),
            Self::Ipv6 => ("an IPv6 address", "\"2001:db8::1\""),
            Self::Ip => ("an IP address", "\"192.0.2.1\" or \"2001:db8::1\""),
            Self::Uuid => ("a UUID", "\"f81d4fae-7dec-11d0-a765-00a0c91e6bf6\""),
        };
        EncodeError::expected(what, example, value)
    }
}

fn octets(address: IpAddr) -> Vec<u8> {
    match address {
        IpAddr::V4(address) => address.octets().to_vec(),
        IpAddr::V6(address) => address.octets().to_vec(),
    }
}

/// 16 bytes in groups of 4, 2, 2, 2 and 6.
fn uuid(bytes: &[u8]) -> Option<String> {
    let bytes: &[u8; 16] = bytes.try_into().ok()?;
    let (first, rest) = bytes.split_at(4);
    let (middle, last) = rest.split_at(6);
    let groups = [first].into_iter().chain(middle.chunks(2)).chain([last]);
    Some(groups.map(hex).collect::<Vec<_>>().join("-"))
}
