//! What is told of messages that were lost.

use crate::error::{Error, RequestName};
use crate::session::Malformed;
use crate::wire::GENL_HEADER_LEN;

/// How a part of what came was lost.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Loss {
    /// The receive buffer of the socket was full. Dumps lose nothing by that: the kernel goes on with
    /// them once there is room.
    Overrun,
    /// A datagram was longer than our buffer.
    Truncated { len: usize },
    /// A datagram was no sequence of messages.
    Malformed(Malformed),
    /// A notification was shorter than the header of generic netlink.
    Headless { len: usize },
}

impl Loss {
    #[cold]
    pub(crate) fn error(self) -> Error {
        match self {
            Self::Overrun => Error::Lost,
            Self::Truncated { len } => Error::Truncated { len },
            Self::Malformed(malformed) => Error::Malformed { reason: malformed.to_string() },
            Self::Headless { len } => Error::Malformed {
                reason: format!(
                    "a notification of {len} bytes, with {GENL_HEADER_LEN} for its header"
                ),
            },
        }
    }

    /// The error of a request whose answer was lost so.
    #[cold]
    pub(crate) fn of_answer(self, request: RequestName) -> Error {
        match self {
            Self::Overrun => Error::NoReply { request, overrun: true },
            loss => loss.error(),
        }
    }
}
