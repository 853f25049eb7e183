//! The kernel's netlink sockets.

use std::fmt;
use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, RawFd};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::{Duration, Instant};

use netlink_sys::SocketAddr;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::socket::{
    ControlMessageOwned, MsgFlags, UnknownCmsg, getsockopt, recvmsg, setsockopt, sockopt,
};

use crate::explained::explain;
use crate::family::Protocol;
use crate::session::Source;
use crate::socket_options::SocketOptions;
use crate::transport::Received;

/// A netlink socket of the kernel.
///
/// It has a port id, which the kernel chooses unless [`SocketOptions::port`] does, and a peer to send
/// to: the kernel, or another process ([`Usersock`](crate::Usersock)).
///
/// # Examples
/// ```
/// use nlkit::{Connection, Route, Socket};
///
/// let socket = Socket::options().receive_buffer(1 << 20).open::<Route>()?;
/// println!("{} bytes for what is not read yet", socket.receive_buffer()?);
/// let conn = Connection::<Route, _>::with_transport(socket);
/// # Ok::<(), std::io::Error>(())
/// ```
pub struct Socket {
    // Its `Clone` would close the descriptor twice: it is never cloned here.
    pub(crate) socket: netlink_sys::Socket,
    pub(crate) port: u32,
    pub(crate) peer: u32,
    /// Whether it listens to all network namespaces, so that receives have to ask which.
    pub(crate) all_namespaces: AtomicBool,
    /// Whether others than the peer reach it, so that receives have to ask who.
    pub(crate) open_to_others: AtomicBool,
}

impl Socket {
    /// A socket of protocol `P`, bound to a port of the kernel's choice, with extended ACK, capped
    /// ACK and strict checking on as far as the kernel has them.
    ///
    /// # Errors
    /// Where the socket cannot be made or bound.
    pub fn new<P: Protocol>() -> io::Result<Self> {
        Self::options().open::<P>()
    }

    /// What to open a socket with, where [`Socket::new`] does not fit.
    pub fn options() -> SocketOptions {
        SocketOptions::new()
    }

    /// Sends one datagram to the socket that has this port id; 0 is the kernel. It never waits.
    ///
    /// # Errors
    /// `ECONNREFUSED` where nobody has the port id, or who has it talks to another peer alone;
    /// `EPERM` without the right to send to processes; [`WouldBlock`](io::ErrorKind::WouldBlock) where the
    /// receive buffer there is full.
    pub fn send_to(&self, datagram: &[u8], port: u32) -> io::Result<()> {
        let sent = self.socket.send_to(datagram, &SocketAddr::new(port, 0), libc::MSG_DONTWAIT);
        sent.map(|_| ()).map_err(|error| Self::not_sent(error, port))
    }

    /// Sends one datagram to all sockets in a multicast group, 1 to 32; processes reach no higher ones.
    ///
    /// Nobody has to listen, and who does not read in time loses it, and is told so. Where the kernel
    /// itself listens to the protocol, it takes the datagram for a request as well.
    ///
    /// # Errors
    /// [`InvalidInput`](io::ErrorKind::InvalidInput) for another group; `EPERM` without the right to send to
    /// processes.
    pub fn send_to_group(&self, datagram: &[u8], group: u32) -> io::Result<()> {
        let bit = group.checked_sub(1).and_then(|shift| 1_u32.checked_shl(shift));
        let Some(mask) = bit else {
            let what = format!("group {group} cannot be sent to: processes reach groups 1 to 32");
            return Err(io::Error::new(io::ErrorKind::InvalidInput, what));
        };
        match self.socket.send_to(datagram, &SocketAddr::new(0, mask), libc::MSG_DONTWAIT) {
            // It went to the group, and then to the kernel, which does not listen here.
            Err(error) if error.raw_os_error() == Some(libc::ECONNREFUSED) => Ok(()),
            Err(error) => {
                Err(explain(error, format!("cannot send to group {group}"), MAY_NOT_SEND))
            }
            Ok(_) => Ok(()),
        }
    }

    #[cold]
    pub(crate) fn not_sent(error: io::Error, port: u32) -> io::Error {
        let advice = match (error.raw_os_error(), port) {
            (Some(libc::ECONNREFUSED), 0) => "the kernel does not listen to this protocol",
            (Some(libc::ECONNREFUSED), _) => {
                "no socket of the protocol has it in this network namespace, or not for us"
            }
            (Some(libc::EPERM), 1..) => MAY_NOT_SEND,
            (Some(libc::EAGAIN), 1..) => "the receive buffer there is full",
            _ => return error,
        };
        explain(error, format!("cannot send to port id {port}"), advice)
    }

    /// Sets the size in bytes of the kernel's receive buffer for this socket: what to raise where
    /// notifications are lost. The kernel doubles it.
    ///
    /// Without `CAP_NET_ADMIN` the size ends at `net.core.rmem_max` (SO_RCVBUF), with it nowhere
    /// (SO_RCVBUFFORCE); [`Socket::receive_buffer`] tells what came of it.
    ///
    /// # Errors
    /// Of the socket.
    pub fn set_receive_buffer(&self, bytes: u32) -> io::Result<()> {
        let bytes = bytes.min(i32::MAX.unsigned_abs()) as usize;
        match setsockopt(self, sockopt::RcvBufForce, &bytes) {
            Err(nix::Error::EPERM) => setsockopt(self, sockopt::RcvBuf, &bytes)?,
            other => other?,
        }
        Ok(())
    }

    /// The size in bytes of the kernel's receive buffer for this socket, twice what was set. A datagram
    /// takes more of it than its length.
    ///
    /// # Errors
    /// Of the socket.
    pub fn receive_buffer(&self) -> io::Result<usize> {
        Ok(getsockopt(self, sockopt::RcvBuf)?)
    }

    /// Whether to hear what is multicast in other network namespaces as well
    /// (`NETLINK_LISTEN_ALL_NSID`): in those that have a number in this one (`ip netns set`).
    ///
    /// [`Source::namespace`] tells which one then. Every receive costs a second system call.
    ///
    /// # Errors
    /// `EPERM` without `CAP_NET_BROADCAST`.
    pub fn set_listen_all_namespaces(&self, on: bool) -> io::Result<()> {
        self.socket.set_listen_all_namespaces(on).map_err(|error| {
            let tried = "cannot listen to all network namespaces".to_owned();
            let denied = error.raw_os_error() == Some(libc::EPERM);
            explain(error, tried, if denied { "it needs CAP_NET_BROADCAST" } else { "" })
        })?;
        self.all_namespaces.store(on, Relaxed);
        Ok(())
    }

    pub(crate) fn send_now(&self, datagram: &[u8]) -> io::Result<()> {
        let sent = self.socket.send(datagram, libc::MSG_DONTWAIT);
        sent.map(|_| ()).map_err(|error| Self::not_sent(error, self.peer))
    }

    pub(crate) fn receive_now(&self, buffer: &mut Vec<u8>) -> io::Result<Received> {
        let flags = libc::MSG_TRUNC | libc::MSG_DONTWAIT;
        if self.all_namespaces.load(Relaxed) {
            return self.receive_from_anywhere(buffer, flags);
        }
        if self.open_to_others.load(Relaxed) {
            let (len, from) = self.socket.recv_from(buffer, flags)?;
            return Ok(Received { len, source: source_of(from, None) });
        }
        // The kernel lets nobody else through to a connected socket, and an address costs time.
        let len = self.socket.recv(buffer, flags)?;
        Ok(Received { len, source: Source { port: self.peer, groups: 0, namespace: None } })
    }

    /// Looks at a datagram first, and takes what stands beside it then: only recvfrom can write to spare
    /// capacity, only recvmsg tells the namespace.
    fn receive_from_anywhere(&self, buffer: &mut Vec<u8>, flags: i32) -> io::Result<Received> {
        let start = buffer.len();
        let (len, from) = self.socket.recv_from(buffer, flags | libc::MSG_PEEK)?;
        match self.take_namespace() {
            Ok(namespace) => Ok(Received { len, source: source_of(from, namespace) }),
            Err(error) => {
                // The datagram is still there: messages were lost behind it.
                buffer.truncate(start);
                Err(error)
            }
        }
    }

    /// Takes the next datagram, for the number of the network namespace that it comes from.
    fn take_namespace(&self) -> io::Result<Option<i32>> {
        let mut control = Control([0; 64]);
        let control = Some(control.0.as_mut_slice());
        let message = recvmsg::<()>(self.as_raw_fd(), &mut [], control, MsgFlags::MSG_DONTWAIT)?;
        Ok(message.cmsgs()?.find_map(|beside| match beside {
            ControlMessageOwned::Unknown(UnknownCmsg { cmsg_header: header, data_bytes })
                if header.cmsg_level == libc::SOL_NETLINK
                    && header.cmsg_type == libc::NETLINK_LISTEN_ALL_NSID =>
            {
                data_bytes.first_chunk().map(|number| i32::from_ne_bytes(*number))
            }
            _ => None,
        }))
    }

    pub(crate) fn join_group(&self, group: u32) -> io::Result<()> {
        self.open_to_others.store(true, Relaxed);
        self.socket.add_membership(group).map_err(|error| match error.raw_os_error() {
            Some(libc::EPERM) => {
                let tried = format!("cannot join multicast group {group}");
                explain(error, tried, "it needs a capability, mostly CAP_NET_ADMIN")
            }
            _ => error,
        })
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

const MAY_NOT_SEND: &str = "everybody may to processes over NETLINK_USERSOCK, over other protocols that needs CAP_NET_ADMIN";

/// Room for a few control messages, aligned as their headers are.
#[repr(align(8))]
struct Control([u8; 64]);

fn source_of(address: SocketAddr, namespace: Option<i32>) -> Source {
    Source { port: address.port_number(), groups: address.multicast_groups(), namespace }
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

            fn peer(&self) -> u32 {
                let $this = self;
                $socket.peer
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
                $socket.join_group(group)
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
        f.debug_struct("Socket")
            .field("port", &self.port)
            .field("peer", &self.peer)
            .finish_non_exhaustive()
    }
}
