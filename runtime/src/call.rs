//! A request without its attributes, and one that is under way.

use crate::attrs::{NlAttrs, Set};
use crate::channel::Asked;
use crate::error::{EncodeError, EncodeErrorKind, Error, RequestName};
use crate::extack::KernelError;
use crate::family::{Do, Dump, Family, Protocol};
use crate::message::Message;
use crate::modifiers::Modifiers;
use crate::raw::RawOperation;
use crate::session::{Ends, MIN_TYPE};
use crate::trace::Trace;
use crate::wire::{GENL_HEADER_LEN, HEADER_LEN, Header, flag};

/// A request without its attributes.
#[derive(Clone, Copy)]
pub(crate) struct Call {
    pub(crate) name: RequestName,
    pub(crate) version: u8,
    pub(crate) set: &'static Set,
    pub(crate) cmd: u16,
    pub(crate) reply_cmd: u16,
    #[cfg_attr(not(feature = "tracing"), expect(dead_code, reason = "shown in traces"))]
    pub(crate) reply_set: &'static Set,
    /// Whether a reply has anything to say, besides the ACK.
    pub(crate) replies: bool,
    /// Whether there may be several replies.
    pub(crate) many: bool,
    pub(crate) ends: Ends,
    modifiers: Modifiers,
}

impl Call {
    pub(crate) fn of_do<'r, R: Do + NlAttrs<'r>>() -> Self {
        const {
            assert!(
                fits::<<R::Family as Family>::Protocol>(R::CMD)
                    && fits::<<R::Family as Family>::Protocol>(R::REPLY_CMD),
                "below 256 in generic netlink, else from 16 on"
            )
        };
        let ends = if R::ACK { Ends::Ack } else { Ends::Reply };
        let call = Self::new::<R::Family, R::Reply>(R::NAME, R::SET, R::CMD, R::REPLY_CMD, ends);
        Self { replies: !R::Reply::SET.is_empty(), ..call }
    }

    pub(crate) fn of_dump<'r, R: Dump + NlAttrs<'r>>() -> Self {
        const {
            assert!(
                fits::<<R::Family as Family>::Protocol>(R::CMD)
                    && fits::<<R::Family as Family>::Protocol>(R::REPLY_CMD),
                "below 256 in generic netlink, else from 16 on"
            )
        };
        let ends = Ends::Done;
        Self::new::<R::Family, R::Reply>(R::NAME, R::SET, R::CMD, R::REPLY_CMD, ends).with_many()
    }

    /// The call of an operation that is known only at run time.
    ///
    /// # Errors
    /// Where protocol `P` has no operations of its numbers.
    pub(crate) fn of_raw<P: Protocol>(operation: &RawOperation, ends: Ends) -> Result<Self, Error> {
        let &RawOperation { family, name, version, cmd, reply_cmd, request, reply, .. } = operation;
        if let Some(&cmd) = [cmd, reply_cmd].iter().find(|cmd| !fits::<P>(**cmd)) {
            let (path, kind) = (String::new(), EncodeErrorKind::Operation { cmd });
            return Err(EncodeError { root: name, path, kind }.into());
        }
        Ok(Self {
            name: RequestName { family, operation: name },
            version,
            set: request,
            cmd,
            reply_cmd,
            reply_set: reply.unwrap_or(<() as NlAttrs<'_>>::SET),
            replies: reply.is_some(),
            many: true,
            ends,
            modifiers: Modifiers::default(),
        })
    }

    /// The call with as many replies as there are.
    pub(crate) fn with_many(self) -> Self {
        Self { many: true, ..self }
    }

    /// The call with flags beside those that say what it is.
    pub(crate) fn with(self, modifiers: Modifiers) -> Self {
        Self { modifiers, ..self }
    }

    /// The call with an ACK, whatever its operation is answered with.
    pub(crate) fn acknowledged(self) -> Self {
        Self { ends: Ends::Ack, ..self }
    }

    /// The call that is also answered with what listeners are told.
    pub(crate) fn echoed(self) -> Self {
        let modifiers = self.modifiers | Modifiers::ECHO;
        Self { ends: Ends::Echo, modifiers, many: true, ..self }
    }

    /// Whether it changes nothing: it can be sent again where its answer was lost.
    pub(crate) fn only_reads(&self) -> bool {
        matches!(self.ends, Ends::Reply | Ends::Done)
    }

    /// Whether a message is of the kind that the request is answered with; `kind` is the request's.
    #[inline]
    pub(crate) fn is_answered_by<P: Protocol>(&self, kind: u16, message: &Message<'_>) -> bool {
        let family = !P::GENERIC || message.header().kind == kind;
        family && message.cmd() == self.reply_cmd
    }

    /// The flags of the request's header.
    #[cfg(feature = "tracing")]
    pub(crate) fn flags(&self) -> u16 {
        flag::REQUEST | self.mode() | self.modifiers.bits()
    }

    /// The header of the request.
    pub(crate) fn header(&self, len: usize, kind: u16, mode: u16, seq: u32, port: u32) -> Header {
        let len = u32::try_from(len).unwrap_or(u32::MAX);
        let flags = flag::REQUEST | mode | self.modifiers.bits();
        Header { len, kind, flags, seq, port }
    }

    /// The flags that say what kind of call it is.
    pub(crate) fn mode(&self) -> u16 {
        match self.ends {
            Ends::Ack | Ends::Echo => flag::ACK,
            Ends::Reply => 0,
            Ends::Done => flag::DUMP,
        }
    }

    fn new<'r, F: Family, Reply: NlAttrs<'r>>(
        operation: &'static str,
        set: &'static Set,
        cmd: u16,
        reply_cmd: u16,
        ends: Ends,
    ) -> Self {
        let name = RequestName { family: F::NAME, operation };
        let modifiers = Modifiers::default();
        let version = F::VERSION;
        let reply_set = Reply::SET;
        Self {
            name,
            version,
            set,
            cmd,
            reply_cmd,
            reply_set,
            replies: true,
            many: false,
            ends,
            modifiers,
        }
    }
}

/// Whether the number of an operation fits into the header of its protocol.
///
/// In generic netlink they have 8 bits. In other protocols they are the types of messages, of which
/// the first 16 are control messages: the kernel would acknowledge such a request and do nothing.
const fn fits<P: Protocol>(cmd: u16) -> bool {
    match P::GENERIC {
        true => cmd < 256,
        false => cmd >= MIN_TYPE,
    }
}

/// Appends a message of protocol `P` to `buffer`, but for its netlink header, which is zeros. `put` appends
/// the fixed header and the attributes.
///
/// # Errors
/// Where the request does not fit into a message; the buffer is as before.
#[inline]
pub(crate) fn write<P: Protocol>(
    call: &Call,
    put: impl FnOnce(&mut Vec<u8>) -> Result<(), EncodeError>,
    buffer: &mut Vec<u8>,
) -> Result<(), Error> {
    let start = buffer.len();
    buffer.extend_from_slice(&[0; HEADER_LEN]);
    if P::GENERIC {
        // It is below 256: checked where the call is made.
        buffer.extend_from_slice(&[call.cmd as u8, call.version, 0, 0]);
    }
    let written = put(buffer).map_err(Error::Encode);
    if written.is_err() {
        buffer.truncate(start);
    }
    written
}

/// A request whose answer is not complete.
pub(crate) struct Running {
    pub(crate) call: Call,
    /// The message, as it is sent.
    pub(crate) message: Vec<u8>,
    /// Type of the message: the family's id in generic netlink, else the operation.
    pub(crate) kind: u16,
    pub(crate) seq: u32,
    pub(crate) asked: Asked,
    pub(crate) state: State,
    /// How many messages of its answer came.
    pub(crate) replies: u64,
    /// How often it was sent.
    pub(crate) sent: u8,
    /// The question for its family's id.
    pub(crate) lookup: Option<Box<Running>>,
    /// There was no room for the dump. It may come all the same.
    pub(crate) crowded: Option<Box<KernelError>>,
    pub(crate) trace: Trace,
}

/// How far a request is.
pub(crate) enum State {
    /// It was not sent.
    New,
    /// It was refused since the kernel does not know the id, which came from the cache.
    Refused(Box<Error>),
    /// It was sent, with an id that came from the cache or not.
    Sent { cached: bool },
}

impl Running {
    pub(crate) fn new(call: Call, message: Vec<u8>, asked: Asked) -> Self {
        Self {
            trace: Trace::new(&call),
            call,
            message,
            kind: 0,
            seq: 0,
            asked,
            state: State::New,
            replies: 0,
            sent: 0,
            lookup: None,
            crowded: None,
        }
    }

    pub(crate) fn name(&self) -> RequestName {
        self.call.name
    }
}

/// Where in a message of protocol `P` the fixed header and the attributes stand.
pub(crate) fn attrs_of<P: Protocol>(message: &[u8]) -> &[u8] {
    let headers = HEADER_LEN + if P::GENERIC { GENL_HEADER_LEN } else { 0 };
    message.get(headers..).unwrap_or_default()
}
