//! What comes of waiting for an answer, and where its messages are.

use crate::session::{Event, Span};

/// What came of waiting for an answer.
pub(crate) enum Heard {
    /// A message of the answer.
    Reply(Part),
    /// A message with which the answer is complete.
    LastReply(Part),
    /// The end of the answer.
    End(Part),
    /// Something for others.
    Others,
    /// The kernel has said all that it has to say.
    Silence,
    /// The time is over.
    Timeout,
}

impl Heard {
    pub(crate) fn of(event: Event, place: Place) -> Self {
        match event {
            Event::Reply(span) => Self::Reply(Part { span, place }),
            Event::LastReply(span) => Self::LastReply(Part { span, place }),
            Event::Finished(span) => Self::End(Part { span, place }),
            Event::Notification(_) | Event::Overrun => Self::Others,
        }
    }
}

/// A message of an answer: where it is.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    pub(crate) span: Span,
    pub(crate) place: Place,
}

/// Where the bytes of a message are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Datagram,
    Letter,
}
