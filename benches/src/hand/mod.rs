//! What one writes who knows the message: decoders and encoders of just the fields that a benchmark
//! needs, into values of the same kinds as nlkit's (owned, with an interface name in place).

pub mod ethtool;
pub mod link;
pub mod netdev;
pub mod route;
pub mod wireguard;

use nlkit::{NlStr, NlString};

/// Gives each attribute to `take`; `None` where one is malformed, or `take` says so.
#[inline]
fn walk<'a>(mut bytes: &'a [u8], mut take: impl FnMut(u16, &'a [u8]) -> Option<()>) -> Option<()> {
    while let Some(&[l0, l1, t0, t1]) = bytes.first_chunk() {
        let len = usize::from(u16::from_ne_bytes([l0, l1]));
        take(u16::from_ne_bytes([t0, t1]) & 0x3fff, bytes.get(4..len)?)?;
        bytes = bytes.get(len.next_multiple_of(4)..).unwrap_or_default();
    }
    Some(())
}

#[inline]
fn u16(payload: &[u8]) -> Option<u16> {
    Some(u16::from_ne_bytes(payload.try_into().ok()?))
}

#[inline]
fn u32(payload: &[u8]) -> Option<u32> {
    Some(u32::from_ne_bytes(payload.try_into().ok()?))
}

#[inline]
fn u64(payload: &[u8]) -> Option<u64> {
    Some(u64::from_ne_bytes(payload.try_into().ok()?))
}

fn text(payload: &[u8]) -> NlString {
    NlStr::new(payload.strip_suffix(&[0]).unwrap_or(payload)).into()
}

/// The numbers of an array; the vectorizer makes a copy of it.
fn u32s(payload: &[u8]) -> Vec<u32> {
    let (numbers, _) = payload.as_chunks();
    numbers.iter().map(|number| u32::from_ne_bytes(*number)).collect()
}

fn u64s(payload: &[u8]) -> Vec<u64> {
    let (numbers, _) = payload.as_chunks();
    numbers.iter().map(|number| u64::from_ne_bytes(*number)).collect()
}

/// Appends an attribute.
pub fn put(out: &mut Vec<u8>, id: u16, payload: &[u8]) {
    let len = 4 + payload.len();
    out.extend_from_slice(&(len as u16).to_ne_bytes());
    out.extend_from_slice(&id.to_ne_bytes());
    out.extend_from_slice(payload);
    out.resize(out.len().next_multiple_of(4), 0);
}

/// Appends an attribute with a number.
pub fn put_u32(out: &mut Vec<u8>, id: u16, value: u32) {
    let [i0, i1] = id.to_ne_bytes();
    let [v0, v1, v2, v3] = value.to_ne_bytes();
    out.extend_from_slice(&[8, 0, i0, i1, v0, v1, v2, v3]);
}

/// Appends a nest with what `content` writes.
fn nest(out: &mut Vec<u8>, id: u16, content: impl FnOnce(&mut Vec<u8>)) {
    let start = out.len();
    put(out, id | 0x8000, &[]);
    content(out);
    let len = ((out.len() - start) as u16).to_ne_bytes();
    if let Some(field) = out.get_mut(start..start + 2) {
        field.copy_from_slice(&len);
    }
}
