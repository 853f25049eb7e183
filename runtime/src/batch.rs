//! Several requests in one datagram.

use std::fmt;
use std::io;

use crate::attrs::{NlAttrs, encode_into};
use crate::call::{Call, Running};
use crate::connection::Connection;
use crate::error::Error;
use crate::family::{Do, Family, Protocol};
use crate::modifiers::Modifiers;
use crate::session::{Event, Outcome};
use crate::transport::Transport;
use crate::wire::{align, flag};

/// Requests that go to the kernel in one datagram, each with an outcome of its own.
///
/// The kernel carries them out one after the other and does not stop at an error, but for
/// nftables, whose changes stand between `batch-begin` and `batch-end` and take effect together or
/// not at all, whatever the outcome of one of them: see `helpers::nftables` of nlkit-specs.
///
/// It answers while the datagram is sent, into the receive buffer of the socket, which by default has
/// room for some 250 ACKs, and for fewer where there are replies, too. What does not fit is lost: the
/// requests are carried out all the same, but their outcome is [`Error::NoReply`] with `overrun`. For
/// long batches make room with [`Socket::set_receive_buffer`](crate::Socket::set_receive_buffer).
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
pub struct Batch<'c, P: Protocol, T: Transport> {
    conn: &'c mut Connection<P, T>,
    requests: Vec<Queued>,
    datagram: Vec<u8>,
}

/// A request of the batch.
struct Queued {
    running: Running,
    /// Where in the datagram it stands.
    start: usize,
    end: usize,
    /// Whether the kernel says so when it is done.
    acknowledged: bool,
}

impl<'c, P: Protocol, T: Transport> Batch<'c, P, T> {
    pub(crate) fn new(conn: &'c mut Connection<P, T>) -> Self {
        Self { conn, requests: Vec::new(), datagram: Vec::new() }
    }

    /// Adds a request.
    ///
    /// # Errors
    /// Where it cannot be put into a message, or its family is not there. The batch is as before.
    pub fn add<'r, R>(&mut self, request: &R, modifiers: Modifiers) -> Result<(), Error>
    where
        R: Do + NlAttrs<'r>,
        R::Family: Family<Protocol = P>,
    {
        self.queue(request, modifiers, true)
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
    ) -> Result<(), Error>
    where
        R: Do + NlAttrs<'r>,
        R::Family: Family<Protocol = P>,
    {
        self.queue(request, modifiers, false)
    }

    fn queue<'r, R>(
        &mut self,
        request: &R,
        modifiers: Modifiers,
        acknowledged: bool,
    ) -> Result<(), Error>
    where
        R: Do + NlAttrs<'r>,
    {
        let call = Call::of_do::<R>().with(modifiers).acknowledged();
        let running = self.conn.write(call, |buffer| encode_into(request, buffer))?;
        let start = self.datagram.len();
        self.conn.write_header(&running, if acknowledged { flag::ACK } else { 0 });
        self.datagram.extend_from_slice(&self.conn.sent);
        self.datagram.resize(align(self.datagram.len()), 0);
        let end = start + self.conn.sent.len();
        self.requests.push(Queued { running, start, end, acknowledged });
        Ok(())
    }

    /// Sends the requests and gives the outcome of each, in their order.
    ///
    /// # Errors
    /// Where the datagram cannot be sent; then nothing was done.
    pub fn send(mut self) -> Result<Vec<Result<(), Error>>, Error> {
        if self.requests.is_empty() {
            return Ok(Vec::new()); // the kernel refuses a datagram of nothing
        }
        self.conn.channel.transport.send(&self.datagram)?;
        let mut outcomes: Vec<_> = self.requests.iter().map(|_| None).collect();
        let mut first = 0;
        while let Some(outcome) = outcomes.get(first) {
            if outcome.is_some() {
                first += 1;
            } else if let Err(error) = self.next_outcome(first, &mut outcomes) {
                // Nothing more comes.
                let open = self.requests.iter().zip(&mut outcomes);
                for (queued, outcome) in open.filter(|(_, outcome)| outcome.is_none()) {
                    *outcome = Some(queued.without_answer(&error));
                }
            }
        }
        Ok(outcomes.into_iter().flatten().collect())
    }

    /// Reads a message of an answer, while that to the request at `first` is waited for.
    fn next_outcome(
        &mut self,
        first: usize,
        outcomes: &mut [Option<Result<(), Error>>],
    ) -> Result<(), Error> {
        let requests = &self.requests;
        let Some(request) = requests.get(first).map(|queued| queued.running.name()) else {
            return Ok(());
        };
        let ours = |seq| position(requests, seq).is_some();
        let message = match self.conn.channel.answer_to(ours, request)? {
            Event::Finished(message) => message,
            Event::Reply(message) => {
                let queued = position(requests, message.header.seq).and_then(|it| requests.get(it));
                if queued.is_some_and(|it| self.conn.is_stray(&message, &it.running)) {
                    self.conn.channel.keep_message(&message);
                }
                return Ok(());
            }
            _ => return Ok(()),
        };
        let found = position(requests, message.header.seq);
        let found = found.and_then(|it| requests.get(it).zip(outcomes.get_mut(it)));
        if let Some((queued, slot)) = found {
            let outcome = Outcome::read(self.conn.channel.datagram(), &message);
            *slot = Some(match outcome.errno {
                0 => Ok(()),
                _ => {
                    // Paths in errors are read from the request itself.
                    self.conn.sent.clear();
                    let request = self.datagram.get(queued.start..queued.end).unwrap_or_default();
                    self.conn.sent.extend_from_slice(request);
                    Err(self.conn.kernel_error(outcome, &queued.running))
                }
            });
        }
        Ok(())
    }
}

impl Queued {
    /// The outcome where an error ended the reading before the answer had come.
    fn without_answer(&self, error: &Error) -> Result<(), Error> {
        match error {
            // The kernel has said all that it had to say.
            Error::NoReply { overrun: false, .. } if !self.acknowledged => Ok(()),
            Error::NoReply { overrun, .. } => {
                Err(Error::NoReply { request: self.running.name(), overrun: *overrun })
            }
            error => Err(again(error)),
        }
    }
}

/// Which request has this sequence number: they have them in ascending order, which may begin anew
/// in between.
fn position(requests: &[Queued], seq: u32) -> Option<usize> {
    let first = requests.first()?.running.seq();
    let from_first = |seq: u32| seq.wrapping_sub(first);
    requests.binary_search_by_key(&from_first(seq), |it| from_first(it.running.seq())).ok()
}

/// The error that ended the reading, for each request that it left without an answer.
fn again(error: &Error) -> Error {
    match error {
        Error::Malformed { reason } => Error::Malformed { reason: reason.clone() },
        Error::Truncated { len } => Error::Truncated { len: *len },
        Error::Io(error) => Error::Io(
            error.raw_os_error().map_or_else(|| error.kind().into(), io::Error::from_raw_os_error),
        ),
        _ => Error::Overrun,
    }
}

impl<P: Protocol, T: Transport> Drop for Batch<'_, P, T> {
    fn drop(&mut self) {
        self.requests.iter().for_each(|queued| self.conn.cancel(&queued.running));
    }
}

impl<P: Protocol, T: Transport> fmt::Debug for Batch<'_, P, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let requests: Vec<_> = self.requests.iter().map(|queued| queued.running.name()).collect();
        f.debug_struct("Batch").field("requests", &requests).finish_non_exhaustive()
    }
}
