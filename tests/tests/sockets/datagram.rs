//! Messages by hand.

use nlkit::NlAttrs;
use nlkit::wire::{HEADER_LEN, Header, align, flag};

/// A message that asks, with its attributes behind `fixed`, the bytes of a fixed header.
pub(crate) fn request<'v, V>(kind: u16, flags: u16, fixed: &[u8], attrs: &V) -> Vec<u8>
where
    V: NlAttrs<'v>,
{
    let body = [fixed, &nlkit::encode(attrs).unwrap()].concat();
    let len = u32::try_from(HEADER_LEN + body.len()).unwrap();
    let header = Header { len, kind, flags: flag::REQUEST | flags, seq: 1 << 10, port: 0 };
    let mut datagram = [header.to_bytes().as_slice(), &body].concat();
    datagram.resize(align(datagram.len()), 0);
    datagram
}

/// The messages of a datagram: header and body.
pub(crate) fn messages(mut datagram: &[u8]) -> Vec<(Header, &[u8])> {
    let mut messages = Vec::new();
    while let Some(header) = Header::parse(datagram) {
        let len = header.len as usize;
        messages.push((header, &datagram[HEADER_LEN..len]));
        datagram = datagram.get(align(len)..).unwrap_or_default();
    }
    messages
}
