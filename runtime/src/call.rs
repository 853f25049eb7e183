//! A call under way: the request as it was sent, and its answer message by message.

use crate::attrs::{NlAttrs, Set};
use crate::connection::Connection;
use crate::error::{EncodeError, Error, RequestName};
use crate::extack::{KernelError, Sent};
use crate::family::{Do, Dump, Family, Protocol};
use crate::message::Message;
use crate::modifiers::Modifiers;
use crate::session::{Ends, Event, MIN_TYPE, Outcome, Span};
use crate::transport::Transport;
use crate::wire::{GENL_HEADER_LEN, HEADER_LEN, Header, flag};

/// A request without its attributes.
#[derive(Clone, Copy)]
pub(crate) struct Call {
    pub(crate) name: RequestName,
    version: u8,
    set: &'static Set,
    cmd: u16,
    reply_cmd: u16,
    /// Whether a reply has anything to say, besides the ACK.
    replies: bool,
    ends: Ends,
    modifiers: Modifiers,
}

impl Call {
    pub(crate) fn of_do<'r, R: Do + NlAttrs<'r>>() -> Self {
        const {
            assert!(
                fits::<R::Family>(R::CMD, R::REPLY_CMD),
                "below 256 in generic netlink, else from 16 on"
            )
        };
        let ends = if R::ACK { Ends::Ack } else { Ends::Reply };
        let call = Self::new::<R::Family>(R::NAME, R::SET, R::CMD, R::REPLY_CMD, ends);
        Self { replies: !R::Reply::SET.is_empty(), ..call }
    }

    pub(crate) fn of_dump<'r, R: Dump + NlAttrs<'r>>() -> Self {
        const {
            assert!(
                fits::<R::Family>(R::CMD, R::REPLY_CMD),
                "below 256 in generic netlink, else from 16 on"
            )
        };
        Self::new::<R::Family>(R::NAME, R::SET, R::CMD, R::REPLY_CMD, Ends::Done)
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
        Self { ends: Ends::Echo, modifiers: self.modifiers | Modifiers::ECHO, ..self }
    }

    /// The flags that say what kind of call it is.
    fn mode(&self) -> u16 {
        match self.ends {
            Ends::Ack | Ends::Echo => flag::ACK,
            Ends::Reply => 0,
            Ends::Done => flag::DUMP,
        }
    }

    fn new<F: Family>(
        operation: &'static str,
        set: &'static Set,
        cmd: u16,
        reply_cmd: u16,
        ends: Ends,
    ) -> Self {
        let name = RequestName { family: F::NAME, operation };
        let modifiers = Modifiers::default();
        let version = F::VERSION;
        Self { name, version, set, cmd, reply_cmd, replies: true, ends, modifiers }
    }
}

/// Whether the numbers of an operation fit into the header of the family's protocol.
///
/// In generic netlink they have 8 bits. In other protocols they are the types of messages, of which
/// the first 16 are control messages: the kernel would acknowledge such a request and do nothing.
const fn fits<F: Family>(cmd: u16, reply_cmd: u16) -> bool {
    match F::Protocol::GENERIC {
        true => cmd < 256 && reply_cmd < 256,
        false => cmd >= MIN_TYPE && reply_cmd >= MIN_TYPE,
    }
}

/// A request that was sent and whose answer is not complete.
#[derive(Clone, Copy)]
pub(crate) struct Running {
    call: Call,
    seq: u32,
    /// Type of the message: the family's id in generic netlink, else the operation.
    kind: u16,
    /// Nothing but a stale family id was seen of it yet, so it can be sent again.
    retry: bool,
}

impl Running {
    pub(crate) fn name(&self) -> RequestName {
        self.call.name
    }

    pub(crate) fn seq(&self) -> u32 {
        self.seq
    }

    /// Whether a message is of the kind that the request is answered with.
    #[inline]
    fn is_answered_by<P: Protocol>(&self, message: &Message<'_>) -> bool {
        let family = !P::GENERIC || message.header().kind == self.kind;
        family && message.cmd() == self.call.reply_cmd
    }
}

impl<P: Protocol, T: Transport> Connection<P, T> {
    /// Writes and sends a request.
    pub(crate) fn start(
        &mut self,
        call: Call,
        put: impl FnOnce(&mut Vec<u8>) -> Result<(), EncodeError>,
    ) -> Result<Running, Error> {
        let running = self.write(call, put)?;
        let sent = self.send(&running);
        if sent.is_err() {
            self.cancel(&running);
        }
        sent.map(|()| running)
    }

    /// Writes a request into `sent`, but for its header, which says what kind of call it is.
    pub(crate) fn write(
        &mut self,
        call: Call,
        put: impl FnOnce(&mut Vec<u8>) -> Result<(), EncodeError>,
    ) -> Result<Running, Error> {
        self.channel.read_rest();
        let retry = P::GENERIC && self.known(call.name.family).is_some();
        let kind = if P::GENERIC { self.family_id(call.name.family)? } else { call.cmd };
        self.sent.clear();
        self.sent.extend_from_slice(&[0; HEADER_LEN]);
        if P::GENERIC {
            // Both numbers are below 256: checked where they are constants.
            self.sent.extend_from_slice(&[call.cmd as u8, call.version, 0, 0]);
        }
        put(&mut self.sent).map_err(Error::Encode)?;
        let seq = self.channel.session.begin(call.ends);
        Ok(Running { call, seq, kind, retry })
    }

    /// Sends what is in `sent`, as the request that is running.
    fn send(&mut self, running: &Running) -> Result<(), Error> {
        self.write_header(running, running.call.mode());
        Ok(self.channel.transport.send(&self.sent)?)
    }

    /// Writes the header of what is in `sent`.
    pub(crate) fn write_header(&mut self, running: &Running, mode: u16) {
        let header = Header {
            len: u32::try_from(self.sent.len()).unwrap_or(u32::MAX),
            kind: running.kind,
            flags: flag::REQUEST | mode | running.call.modifiers.bits(),
            seq: running.seq,
            port: self.channel.session.port(),
        };
        if let Some(start) = self.sent.first_chunk_mut() {
            *start = header.to_bytes();
        }
    }

    /// Nobody waits for the answer any more.
    pub(crate) fn cancel(&mut self, running: &Running) {
        self.channel.session.cancel(running.seq);
    }

    /// Reads the answer, of one reply at most, up to its end. One that breaks off with an error is
    /// abandoned.
    pub(crate) fn finish(
        &mut self,
        running: Running,
        take: &mut dyn FnMut(Message<'_>) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let mut replied = false;
        self.each_message(running, &mut |conn, span, running| {
            if std::mem::replace(&mut replied, true) {
                return Err(unexpected(running, "a second reply".to_owned()));
            }
            conn.reply_in(span, running).and_then(&mut *take)
        })
    }

    /// Reads the answer up to its end, message by message. One that breaks off with an error is
    /// abandoned.
    pub(crate) fn each_message(
        &mut self,
        mut running: Running,
        take: &mut dyn FnMut(&Self, &Span, &Running) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let mut replied = false;
        let outcome = loop {
            match self.advance(&mut running) {
                Ok(Step::Message(span)) => {
                    replied = true;
                    if let Err(error) = take(self, &span, &running) {
                        break Err(error);
                    }
                }
                Ok(Step::LastMessage(span)) => break take(self, &span, &running),
                Ok(Step::End { .. }) => break Ok(()),
                // Conntrack marks its one reply as one of several, and sends nothing behind it.
                Err(Error::NoReply { overrun: false, .. }) if replied => break Ok(()),
                Err(error) => break Err(error),
            }
        };
        self.cancel(&running);
        outcome
    }

    /// Gives the next message of an answer. A stale family id is mended on the way.
    #[inline]
    pub(crate) fn advance(&mut self, running: &mut Running) -> Result<Step, Error> {
        loop {
            let seq = running.seq;
            match self.channel.answer_to(|answered| answered == seq, running.call.name)? {
                // What a listener's own request causes is told with the request's number.
                Event::Reply(message) if self.is_stray(&message, running) => {
                    self.channel.keep_message(&message);
                }
                Event::Reply(message) => {
                    running.retry = false;
                    return Ok(Step::Message(message));
                }
                Event::LastReply(message) => return Ok(Step::LastMessage(message)),
                Event::Finished(message) => {
                    let outcome = Outcome::read(self.channel.datagram(), &message);
                    if outcome.errno == 0 {
                        return Ok(Step::End { interrupted: outcome.interrupted });
                    }
                    let error = self.kernel_error(outcome, running);
                    if error.errno() != Some(libc::ENOENT) || !self.retry(running)? {
                        return Err(error);
                    }
                }
                Event::Notification(_) | Event::Overrun => {}
            }
        }
    }

    /// Whether a message with the request's number is a notification: this socket listens, and the
    /// request is not answered so. The kernel does not tell the group where its number is above 32.
    pub(crate) fn is_stray(&self, span: &Span, running: &Running) -> bool {
        let call = &running.call;
        let answer = |message: Message<'_>| call.replies && running.is_answered_by::<P>(&message);
        !self.listens.is_empty()
            && call.ends != Ends::Echo
            && !self.channel.message(span).is_ok_and(answer)
    }

    /// The kernel does not know the id (ENOENT): asks for the family again, and sends the request
    /// again where it has another id now.
    fn retry(&mut self, running: &mut Running) -> Result<bool, Error> {
        let name = running.call.name.family;
        if !std::mem::take(&mut running.retry) {
            return Ok(false);
        }
        self.forget(name);
        let id = self.family_id(name)?;
        if id == running.kind {
            return Ok(false);
        }
        running.kind = id;
        running.seq = self.channel.session.begin(running.call.ends);
        self.send(running).map(|()| true)
    }

    /// The message at `span`, where it is of the kind that the request is answered with.
    #[inline]
    pub(crate) fn reply_in(&self, span: &Span, running: &Running) -> Result<Message<'_>, Error> {
        let message = self.channel.message(span)?;
        if running.is_answered_by::<P>(&message) {
            return Ok(message);
        }
        let (kind, cmd, wanted) = (span.header.kind, message.cmd(), running.call.reply_cmd);
        let found = match P::GENERIC {
            true => format!(
                "operation {cmd} of family {kind}, instead of operation {wanted} of family {}",
                running.kind
            ),
            false => format!("message {cmd}, instead of message {wanted}"),
        };
        Err(unexpected(running, found))
    }

    /// The message at `span` as a value, where it is the reply of the request.
    #[inline]
    pub(crate) fn decode_reply<'a, R: NlAttrs<'a>>(
        &'a self,
        span: &Span,
        running: &Running,
    ) -> Result<R, Error> {
        let message = self.reply_in(span, running)?;
        message.decode().map_err(Error::Decode)
    }

    #[cold]
    pub(crate) fn kernel_error(&self, outcome: Outcome, running: &Running) -> Error {
        let sent = Sent {
            name: running.call.name,
            set: running.call.set,
            message: &self.sent,
            attrs: HEADER_LEN + if P::GENERIC { GENL_HEADER_LEN } else { 0 },
        };
        let ext_ack = self.channel.bytes(outcome.ext_ack);
        Error::Kernel(Box::new(KernelError::new(outcome.errno, ext_ack, &sent)))
    }

    /// The answer to a request is not wanted any more.
    pub(crate) fn abandon(&mut self, running: &Running) {
        self.channel.session.abandon(running.seq);
    }
}

/// The next step of an answer.
pub(crate) enum Step {
    /// A message.
    Message(Span),
    /// A message with which the answer is complete.
    LastMessage(Span),
    /// The answer is complete.
    End { interrupted: bool },
}

#[cold]
fn unexpected(running: &Running, found: String) -> Error {
    Error::UnexpectedMessage { request: running.call.name, found }
}
