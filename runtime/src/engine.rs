//! Requests and their answers, step by step and without waiting: what blocking and async connections
//! share. Whoever drives it says how to wait.

use std::task::{Poll, ready};

use crate::attrs::{NlAttrs, encode_into};
use crate::call::{Call, Running, State, attrs_of, write};
use crate::channel::Channel;
use crate::counters::Counters;
use crate::errno;
use crate::error::{EncodeError, Error};
use crate::extack::{KernelError, Sent, Warning};
use crate::families::Known;
use crate::family::Protocol;
use crate::guards::Guards;
use crate::heard::{Heard, Part, Place};
use crate::loss::Loss;
use crate::message::Message;
use crate::session::{Ends, Outcome};
use crate::transport::Transport;
use crate::wait::Wait;
use crate::wire::kind;

/// How often a request that only reads is sent before its lost answer is an error.
const ATTEMPTS: u8 = 3;

/// How many warnings are kept for who asks for them later.
const WARNINGS: usize = 64;

pub(crate) struct Engine<P, T> {
    pub(crate) channel: Channel<P, T>,
    pub(crate) families: Vec<Known>,
    pub(crate) warnings: Vec<Warning>,
    pub(crate) guards: Guards,
    /// A buffer for the next request.
    spare: Vec<u8>,
}

/// What takes each message of an answer.
pub(crate) type Take<'t, P, T> =
    dyn FnMut(&Engine<P, T>, &Part, &Running) -> Result<(), Error> + 't;

/// The next step of an answer.
pub(crate) enum Step {
    /// A message.
    Message(Part),
    /// A message with which the answer is complete.
    LastMessage(Part),
    /// The answer is complete.
    End { interrupted: bool },
}

impl<P: Protocol, T: Transport> Engine<P, T> {
    pub(crate) fn new(transport: T) -> Self {
        let channel = Channel::new(transport);
        Self {
            channel,
            families: Vec::new(),
            warnings: Vec::new(),
            guards: Guards::default(),
            spare: Vec::new(),
        }
    }

    /// Writes a request, which is not sent yet.
    pub(crate) fn write<'r, R: NlAttrs<'r>>(
        &mut self,
        call: Call,
        request: &R,
    ) -> Result<Running, Error> {
        self.write_with(call, |buffer| encode_into(request, buffer))
    }

    /// As [`Engine::write`], of a fixed header and attributes that are bytes already.
    pub(crate) fn write_raw(&mut self, call: Call, body: &[u8]) -> Result<Running, Error> {
        self.write_with(call, |buffer| {
            buffer.extend_from_slice(body);
            Ok(())
        })
    }

    #[inline]
    fn write_with(
        &mut self,
        call: Call,
        put: impl FnOnce(&mut Vec<u8>) -> Result<(), EncodeError>,
    ) -> Result<Running, Error> {
        let mut message = std::mem::take(&mut self.spare);
        message.clear();
        let written = write::<P>(&call, put, &mut message)
            .and_then(|()| self.guards.check(&call, attrs_of::<P>(&message)));
        match written {
            Ok(()) => Ok(Running::new(call, message, self.channel.now())),
            Err(error) => {
                self.spare = message;
                Err(error)
            }
        }
    }

    /// Sends a request, if that was not done yet: asks for the id of its family before, and reads a
    /// dump that is under way to its end, if it is a dump.
    pub(crate) fn poll_sent(
        &mut self,
        running: &mut Running,
        wait: &mut impl Wait<T>,
    ) -> Poll<Result<(), Error>> {
        if matches!(running.state, State::Sent { .. }) {
            return Poll::Ready(Ok(()));
        }
        let family = running.call.name.family;
        let known = match &running.lookup {
            None if P::GENERIC => self.known(family).and_then(|known| known.id),
            _ => None,
        };
        let cached = known.is_some();
        let kind = match known {
            Some(id) => id,
            None if P::GENERIC => ready!(self.poll_id(family, &mut running.lookup, wait))?,
            None => running.call.cmd,
        };
        if let State::Refused(error) = std::mem::replace(&mut running.state, State::New) {
            if kind == running.kind {
                return Poll::Ready(Err(*error)); // it was not about the id
            }
            self.channel.counters.retries += 1;
        }
        if running.call.ends == Ends::Done {
            ready!(self.poll_room_shown(running, wait))?;
            ready!(self.poll_drained(running, wait))?;
        }
        running.kind = kind;
        Poll::Ready(self.send(running, cached))
    }

    fn send(&mut self, running: &mut Running, cached: bool) -> Result<(), Error> {
        self.channel.read_rest();
        let call = &running.call;
        let seq = self.channel.session.begin(call.ends);
        let port = self.channel.session.port();
        let header = call.header(running.message.len(), running.kind, call.mode(), seq, port);
        if let Some(start) = running.message.first_chunk_mut() {
            *start = header.to_bytes();
        }
        if let Err(error) = self.channel.send(&running.message) {
            self.channel.cancel(seq);
            return Err(error.into());
        }
        running.trace.sent(call, attrs_of::<P>(&running.message));
        running.seq = seq;
        running.asked = self.channel.now();
        running.sent += 1;
        running.crowded = None;
        running.state = State::Sent { cached };
        self.channel.counters.requests += 1;
        Ok(())
    }

    /// Has the kernel see how much a receive takes, before the first dump. It makes the datagrams of a
    /// dump as large as the largest receive that it has seen on the socket, the first one during
    /// `send`; an entry that does not fit into that ends a dump with an error, or without one.
    fn poll_room_shown(
        &mut self,
        running: &mut Running,
        wait: &mut impl Wait<T>,
    ) -> Poll<Result<(), Error>> {
        while self.channel.counters.bytes_received == 0 && self.channel.transport.peer() == 0 {
            match ready!(self.channel.poll_answer(|_| false, running.asked, wait))? {
                Heard::Silence => break,
                Heard::Timeout => {
                    return Poll::Ready(Err(Error::Timeout { request: running.name() }));
                }
                Heard::Reply(_) | Heard::LastReply(_) | Heard::End(_) | Heard::Others => {}
            }
        }
        Poll::Ready(Ok(()))
    }

    /// Reads the dumps under way up to their ends, since the kernel refuses another one before.
    fn poll_drained(
        &mut self,
        running: &mut Running,
        wait: &mut impl Wait<T>,
    ) -> Poll<Result<(), Error>> {
        while self.channel.session.dumping() {
            match ready!(self.channel.poll_more(&mut running.asked, wait))? {
                Heard::Reply(_) | Heard::LastReply(_) | Heard::End(_) | Heard::Others => {}
                Heard::Silence => self.channel.session.give_up_dumps(),
                Heard::Timeout => {
                    // Who was to send the rest may be gone; the next dump is not to wait for it again.
                    self.channel.session.give_up_dumps();
                    return Poll::Ready(Err(Error::Timeout { request: running.name() }));
                }
            }
        }
        Poll::Ready(Ok(()))
    }

    /// The next message of an answer, or its end. A stale family id is mended on the way, and what
    /// only reads is sent again where its answer was lost.
    #[inline]
    pub(crate) fn poll_step(
        &mut self,
        running: &mut Running,
        wait: &mut impl Wait<T>,
    ) -> Poll<Result<Step, Error>> {
        let step = ready!(self.poll_next(running, wait));
        if let Ok(Step::Message(part) | Step::LastMessage(part)) = &step
            && let Ok(message) = self.channel.message(part)
        {
            running.trace.reply(&running.call, &message);
        }
        if !matches!(step, Ok(Step::Message(_))) {
            running.trace.end(&step);
        }
        Poll::Ready(step)
    }

    #[inline]
    fn poll_next(
        &mut self,
        running: &mut Running,
        wait: &mut impl Wait<T>,
    ) -> Poll<Result<Step, Error>> {
        loop {
            ready!(self.poll_sent(running, wait))?;
            let seq = running.seq;
            match ready!(self.channel.poll_answer(|it| it == seq, running.asked, wait))? {
                Heard::Reply(part) => {
                    if self.is_stray(&part, &running.call, running.kind) {
                        self.channel.tell(&part);
                        continue;
                    }
                    self.note_reply(running);
                    return Poll::Ready(Ok(Step::Message(part)));
                }
                Heard::LastReply(part) => {
                    self.note_reply(running);
                    return Poll::Ready(Ok(Step::LastMessage(part)));
                }
                Heard::End(part) => {
                    if let Some(end) = self.finished(&part, running) {
                        return Poll::Ready(end);
                    }
                }
                Heard::Others => {}
                Heard::Silence => {
                    if let Some(end) = self.silent(running) {
                        return Poll::Ready(end);
                    }
                }
                Heard::Timeout => {
                    return Poll::Ready(Err(Error::Timeout { request: running.name() }));
                }
            }
        }
    }

    #[inline]
    fn note_reply(&mut self, running: &mut Running) {
        running.replies += 1;
        running.asked = self.channel.heard(running.asked);
        self.channel.counters.replies += 1;
    }

    /// How an answer ended, by its last message; `None` where the request is to be sent again.
    #[cold]
    fn finished(&mut self, part: &Part, running: &mut Running) -> Option<Result<Step, Error>> {
        let outcome = self.channel.outcome(part);
        let call = &running.call;
        if outcome.errno == 0 {
            self.warn(&outcome, part.place, call, &running.message, None);
            let loss = match call.ends {
                Ends::Done => self.channel.cut_since(running.asked),
                _ if call.many || (call.replies && running.replies == 0) => {
                    self.channel.loss_since(running.asked)
                }
                _ => None,
            };
            return match loss {
                Some(loss) => self.lost(running, loss),
                None => Some(Ok(Step::End { interrupted: outcome.interrupted })),
            };
        }
        let error = self.kernel_error(outcome, part.place, call, &running.message);
        if part.span.header.kind == kind::ERROR
            && call.ends == Ends::Done
            && error.errno == errno::ENOBUFS
        {
            running.crowded = Some(Box::new(error));
            return None;
        }
        let first = running.replies == 0;
        if error.errno == errno::ENOENT
            && first
            && matches!(running.state, State::Sent { cached: true })
        {
            self.forget(call.name.family);
            running.state = State::Refused(Box::new(Error::Kernel(Box::new(error))));
            return None;
        }
        Some(Err(Error::Kernel(Box::new(error))))
    }

    /// The kernel has no more to say, and did not end the answer.
    #[cold]
    fn silent(&mut self, running: &mut Running) -> Option<Result<Step, Error>> {
        if let Some(error) = running.crowded.take() {
            return Some(Err(Error::Kernel(error)));
        }
        match self.channel.loss_since(running.asked) {
            Some(loss) => self.lost(running, loss),
            // Conntrack marks its one reply as one of several, and sends nothing behind it.
            None if running.replies > 0 && running.call.ends == Ends::Reply => {
                Some(Ok(Step::End { interrupted: false }))
            }
            None => Some(Err(Error::NoReply { request: running.name(), overrun: false })),
        }
    }

    /// A part of what came was lost, and perhaps of the answer.
    fn lost(&mut self, running: &mut Running, loss: Loss) -> Option<Result<Step, Error>> {
        self.forget_answer(running);
        if running.call.only_reads() && running.replies == 0 && running.sent < ATTEMPTS {
            self.channel.counters.retries += 1;
            running.state = State::New;
            return None;
        }
        let request = running.name();
        Some(Err(loss.of_answer(request)))
    }

    /// Reads an answer up to its end, each message through `take`.
    pub(crate) fn poll_each(
        &mut self,
        running: &mut Running,
        wait: &mut impl Wait<T>,
        take: &mut Take<'_, P, T>,
    ) -> Poll<Result<(), Error>> {
        loop {
            match ready!(self.poll_step(running, wait))? {
                Step::Message(part) => take(self, &part, running)?,
                Step::LastMessage(part) => {
                    return Poll::Ready(take(self, &part, running));
                }
                Step::End { .. } => return Poll::Ready(Ok(())),
            }
        }
    }

    /// Reads an answer of one reply at most, which `take` takes; false where the kernel only
    /// acknowledged.
    pub(crate) fn poll_one(
        &mut self,
        running: &mut Running,
        wait: &mut impl Wait<T>,
        take: &mut dyn FnMut(Message<'_>) -> Result<(), Error>,
    ) -> Poll<Result<bool, Error>> {
        ready!(self.poll_each(running, wait, &mut |engine, part, running| {
            if running.replies > 1 {
                return Err(unexpected(&running.call, "a second reply".to_owned()));
            }
            take(engine.reply_in(part, &running.call, running.kind)?)
        }))?;
        Poll::Ready(Ok(running.replies > 0))
    }

    /// The request is over. What still comes of its answer is skipped.
    pub(crate) fn close(&mut self, running: &mut Running) {
        if let Some(lookup) = &mut running.lookup {
            self.channel.cancel(lookup.seq);
        }
        if matches!(running.state, State::Sent { .. }) {
            self.forget_answer(running);
        }
        self.spare = std::mem::take(&mut running.message);
    }

    fn forget_answer(&mut self, running: &Running) {
        match running.call.ends {
            // The kernel has to be heard to its end before it takes another dump.
            Ends::Done => self.channel.abandon(running.seq),
            _ => self.channel.cancel(running.seq),
        }
    }

    /// Whether a message with the request's number is a notification: this socket listens, and the
    /// request is not answered so. The kernel does not tell the group where its number is above 32.
    #[inline]
    pub(crate) fn is_stray(&self, part: &Part, call: &Call, kind: u16) -> bool {
        let answer =
            |message: Message<'_>| call.replies && call.is_answered_by::<P>(kind, &message);
        self.channel.listeners.has_joined_any()
            && call.ends != Ends::Echo
            && !self.channel.message(part).is_ok_and(answer)
    }

    /// The message at `part`, where it is of the kind that the request is answered with.
    #[inline]
    pub(crate) fn reply_in(
        &self,
        part: &Part,
        call: &Call,
        kind: u16,
    ) -> Result<Message<'_>, Error> {
        let message = self.channel.message(part)?;
        if call.is_answered_by::<P>(kind, &message) {
            return Ok(message);
        }
        let (found, cmd, wanted) = (part.span.header.kind, message.cmd(), call.reply_cmd);
        let found = match P::GENERIC {
            true => format!(
                "operation {cmd} of family {found}, instead of operation {wanted} of family {kind}"
            ),
            false => format!("message {cmd}, instead of message {wanted}"),
        };
        Err(unexpected(call, found))
    }

    /// The entry of a dump at `part`.
    #[inline]
    pub(crate) fn entry(&self, part: &Part, running: &Running) -> Result<Message<'_>, Error> {
        self.reply_in(part, &running.call, running.kind)
    }

    /// The message at `part`, where it belongs to the answer. An echo is what listeners are told, whatever
    /// that is.
    pub(crate) fn lent(&self, part: &Part, running: &Running) -> Result<Message<'_>, Error> {
        match running.call.ends {
            Ends::Echo => self.channel.message(part),
            _ => self.entry(part, running),
        }
    }

    /// The message at `part` as a value, where it is the reply of the request.
    #[inline]
    pub(crate) fn decode_reply<'a, R: NlAttrs<'a>>(
        &'a self,
        part: &Part,
        running: &Running,
    ) -> Result<R, Error> {
        let message = self.reply_in(part, &running.call, running.kind)?;
        message.decode().map_err(Error::Decode)
    }

    pub(crate) fn counters(&self) -> Counters {
        let Channel { session, listeners, counters, .. } = &self.channel;
        let losses = counters.losses + listeners.dropped;
        Counters { skipped: session.skipped(), losses, ..*counters }
    }

    #[cold]
    pub(crate) fn kernel_error(
        &self,
        outcome: Outcome,
        place: Place,
        call: &Call,
        message: &[u8],
    ) -> KernelError {
        let ext_ack = self.channel.bytes(place, outcome.ext_ack);
        KernelError::read(outcome.errno, ext_ack, &sent::<P>(call, message))
    }

    /// Keeps what the kernel remarks on a request that it carried out.
    #[cold]
    pub(crate) fn warn(
        &mut self,
        outcome: &Outcome,
        place: Place,
        call: &Call,
        message: &[u8],
        index: Option<usize>,
    ) {
        let ext_ack = self.channel.bytes(place, outcome.ext_ack.clone());
        if ext_ack.is_empty() {
            return;
        }
        if let Some(warning) = Warning::new(ext_ack, &sent::<P>(call, message), index) {
            if self.warnings.len() >= WARNINGS {
                self.warnings.remove(0);
            }
            self.warnings.push(warning);
        }
    }
}

fn sent<'m, P: Protocol>(call: &Call, message: &'m [u8]) -> Sent<'m> {
    let attrs = message.len() - attrs_of::<P>(message).len();
    Sent { name: call.name, set: call.set, message, attrs }
}

#[cold]
fn unexpected(call: &Call, found: String) -> Error {
    Error::UnexpectedMessage { request: call.name, found }
}
