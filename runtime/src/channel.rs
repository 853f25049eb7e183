//! What a connection does with datagrams, whatever they are about: sends them, feeds those that come
//! to the session, and keeps what comes between.

use std::collections::VecDeque;
use std::io;
use std::marker::PhantomData;
use std::ops::Range;

use crate::error::{Error, RequestName};
use crate::family::Protocol;
use crate::message::{Message, RawMessage};
use crate::session::{Ends, Event, Session, Source, Span};
use crate::transport::Transport;
use crate::wire::{HEADER_LEN, Header, flag, kind};

/// Room for one datagram. The kernel fills dumps' datagrams up to the largest receive that it has
/// seen on the socket, 32 KiB at most, so the first one has to be large already; single messages
/// can be longer, and untouched memory costs nothing.
const RECEIVE_BUFFER: usize = 256 * 1024;

/// How many notifications are kept for who reads them later. Who never does must not fill memory.
const KEPT: usize = 1 << 16;

pub(crate) struct Channel<P, T> {
    pub(crate) transport: T,
    pub(crate) session: Session,
    /// The last datagram.
    received: Vec<u8>,
    /// How much of it is read.
    at: usize,
    source: Source,
    room: usize,
    /// What came while something else was waited for.
    pub(crate) notifications: VecDeque<RawMessage>,
    /// Notifications may have been lost while an answer was read; who reads them next is told.
    lost: bool,
    /// Messages were lost since the last request was written: a part of its answer, perhaps.
    overrun: bool,
    /// A request that the kernel acknowledges behind everything that it has to say until then.
    barrier: Option<u32>,
    protocol: PhantomData<P>,
}

impl<P: Protocol, T: Transport> Channel<P, T> {
    pub(crate) fn new(transport: T) -> Self {
        Self {
            session: Session::new(transport.port()),
            transport,
            received: Vec::new(),
            at: 0,
            source: Source::default(),
            room: RECEIVE_BUFFER,
            notifications: VecDeque::new(),
            lost: false,
            overrun: false,
            barrier: None,
            protocol: PhantomData,
        }
    }

    /// The next event of the answer to a request that is `wanted`, by its sequence number. What
    /// belongs to none is kept or skipped.
    ///
    /// The kernel answers while it is being sent to, and builds the next datagram of a dump while
    /// the last is received, so an empty queue means that the answer is late, or lost, or was
    /// never going to come. A no-op that it has to acknowledge tells: its ACK comes after all that
    /// the kernel had to say.
    #[inline]
    pub(crate) fn answer_to(
        &mut self,
        wanted: impl Fn(u32) -> bool,
        request: RequestName,
    ) -> Result<Event, Error> {
        loop {
            let event = match self.next_event(self.barrier.is_some()) {
                Ok(Some(event)) => event,
                Ok(None) => {
                    self.send_barrier()?;
                    continue;
                }
                // Lost notifications, or the answer: a barrier tells which. One that was sent
                // already may be lost itself, so it is no longer waited for.
                Err(Error::Overrun) => {
                    self.drop_barrier();
                    self.lost = true;
                    self.overrun = true;
                    continue;
                }
                Err(error) => {
                    self.drop_barrier();
                    return Err(error);
                }
            };
            if event.answered().is_some_and(&wanted) {
                self.drop_barrier();
                return Ok(event);
            }
            match event {
                Event::Finished(message) if Some(message.header.seq) == self.barrier => {
                    self.barrier = None;
                    return Err(Error::NoReply { request, overrun: self.overrun });
                }
                Event::Notification(span) => self.keep_message(&span),
                _ => {}
            }
        }
    }

    fn send_barrier(&mut self) -> Result<(), Error> {
        let seq = self.session.begin(Ends::Ack);
        let header = Header {
            len: HEADER_LEN as u32,
            kind: kind::NOOP,
            flags: flag::REQUEST | flag::ACK,
            seq,
            port: self.session.port(),
        };
        let sent = self.transport.send(&header.to_bytes());
        match sent {
            Ok(()) => self.barrier = Some(seq),
            Err(_) => self.session.cancel(seq),
        }
        Ok(sent?)
    }

    fn drop_barrier(&mut self) {
        if let Some(seq) = self.barrier.take() {
            self.session.cancel(seq);
        }
    }

    /// Reads an abandoned dump up to its end, since the kernel refuses a second one before that.
    pub(crate) fn drain_dump(&mut self) -> Result<(), Error> {
        while self.session.dumping() {
            match self.next_event(false) {
                Ok(Some(Event::Notification(span))) => self.keep_message(&span),
                Ok(Some(_)) => {}
                Err(Error::Overrun | Error::Malformed { .. } | Error::Truncated { .. }) => {
                    self.lost = true;
                }
                // Its end was lost. Nobody reads it: that would have borrowed the connection.
                Ok(None) => self.session.cancel_dumps(),
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Reads what the last datagram holds behind the last answer: it is no part of the next one.
    pub(crate) fn read_rest(&mut self) {
        while let Some(event) = self.session.feed(&self.received, &mut self.at, self.source) {
            match event {
                Ok(Event::Notification(span)) => self.keep_message(&span),
                Ok(Event::Overrun) | Err(_) => self.lost = true,
                Ok(_) => {}
            }
        }
        self.overrun = false;
    }

    /// The next notification, past those that are kept; `None` where none is there and `wait` is
    /// false.
    pub(crate) fn next_notification(&mut self, wait: bool) -> Result<Option<RawMessage>, Error> {
        if std::mem::take(&mut self.lost) {
            return Err(Error::Overrun);
        }
        loop {
            match self.next_event(wait)? {
                Some(Event::Notification(span)) => return Ok(Some(self.message(&span)?.to_raw())),
                None if !wait => return Ok(None),
                _ => {}
            }
        }
    }

    /// Keeps a notification that came between. One without the header of generic netlink is none.
    pub(crate) fn keep_message(&mut self, span: &Span) {
        if let Ok(message) = self.message(span) {
            let raw = message.to_raw();
            self.keep(raw);
        }
    }

    /// Keeps a notification for later; of too many the oldest is lost, which is told.
    pub(crate) fn keep(&mut self, raw: RawMessage) {
        if self.notifications.len() >= KEPT {
            self.notifications.pop_front();
            self.lost = true;
        }
        self.notifications.push_back(raw);
    }

    /// The next event; `None` where nothing is there and `wait` is false.
    #[inline]
    fn next_event(&mut self, wait: bool) -> Result<Option<Event>, Error> {
        loop {
            match self.session.feed(&self.received, &mut self.at, self.source) {
                Some(Ok(Event::Overrun)) => return Err(Error::Overrun),
                Some(Ok(event)) => return Ok(Some(event)),
                Some(Err(malformed)) => {
                    return Err(Error::Malformed { reason: malformed.to_string() });
                }
                None if !self.receive(wait)? => return Ok(None),
                None => {}
            }
        }
    }

    fn receive(&mut self, wait: bool) -> Result<bool, Error> {
        self.at = 0;
        loop {
            self.received.clear();
            self.received.reserve(self.room);
            match self.transport.receive(&mut self.received) {
                Ok(received) if received.len > self.received.len() => {
                    self.received.clear();
                    self.room = received.len.next_power_of_two();
                    return Err(Error::Truncated { len: received.len });
                }
                Ok(received) => {
                    self.source = received.source;
                    return Ok(true);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock && !wait => {
                    return Ok(false);
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    self.transport.wait(None)?;
                }
                Err(error) if error.raw_os_error() == Some(libc::ENOBUFS) => {
                    return Err(Error::Overrun);
                }
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// The message at `span` of the receive buffer.
    #[inline]
    pub(crate) fn message(&self, span: &Span) -> Result<Message<'_>, Error> {
        let body = self.bytes(span.body.clone());
        Ok(Message::new::<P>(span.header, body)?)
    }

    /// A part of the last datagram.
    #[inline]
    pub(crate) fn bytes(&self, range: Range<usize>) -> &[u8] {
        self.received.get(range).unwrap_or_default()
    }

    /// The last datagram.
    pub(crate) fn datagram(&self) -> &[u8] {
        &self.received
    }
}
