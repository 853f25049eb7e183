//! A call under way: the request as it was sent, and its answer message by message.

use crate::attrs::{NlAttrs, Set, decode_into};
use crate::connection::Connection;
use crate::error::{EncodeError, Error, RequestName};
use crate::extack::{KernelError, Sent};
use crate::family::{Do, Dump, Family, Generic};
use crate::message::Message;
use crate::session::{Ends, Event, Outcome, Span};
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
    ends: Ends,
}

impl Call {
    pub(crate) fn of_do<'r, R: Do + NlAttrs<'r>>() -> Self {
        const { assert!(R::CMD < 256 && R::REPLY_CMD < 256, "generic netlink has 8 bits for it") };
        let ends = if R::ACK { Ends::Ack } else { Ends::Reply };
        Self::new::<R::Family>(R::NAME, R::SET, R::CMD, R::REPLY_CMD, ends)
    }

    pub(crate) fn of_dump<'r, R: Dump + NlAttrs<'r>>() -> Self {
        const { assert!(R::CMD < 256 && R::REPLY_CMD < 256, "generic netlink has 8 bits for it") };
        Self::new::<R::Family>(R::NAME, R::SET, R::CMD, R::REPLY_CMD, Ends::Done)
    }

    fn new<F: Family>(
        operation: &'static str,
        set: &'static Set,
        cmd: u16,
        reply_cmd: u16,
        ends: Ends,
    ) -> Self {
        let name = RequestName { family: F::NAME, operation };
        Self { name, version: F::VERSION, set, cmd, reply_cmd, ends }
    }
}

/// A request that was sent and whose answer is not complete.
pub(crate) struct Running {
    call: Call,
    seq: u32,
    family: u16,
    /// Nothing but a stale family id was seen of it yet, so it can be sent again.
    retry: bool,
}

impl Running {
    pub(crate) fn name(&self) -> RequestName {
        self.call.name
    }
}

impl<T: Transport> Connection<Generic, T> {
    /// Writes and sends a request.
    pub(crate) fn start(
        &mut self,
        call: Call,
        put: impl FnOnce(&mut Vec<u8>) -> Result<(), EncodeError>,
    ) -> Result<Running, Error> {
        self.channel.read_rest();
        let retry = self.known(call.name.family).is_some();
        let family = self.family_id(call.name.family)?;
        let seq = self.channel.session.begin(call.ends);
        let running = Running { call, seq, family, retry };
        self.sent.clear();
        self.sent.extend_from_slice(&[0; HEADER_LEN]);
        // Both numbers are below 256: checked where they are constants.
        self.sent.extend_from_slice(&[call.cmd as u8, call.version, 0, 0]);
        let sent = put(&mut self.sent).map_err(Error::Encode).and_then(|()| self.send(&running));
        if sent.is_err() {
            self.channel.session.cancel(seq);
        }
        sent.map(|()| running)
    }

    /// Sends what is in `sent`, as the request that is running.
    fn send(&mut self, running: &Running) -> Result<(), Error> {
        let mode = match running.call.ends {
            Ends::Ack => flag::ACK,
            Ends::Reply => 0,
            Ends::Done => flag::DUMP,
        };
        let header = Header {
            len: u32::try_from(self.sent.len()).unwrap_or(u32::MAX),
            kind: running.family,
            flags: flag::REQUEST | mode,
            seq: running.seq,
            port: self.channel.session.port(),
        };
        if let Some(start) = self.sent.first_chunk_mut() {
            *start = header.to_bytes();
        }
        Ok(self.channel.transport.send(&self.sent)?)
    }

    /// Reads the answer up to its end. An answer that breaks off with an error is abandoned.
    pub(crate) fn finish(
        &mut self,
        mut running: Running,
        take: &mut dyn FnMut(Message<'_>) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let mut replied = false;
        let outcome = loop {
            match self.advance(&mut running) {
                Ok(Step::Message(_)) if replied => {
                    break Err(unexpected(&running, "a second reply".to_owned()));
                }
                Ok(Step::Message(span)) => {
                    replied = true;
                    if let Err(error) = self.reply_in(&span, &running).and_then(&mut *take) {
                        break Err(error);
                    }
                }
                Ok(Step::LastMessage(span)) => {
                    break self.reply_in(&span, &running).and_then(&mut *take);
                }
                Ok(Step::End { .. }) => break Ok(()),
                Err(error) => break Err(error),
            }
        };
        self.channel.session.cancel(running.seq);
        outcome
    }

    /// Gives the next message of an answer. A stale family id is mended on the way.
    #[inline]
    pub(crate) fn advance(&mut self, running: &mut Running) -> Result<Step, Error> {
        loop {
            match self.channel.answer_to(running.seq, running.call.name)? {
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

    /// The kernel does not know the id (ENOENT): asks for the family again, and sends the request
    /// again where it has another id now.
    fn retry(&mut self, running: &mut Running) -> Result<bool, Error> {
        let name = running.call.name.family;
        if !std::mem::take(&mut running.retry) {
            return Ok(false);
        }
        self.forget(name);
        let id = self.family_id(name)?;
        if id == running.family {
            return Ok(false);
        }
        running.family = id;
        running.seq = self.channel.session.begin(running.call.ends);
        self.send(running).map(|()| true)
    }

    /// The message at `span`, where it is of the kind that the request is answered with.
    #[inline]
    pub(crate) fn reply_in(&self, span: &Span, running: &Running) -> Result<Message<'_>, Error> {
        let message = self.channel.message(span)?;
        let Running { call, family, .. } = running;
        if span.header.kind == *family && message.cmd() == call.reply_cmd {
            return Ok(message);
        }
        let (id, cmd) = (span.header.kind, message.cmd());
        let found = format!(
            "operation {cmd} of family {id}, instead of operation {} of family {family}",
            call.reply_cmd
        );
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
        let mut reply = R::default();
        match decode_into(&mut reply, message.attrs()) {
            Ok(()) => Ok(reply),
            Err(error) => Err(Error::Decode(error)),
        }
    }

    #[cold]
    fn kernel_error(&self, outcome: Outcome, running: &Running) -> Error {
        let sent = Sent {
            name: running.call.name,
            set: running.call.set,
            message: &self.sent,
            attrs: HEADER_LEN + GENL_HEADER_LEN,
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
