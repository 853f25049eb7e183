//! Headers of the messages of a family, for who sends them.

use crate::wire::{GENL_HEADER_LEN, HEADER_LEN, Header, align};

/// What stands before the attributes of a family's messages.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Envelope {
    pub(crate) generic: bool,
    /// The family's id, in generic netlink.
    pub(crate) id: u16,
    pub(crate) version: u8,
}

impl Envelope {
    /// Length of what stands before the fixed header and the attributes.
    pub(super) fn len(self) -> usize {
        HEADER_LEN + if self.generic { GENL_HEADER_LEN } else { 0 }
    }

    /// Begins a message, and gives where.
    pub(super) fn begin(self, buffer: &mut Vec<u8>, cmd: u16) -> usize {
        let start = buffer.len();
        buffer.extend_from_slice(&[0; HEADER_LEN]);
        if self.generic {
            // Below 256: checked where requests are made of the same types.
            buffer.extend_from_slice(&[cmd as u8, self.version, 0, 0]);
        }
        start
    }

    /// Completes the message from `start` on; `header` has its flags, sequence number and port.
    pub(super) fn end(self, buffer: &mut Vec<u8>, start: usize, cmd: u16, header: Header) {
        let kind = if self.generic { self.id } else { cmd };
        seal(buffer, start, Header { kind, ..header });
    }

    /// A message in a datagram of its own.
    pub(super) fn message(self, cmd: u16, header: Header, attrs: &[u8]) -> Vec<u8> {
        let mut datagram = Vec::with_capacity(self.len() + align(attrs.len()));
        let start = self.begin(&mut datagram, cmd);
        datagram.extend_from_slice(attrs);
        self.end(&mut datagram, start, cmd, header);
        datagram
    }

    /// A notification that nobody caused: port and sequence number 0.
    pub(crate) fn notification(self, cmd: u16, attrs: &[u8]) -> Vec<u8> {
        self.message(cmd, Header { len: 0, kind: 0, flags: 0, seq: 0, port: 0 }, attrs)
    }
}

/// Completes the message from `start` on: its header with its length, and its padding.
pub(super) fn seal(buffer: &mut Vec<u8>, start: usize, header: Header) {
    let len = u32::try_from(buffer.len() - start).unwrap_or(u32::MAX);
    if let Some(place) = buffer.get_mut(start..start + HEADER_LEN) {
        place.copy_from_slice(&Header { len, ..header }.to_bytes());
    }
    buffer.resize(align(buffer.len()), 0);
}
