//! The kernel's netlink sockets.

use std::fmt;
use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, RawFd};
use std::time::{Duration, Instant};

use netlink_sys::SocketAddr;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

use crate::family::Protocol;
use crate::session::Source;
use crate::transport::Received;

/// A netlink socket of the kernel.
pub struct Socket {
    // Its `Clone` would close the descriptor twice: it is never cloned here.
    pub(crate) socket: netlink_sys::Socket,
    pub(crate) port: u32,
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

    /// Sets the size in bytes of the kernel's receive buffer for this socket (SO_RCVBUF): what to
    /// raise where notifications are lost. The kernel doubles it, and caps it at
    /// `net.core.rmem_max`.
    ///
    /// # Errors
    /// Of the socket.
    pub fn set_receive_buffer(&self, bytes: u32) -> io::Result<()> {
        self.socket.set_rx_buf_sz(bytes)
    }

    pub(crate) fn send_now(&self, datagram: &[u8]) -> io::Result<()> {
        self.socket.send(datagram, libc::MSG_DONTWAIT).map(|_| ())
    }

    pub(crate) fn receive_now(&self, buffer: &mut Vec<u8>) -> io::Result<Received> {
        let flags = libc::MSG_TRUNC | libc::MSG_DONTWAIT;
        let (len, from) = self.socket.recv_from(buffer, flags)?;
        Ok(Received { len, source: source_of(from) })
    }

    pub(crate) fn wait_readable(&self, timeout: Option<Duration>) -> io::Result<bool> {
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
            match poll(&mut [PollFd::new(self.as_fd(), PollFlags::POLLIN)], wait) {
                Ok(0) if left.is_none_or(|left| !left.is_zero()) => {}
                Ok(ready) => return Ok(ready > 0),
                Err(nix::Error::EINTR) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
}

fn source_of(address: SocketAddr) -> Source {
    Source { port: address.port_number(), groups: address.multicast_groups(), namespace: None }
}

/// [`Transport`](crate::Transport) of a type that is a [`Socket`] or has one inside: the runtimes' sockets
/// differ from it only in how a task waits.
macro_rules! transport_of_socket {
    ($type:ty, |$this:ident| $socket:expr) => {
        impl $crate::Transport for $type {
            fn port(&self) -> u32 {
                let $this = self;
                $socket.port
            }

            fn send(&mut self, datagram: &[u8]) -> std::io::Result<()> {
                let $this = self;
                $socket.send_now(datagram)
            }

            fn receive(&mut self, buffer: &mut Vec<u8>) -> std::io::Result<$crate::Received> {
                let $this = self;
                $socket.receive_now(buffer)
            }

            fn wait(&mut self, timeout: Option<std::time::Duration>) -> std::io::Result<bool> {
                let $this = self;
                $socket.wait_readable(timeout)
            }

            fn join(&mut self, group: u32) -> std::io::Result<()> {
                let $this = self;
                $socket.socket.add_membership(group)
            }

            fn leave(&mut self, group: u32) -> std::io::Result<()> {
                let $this = self;
                $socket.socket.drop_membership(group)
            }
        }
    };
}
#[cfg(any(feature = "smol", feature = "tokio"))]
pub(crate) use transport_of_socket;

transport_of_socket!(Socket, |socket| socket);

impl AsFd for Socket {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}

impl AsRawFd for Socket {
    fn as_raw_fd(&self) -> RawFd {
        self.socket.as_raw_fd()
    }
}

impl fmt::Debug for Socket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Socket").field("port", &self.port).finish_non_exhaustive()
    }
}
