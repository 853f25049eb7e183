//! Messages and attributes byte by byte, sound or not.

use nlkit::wire::{ATTR_NESTED, HEADER_LEN, Header, align, kind};

/// A message with just this header, whatever it says, and this body, padded to 4 bytes.
pub fn message(header: Header, body: &[u8]) -> Vec<u8> {
    padded([&header.to_bytes(), body].concat())
}

/// The header of a message with this many bytes behind it.
pub fn header(kind: u16, flags: u16, seq: u32, port: u32, body: usize) -> Header {
    let len = u32::try_from(HEADER_LEN + body).unwrap_or(u32::MAX);
    Header { len, kind, flags, seq, port }
}

/// A generic netlink message with these attributes.
pub fn genl(kind: u16, flags: u16, seq: u32, port: u32, cmd: u8, attrs: &[u8]) -> Vec<u8> {
    let body = [&[cmd, 1, 0, 0], attrs].concat();
    message(header(kind, flags, seq, port, body.len()), &body)
}

/// NLMSG_DONE with a code, as it stands in the message: 0 or a negative errno.
pub fn done(flags: u16, seq: u32, port: u32, code: i32) -> Vec<u8> {
    message(header(kind::DONE, flags, seq, port, 4), &code.to_ne_bytes())
}

/// NLMSG_ERROR with a code as it stands in the message, the request that it repeats, and extended
/// ACK attributes.
pub fn error(flags: u16, code: i32, request: &[u8], ext_ack: &[u8]) -> Vec<u8> {
    let header_of = Header::parse(request);
    let (seq, port) = header_of.map_or((0, 0), |header| (header.seq, header.port));
    let body = [&code.to_ne_bytes(), request, ext_ack].concat();
    message(header(kind::ERROR, flags, seq, port, body.len()), &body)
}

/// An attribute.
pub fn attr(id: u16, payload: &[u8]) -> Vec<u8> {
    attr_of_len(4 + payload.len(), id, payload)
}

/// A nest: attributes in an attribute.
pub fn nest(id: u16, attrs: &[Vec<u8>]) -> Vec<u8> {
    attr(id | ATTR_NESTED, &attrs.concat())
}

/// An attribute whose header gives a length that need not be true.
pub fn attr_of_len(len: usize, id: u16, payload: &[u8]) -> Vec<u8> {
    let len = u16::try_from(len).unwrap_or(u16::MAX);
    padded([&len.to_ne_bytes(), &id.to_ne_bytes(), payload].concat())
}

fn padded(mut bytes: Vec<u8>) -> Vec<u8> {
    bytes.resize(align(bytes.len()), 0);
    bytes
}
