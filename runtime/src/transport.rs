//! Where datagrams go and come from: the seam between a connection and the kernel.

use std::future::Future;
use std::io;
use std::task::{Context, Poll};
use std::time::Duration;

use crate::session::Source;

/// Sends and receives whole datagrams.
///
/// A connection needs nothing else, so a backend of one's own (a scripted kernel, a recorder) is
/// one implementation of this.
pub trait Transport {
    /// The port id that answers are addressed to.
    fn port(&self) -> u32;

    /// The port id that requests go to, and that answers come from; 0 is the kernel.
    fn peer(&self) -> u32 {
        0
    }

    /// Sends one datagram to the peer. It never waits.
    ///
    /// # Errors
    /// Of the socket.
    fn send(&mut self, datagram: &[u8]) -> io::Result<()>;

    /// Appends one datagram to `buffer` as far as the spare capacity goes. It never waits.
    ///
    /// # Errors
    /// `WouldBlock` where there is none; `ENOBUFS` ([`errno::error`](crate::errno::error)) where messages were
    /// lost.
    fn receive(&mut self, buffer: &mut Vec<u8>) -> io::Result<Received>;

    /// Waits until there may be something to receive; false where `timeout` passed before that.
    ///
    /// # Errors
    /// Of the socket.
    fn wait(&mut self, timeout: Option<Duration>) -> io::Result<bool>;

    /// Joins a multicast group.
    ///
    /// # Errors
    /// Of the socket: `EPERM` for a group that needs a capability.
    fn join(&mut self, group: u32) -> io::Result<()>;

    /// Leaves a multicast group.
    ///
    /// # Errors
    /// Of the socket.
    fn leave(&mut self, group: u32) -> io::Result<()>;
}

/// A transport that an async task can wait on, whatever the runtime.
pub trait AsyncTransport: Transport {
    /// A time to wait.
    type Sleep: Future<Output = ()> + Send;

    /// Pending where the task should let others have a turn first, which wakes it at once. A storm of
    /// notifications must not keep them from theirs.
    fn poll_turn(&mut self, _: &mut Context<'_>) -> Poll<()> {
        Poll::Ready(())
    }

    /// As [`Transport::receive`]; where there is nothing, the task is woken once there may be.
    fn poll_receive(
        &mut self,
        cx: &mut Context<'_>,
        buffer: &mut Vec<u8>,
    ) -> Poll<io::Result<Received>>;

    /// Ends when `duration` has passed.
    fn sleep(&self, duration: Duration) -> Self::Sleep;
}

/// What was received.
#[derive(Clone, Copy, Debug)]
pub struct Received {
    /// Length of the datagram; longer than what is in the buffer where it did not fit.
    pub len: usize,
    /// Who sent it.
    pub source: Source,
}
