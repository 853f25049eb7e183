//! Headers and attributes as they stand in a datagram: `struct nlmsghdr`, `struct genlmsghdr`,
//! `struct nlattr` (linux/netlink.h, linux/genetlink.h). All host byte order, all aligned to 4.

use crate::error::{DecodeError, DecodeErrorKind};

/// Length of a netlink message header, `NLMSG_HDRLEN`.
pub const HEADER_LEN: usize = 16;
/// Length of a generic netlink header, `GENL_HDRLEN`.
pub const GENL_HEADER_LEN: usize = 4;
/// Length of an attribute header, `NLA_HDRLEN`.
pub const ATTR_HEADER_LEN: usize = 4;
/// The bits of an attribute's type field that hold its number, `NLA_TYPE_MASK`.
pub const ATTR_ID_MASK: u16 = 0x3fff;
/// The bit of an attribute's type field that marks a nest, `NLA_F_NESTED`.
pub const ATTR_NESTED: u16 = 0x8000;
/// How deep nests may stand in each other; deeper ones are an error in both directions.
///
/// Specs have recursive sets, so without a limit a small message could exhaust the stack.
pub const MAX_NESTING: u8 = 64;

/// Message types that every protocol has (`NLMSG_*`).
pub mod kind {
    /// `NLMSG_NOOP`: nothing, skip it.
    pub const NOOP: u16 = 1;
    /// `NLMSG_ERROR`: an error, or an ACK where the code is 0.
    pub const ERROR: u16 = 2;
    /// `NLMSG_DONE`: the end of a multipart answer.
    pub const DONE: u16 = 3;
    /// `NLMSG_OVERRUN`: data was lost.
    pub const OVERRUN: u16 = 4;
}

/// Message flags (`NLM_F_*`).
pub mod flag {
    /// `NLM_F_REQUEST`: goes to the kernel.
    pub const REQUEST: u16 = 0x01;
    /// `NLM_F_MULTI`: one of several; a dump may lack it.
    pub const MULTI: u16 = 0x02;
    /// `NLM_F_ACK`: answer with an ACK.
    pub const ACK: u16 = 0x04;
    /// `NLM_F_DUMP_INTR`: the dumped data changed while it was dumped.
    pub const DUMP_INTR: u16 = 0x10;
    /// `NLM_F_DUMP`: `NLM_F_ROOT | NLM_F_MATCH`.
    pub const DUMP: u16 = 0x300;
    /// `NLM_F_CAPPED`, on an error: only the header of the request is repeated.
    pub const CAPPED: u16 = 0x100;
    /// `NLM_F_ACK_TLVS`, on an error: extended ACK attributes follow.
    pub const ACK_TLVS: u16 = 0x200;
}

/// `length` rounded up to the alignment of netlink, 4 bytes.
pub const fn align(length: usize) -> usize {
    length.saturating_add(3) & !3
}

/// A netlink message header, `struct nlmsghdr`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// Length of the message with this header, in bytes.
    pub len: u32,
    /// Message type: a control type of [`kind`], a family id, or an operation.
    pub kind: u16,
    /// Bits of [`flag`].
    pub flags: u16,
    /// Sequence number.
    pub seq: u32,
    /// Port id: of the asker, in requests and in answers.
    pub port: u32,
}

impl Header {
    /// The header at the start of `bytes`; `None` where they are fewer than 16.
    #[inline]
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let (head, _) = bytes.split_first_chunk::<HEADER_LEN>()?;
        let [l0, l1, l2, l3, k0, k1, f0, f1, s0, s1, s2, s3, p0, p1, p2, p3] = *head;
        Some(Self {
            len: u32::from_ne_bytes([l0, l1, l2, l3]),
            kind: u16::from_ne_bytes([k0, k1]),
            flags: u16::from_ne_bytes([f0, f1]),
            seq: u32::from_ne_bytes([s0, s1, s2, s3]),
            port: u32::from_ne_bytes([p0, p1, p2, p3]),
        })
    }

    /// The header's 16 bytes.
    pub fn to_bytes(self) -> [u8; HEADER_LEN] {
        let [l0, l1, l2, l3] = self.len.to_ne_bytes();
        let [k0, k1] = self.kind.to_ne_bytes();
        let [f0, f1] = self.flags.to_ne_bytes();
        let [s0, s1, s2, s3] = self.seq.to_ne_bytes();
        let [p0, p1, p2, p3] = self.port.to_ne_bytes();
        [l0, l1, l2, l3, k0, k1, f0, f1, s0, s1, s2, s3, p0, p1, p2, p3]
    }
}

/// One attribute as it stands in a message.
#[derive(Clone, Copy, Debug)]
pub struct Attr<'a> {
    /// Its number, without the flag bits.
    pub id: u16,
    /// Its payload, without header and padding.
    pub payload: &'a [u8],
    /// Whether it is marked as a nest.
    pub(crate) nest: bool,
    /// How many nests it stands in.
    pub(crate) depth: u8,
    /// The attributes of the next set outwards that chooses sub-messages; a selector is among them.
    pub(crate) scope: &'a [u8],
}

impl<'a> Attr<'a> {
    /// An attribute outside of any nest.
    #[inline]
    pub fn new(id: u16, payload: &'a [u8]) -> Self {
        Self { id, payload, nest: false, depth: 0, scope: &[] }
    }

    /// Whether it is marked as a nest (`NLA_F_NESTED`): one that is holds attributes, but many nests of
    /// older families are not.
    #[inline]
    pub fn is_nest(&self) -> bool {
        self.nest
    }

    /// The attributes inside this one.
    ///
    /// # Errors
    /// Where it stands deeper than [`MAX_NESTING`].
    #[inline]
    pub fn nested(self) -> Result<Attrs<'a>, DecodeError> {
        if self.depth >= MAX_NESTING {
            return Err(DecodeError::new(DecodeErrorKind::TooDeep));
        }
        Ok(Attrs { rest: self.payload, depth: self.depth + 1, scope: self.scope })
    }
}

/// The attributes in a run of bytes, one after the other.
///
/// The iterator ends after the first error. Whatever follows the last attribute must be its
/// padding: a header that promises more bytes than there are, or bytes too few for a header, is an
/// error, never a silent end.
#[derive(Clone, Debug)]
pub struct Attrs<'a> {
    rest: &'a [u8],
    depth: u8,
    scope: &'a [u8],
}

impl<'a> Attrs<'a> {
    /// The attributes in `bytes`, which begin with the first attribute's header.
    #[inline]
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes, depth: 0, scope: &[] }
    }

    /// Splits off the first `len` bytes, which are no attributes.
    ///
    /// # Errors
    /// Where there are fewer.
    #[inline]
    pub(crate) fn split_header(&mut self, len: usize) -> Result<&'a [u8], DecodeError> {
        let Some((header, rest)) = self.rest.split_at_checked(len) else {
            let found = self.rest.len();
            return Err(DecodeError::new(DecodeErrorKind::Short { expected: len, found }));
        };
        self.rest = rest;
        Ok(header)
    }

    /// Lets sub-messages in here, or in nests below, find their selectors among what is left.
    #[inline]
    pub(crate) fn open_scope(&mut self) {
        self.scope = self.rest;
    }

    /// The next attribute; `None` after the last.
    #[inline]
    pub(crate) fn step(&mut self) -> Result<Option<Attr<'a>>, DecodeError> {
        // Nothing follows an attribute that is malformed.
        let bytes = std::mem::take(&mut self.rest);
        let Some(&[l0, l1, t0, t1]) = bytes.first_chunk() else {
            return if bytes.is_empty() { Ok(None) } else { Err(malformed(bytes)) };
        };
        let len = usize::from(u16::from_ne_bytes([l0, l1]));
        let Some(payload) = bytes.get(ATTR_HEADER_LEN..len) else {
            return Err(malformed(bytes));
        };
        self.rest = bytes.get(align(len)..).unwrap_or_default();
        let kind = u16::from_ne_bytes([t0, t1]);
        let (id, nest) = (kind & ATTR_ID_MASK, kind & ATTR_NESTED != 0);
        Ok(Some(Attr { id, payload, nest, depth: self.depth, scope: self.scope }))
    }
}

/// What is wrong at the attribute that `bytes` begin with. It takes them by value, not the iterator by
/// reference, so that a loop over attributes can keep that in registers.
#[cold]
fn malformed(bytes: &[u8]) -> DecodeError {
    let left = bytes.len();
    let kind = match bytes.first_chunk() {
        Some(&[l0, l1, _, _]) => {
            DecodeErrorKind::Header { len: u16::from_ne_bytes([l0, l1]).into(), left }
        }
        None => DecodeErrorKind::Leftover { left },
    };
    DecodeError::new(kind)
}

impl<'a> Iterator for Attrs<'a> {
    type Item = Result<Attr<'a>, DecodeError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.step().transpose()
    }
}
