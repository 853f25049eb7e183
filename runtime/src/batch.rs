//! Several requests in one datagram.

use std::fmt;
use std::io;

use crate::attrs::{NlAttrs, encode_into};
use crate::call::{Call, Running};
use crate::connection::Connection;
use crate::error::{Error, RequestName};
use crate::family::{Do, Family, Protocol};
use crate::modifiers::Modifiers;
use crate::session::{Event, Outcome};
use crate::transport::Transport;
use crate::wire::{align, flag};

/// Requests that go to the kernel in one datagram, each with an outcome of its own.
///
/// The kernel carries them out one after the other and does not stop at an error, but for
/// nftables, whose changes stand between `batch-begin` and `batch-end` and take effect together or
/// not at all.
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

    /// Adds a request that the kernel does not acknowledge: the begin and the end of a transaction
    /// of nftables. Without an error it counts as done.
    ///
    /// # Errors
    /// As [`Batch::add`].
    pub fn add_unacknowledged<'r, R>(&mut self, request: &R) -> Result<(), Error>
    where
        R: Do + NlAttrs<'r>,
        R::Family: Family<Protocol = P>,
    {
        self.queue(request, Modifiers::default(), false)
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
        while let Some(request) = self.waited_for(&outcomes) {
            if let Err(error) = self.next_outcome(request, &mut outcomes) {
                outcomes
                    .iter_mut()
                    .for_each(|it| *it = it.take().or_else(|| Some(Err(again(&error)))));
            }
        }
        Ok(outcomes.into_iter().map(|outcome| outcome.unwrap_or(Ok(()))).collect())
    }

    /// The first request whose ACK has not come.
    fn waited_for(&self, outcomes: &[Option<Result<(), Error>>]) -> Option<RequestName> {
        let mut open = self.requests.iter().zip(outcomes);
        open.find(|(queued, outcome)| queued.acknowledged && outcome.is_none())
            .map(|(queued, _)| queued.running.name())
    }

    /// Reads up to the end of the next answer.
    fn next_outcome(
        &mut self,
        request: RequestName,
        outcomes: &mut [Option<Result<(), Error>>],
    ) -> Result<(), Error> {
        let requests = &self.requests;
        let ours = |seq| requests.iter().any(|queued| queued.running.seq() == seq);
        let message = match self.conn.channel.answer_to(ours, request)? {
            Event::Finished(message) => message,
            Event::Reply(message) => {
                let queued = requests.iter().find(|it| it.running.seq() == message.header.seq);
                if queued.is_some_and(|it| self.conn.is_stray(&message, &it.running)) {
                    self.conn.channel.keep_message(&message);
                }
                return Ok(());
            }
            _ => return Ok(()),
        };
        let seq = message.header.seq;
        let mut found = requests.iter().zip(outcomes);
        if let Some((queued, slot)) = found.find(|(queued, _)| queued.running.seq() == seq) {
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

/// The error that ended the reading, for each request that it left without an answer.
fn again(error: &Error) -> Error {
    match error {
        Error::NoReply { request, overrun } => {
            Error::NoReply { request: *request, overrun: *overrun }
        }
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
