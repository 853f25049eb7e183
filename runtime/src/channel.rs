//! What a connection does with datagrams, whatever they are about: sends them, feeds those that come
//! to the session, and hands each message to whom it is for.
//!
//! Several calls can be under way. The one that reads also finds messages for the others: those it
//! puts into their mail. Notifications go to the listeners that want them.

use std::collections::{BTreeMap, VecDeque};
use std::hash::{BuildHasher, RandomState};
use std::io;
use std::marker::PhantomData;
use std::ops::Range;
use std::task::{Poll, ready};

use crate::counters::Counters;
use crate::errno;
use crate::error::Error;
use crate::family::Protocol;
use crate::heard::{Heard, Part, Place};
use crate::listeners::{Listeners, Told};
use crate::loss::Loss;
use crate::message::Message;
use crate::nlctrl::{self, FamilyInfo};
use crate::session::{Ends, Event, Outcome, Session, Source, Span};
use crate::transport::{Received, Transport};
use crate::wait::Wait;
use crate::wire::{HEADER_LEN, Header, flag, kind};

/// Room for one datagram. The kernel fills dumps' datagrams up to the largest receive that it has
/// seen on the socket, 32 KiB at most, so the first one has to be large already; single messages
/// can be longer, and untouched memory costs nothing.
const RECEIVE_BUFFER: usize = 256 * 1024;

pub(crate) struct Channel<P, T> {
    pub(crate) transport: T,
    pub(crate) session: Session,
    pub(crate) listeners: Listeners,
    pub(crate) counters: Counters,
    /// Something came that another task may wait for.
    pub(crate) news: bool,
    /// The last datagram.
    received: Vec<u8>,
    /// How much of it is read.
    at: usize,
    source: Source,
    room: usize,
    /// Parts of answers that others read, by the sequence number of the request.
    mail: BTreeMap<u32, VecDeque<Letter>>,
    /// The letter that was taken last.
    opened: Vec<u8>,
    /// How often something was sent: the time of this channel.
    time: u64,
    /// A request that the kernel acknowledges behind everything that it has to say until then.
    barrier: Option<Barrier>,
    /// The kernel has nothing more to say to what was sent before this time.
    settled: u64,
    /// How often a part of what came was lost, and how the last time.
    losses: u64,
    loss: Option<Loss>,
    /// Of these, how often it can have been a part of a dump, and how the last time.
    cuts: u64,
    cut: Option<Loss>,
    congestion: Congestion,
    protocol: PhantomData<P>,
}

/// Whether the receive buffer was full. The kernel tells so ahead of what is in the buffer, and drops
/// what else there is, answers among it, until all of that is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Congestion {
    None,
    /// It was told.
    Told,
    /// It was told, and something was read since.
    Read,
}

struct Letter {
    event: Event,
    message: Vec<u8>,
}

struct Barrier {
    seq: u32,
    time: u64,
}

/// When something was asked, to tell what happened since.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asked {
    time: u64,
    losses: u64,
    cuts: u64,
}

fn session_of(transport: &impl Transport) -> Session {
    let session = Session::new(transport.port());
    match transport.peer() {
        0 => session,
        // Of 31 bits, which leaves room until they begin anew.
        peer => {
            session.with_peer(peer).with_start((RandomState::new().hash_one(peer) >> 33) as u32)
        }
    }
}

impl<P: Protocol, T: Transport> Channel<P, T> {
    pub(crate) fn new(transport: T) -> Self {
        Self {
            session: session_of(&transport),
            transport,
            listeners: Listeners::default(),
            counters: Counters::default(),
            news: false,
            received: Vec::new(),
            at: 0,
            source: Source::default(),
            room: RECEIVE_BUFFER,
            mail: BTreeMap::new(),
            opened: Vec::new(),
            time: 0,
            barrier: None,
            settled: 0,
            losses: 0,
            loss: None,
            cuts: 0,
            cut: None,
            congestion: Congestion::None,
            protocol: PhantomData,
        }
    }

    /// Sends requests.
    ///
    /// # Errors
    /// Of the transport; nothing was sent then.
    pub(crate) fn send(&mut self, datagram: &[u8]) -> io::Result<()> {
        loop {
            match self.transport.send(datagram) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                sent => {
                    sent?;
                    break;
                }
            }
        }
        self.time += 1;
        self.counters.bytes_sent += datagram.len() as u64;
        Ok(())
    }

    /// Now: what is sent next, or was sent last, is answered after this.
    pub(crate) fn now(&self) -> Asked {
        Asked { time: self.time, losses: self.losses, cuts: self.cuts }
    }

    /// As [`Channel::now`], with the losses since the request itself.
    pub(crate) fn heard(&self, asked: Asked) -> Asked {
        Asked { time: self.time, ..asked }
    }

    /// How something was lost since then, if it was.
    pub(crate) fn loss_since(&self, asked: Asked) -> Option<Loss> {
        self.loss.filter(|_| self.losses > asked.losses)
    }

    /// How a part of a dump can have been lost since then, if it can.
    pub(crate) fn cut_since(&self, asked: Asked) -> Option<Loss> {
        self.cut.filter(|_| self.cuts > asked.cuts)
    }

    /// The next part of an answer to a request that is `wanted`, by its sequence number.
    ///
    /// The kernel answers while it is being sent to, and builds the next datagram of a dump while
    /// the last is received, so an empty queue means that the answer is late, or lost, or was
    /// never going to come. A no-op that it has to acknowledge tells: its ACK comes after all that
    /// the kernel had to say.
    #[inline]
    pub(crate) fn poll_answer(
        &mut self,
        wanted: impl Fn(u32) -> bool,
        asked: Asked,
        wait: &mut impl Wait<T>,
    ) -> Poll<Result<Heard, Error>> {
        if let Some(event) = self.open_letter(&wanted) {
            return Poll::Ready(Ok(Heard::of(event, Place::Letter)));
        }
        loop {
            if let Some(event) = self.next_event()? {
                if event.answered().is_some_and(&wanted) {
                    return Poll::Ready(Ok(Heard::of(event, Place::Datagram)));
                }
                self.deliver(event);
                if !ready!(wait.poll_on()) {
                    return Poll::Ready(Ok(Heard::Timeout));
                }
            } else if self.is_over(asked) {
                return Poll::Ready(Ok(Heard::Silence));
            } else if self.barrier.is_none() && self.asks_kernel() {
                self.send_barrier()?;
            } else if !ready!(self.poll_receive(wait))? {
                return Poll::Ready(Ok(Heard::Timeout));
            }
        }
    }

    /// Goes on with the dumps under way: reads one event, and hands it to whom it is for. `asked` is
    /// when an answer last went on.
    pub(crate) fn poll_more(
        &mut self,
        asked: &mut Asked,
        wait: &mut impl Wait<T>,
    ) -> Poll<Result<Heard, Error>> {
        if let Some(event) = self.next_event()? {
            if event.answered().is_some_and(|seq| !self.is_barrier(seq)) {
                *asked = self.now();
            }
            self.deliver(event);
        } else if !self.session.dumping() {
            // The end of a dump that nobody wanted any more is no event.
            return Poll::Ready(Ok(Heard::Others));
        } else if self.is_over(*asked) {
            return Poll::Ready(Ok(Heard::Silence));
        } else if self.barrier.is_none() && self.asks_kernel() {
            self.send_barrier()?;
        } else if !ready!(self.poll_receive(wait))? {
            return Poll::Ready(Ok(Heard::Timeout));
        }
        Poll::Ready(Ok(Heard::Others))
    }

    fn is_barrier(&self, seq: u32) -> bool {
        self.barrier.as_ref().is_some_and(|barrier| barrier.seq == seq)
    }

    /// Whether nothing more comes of what was asked. Another process answers when it likes, and need not
    /// know of barriers: there only a loss tells.
    fn is_over(&self, asked: Asked) -> bool {
        self.settled > asked.time || !self.asks_kernel() && self.losses > asked.losses
    }

    fn asks_kernel(&self) -> bool {
        self.transport.peer() == 0
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
        match self.send(&header.to_bytes()) {
            Ok(()) => self.barrier = Some(Barrier { seq, time: self.time }),
            Err(error) => {
                self.session.cancel(seq);
                return Err(error.into());
            }
        }
        Ok(())
    }

    /// Waits for the next notification for `listener`. `Ready(None)`: the time is over.
    ///
    /// # Errors
    /// Where notifications may have been lost; the next call goes on.
    pub(crate) fn poll_told(
        &mut self,
        listener: u64,
        wait: &mut impl Wait<T>,
    ) -> Poll<Result<Option<crate::RawMessage>, Error>> {
        loop {
            match self.listeners.take(listener) {
                Some(Told::Message(message)) => return Poll::Ready(Ok(Some(message))),
                Some(Told::Lost(loss)) => return Poll::Ready(Err(loss.error())),
                None => {}
            }
            let losses = self.losses;
            if let Some(event) = self.next_event()? {
                self.deliver(event);
                if !ready!(wait.poll_on()) {
                    return Poll::Ready(Ok(None));
                }
            } else if self.losses == losses && !ready!(self.poll_receive(wait))? {
                return Poll::Ready(Ok(None));
            }
        }
    }

    /// Reads what the last datagram holds behind the last answer: it is no part of the next one.
    pub(crate) fn read_rest(&mut self) {
        while let Some(event) = self.session.feed(&self.received, &mut self.at, self.source) {
            match event {
                Ok(Event::Overrun) => self.lose(Loss::Overrun),
                Err(malformed) => self.lose(Loss::Malformed(malformed)),
                Ok(event) => self.deliver(event),
            }
        }
    }

    /// Hands an event to whom it is for.
    fn deliver(&mut self, event: Event) {
        match event {
            Event::Finished(end) if self.is_barrier(end.header.seq) => {
                self.settled = self.barrier.take().map_or(0, |barrier| barrier.time);
                self.news = true;
            }
            Event::Reply(message) => self.post(message, Event::Reply),
            Event::LastReply(message) => self.post(message, Event::LastReply),
            Event::Finished(message) => self.post(message, Event::Finished),
            Event::Notification(span) => self.tell(&Part { span, place: Place::Datagram }),
            Event::Overrun => {}
        }
    }

    fn post(&mut self, message: Span, event: fn(Span) -> Event) {
        let bytes = self.bytes(Place::Datagram, message.body).to_vec();
        let body = 0..bytes.len();
        let event = event(Span { header: message.header, body });
        let letter = Letter { event, message: bytes };
        self.mail.entry(message.header.seq).or_default().push_back(letter);
        self.news = true;
    }

    fn open_letter(&mut self, wanted: impl Fn(u32) -> bool) -> Option<Event> {
        let seq = self.mail.keys().copied().find(|seq| wanted(*seq))?;
        let letters = self.mail.get_mut(&seq)?;
        let letter = letters.pop_front();
        if letters.is_empty() {
            self.mail.remove(&seq);
        }
        let letter = letter?;
        self.opened = letter.message;
        Some(letter.event)
    }

    /// Nobody waits for the answer to a request any more; what still comes of it is skipped.
    pub(crate) fn cancel(&mut self, seq: u32) {
        self.session.cancel(seq);
        self.mail.remove(&seq);
    }

    /// Nobody waits for the answer any more, but the kernel is still to be heard to its end.
    pub(crate) fn abandon(&mut self, seq: u32) {
        self.session.abandon(seq);
        self.mail.remove(&seq);
    }

    /// Hands a notification to the listeners. One without the header of generic netlink is none.
    pub(crate) fn tell(&mut self, part: &Part) {
        let Part { span, place } = part;
        let body = match place {
            Place::Datagram => self.received.get(span.body.clone()),
            Place::Letter => self.opened.get(span.body.clone()),
        };
        let message = Message::new::<P>(span.header, body.unwrap_or_default());
        let Ok(message) = message else {
            let len = span.body.len();
            return self.lose(Loss::Headless { len });
        };
        let change = if P::GENERIC { nlctrl::Change::of(&message) } else { None };
        let group = nlctrl::NOTIFY;
        let unasked = change.is_some() && !self.listeners.has_joined(group.family(), group.name());
        if !unasked {
            crate::trace::notification(&message);
            self.counters.notifications += 1;
            self.listeners.tell(&message.of_namespace(self.source.namespace));
        }
        match change {
            Some(nlctrl::Change::New(family)) => self.join_again(&family),
            Some(nlctrl::Change::Gone(family)) if self.listeners.has_joined_of(&family) => {
                self.listeners.lose(Loss::Overrun);
            }
            _ => {}
        }
        self.news = true;
    }

    /// A family came: it was gone, if a group of it was joined, and its groups with it.
    fn join_again(&mut self, family: &FamilyInfo) {
        let groups = self.listeners.groups_of(family);
        if groups.is_empty() {
            return;
        }
        self.listeners.has_id(family);
        for group in groups {
            // Who may not join any more is told no more; that is the kernel's decision.
            let _ = self.transport.join(group);
        }
        self.listeners.lose(Loss::Overrun);
    }

    /// The next event, as far as there is one already.
    #[inline]
    fn next_event(&mut self) -> Result<Option<Event>, Error> {
        loop {
            match self.session.feed(&self.received, &mut self.at, self.source) {
                Some(Ok(Event::Overrun)) => self.lose(Loss::Overrun),
                Some(Ok(event)) => return Ok(Some(event)),
                Some(Err(malformed)) => self.lose(Loss::Malformed(malformed)),
                None => {
                    self.make_room();
                    match self.transport.receive(&mut self.received) {
                        Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                            self.decongest();
                            return Ok(None);
                        }
                        received => self.take(received)?,
                    }
                }
            }
        }
    }

    /// Waits for a datagram; false where the time is over.
    fn poll_receive(&mut self, wait: &mut impl Wait<T>) -> Poll<Result<bool, Error>> {
        self.make_room();
        match ready!(wait.poll_receive(&mut self.transport, &mut self.received)) {
            Ok(None) => return Poll::Ready(Ok(false)),
            Ok(Some(received)) => self.take(Ok(received))?,
            Err(error) => self.take(Err(error))?,
        }
        Poll::Ready(Ok(true))
    }

    fn make_room(&mut self) {
        self.at = 0;
        self.received.clear();
        self.received.reserve(self.room);
    }

    fn take(&mut self, received: io::Result<Received>) -> Result<(), Error> {
        match received {
            Ok(received) if received.len > self.received.len() => {
                self.received.clear();
                self.room = received.len.next_power_of_two();
                self.lose(Loss::Truncated { len: received.len });
            }
            Ok(received) => {
                self.source = received.source;
                if self.congestion == Congestion::Told {
                    self.congestion = Congestion::Read;
                }
                self.counters.bytes_received += received.len as u64;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) if errno::of(&error) == Some(errno::ENOBUFS) => {
                self.lose(Loss::Overrun);
                self.congestion = Congestion::Told;
            }
            Err(error) => return Err(error.into()),
        }
        Ok(())
    }

    /// The receive buffer is empty. Where it was full before, what came while it was being read is
    /// lost as well, and whoever asked anew since then has to ask once more.
    fn decongest(&mut self) {
        if std::mem::replace(&mut self.congestion, Congestion::None) == Congestion::Read {
            self.lose(Loss::Overrun);
        }
    }

    #[cold]
    fn lose(&mut self, loss: Loss) {
        crate::trace::loss(&loss.error());
        self.losses += 1;
        if matches!(loss, Loss::Truncated { .. } | Loss::Malformed(_)) {
            self.cuts += 1;
            self.cut = Some(loss);
        }
        self.loss = Some(loss);
        self.listeners.lose(loss);
        self.counters.losses += 1;
        // The ACK of the barrier may be lost, too.
        if let Some(barrier) = self.barrier.take() {
            self.session.cancel(barrier.seq);
        }
        self.news = true;
    }

    /// The message at `span`.
    #[inline]
    pub(crate) fn message(&self, part: &Part) -> Result<Message<'_>, Error> {
        let body = self.bytes(part.place, part.span.body.clone());
        Ok(Message::new::<P>(part.span.header, body)?)
    }

    /// How the answer ended, by its last message.
    #[cold]
    pub(crate) fn outcome(&self, end: &Part) -> Outcome {
        Outcome::read(self.all_bytes(end.place), &end.span)
    }

    /// A part of the datagram or the letter.
    #[inline]
    pub(crate) fn bytes(&self, place: Place, range: Range<usize>) -> &[u8] {
        self.all_bytes(place).get(range).unwrap_or_default()
    }

    #[inline]
    fn all_bytes(&self, place: Place) -> &[u8] {
        match place {
            Place::Datagram => &self.received,
            Place::Letter => &self.opened,
        }
    }
}
