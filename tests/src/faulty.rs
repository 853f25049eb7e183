//! A transport that fails where a test wants it to, between two datagrams too.

use std::collections::VecDeque;
use std::io;
use std::time::Duration;

use nlkit::script::{PORT, answer};
use nlkit::session::Source;
use nlkit::wire::{Header, kind};
use nlkit::{Received, Transport};

/// What a `receive` finds.
#[derive(Clone, Debug)]
pub enum Step {
    /// A datagram of the kernel.
    Datagram(Vec<u8>),
    /// A datagram of someone else, or to a multicast group.
    From(Source, Vec<u8>),
    /// An errno.
    Errno(i32),
}

impl From<Vec<u8>> for Step {
    fn from(datagram: Vec<u8>) -> Self {
        Self::Datagram(datagram)
    }
}

/// A kernel as a function from a datagram to what the next `receive`s find, or to the errno that
/// `send` fails with. It has to acknowledge the no-ops that a connection sends: see [`ack_noop`].
pub struct Faulty<F> {
    respond: F,
    queue: VecDeque<Step>,
    /// The spare room that each `receive` had.
    pub rooms: Vec<usize>,
}

impl<F: FnMut(&[u8]) -> Result<Vec<Step>, i32>> Faulty<F> {
    /// A kernel that answers what `respond` gives.
    pub fn new(respond: F) -> Self {
        Self { respond, queue: VecDeque::new(), rooms: Vec::new() }
    }

    /// Queues what nobody asked for.
    pub fn push(&mut self, step: impl Into<Step>) {
        self.queue.push_back(step.into());
    }

    /// How many steps were not received yet.
    pub fn left(&self) -> usize {
        self.queue.len()
    }
}

/// The ACK of a no-op; `None` where the datagram is another.
pub fn ack_noop(request: &[u8]) -> Option<Vec<Step>> {
    let header = Header::parse(request)?;
    (header.kind == kind::NOOP).then(|| vec![answer(request).ack().into_datagram().into()])
}

impl<F: FnMut(&[u8]) -> Result<Vec<Step>, i32>> Transport for Faulty<F> {
    fn port(&self) -> u32 {
        PORT
    }

    fn send(&mut self, datagram: &[u8]) -> io::Result<()> {
        let steps = (self.respond)(datagram).map_err(io::Error::from_raw_os_error)?;
        self.queue.extend(steps);
        Ok(())
    }

    fn receive(&mut self, buffer: &mut Vec<u8>) -> io::Result<Received> {
        let room = buffer.capacity().saturating_sub(buffer.len());
        self.rooms.push(room);
        let (source, datagram) = match self.queue.pop_front() {
            None => return Err(io::ErrorKind::WouldBlock.into()),
            Some(Step::Errno(errno)) => return Err(io::Error::from_raw_os_error(errno)),
            Some(Step::Datagram(datagram)) => (Source::default(), datagram),
            Some(Step::From(source, datagram)) => (source, datagram),
        };
        buffer.extend(datagram.iter().take(room));
        Ok(Received { len: datagram.len(), source })
    }

    /// Fails where an error is what comes next.
    fn wait(&mut self, timeout: Option<Duration>) -> io::Result<bool> {
        match (self.queue.is_empty(), timeout) {
            (false, _) => Ok(true),
            (true, Some(_)) => Ok(false),
            (true, None) => Err(io::ErrorKind::WouldBlock.into()),
        }
    }

    fn join(&mut self, _: u32) -> io::Result<()> {
        match self.queue.front() {
            Some(Step::Errno(errno)) => Err(io::Error::from_raw_os_error(*errno)),
            _ => Ok(()),
        }
    }

    fn leave(&mut self, _: u32) -> io::Result<()> {
        Ok(())
    }
}

impl<F> std::fmt::Debug for Faulty<F> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Faulty").field("queue", &self.queue).finish_non_exhaustive()
    }
}
