//! What a socket is opened with.

use std::io;
use std::sync::atomic::AtomicBool;

use crate::errno;
use crate::explained::explain;
use crate::family::{Protocol, Usersock};
use crate::namespace::Namespace;
use crate::socket::Socket;
use crate::sys;

/// What to open a [`Socket`] with; [`Socket::options`] begins it.
///
/// # Examples
/// ```
/// use nlkit::{Socket, Usersock};
///
/// let socket = Socket::options().receive_buffer(1 << 20).open::<Usersock>()?;
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct SocketOptions {
    port: u32,
    peer: u32,
    ext_ack: bool,
    strict_check: bool,
    receive_buffer: Option<u32>,
}

impl SocketOptions {
    pub(crate) fn new() -> Self {
        Self { port: 0, peer: 0, ext_ack: true, strict_check: true, receive_buffer: None }
    }

    /// The socket's own port id, by which other processes reach it; 0, which is the default, lets the
    /// kernel choose one.
    ///
    /// Port ids are of one protocol in one network namespace. Anybody can have any that is free: who needs
    /// to know whom it talks to has to ask for more.
    #[must_use]
    pub fn port(self, port: u32) -> Self {
        Self { port, ..self }
    }

    /// The port id to talk to; 0, which is the default, is the kernel.
    ///
    /// The kernel lets through to this socket only what comes from there, and what is multicast; others
    /// that send to it get `ECONNREFUSED`. But for a socket of [`Usersock`] without a peer, which is open
    /// to all: that serves.
    #[must_use]
    pub fn peer(self, peer: u32) -> Self {
        Self { peer, ..self }
    }

    /// Whether errors come with the kernel's own words and the attribute (`NETLINK_EXT_ACK`); they do by
    /// default, where the kernel can (4.12).
    #[must_use]
    pub fn ext_ack(self, on: bool) -> Self {
        Self { ext_ack: on, ..self }
    }

    /// Whether the kernel refuses what it does not know in a dump request instead of ignoring it
    /// (`NETLINK_GET_STRICT_CHK`), and filters by what it knows; it does by default, where it can (4.20).
    #[must_use]
    pub fn strict_check(self, on: bool) -> Self {
        Self { strict_check: on, ..self }
    }

    /// The size in bytes of the kernel's receive buffer, as [`Socket::set_receive_buffer`] sets it.
    #[must_use]
    pub fn receive_buffer(self, bytes: u32) -> Self {
        Self { receive_buffer: Some(bytes), ..self }
    }

    /// A socket of protocol `P`, in the network namespace of the calling thread.
    ///
    /// # Errors
    /// `EPROTONOSUPPORT` for a protocol that the kernel does not have, `EADDRINUSE` for a port id that
    /// another socket has, `EPERM` for a peer without the right to send to it: see
    /// [`Usersock`](crate::Usersock).
    pub fn open<P: Protocol>(self) -> io::Result<Socket> {
        self.open_protocol(P::NUMBER)
    }

    /// As [`SocketOptions::open`], of a protocol that is known only at run time, by its number.
    ///
    /// # Errors
    /// As [`SocketOptions::open`].
    pub fn open_protocol(self, protocol: i32) -> io::Result<Socket> {
        let mut socket = sys::Socket::new(protocol).map_err(|error| not_made(error, protocol))?;
        let port = self.bind(&mut socket)?;
        // Who serves other processes is open to all of them.
        let open_to_others = self.peer == 0 && protocol == <Usersock as Protocol>::NUMBER;
        if !open_to_others {
            socket.connect(self.peer).map_err(|error| Socket::not_sent(error, self.peer))?;
        }
        // Each is newer than netlink itself; a kernel that lacks one works without.
        for option in [
            socket.set_ext_ack(self.ext_ack),
            socket.set_cap_ack(true),
            socket.set_strict_check(self.strict_check),
        ] {
            match option {
                Err(error) if errno::of(&error) != Some(errno::ENOPROTOOPT) => return Err(error),
                _ => {}
            }
        }
        let all_namespaces = AtomicBool::new(false);
        let open_to_others = AtomicBool::new(open_to_others);
        let socket = Socket { socket, port, peer: self.peer, all_namespaces, open_to_others };
        if let Some(bytes) = self.receive_buffer {
            socket.set_receive_buffer(bytes)?;
        }
        Ok(socket)
    }

    /// As [`SocketOptions::open`], in another network namespace. No thread of the caller's moves.
    ///
    /// # Errors
    /// As [`SocketOptions::open`]; where the namespace cannot be entered, `EPERM` without
    /// `CAP_SYS_ADMIN`.
    pub fn open_in<P: Protocol>(self, namespace: &Namespace) -> io::Result<Socket> {
        self.open_protocol_in(P::NUMBER, namespace)
    }

    /// As [`SocketOptions::open_protocol`], in another network namespace. No thread of the caller's moves.
    ///
    /// # Errors
    /// As [`SocketOptions::open_in`].
    pub fn open_protocol_in(self, protocol: i32, namespace: &Namespace) -> io::Result<Socket> {
        namespace.within(|| self.open_protocol(protocol))
    }

    fn bind(self, socket: &mut sys::Socket) -> io::Result<u32> {
        socket.bind(self.port).map_err(|error| {
            let advice = match errno::of(&error) {
                _ if self.port == 0 => return error,
                Some(errno::EADDRINUSE) => {
                    "another socket of the protocol has it in this network namespace"
                }
                _ => "",
            };
            explain(error, format!("cannot take port id {}", self.port), advice)
        })
    }
}

fn not_made(error: io::Error, protocol: i32) -> io::Error {
    let advice = match errno::of(&error) {
        Some(errno::EPROTONOSUPPORT) => {
            "the kernel does not have it, or its module is not loaded; processes cannot add one"
        }
        _ => "",
    };
    explain(error, format!("no socket of netlink protocol {protocol}"), advice)
}
