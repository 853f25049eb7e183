//! Where datagrams go and come from: the seam between a connection and the kernel.

use std::fmt;
use std::future::Future;
use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use netlink_sys::SocketAddr;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

use crate::family::Protocol;
use crate::session::Source;

/// Sends and receives whole datagrams.
///
/// A connection needs nothing else, so a backend of one's own (a scripted kernel, a recorder) is
/// one implementation of this.
pub trait Transport {
    /// The port id that answers are addressed to.
    fn port(&self) -> u32;

    /// The port id of whom it talks to: 0, the kernel, or another process.
    fn peer(&self) -> u32 {
        0
    }

    /// Sends one datagram to the peer.
    ///
    /// # Errors
    /// Of the socket.
    fn send(&mut self, datagram: &[u8]) -> io::Result<()>;

    /// Appends one datagram to `buffer` as far as the spare capacity goes. It never waits.
    ///
    /// # Errors
    /// `WouldBlock` where there is none; `ENOBUFS` where messages were lost.
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

/// A netlink socket of the kernel.
pub struct Socket {
    // Its `Clone` would close the descriptor twice: it is never cloned here.
    socket: netlink_sys::Socket,
    port: u32,
}

impl Socket {
    /// A socket of protocol `P`, bound to a port of the kernel's choice, with extended ACK, capped
    /// ACK and strict checking on as far as the kernel has them.
    ///
    /// # Errors
    /// Where the socket cannot be made or bound.
    pub fn new<P: Protocol>() -> io::Result<Self> {
        let mut socket = netlink_sys::Socket::new(P::NUMBER as isize)?;
        let port = socket.bind_auto()?.port_number();
        // Each is newer than netlink itself; a kernel that lacks one works without.
        for option in [
            socket.set_ext_ack(true),
            socket.set_cap_ack(true),
            socket.set_netlink_get_strict_chk(true),
        ] {
            match option {
                Err(error) if error.raw_os_error() != Some(libc::ENOPROTOOPT) => return Err(error),
                _ => {}
            }
        }
        Ok(Self { socket, port })
    }
}

impl Socket {
    /// Sets the size in bytes of the kernel's receive buffer for this socket (SO_RCVBUF): what to
    /// raise where notifications are lost. The kernel doubles it, and caps it at
    /// `net.core.rmem_max`.
    ///
    /// # Errors
    /// Of the socket.
    pub fn set_receive_buffer(&self, bytes: u32) -> io::Result<()> {
        self.socket.set_rx_buf_sz(bytes)
    }
}

impl AsFd for Socket {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}

impl Transport for Socket {
    fn port(&self) -> u32 {
        self.port
    }

    fn send(&mut self, datagram: &[u8]) -> io::Result<()> {
        self.socket.send(datagram, 0).map(|_| ())
    }

    fn receive(&mut self, buffer: &mut Vec<u8>) -> io::Result<Received> {
        let flags = libc::MSG_TRUNC | libc::MSG_DONTWAIT;
        let (len, from) = self.socket.recv_from(buffer, flags)?;
        Ok(Received { len, source: source_of(from) })
    }

    fn wait(&mut self, timeout: Option<Duration>) -> io::Result<bool> {
        wait_readable(self.as_fd(), timeout)
    }

    fn join(&mut self, group: u32) -> io::Result<()> {
        self.socket.add_membership(group)
    }

    fn leave(&mut self, group: u32) -> io::Result<()> {
        self.socket.drop_membership(group)
    }
}

fn wait_readable(fd: BorrowedFd<'_>, timeout: Option<Duration>) -> io::Result<bool> {
    let deadline = timeout.and_then(|timeout| Instant::now().checked_add(timeout));
    loop {
        let left = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
        // In milliseconds: rounded up, so as not to come back a moment too early.
        let millis =
            left.map(|left| left.as_millis() + u128::from(left.subsec_nanos() % 1_000_000 > 0));
        let wait = match millis {
            Some(millis) => PollTimeout::try_from(millis).unwrap_or(PollTimeout::MAX),
            None => PollTimeout::NONE,
        };
        match poll(&mut [PollFd::new(fd, PollFlags::POLLIN)], wait) {
            Ok(0) if left.is_none_or(|left| !left.is_zero()) => {}
            Ok(ready) => return Ok(ready > 0),
            Err(nix::Error::EINTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
}

fn source_of(address: SocketAddr) -> Source {
    Source { port: address.port_number(), groups: address.multicast_groups(), namespace: None }
}

impl fmt::Debug for Socket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Socket").field("port", &self.port).finish_non_exhaustive()
    }
}
