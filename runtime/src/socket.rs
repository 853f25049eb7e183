//! The kernel's netlink sockets.

use std::fmt;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use crate::errno;
use crate::explained::explain;
use crate::family::Protocol;
use crate::session::Source;
use crate::socket_options::SocketOptions;
use crate::sys;
use crate::transport::Received;

/// A netlink socket of the kernel.
///
/// Only Linux has them. On other systems the type is there, so that what names it compiles, and to open
/// one fails with [`Unsupported`](io::ErrorKind::Unsupported).
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
    pub(crate) socket: sys::Socket,
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
        self.socket.send_to(datagram, port, 0).map_err(|error| Self::not_sent(error, port))
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
        match self.socket.send_to(datagram, 0, mask) {
            // It went to the group, and then to the kernel, which does not listen here.
            Err(error) if errno::of(&error) == Some(errno::ECONNREFUSED) => Ok(()),
            Err(error) => {
                Err(explain(error, format!("cannot send to group {group}"), MAY_NOT_SEND))
            }
            Ok(()) => Ok(()),
        }
    }

    #[cold]
    pub(crate) fn not_sent(error: io::Error, port: u32) -> io::Error {
        let advice = match (errno::of(&error), port) {
            (Some(errno::ECONNREFUSED), 0) => "the kernel does not listen to this protocol",
            (Some(errno::ECONNREFUSED), _) => {
                "no socket of the protocol has it in this network namespace, or not for us"
            }
            (Some(errno::EPERM), 1..) => MAY_NOT_SEND,
            (Some(errno::EAGAIN), 1..) => "the receive buffer there is full",
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
        self.socket.set_receive_buffer(bytes)
    }

    /// Sets the size in bytes of what one send may take: what to raise for a batch that ends in
    /// `EMSGSIZE`. The kernel doubles it.
    ///
    /// Without `CAP_NET_ADMIN` the size ends at `net.core.wmem_max` (SO_SNDBUF), with it nowhere
    /// (SO_SNDBUFFORCE).
    ///
    /// # Errors
    /// Of the socket.
    pub fn set_send_buffer(&self, bytes: u32) -> io::Result<()> {
        let bytes = bytes.min(i32::MAX.unsigned_abs()) as usize;
        self.socket.set_send_buffer(bytes)
    }

    /// The size in bytes of the kernel's receive buffer for this socket, twice what was set. A datagram
    /// takes more of it than its length.
    ///
    /// # Errors
    /// Of the socket.
    pub fn receive_buffer(&self) -> io::Result<usize> {
        self.socket.receive_buffer()
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
            let denied = errno::of(&error) == Some(errno::EPERM);
            explain(error, tried, if denied { "it needs CAP_NET_BROADCAST" } else { "" })
        })?;
        self.all_namespaces.store(on, Relaxed);
        Ok(())
    }

    pub(crate) fn send_now(&self, datagram: &[u8]) -> io::Result<()> {
        self.socket.send(datagram).map_err(|error| Self::not_sent(error, self.peer))
    }

    pub(crate) fn receive_now(&self, buffer: &mut Vec<u8>) -> io::Result<Received> {
        if self.all_namespaces.load(Relaxed) {
            return self.receive_from_anywhere(buffer);
        }
        if self.open_to_others.load(Relaxed) {
            return self.socket.receive_from(buffer);
        }
        // The kernel lets nobody else through to a connected socket, and an address costs time.
        let len = self.socket.receive(buffer)?;
        Ok(Received { len, source: Source { port: self.peer, groups: 0, namespace: None } })
    }

    /// Looks at a datagram first, and takes what stands beside it then.
    fn receive_from_anywhere(&self, buffer: &mut Vec<u8>) -> io::Result<Received> {
        let start = buffer.len();
        let received = self.socket.peek(buffer)?;
        match self.socket.take_namespace() {
            Ok(namespace) => {
                Ok(Received { source: Source { namespace, ..received.source }, ..received })
            }
            Err(error) => {
                // The datagram is still there: messages were lost behind it.
                buffer.truncate(start);
                Err(error)
            }
        }
    }

    pub(crate) fn join_group(&self, group: u32) -> io::Result<()> {
        self.open_to_others.store(true, Relaxed);
        self.socket.join(group).map_err(|error| match errno::of(&error) {
            Some(errno::EPERM) => {
                let tried = format!("cannot join multicast group {group}");
                explain(error, tried, "it needs a capability, mostly CAP_NET_ADMIN")
            }
            _ => error,
        })
    }
}

const MAY_NOT_SEND: &str = "everybody may to processes over NETLINK_USERSOCK, over other protocols that needs CAP_NET_ADMIN";

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
                $socket.socket.wait_readable(timeout)
            }

            fn join(&mut self, group: u32) -> std::io::Result<()> {
                let $this = self;
                $socket.join_group(group)
            }

            fn leave(&mut self, group: u32) -> std::io::Result<()> {
                let $this = self;
                $socket.socket.leave(group)
            }
        }
    };
}
#[cfg(all(unix, any(feature = "smol", feature = "tokio")))]
pub(crate) use transport_of_socket;

transport_of_socket!(Socket, |socket| socket);

impl fmt::Debug for Socket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Socket")
            .field("port", &self.port)
            .field("peer", &self.peer)
            .finish_non_exhaustive()
    }
}
