//! Messages of families, lent and owned.

use crate::attrs::{NlAttrs, decode};
use crate::error::{DecodeError, DecodeErrorKind, EncodeError};
use crate::family::Protocol;
use crate::wire::{GENL_HEADER_LEN, Header, align};

/// A message in the receive buffer.
#[derive(Clone, Copy, Debug)]
pub struct Message<'a> {
    header: Header,
    cmd: u16,
    version: u8,
    namespace: Option<i32>,
    attrs: &'a [u8],
}

impl<'a> Message<'a> {
    /// The message of protocol `P` with this header and body. In generic netlink the body begins
    /// with its header.
    ///
    /// # Errors
    /// Where the body is shorter than that header.
    #[inline]
    pub fn new<P: Protocol>(header: Header, body: &'a [u8]) -> Result<Self, DecodeError> {
        if !P::GENERIC {
            let cmd = header.kind;
            return Ok(Self { header, cmd, version: 0, namespace: None, attrs: body });
        }
        let Some((&[cmd, version, _, _], attrs)) = body.split_first_chunk::<GENL_HEADER_LEN>()
        else {
            return Err(DecodeError::new(DecodeErrorKind::Short {
                expected: GENL_HEADER_LEN,
                found: body.len(),
            }));
        };
        Ok(Self { header, cmd: cmd.into(), version, namespace: None, attrs })
    }

    /// The netlink header. Its type is the family's id in generic netlink, else the operation.
    pub fn header(&self) -> Header {
        self.header
    }

    /// Number of the operation.
    #[inline]
    pub fn cmd(&self) -> u16 {
        self.cmd
    }

    /// Version of the family, in generic netlink.
    pub fn version(&self) -> u8 {
        self.version
    }

    pub(crate) fn of_namespace(self, namespace: Option<i32>) -> Self {
        Self { namespace, ..self }
    }

    /// The network namespace that a notification comes from, by its id in that of the socket
    /// (RTM_NEWNSID); `None` where it is the socket's own. Others are only told of where the socket
    /// listens to all.
    pub fn namespace(&self) -> Option<i32> {
        self.namespace
    }

    /// The attributes as they came; before them the fixed header, where the family has one.
    pub fn attrs(&self) -> &'a [u8] {
        self.attrs
    }

    /// The attributes as a value.
    ///
    /// # Errors
    /// Where the message is malformed; the error names the attribute.
    #[inline]
    pub fn decode<T: NlAttrs<'a>>(&self) -> Result<T, DecodeError> {
        decode(self.attrs)
    }

    /// The message with its own copy of the attributes.
    pub fn to_raw(&self) -> RawMessage {
        RawMessage {
            header: self.header,
            cmd: self.cmd,
            version: self.version,
            namespace: self.namespace,
            attrs: self.attrs.to_vec(),
        }
    }
}

/// A message that owns its attributes: a notification in the queue, or one that is not known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawMessage {
    header: Header,
    cmd: u16,
    version: u8,
    namespace: Option<i32>,
    attrs: Vec<u8>,
}

impl RawMessage {
    /// The message lent.
    pub fn message(&self) -> Message<'_> {
        Message {
            header: self.header,
            cmd: self.cmd,
            version: self.version,
            namespace: self.namespace,
            attrs: &self.attrs,
        }
    }

    /// Appends the message to `buffer` as it came, and gives its number: see
    /// [`Notification::encode`](crate::Notification::encode).
    ///
    /// # Errors
    /// None: what came in a message fits into one.
    pub fn encode(&self, buffer: &mut Vec<u8>) -> Result<u16, EncodeError> {
        buffer.extend_from_slice(&self.attrs);
        buffer.resize(align(buffer.len()), 0);
        Ok(self.cmd)
    }
}
