//! Binary structs: their members side by side, as in the runtime's `structs`.

use nlkit::{EncodeErrorKind, Writer};
use serde_json::Map;

use crate::Value;
use crate::error::EncodeError;
use crate::number;
use crate::schema::{Bytes, Member, MemberType, Struct};
use crate::text;

/// Reads the members of a struct into `map`. Behind the end of the bytes is zero.
pub(crate) fn decode(of: &Struct, bytes: &mut nlkit::Bytes<'_>, map: &mut Map<String, Value>) {
    for member in of.members() {
        if let Some(value) = decode_member(member, bytes) {
            map.insert(member.name.to_owned(), value);
        }
    }
}

/// Reads a struct that is an attribute or stands in one.
pub(crate) fn decode_whole(of: &Struct, bytes: &mut nlkit::Bytes<'_>) -> Value {
    let mut map = Map::new();
    decode(of, bytes, &mut map);
    Value::Object(map)
}

/// Reads a member; padding has no value.
pub(crate) fn decode_member(member: &Member, bytes: &mut nlkit::Bytes<'_>) -> Option<Value> {
    Some(match &member.ty {
        MemberType::Number(number) => number.show(number::get_member(number.wire, bytes)),
        MemberType::Bytes(len, shown) => shown.show(&take(bytes, *len)),
        MemberType::Text(len) => {
            let bytes = take(bytes, *len);
            text::string(bytes.split(|byte| *byte == 0).next().unwrap_or_default())
        }
        MemberType::Struct(inner) => decode_whole(inner, bytes),
        MemberType::Repeated(inner) => {
            let mut entries = Vec::new();
            // A struct without members would never come to the end.
            while inner.ir.len > 0 && !bytes.rest().is_empty() {
                entries.push(decode_whole(inner, bytes));
            }
            Value::Array(entries)
        }
        MemberType::Pad(len) => {
            bytes.skip(*len);
            return None;
        }
    })
}

/// The length of a member; of one that is repeated, that of an entry.
pub(crate) fn len(of: &Member) -> usize {
    match &of.ty {
        MemberType::Number(number) => number::len(number.wire),
        MemberType::Bytes(len, _) | MemberType::Text(len) | MemberType::Pad(len) => *len,
        MemberType::Struct(inner) | MemberType::Repeated(inner) => inner.ir.len,
    }
}

/// The next `len` bytes, zero behind the end.
fn take(bytes: &mut nlkit::Bytes<'_>, len: usize) -> Vec<u8> {
    let rest = bytes.rest();
    let mut taken = rest.get(..len).unwrap_or(rest).to_vec();
    taken.resize(len, 0);
    bytes.skip(len);
    taken
}

/// Writes the members of a struct; what `map` lacks is zero. What it has beyond is for the caller to
/// look at.
///
/// # Errors
/// Where a value does not fit its member.
pub(crate) fn encode(
    of: &Struct,
    map: &Map<String, Value>,
    out: &mut Writer<'_>,
) -> Result<(), EncodeError> {
    for member in of.members() {
        let written = match map.get(member.name) {
            Some(value) => encode_member(member, value, out),
            None => encode_zero(member, out),
        };
        written.map_err(|error| error.at_name(member.name))?;
    }
    Ok(())
}

/// Writes a struct that is an attribute or stands in one: an object with its members, or all of its
/// bytes in hex.
///
/// # Errors
/// Where a value does not fit its member, or there is no such member.
pub(crate) fn encode_whole(
    of: &Struct,
    value: &Value,
    out: &mut Writer<'_>,
) -> Result<(), EncodeError> {
    match value {
        Value::Object(map) => {
            if let Some(name) = map.keys().find(|name| !of.has(name)) {
                let place = format!("struct `{}`", of.ir.name);
                let error = EncodeError::unknown_name("member", name, &place, of.names());
                return Err(error.at_name(name));
            }
            encode(of, map, out)
        }
        Value::String(_) => {
            out.raw(&Bytes::Hex.read(value)?);
            Ok(())
        }
        _ => {
            let first = of.names().next().unwrap_or("member");
            let example = format!("{{{first:?}: ..}}");
            Err(EncodeError::expected("an object with members", &example, value))
        }
    }
}

fn encode_member(member: &Member, value: &Value, out: &mut Writer<'_>) -> Result<(), EncodeError> {
    match &member.ty {
        MemberType::Number(number) => {
            number::put_member(number.wire, number.read(value)?, out);
            Ok(())
        }
        MemberType::Bytes(len, shown) => put_padded(&shown.read_member(value, *len)?, *len, out),
        MemberType::Text(len) => put_padded(&text::read_string(value)?, *len, out),
        MemberType::Struct(inner) => match value {
            // Bytes of another length would move what follows.
            Value::String(_) => put_padded(&Bytes::Hex.read(value)?, inner.ir.len, out),
            _ => encode_whole(inner, value, out),
        },
        MemberType::Repeated(inner) => {
            let Value::Array(entries) = value else {
                return Err(EncodeError::expected("a list of structs", "[{..}]", value));
            };
            entries.iter().enumerate().try_for_each(|(index, entry)| {
                encode_whole(inner, entry, out).map_err(|error| error.at_index(index))
            })
        }
        MemberType::Pad(len) => {
            out.zeros(*len);
            Ok(())
        }
    }
}

fn encode_zero(member: &Member, out: &mut Writer<'_>) -> Result<(), EncodeError> {
    match &member.ty {
        MemberType::Number(number) => out.zeros(number::len(number.wire)),
        MemberType::Bytes(len, _) | MemberType::Text(len) | MemberType::Pad(len) => out.zeros(*len),
        MemberType::Struct(inner) => out.zeros(inner.ir.len),
        MemberType::Repeated(_) => {}
    }
    Ok(())
}

/// Bytes with zeros behind them to the length of their member.
fn put_padded(bytes: &[u8], len: usize, out: &mut Writer<'_>) -> Result<(), EncodeError> {
    let Some(left) = len.checked_sub(bytes.len()) else {
        let kind = EncodeErrorKind::NoRoom { len: bytes.len(), room: len };
        return Err(EncodeError::wire(&kind));
    };
    out.raw(bytes);
    out.zeros(left);
    Ok(())
}
