//! A blocking connection: requests, and what they have in common with dumps and subscriptions.

use std::collections::VecDeque;
use std::io;
use std::marker::PhantomData;

use crate::attrs::{NlAttrs, Set, View, decode_into, encode_into};
use crate::dump::{Replies, Views};
use crate::error::{Error, RequestName};
use crate::extack::{KernelError, Sent};
use crate::family::{Do, Dump, Family, Generic, Group, Notification};
use crate::message::{Message, RawMessage};
use crate::nlctrl::{self, FamilyInfo, GetFamily, NlCtrl};
use crate::session::{Ends, Event, Outcome, Session, Source, Span};
use crate::subscription::Subscription;
use crate::transport::{Socket, Transport};
use crate::wire::{GENL_HEADER_LEN, HEADER_LEN, Header, flag, kind};

/// Room for one datagram. The kernel fills dumps' datagrams up to the largest receive that it has
/// seen on the socket, 32 KiB at most, so the first one has to be large already; single messages
/// can be longer, and untouched memory costs nothing.
const RECEIVE_BUFFER: usize = 256 * 1024;

/// A netlink socket of protocol `P` to ask through, one request at a time.
///
/// It stays usable after any error, and after a dump that was dropped half way. Family ids are
/// asked for once and kept, and asked for again when the kernel says that one is stale. The
/// receive buffer is reused: a request allocates only what its reply owns.
///
/// # Examples
/// ```no_run
/// use nlkit::nlctrl::GetFamily;
///
/// let mut conn = nlkit::Connection::generic()?;
/// for family in conn.dump(&GetFamily::default())? {
///     println!("{:?}", family?);
/// }
/// # Ok::<(), nlkit::Error>(())
/// ```
#[derive(Debug)]
pub struct Connection<P = Generic, T = Socket> {
    transport: T,
    session: Session,
    families: Vec<Known>,
    /// The last request, kept for the paths in its errors.
    sent: Vec<u8>,
    received: Vec<u8>,
    /// How much of `received` is read.
    at: usize,
    source: Source,
    room: usize,
    notifications: VecDeque<RawMessage>,
    /// A request that the kernel acknowledges behind everything that it has to say until then.
    barrier: Option<u32>,
    protocol: PhantomData<P>,
}

#[derive(Debug)]
struct Known {
    name: &'static str,
    info: FamilyInfo,
}

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

/// A request that was sent and whose answer is not complete.
pub(crate) struct Running {
    call: Call,
    pub(crate) seq: u32,
    family: u16,
    /// Nothing but a stale family id was seen of it yet, so it can be sent again.
    retry: bool,
}

impl Running {
    pub(crate) fn name(&self) -> RequestName {
        self.call.name
    }
}

impl Connection<Generic, Socket> {
    /// A connection to the kernel's generic netlink, for all of its families.
    ///
    /// # Errors
    /// Where the socket cannot be made.
    pub fn generic() -> Result<Self, Error> {
        Ok(Self::with_transport(Socket::new::<Generic>()?))
    }
}

impl<T: Transport> Connection<Generic, T> {
    /// A connection over a transport of one's own.
    pub fn with_transport(transport: T) -> Self {
        let session = Session::new(transport.port());
        Self {
            transport,
            session,
            families: Vec::new(),
            sent: Vec::new(),
            received: Vec::new(),
            at: 0,
            source: Source::default(),
            room: RECEIVE_BUFFER,
            notifications: VecDeque::new(),
            barrier: None,
            protocol: PhantomData,
        }
    }

    /// The transport.
    pub fn transport(&self) -> &T {
        &self.transport
    }

    /// The transport, to set options of one's own.
    pub fn transport_mut(&mut self) -> &mut T {
        &mut self.transport
    }

    /// Asks the kernel and waits for the answer.
    ///
    /// Where the operation only acknowledges, the answer is `()`; where it acknowledges but leaves
    /// out a reply that it could have sent, an empty one.
    ///
    /// # Errors
    /// [`Error::Kernel`] with the kernel's own words where it refuses.
    pub fn request<'r, R>(&mut self, request: &R) -> Result<R::Reply, Error>
    where
        R: Do + NlAttrs<'r>,
        R::Family: Family<Protocol = Generic>,
    {
        const { assert!(R::CMD < 256 && R::REPLY_CMD < 256, "generic netlink has 8 bits for it") };
        let call = Call {
            name: RequestName { family: R::Family::NAME, operation: R::NAME },
            version: R::Family::VERSION,
            set: R::SET,
            cmd: R::CMD,
            reply_cmd: R::REPLY_CMD,
            ends: if R::ACK { Ends::Ack } else { Ends::Reply },
        };
        let running = self.start(call, |buffer| encode_into(request, buffer))?;
        let mut reply = None;
        self.finish(running, &mut |message| {
            reply = Some(message.decode()?);
            Ok(())
        })?;
        match reply {
            Some(reply) => Ok(reply),
            None if R::ACK => Ok(R::Reply::default()),
            None => Err(Error::NoReply { request: call.name }),
        }
    }

    /// Asks the kernel for a list, whose entries come as the iterator goes on.
    ///
    /// # Errors
    /// Where the request cannot be sent. The kernel's refusal is the iterator's first item.
    pub fn dump<'r, R>(&mut self, request: &R) -> Result<Replies<'_, R::Reply, T>, Error>
    where
        R: Dump + NlAttrs<'r>,
        R::Family: Family<Protocol = Generic>,
    {
        self.start_dump(request).map(|running| Replies::new(self, running))
    }

    /// Asks the kernel for a list, whose entries are lent to a projection of one's own: a struct
    /// with just the attributes that are needed, which may borrow from the receive buffer.
    ///
    /// ```no_run
    /// # #[cfg(feature = "derive")] {
    /// use nlkit::{NlAttrs, NlStr, nlctrl::GetFamily};
    ///
    /// #[derive(Default, NlAttrs)]
    /// struct Brief<'a> {
    ///     #[nl(id = 2)]
    ///     name: Option<NlStr<'a>>,
    /// }
    ///
    /// let mut conn = nlkit::Connection::generic()?;
    /// let mut families = conn.dump_as::<Brief<'_>, _>(&GetFamily::default())?;
    /// while let Some(family) = families.next() {
    ///     println!("{:?}", family?.name);
    /// }
    /// # }
    /// # Ok::<(), nlkit::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Connection::dump`].
    pub fn dump_as<'r, V, R>(&mut self, request: &R) -> Result<Views<'_, V, T>, Error>
    where
        V: View,
        R: Dump + NlAttrs<'r>,
        R::Family: Family<Protocol = Generic>,
    {
        self.start_dump(request).map(|running| Views::new(self, running))
    }

    fn start_dump<'r, R>(&mut self, request: &R) -> Result<Running, Error>
    where
        R: Dump + NlAttrs<'r>,
        R::Family: Family<Protocol = Generic>,
    {
        const { assert!(R::CMD < 256 && R::REPLY_CMD < 256, "generic netlink has 8 bits for it") };
        let call = Call {
            name: RequestName { family: R::Family::NAME, operation: R::NAME },
            version: R::Family::VERSION,
            set: R::SET,
            cmd: R::CMD,
            reply_cmd: R::REPLY_CMD,
            ends: Ends::Done,
        };
        self.drain_dump()?;
        self.start(call, |buffer| encode_into(request, buffer))
    }

    /// Joins a multicast group and gives what is told there, typed, as it comes.
    ///
    /// The connection stays in the group when the iterator is dropped; [`Connection::leave`] ends
    /// that. Notifications of other families that come meanwhile are kept for
    /// [`Connection::notification`].
    ///
    /// # Errors
    /// Where the family or the group is unknown to the kernel, or needs a capability.
    pub fn subscribe<N>(&mut self, group: Group<N>) -> Result<Subscription<'_, N, T>, Error>
    where
        N: Notification,
        N::Family: Family<Protocol = Generic>,
    {
        self.join(group)?;
        Ok(Subscription::new(self))
    }

    /// Joins a multicast group, to read from several groups with [`Connection::notification`].
    ///
    /// # Errors
    /// As [`Connection::subscribe`].
    pub fn join<N: Notification>(&mut self, group: Group<N>) -> Result<(), Error> {
        let id = self.group_id(group)?;
        Ok(self.transport.join(id)?)
    }

    /// Leaves a multicast group.
    ///
    /// # Errors
    /// Where the family or the group is unknown to the kernel.
    pub fn leave<N: Notification>(&mut self, group: Group<N>) -> Result<(), Error> {
        let id = self.group_id(group)?;
        Ok(self.transport.leave(id)?)
    }

    fn group_id<N: Notification>(&mut self, group: Group<N>) -> Result<u32, Error> {
        let (family, group) = (group.family(), group.name());
        let id = self.resolve(family)?.group(group);
        id.ok_or(Error::UnknownGroup { family, group })
    }

    /// Waits for the next notification of any joined group.
    ///
    /// # Errors
    /// [`Error::Overrun`] where notifications were lost; the next call goes on with what came
    /// after.
    pub fn notification(&mut self) -> Result<RawMessage, Error> {
        match self.notifications.pop_front() {
            Some(message) => Ok(message),
            None => self.wait_notification(),
        }
    }

    /// Waits for the next notification, past those that are kept.
    pub(crate) fn wait_notification(&mut self) -> Result<RawMessage, Error> {
        loop {
            if let Some(Event::Notification(span)) = self.next_event(true)? {
                return Ok(self.message(&span)?.to_raw());
            }
        }
    }

    /// Decodes a notification where it is one of family `N`; `None` where it is another's.
    ///
    /// # Errors
    /// Where it is malformed.
    pub fn decode_notification<N: Notification>(
        &self,
        raw: &RawMessage,
    ) -> Option<Result<N, Error>> {
        let known = self.known(N::Family::NAME)?;
        let message = raw.message();
        (known.id == Some(message.header().kind)).then(|| N::decode(message).map_err(Error::Decode))
    }

    /// The first kept notification of family `N`.
    pub(crate) fn kept_notification<N: Notification>(&mut self) -> Option<Result<N, Error>> {
        let family = self.known(N::Family::NAME)?.id;
        let of_family = |raw: &RawMessage| family == Some(raw.message().header().kind);
        let index = self.notifications.iter().position(of_family)?;
        let raw = self.notifications.remove(index)?;
        Some(N::decode(raw.message()).map_err(Error::Decode))
    }

    pub(crate) fn keep_notification(&mut self, raw: RawMessage) {
        self.notifications.push_back(raw);
    }

    /// What the running kernel says of a family: id, operations, groups. Asked for once, then
    /// kept.
    ///
    /// # Errors
    /// [`Error::UnknownFamily`] where the kernel does not have it.
    pub fn family<F: Family<Protocol = Generic>>(&mut self) -> Result<&FamilyInfo, Error> {
        self.resolve(F::NAME)
    }

    fn known(&self, name: &str) -> Option<&FamilyInfo> {
        self.families.iter().find(|known| known.name == name).map(|known| &known.info)
    }

    fn resolve(&mut self, name: &'static str) -> Result<&FamilyInfo, Error> {
        let index = match self.families.iter().position(|known| known.name == name) {
            Some(index) => index,
            None => {
                let info = self.ask_for_family(name)?;
                self.families.push(Known { name, info });
                self.families.len() - 1
            }
        };
        let known = self.families.get(index).map(|known| &known.info);
        known.ok_or(Error::UnknownFamily { family: name })
    }

    /// CTRL_CMD_GETFAMILY. It leaves the request in `sent` as it is.
    fn ask_for_family(&mut self, name: &'static str) -> Result<FamilyInfo, Error> {
        let sent = std::mem::take(&mut self.sent);
        let answer = self.request(&GetFamily { name: Some(name.into()), id: None });
        self.sent = sent;
        match answer {
            Err(Error::Kernel(error)) if error.errno == libc::ENOENT => {
                Err(Error::UnknownFamily { family: name })
            }
            answer => answer,
        }
    }

    fn family_id(&mut self, name: &'static str) -> Result<u16, Error> {
        if name == NlCtrl::NAME {
            return Ok(nlctrl::ID);
        }
        let id = self.resolve(name)?.id;
        id.ok_or(Error::UnknownFamily { family: name })
    }

    /// Writes and sends a request.
    fn start(
        &mut self,
        call: Call,
        put: impl FnOnce(&mut Vec<u8>) -> Result<(), crate::EncodeError>,
    ) -> Result<Running, Error> {
        let retry = self.known(call.name.family).is_some();
        let family = self.family_id(call.name.family)?;
        let seq = self.session.begin(call.ends);
        let running = Running { call, seq, family, retry };
        self.sent.clear();
        self.sent.extend_from_slice(&[0; HEADER_LEN]);
        // Both numbers are below 256: checked where they are constants.
        self.sent.extend_from_slice(&[call.cmd as u8, call.version, 0, 0]);
        let sent = put(&mut self.sent).map_err(Error::Encode).and_then(|()| self.send(&running));
        if sent.is_err() {
            self.session.cancel(seq);
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
            port: self.session.port(),
        };
        if let Some(start) = self.sent.first_chunk_mut() {
            *start = header.to_bytes();
        }
        Ok(self.transport.send(&self.sent)?)
    }

    /// Reads the answer up to its end. An answer that breaks off with an error is abandoned.
    fn finish(
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
        self.session.abandon(running.seq);
        outcome
    }

    /// Gives the next message of an answer. A stale family id is mended on the way.
    #[inline]
    pub(crate) fn advance(&mut self, running: &mut Running) -> Result<Step, Error> {
        loop {
            match self.next_of(running)? {
                Event::Reply(message) => {
                    running.retry = false;
                    return Ok(Step::Message(message));
                }
                Event::LastReply(message) => return Ok(Step::LastMessage(message)),
                Event::Finished(message) => {
                    let outcome = Outcome::read(&self.received, &message);
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
        self.families.retain(|known| known.name != name);
        let id = self.family_id(name)?;
        if id == running.family {
            return Ok(false);
        }
        running.family = id;
        running.seq = self.session.begin(running.call.ends);
        self.send(running).map(|()| true)
    }

    /// The next event of one request. What belongs to none of its answer is kept or skipped.
    ///
    /// The kernel answers while it is being sent to, and builds the next datagram of a dump while
    /// the last is received, so an empty queue means that the answer is late, or lost, or was
    /// never going to come. A no-op that it has to acknowledge tells: its ACK comes after all that
    /// the kernel had to say.
    #[inline]
    fn next_of(&mut self, running: &Running) -> Result<Event, Error> {
        loop {
            let event = match self.next_event(self.barrier.is_some()) {
                Ok(Some(event)) => event,
                Ok(None) => {
                    self.send_barrier()?;
                    continue;
                }
                // Lost notifications, or the answer: the barrier tells which.
                Err(Error::Overrun) => continue,
                Err(error) => return Err(error),
            };
            if event.answers(running.seq) {
                self.drop_barrier();
                return Ok(event);
            }
            match event {
                Event::Finished(message) if Some(message.header.seq) == self.barrier => {
                    self.barrier = None;
                    return Err(Error::NoReply { request: running.call.name });
                }
                Event::Notification(span) => {
                    let raw = self.message(&span)?.to_raw();
                    self.keep_notification(raw);
                }
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
        self.barrier = Some(seq);
        Ok(self.transport.send(&header.to_bytes())?)
    }

    fn drop_barrier(&mut self) {
        if let Some(seq) = self.barrier.take() {
            self.session.abandon(seq);
        }
    }

    /// Reads an abandoned dump up to its end, since the kernel refuses a second one before that.
    fn drain_dump(&mut self) -> Result<(), Error> {
        while self.session.dumping() {
            match self.next_event(false) {
                Ok(Some(Event::Notification(span))) => {
                    let raw = self.message(&span)?.to_raw();
                    self.keep_notification(raw);
                }
                Ok(Some(_)) | Err(Error::Overrun | Error::Truncated { .. }) => {}
                Err(Error::Malformed { .. }) => {}
                Ok(None) => self.session.forget_abandoned(),
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// The next event; `None` where nothing is there and `wait` is false.
    #[inline]
    pub(crate) fn next_event(&mut self, wait: bool) -> Result<Option<Event>, Error> {
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
            match self.transport.receive(&mut self.received, wait) {
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
        let body = self.received.get(span.body.clone()).unwrap_or_default();
        Ok(Message::new(span.header, body)?)
    }

    /// The message at `span`, where it is of the kind that the request is answered with.
    #[inline]
    pub(crate) fn reply_in(&self, span: &Span, running: &Running) -> Result<Message<'_>, Error> {
        let message = self.message(span)?;
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
        let ext_ack = self.received.get(outcome.ext_ack).unwrap_or_default();
        Error::Kernel(Box::new(KernelError::new(outcome.errno, ext_ack, &sent)))
    }

    /// The answer to a request is not wanted any more.
    pub(crate) fn abandon(&mut self, running: &Running) {
        self.session.abandon(running.seq);
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
