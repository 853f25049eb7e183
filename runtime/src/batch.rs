//! Several requests in one datagram.

use std::fmt;
use std::ops::Range;
use std::task::{Poll, ready};

use crate::attrs::{NlAttrs, encode_into};
use crate::call::{Call, Running, attrs_of, write};
use crate::channel::Asked;
use crate::connection::{Connection, ready as now};
use crate::engine::Engine;
use crate::errno;
use crate::error::{EncodeError, Error};
use crate::family::{Do, Family, Protocol};
use crate::heard::{Heard, Part};
use crate::modifiers::Modifiers;
use crate::outcomes::{Outcomes, Ticket};
use crate::raw::RawOperation;
use crate::session::Ends;
use crate::trace::Trace;
use crate::transport::Transport;
use crate::wait::Wait;
use crate::wire::{HEADER_LEN, align, flag};

/// Requests that go to the kernel in one datagram, each with an outcome of its own.
///
/// The kernel carries them out one after the other and does not stop at an error, but for
/// nftables, whose changes stand between `batch-begin` and `batch-end` and take effect together or
/// not at all, whatever the outcome of one of them: see `helpers::nftables` of nlkit-specs.
///
/// It answers while the datagram is sent, into the receive buffer of the socket, which by default has
/// room for some 250 ACKs, and for fewer where there are replies, too. What does not fit is lost: the
/// requests are carried out all the same, but their outcome is [`Error::NoReply`] with `overrun`. For
/// long batches make room with [`Socket::set_receive_buffer`](crate::Socket::set_receive_buffer). The
/// datagram itself has to fit into the send buffer (`EMSGSIZE`):
/// [`Socket::set_send_buffer`](crate::Socket::set_send_buffer).
///
/// ```no_run
/// # fn f<R>(conn: &mut nlkit::Connection<nlkit::Route>, links: &[R]) -> Result<(), nlkit::Error>
/// # where R: nlkit::Do + for<'a> nlkit::NlAttrs<'a>, R::Family: nlkit::Family<Protocol = nlkit::Route> {
/// let mut batch = conn.batch();
/// for link in links {
///     batch.add(link, nlkit::Modifiers::CREATE)?;
/// }
/// for outcome in batch.send()? {
///     outcome?;
/// }
/// # Ok(())
/// # }
/// ```
///
/// What they are answered with is had by the ticket of each:
/// ```no_run
/// use nlkit::nlctrl::GetFamily;
///
/// let mut conn = nlkit::Connection::generic()?;
/// let mut batch = conn.batch();
/// let nlctrl = batch.add(&GetFamily { id: Some(16), name: None }, Default::default())?;
/// let netdev = batch.add(&GetFamily { name: Some("netdev".into()), id: None }, Default::default())?;
/// let mut outcomes = batch.send()?;
/// println!("{:?} {:?}", outcomes.take(nlctrl)?, outcomes.take(netdev)?);
/// # Ok::<(), nlkit::Error>(())
/// ```
#[must_use = "nothing is sent before `send`"]
pub struct Batch<'c, P: Protocol, T: Transport> {
    conn: &'c mut Connection<P, T>,
    requests: Requests,
}

impl<'c, P: Protocol, T: Transport> Batch<'c, P, T> {
    pub(crate) fn new(conn: &'c mut Connection<P, T>) -> Self {
        Self { conn, requests: Requests::default() }
    }

    /// Adds a request.
    ///
    /// # Errors
    /// Where it cannot be put into a message. The batch is as before.
    pub fn add<'r, R>(&mut self, request: &R, modifiers: Modifiers) -> Result<Ticket<R>, Error>
    where
        R: Do + NlAttrs<'r>,
        R::Family: Family<Protocol = P>,
    {
        self.requests.add::<P, R>(request, modifiers, true)
    }

    /// Adds a request that the kernel does not acknowledge, as the begin and the end of a transaction
    /// of nftables. Without an error it counts as done, and it takes no room in the receive buffer.
    ///
    /// # Errors
    /// As [`Batch::add`].
    pub fn add_unacknowledged<'r, R>(
        &mut self,
        request: &R,
        modifiers: Modifiers,
    ) -> Result<Ticket<R>, Error>
    where
        R: Do + NlAttrs<'r>,
        R::Family: Family<Protocol = P>,
    {
        self.requests.add::<P, R>(request, modifiers, false)
    }

    /// Adds a request for an operation that is known only at run time: `body` is its fixed header and its
    /// attributes.
    ///
    /// # Errors
    /// Where the protocol has no operation of such a number. The batch is as before.
    pub fn add_raw(
        &mut self,
        operation: &RawOperation,
        body: &[u8],
        modifiers: Modifiers,
    ) -> Result<Ticket<RawOperation>, Error> {
        self.requests.add_raw::<P>(operation, body, modifiers, true)
    }

    /// As [`Batch::add_raw`], for a request that the kernel does not acknowledge: see
    /// [`Batch::add_unacknowledged`].
    ///
    /// # Errors
    /// As [`Batch::add_raw`].
    pub fn add_unacknowledged_raw(
        &mut self,
        operation: &RawOperation,
        body: &[u8],
        modifiers: Modifiers,
    ) -> Result<Ticket<RawOperation>, Error> {
        self.requests.add_raw::<P>(operation, body, modifiers, false)
    }

    /// Sends the requests and gives the outcome of each, in their order.
    ///
    /// # Errors
    /// Where the datagram cannot be sent, or a family is not there; then nothing was done.
    pub fn send(mut self) -> Result<Outcomes, Error> {
        let mut wait = self.conn.block();
        now(self.requests.poll_outcomes(&mut self.conn.engine, &mut wait))
    }
}

impl<P: Protocol, T: Transport> Drop for Batch<'_, P, T> {
    fn drop(&mut self) {
        self.requests.close(&mut self.conn.engine);
    }
}

impl<P: Protocol, T: Transport> fmt::Debug for Batch<'_, P, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Batch").field("requests", &self.requests).finish_non_exhaustive()
    }
}

/// The requests of a batch, whoever waits for their answers.
#[derive(Default)]
pub(crate) struct Requests {
    requests: Vec<Queued>,
    datagram: Vec<u8>,
    lookup: Option<Box<Running>>,
    /// How many of them know the id of their family.
    resolved: usize,
    asked: Option<Asked>,
    /// The first request that has no outcome yet.
    first: usize,
}

/// A request of the batch.
struct Queued {
    call: Call,
    kind: u16,
    seq: u32,
    /// Where in the datagram it stands.
    range: Range<usize>,
    /// Whether the kernel says so when it is done.
    acknowledged: bool,
    /// Whether its family's id was known before.
    cached: bool,
    replies: Vec<Vec<u8>>,
    outcome: Option<Result<(), Error>>,
    trace: Trace,
}

impl Requests {
    pub(crate) fn add<'r, P: Protocol, R: Do + NlAttrs<'r>>(
        &mut self,
        request: &R,
        modifiers: Modifiers,
        acknowledged: bool,
    ) -> Result<Ticket<R>, Error> {
        let call = Call::of_do::<R>().with(modifiers);
        let put = |buffer: &mut Vec<u8>| encode_into(request, buffer);
        self.add_call::<P, R>(call, put, acknowledged)
    }

    pub(crate) fn add_raw<P: Protocol>(
        &mut self,
        operation: &RawOperation,
        body: &[u8],
        modifiers: Modifiers,
        acknowledged: bool,
    ) -> Result<Ticket<RawOperation>, Error> {
        let call = Call::of_raw::<P>(operation, Ends::Ack)?.with(modifiers);
        let put = |buffer: &mut Vec<u8>| {
            buffer.extend_from_slice(body);
            Ok(())
        };
        self.add_call::<P, RawOperation>(call, put, acknowledged)
    }

    fn add_call<P: Protocol, R>(
        &mut self,
        call: Call,
        put: impl FnOnce(&mut Vec<u8>) -> Result<(), EncodeError>,
        acknowledged: bool,
    ) -> Result<Ticket<R>, Error> {
        let call = call.acknowledged();
        let start = self.datagram.len();
        write::<P>(&call, put, &mut self.datagram)?;
        let range = start..self.datagram.len();
        self.datagram.resize(align(self.datagram.len()), 0);
        let index = self.requests.len();
        let queued = Queued {
            call,
            kind: call.cmd,
            seq: 0,
            range,
            acknowledged,
            cached: false,
            replies: Vec::new(),
            outcome: None,
            trace: Trace::new(&call),
        };
        self.requests.push(queued);
        Ok(Ticket::new(index))
    }

    /// Sends the requests, if that was not done yet, and reads their outcomes.
    pub(crate) fn poll_outcomes<P: Protocol, T: Transport>(
        &mut self,
        engine: &mut Engine<P, T>,
        wait: &mut impl Wait<T>,
    ) -> Poll<Result<Outcomes, Error>> {
        if self.requests.is_empty() {
            return Poll::Ready(Ok(Outcomes::new(Vec::new()))); // the kernel refuses a datagram of nothing
        }
        if self.asked.is_none() {
            ready!(self.poll_resolved(engine, wait))?;
            self.send(engine)?;
        }
        while let Some(queued) = self.requests.get(self.first) {
            if queued.outcome.is_some() {
                self.first += 1;
            } else if let Err(error) = ready!(self.poll_outcome(engine, wait)) {
                // Nothing more comes.
                let open = self.requests.iter_mut().filter(|it| it.outcome.is_none());
                open.for_each(|it| it.outcome = Some(it.without_answer(&error)));
            }
        }
        let requests = std::mem::take(&mut self.requests);
        for queued in &requests {
            engine.channel.cancel(queued.seq);
            queued.outcome.iter().for_each(|outcome| queued.trace.end(outcome));
        }
        let outcome = |it: Queued| it.outcome.map(|outcome| outcome.map(|()| it.replies));
        Poll::Ready(Ok(Outcomes::new(requests.into_iter().map(outcome).collect())))
    }

    /// Asks for the ids of all families.
    fn poll_resolved<P: Protocol, T: Transport>(
        &mut self,
        engine: &mut Engine<P, T>,
        wait: &mut impl Wait<T>,
    ) -> Poll<Result<(), Error>> {
        if !P::GENERIC {
            return Poll::Ready(Ok(()));
        }
        while let Some(queued) = self.requests.get_mut(self.resolved) {
            let family = queued.call.name.family;
            queued.cached = self.lookup.is_none() && engine.known(family).is_some();
            queued.kind = ready!(engine.poll_id(family, &mut self.lookup, wait))?;
            self.resolved += 1;
        }
        Poll::Ready(Ok(()))
    }

    fn send<P: Protocol, T: Transport>(&mut self, engine: &mut Engine<P, T>) -> Result<(), Error> {
        for queued in &self.requests {
            let message = self.datagram.get(queued.range.clone()).unwrap_or_default();
            engine.guards.check(&queued.call, attrs_of::<P>(message))?;
        }
        engine.channel.read_rest();
        let port = engine.channel.session.port();
        for queued in &mut self.requests {
            queued.seq = engine.channel.session.begin(Ends::Ack);
            let mode = if queued.acknowledged { flag::ACK } else { 0 };
            let len = queued.range.len();
            let header = queued.call.header(len, queued.kind, mode, queued.seq, port);
            let at = queued.range.start..queued.range.start + HEADER_LEN;
            if let Some(start) = self.datagram.get_mut(at) {
                start.copy_from_slice(&header.to_bytes());
            }
        }
        engine.channel.send(&self.datagram)?;
        for queued in &self.requests {
            let message = self.datagram.get(queued.range.clone()).unwrap_or_default();
            queued.trace.sent(&queued.call, attrs_of::<P>(message));
        }
        engine.channel.counters.requests += self.requests.len() as u64;
        self.asked = Some(engine.channel.now());
        Ok(())
    }

    /// Reads a message of an answer.
    fn poll_outcome<P: Protocol, T: Transport>(
        &mut self,
        engine: &mut Engine<P, T>,
        wait: &mut impl Wait<T>,
    ) -> Poll<Result<(), Error>> {
        let asked = self.asked.unwrap_or(engine.channel.now());
        let requests = &self.requests;
        let ours = |seq| position(requests, seq).is_some();
        let Some(request) = requests.get(self.first).map(|queued| queued.call.name) else {
            return Poll::Ready(Ok(()));
        };
        let end = match ready!(engine.channel.poll_answer(ours, asked, wait))? {
            Heard::Reply(part) => {
                return Poll::Ready(self.take_reply(engine, &part));
            }
            Heard::End(part) => {
                self.finish(engine, &part);
                Ok(())
            }
            Heard::LastReply(_) | Heard::Others => Ok(()),
            Heard::Silence => Err(match engine.channel.loss_since(asked) {
                Some(loss) => loss.of_answer(request),
                None => Error::NoReply { request, overrun: false },
            }),
            Heard::Timeout => Err(Error::Timeout { request }),
        };
        Poll::Ready(end)
    }

    fn take_reply<P: Protocol, T: Transport>(
        &mut self,
        engine: &mut Engine<P, T>,
        part: &Part,
    ) -> Result<(), Error> {
        let found = position(&self.requests, part.span.header.seq);
        let Some(queued) = found.and_then(|at| self.requests.get_mut(at)) else {
            return Ok(());
        };
        if engine.is_stray(part, &queued.call, queued.kind) {
            engine.channel.tell(part);
            return Ok(());
        }
        engine.channel.counters.replies += 1;
        if queued.call.replies && queued.outcome.is_none() {
            match engine.reply_in(part, &queued.call, queued.kind) {
                Ok(message) => queued.replies.push(message.attrs().to_vec()),
                Err(error) => queued.outcome = Some(Err(error)),
            }
        }
        Ok(())
    }

    fn finish<P: Protocol, T: Transport>(&mut self, engine: &mut Engine<P, T>, part: &Part) {
        let Some(index) = position(&self.requests, part.span.header.seq) else { return };
        let Some(queued) = self.requests.get_mut(index) else { return };
        let outcome = engine.channel.outcome(part);
        // Paths in errors are read from the request itself.
        let message = self.datagram.get(queued.range.clone()).unwrap_or_default();
        if outcome.errno == 0 {
            engine.warn(&outcome, part.place, &queued.call, message, Some(index));
            let unheard = queued.call.replies && queued.replies.is_empty();
            let loss = self.asked.and_then(|asked| engine.channel.loss_since(asked));
            let end = match loss.filter(|_| unheard) {
                Some(loss) => Err(loss.of_answer(queued.call.name)),
                None => Ok(()),
            };
            queued.outcome.get_or_insert(end);
            return;
        }
        if outcome.errno == errno::ENOENT && queued.cached {
            engine.forget(queued.call.name.family); // its id is stale, perhaps
        }
        let mut error = engine.kernel_error(outcome, part.place, &queued.call, message);
        error.index = Some(index);
        queued.outcome = Some(Err(Error::Kernel(Box::new(error))));
    }

    /// Nobody waits for the answers any more.
    pub(crate) fn close<P: Protocol, T: Transport>(&mut self, engine: &mut Engine<P, T>) {
        let seqs = self.requests.iter().map(|queued| queued.seq);
        let lookup = self.lookup.take().map(|lookup| lookup.seq);
        seqs.chain(lookup).for_each(|seq| engine.channel.cancel(seq));
    }
}

impl Queued {
    /// The outcome where an error ended the reading before the answer had come.
    fn without_answer(&self, error: &Error) -> Result<(), Error> {
        let request = self.call.name;
        match error {
            // The kernel has said all that it had to say.
            Error::NoReply { overrun: false, .. } if !self.acknowledged => Ok(()),
            Error::NoReply { overrun, .. } => Err(Error::NoReply { request, overrun: *overrun }),
            Error::Timeout { .. } => Err(Error::Timeout { request }),
            error => Err(again(error)),
        }
    }
}

/// Which request has this sequence number: they have them in ascending order, which may begin anew
/// in between.
fn position(requests: &[Queued], seq: u32) -> Option<usize> {
    let first = requests.first()?.seq;
    let from_first = |seq: u32| seq.wrapping_sub(first);
    requests.binary_search_by_key(&from_first(seq), |it| from_first(it.seq)).ok()
}

/// The error that ended the reading, for each request that it left without an answer.
fn again(error: &Error) -> Error {
    match error {
        Error::Malformed { reason } => Error::Malformed { reason: reason.clone() },
        Error::Truncated { len } => Error::Truncated { len: *len },
        Error::Io(error) => {
            Error::Io(errno::of(error).map_or_else(|| error.kind().into(), errno::error))
        }
        _ => Error::Lost,
    }
}

impl fmt::Debug for Requests {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.requests.iter().map(|queued| queued.call.name)).finish()
    }
}
