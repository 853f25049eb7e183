//! Writes attributes into a message buffer.

use crate::error::EncodeErrorKind;
use crate::structs::NlStruct;
use crate::wire::{ATTR_HEADER_LEN, ATTR_ID_MASK, ATTR_NESTED, MAX_NESTING, align};

/// Appends attributes to a buffer that its owner reuses from message to message.
///
/// Writing cannot fail half way: the first failure is kept, with the place in the buffer of the
/// attribute that it concerns, and reported when the message is finished. What was written up to
/// then stays well formed, so the attribute's path can be read from the buffer itself.
#[derive(Debug)]
pub struct Writer<'b> {
    buffer: &'b mut Vec<u8>,
    depth: u8,
    /// Where the attributes of the set begin that is being written.
    set: usize,
    failure: Option<(usize, EncodeErrorKind)>,
}

impl<'b> Writer<'b> {
    /// A writer that appends to `buffer`, whose length is a multiple of 4.
    pub fn new(buffer: &'b mut Vec<u8>) -> Self {
        Self { set: buffer.len(), buffer, depth: 0, failure: None }
    }

    /// An attribute of `N` bytes, 16 at most (more are a compile error).
    #[inline]
    pub fn fixed<const N: usize>(&mut self, id: u16, payload: [u8; N]) {
        const { assert!(N <= 16, "use `attr` for longer payloads") };
        let mut bytes = [0; ATTR_HEADER_LEN + 16];
        let (header, rest) = bytes.split_at_mut(ATTR_HEADER_LEN);
        header.copy_from_slice(&attr_header(ATTR_HEADER_LEN + N, id));
        for (to, from) in rest.iter_mut().zip(payload) {
            *to = from;
        }
        let bytes = bytes.get(..align(ATTR_HEADER_LEN + N)).unwrap_or_default();
        self.buffer.extend_from_slice(bytes);
    }

    /// An attribute with the given payload.
    pub fn attr(&mut self, id: u16, payload: &[u8]) {
        self.attr_and_nul(id, payload, 0);
    }

    /// A string attribute: `text` and the NUL that ends it.
    ///
    /// A NUL inside of `text` fails: the kernel would cut the string there.
    pub fn string(&mut self, id: u16, text: &[u8]) {
        if text.contains(&0) {
            self.fail_at(id, EncodeErrorKind::InnerNul);
        } else {
            self.attr_and_nul(id, text, 1);
        }
    }

    /// A string of `len` bytes in an array that is zero behind them: one copy of a known length.
    #[inline]
    pub(crate) fn short_string(&mut self, id: u16, text: &[u8; 15], len: u8) {
        let len = usize::from(len);
        if text.iter().take(len).any(|&byte| byte == 0) {
            return self.fail_at(id, EncodeErrorKind::InnerNul);
        }
        let mut bytes = [0; ATTR_HEADER_LEN + 16];
        let (header, rest) = bytes.split_at_mut(ATTR_HEADER_LEN);
        header.copy_from_slice(&attr_header(ATTR_HEADER_LEN + len + 1, id));
        for (to, from) in rest.iter_mut().zip(text) {
            *to = *from;
        }
        let start = self.buffer.len();
        self.buffer.extend_from_slice(&bytes);
        self.buffer.truncate(start + align(ATTR_HEADER_LEN + len + 1));
    }

    fn attr_and_nul(&mut self, id: u16, payload: &[u8], nul: usize) {
        let len = ATTR_HEADER_LEN + payload.len() + nul;
        if len > usize::from(u16::MAX) {
            return self.fail_at(id, EncodeErrorKind::TooLong { len: payload.len() + nul });
        }
        let end = self.buffer.len() + align(len);
        self.buffer.reserve(align(len));
        self.buffer.extend_from_slice(&attr_header(len, id));
        self.buffer.extend_from_slice(payload);
        self.buffer.resize(end, 0);
    }

    /// An attribute of values of `len` bytes each, side by side. `put` writes one as an attribute
    /// of its own, whose header this takes away again.
    pub(crate) fn array<T>(
        &mut self,
        id: u16,
        len: usize,
        values: impl ExactSizeIterator<Item = T>,
        put: impl Fn(T, &mut Self),
    ) {
        let total = values.len().saturating_mul(len);
        if total > usize::from(u16::MAX) - ATTR_HEADER_LEN {
            return self.fail_at(id, EncodeErrorKind::TooLong { len: total });
        }
        let start = self.buffer.len();
        self.buffer.extend_from_slice(&attr_header(ATTR_HEADER_LEN + total, id));
        for value in values {
            let at = self.buffer.len();
            put(value, self);
            self.buffer.drain(at..self.buffer.len().min(at + ATTR_HEADER_LEN));
            self.buffer.truncate(at + len);
        }
        self.buffer.resize(start + align(ATTR_HEADER_LEN + total), 0);
    }

    /// An attribute that holds what `content` writes, marked with `NLA_F_NESTED`.
    #[inline]
    pub fn nest(&mut self, id: u16, content: impl FnOnce(&mut Self)) {
        if self.depth >= MAX_NESTING {
            return self.fail_at(id, EncodeErrorKind::TooDeep);
        }
        let start = self.open(id | ATTR_NESTED);
        let outer = std::mem::replace(&mut self.set, self.buffer.len());
        self.depth += 1;
        content(self);
        self.depth -= 1;
        self.set = outer;
        self.close(start, id);
    }

    /// An attribute that holds a binary struct.
    pub fn structure<T: NlStruct>(&mut self, id: u16, value: &T) {
        let start = self.open(id);
        value.put(self);
        self.close(start, id);
        self.align();
    }

    /// The fixed header of the set, which stands before its attributes.
    #[inline]
    pub fn header<T: NlStruct>(&mut self, header: &T) {
        const { assert!(!T::OPEN, "a struct that repeats at its end can be no fixed header") };
        header.put(self);
        self.align();
        self.set = self.buffer.len();
    }

    /// Appends bytes as they are: a member of a struct.
    #[inline]
    pub fn raw(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
    }

    /// Appends zeros: padding of a struct.
    #[inline]
    pub fn zeros(&mut self, len: usize) {
        self.buffer.resize(self.buffer.len() + len, 0);
    }

    fn align(&mut self) {
        self.buffer.resize(align(self.buffer.len()), 0);
    }

    /// The attributes of the set that is being written, as far as it has come.
    pub(crate) fn set(&self) -> &[u8] {
        self.buffer.get(self.set..).unwrap_or_default()
    }

    #[inline]
    fn open(&mut self, kind: u16) -> usize {
        let start = self.buffer.len();
        self.buffer.extend_from_slice(&attr_header(ATTR_HEADER_LEN, kind));
        start
    }

    #[inline]
    fn close(&mut self, start: usize, id: u16) {
        let len = self.buffer.len() - start;
        match (u16::try_from(len), self.buffer.get_mut(start..start + 2)) {
            (Ok(len), Some(field)) => field.copy_from_slice(&len.to_ne_bytes()),
            _ => {
                self.buffer.truncate(start);
                // What failed inside is gone from the buffer; the nest stands for it.
                if let Some((at, _)) = &mut self.failure {
                    *at = start.min(*at);
                }
                self.fail_at(id, EncodeErrorKind::TooLong { len: len - ATTR_HEADER_LEN });
            }
        }
    }

    /// Records that attribute `id`, which would stand here, cannot be written; the first failure
    /// of a message is the one reported.
    #[cold]
    pub fn fail_at(&mut self, id: u16, kind: EncodeErrorKind) {
        let at = self.buffer.len();
        self.buffer.extend_from_slice(&attr_header(ATTR_HEADER_LEN, id & ATTR_ID_MASK));
        self.failure.get_or_insert((at, kind));
    }

    /// Records that a member of a struct, which would stand here, cannot be written. Something of
    /// its length is to be written in its place.
    #[cold]
    pub fn fail_here(&mut self, kind: EncodeErrorKind) {
        let at = self.buffer.len();
        self.failure.get_or_insert((at, kind));
    }

    /// The first thing that could not be written, as far as the message has come.
    pub fn failure(&self) -> Option<&EncodeErrorKind> {
        self.failure.as_ref().map(|(_, kind)| kind)
    }

    /// The first failure and where in the buffer its attribute stands.
    pub(crate) fn into_failure(self) -> Option<(usize, EncodeErrorKind)> {
        self.failure
    }
}

#[inline]
fn attr_header(len: usize, kind: u16) -> [u8; ATTR_HEADER_LEN] {
    // Callers have checked that `len` fits.
    let [l0, l1] = (len as u16).to_ne_bytes();
    let [k0, k1] = kind.to_ne_bytes();
    [l0, l1, k0, k1]
}
