//! The system calls of Linux, by netlink-sys and nix.

use std::borrow::Cow;
use std::fs::File;
use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd, RawFd};
use std::path::Path;
use std::time::{Duration, Instant};

use netlink_sys::SocketAddr;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sched::{CloneFlags, setns};
use nix::sys::socket::{
    ControlMessageOwned, MsgFlags, UnknownCmsg, getsockopt, recvmsg, setsockopt, sockopt,
};

use crate::session::Source;
use crate::transport::Received;

/// A socket, none of whose calls waits but one.
pub(crate) struct Socket {
    // Its `Clone` would close the descriptor twice: it is never cloned here.
    socket: netlink_sys::Socket,
}

impl Socket {
    pub(crate) fn new(protocol: i32) -> io::Result<Self> {
        Ok(Self { socket: netlink_sys::Socket::new(protocol as isize)? })
    }

    /// Takes a port id, which the kernel chooses where it is 0.
    pub(crate) fn bind(&mut self, port: u32) -> io::Result<u32> {
        match port {
            0 => Ok(self.socket.bind_auto()?.port_number()),
            _ => self.socket.bind(&SocketAddr::new(port, 0)).map(|()| port),
        }
    }

    pub(crate) fn connect(&self, port: u32) -> io::Result<()> {
        self.socket.connect(&SocketAddr::new(port, 0))
    }

    pub(crate) fn set_ext_ack(&mut self, on: bool) -> io::Result<()> {
        self.socket.set_ext_ack(on)
    }

    pub(crate) fn set_cap_ack(&mut self, on: bool) -> io::Result<()> {
        self.socket.set_cap_ack(on)
    }

    pub(crate) fn set_strict_check(&mut self, on: bool) -> io::Result<()> {
        self.socket.set_netlink_get_strict_chk(on)
    }

    pub(crate) fn set_listen_all_namespaces(&self, on: bool) -> io::Result<()> {
        self.socket.set_listen_all_namespaces(on)
    }

    /// As far as it is allowed, or else to the limit of everybody.
    pub(crate) fn set_receive_buffer(&self, bytes: usize) -> io::Result<()> {
        match setsockopt(self, sockopt::RcvBufForce, &bytes) {
            Err(nix::Error::EPERM) => setsockopt(self, sockopt::RcvBuf, &bytes)?,
            other => other?,
        }
        Ok(())
    }

    /// As far as it is allowed, or else to the limit of everybody.
    pub(crate) fn set_send_buffer(&self, bytes: usize) -> io::Result<()> {
        match setsockopt(self, sockopt::SndBufForce, &bytes) {
            Err(nix::Error::EPERM) => setsockopt(self, sockopt::SndBuf, &bytes)?,
            other => other?,
        }
        Ok(())
    }

    pub(crate) fn receive_buffer(&self) -> io::Result<usize> {
        Ok(getsockopt(self, sockopt::RcvBuf)?)
    }

    pub(crate) fn join(&self, group: u32) -> io::Result<()> {
        self.socket.add_membership(group)
    }

    pub(crate) fn leave(&self, group: u32) -> io::Result<()> {
        self.socket.drop_membership(group)
    }

    /// Sends to the peer.
    pub(crate) fn send(&self, datagram: &[u8]) -> io::Result<()> {
        self.socket.send(datagram, libc::MSG_DONTWAIT).map(drop)
    }

    /// Sends to a port id and to the groups whose bits are set.
    pub(crate) fn send_to(&self, datagram: &[u8], port: u32, groups: u32) -> io::Result<()> {
        let to = SocketAddr::new(port, groups);
        self.socket.send_to(datagram, &to, libc::MSG_DONTWAIT).map(drop)
    }

    /// Appends the next datagram to `buffer`, as far as the spare capacity goes, and gives its length.
    pub(crate) fn receive(&self, buffer: &mut Vec<u8>) -> io::Result<usize> {
        self.socket.recv(buffer, libc::MSG_TRUNC | libc::MSG_DONTWAIT)
    }

    /// As [`Socket::receive`], and gives who has sent it.
    pub(crate) fn receive_from(&self, buffer: &mut Vec<u8>) -> io::Result<Received> {
        self.receive_by(buffer, libc::MSG_TRUNC | libc::MSG_DONTWAIT)
    }

    /// As [`Socket::receive_from`], and leaves it to be taken: only recvfrom writes to spare capacity, and only
    /// recvmsg gives what stands beside a datagram.
    pub(crate) fn peek(&self, buffer: &mut Vec<u8>) -> io::Result<Received> {
        self.receive_by(buffer, libc::MSG_TRUNC | libc::MSG_DONTWAIT | libc::MSG_PEEK)
    }

    fn receive_by(&self, buffer: &mut Vec<u8>, flags: i32) -> io::Result<Received> {
        let (len, from) = self.socket.recv_from(buffer, flags)?;
        let (port, groups) = (from.port_number(), from.multicast_groups());
        Ok(Received { len, source: Source { port, groups, namespace: None } })
    }

    /// Takes the next datagram, for the number of the network namespace that it comes from.
    pub(crate) fn take_namespace(&self) -> io::Result<Option<i32>> {
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

    /// Waits until there may be something to receive; false where `timeout` passed before that.
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

/// For those who answer.
#[cfg(feature = "serve")]
impl Socket {
    /// Has the kernel say who sends, as `take_privilege` needs.
    pub(crate) fn pass_credentials(&self) -> io::Result<()> {
        Ok(setsockopt(self, sockopt::PassCred, &true)?)
    }

    /// Takes the next datagram, for whether root has sent it.
    pub(crate) fn take_privilege(&self) -> io::Result<bool> {
        let mut control = nix::cmsg_space!(nix::sys::socket::UnixCredentials);
        let control = Some(control.as_mut_slice());
        let message = recvmsg::<()>(self.as_raw_fd(), &mut [], control, MsgFlags::MSG_DONTWAIT)?;
        Ok(message.cmsgs()?.any(|beside| {
            matches!(beside, ControlMessageOwned::ScmCredentials(sender) if sender.uid() == 0)
        }))
    }
}

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

/// Room for a few control messages, aligned as their headers are.
#[repr(align(8))]
struct Control([u8; 64]);

/// What stands for a network namespace.
#[derive(Debug)]
pub(crate) struct Namespace {
    fd: OwnedFd,
}

impl Namespace {
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        Ok(Self { fd: File::open(path)?.into() })
    }

    /// Moves the calling thread there.
    pub(crate) fn enter(&self) -> io::Result<()> {
        Ok(setns(self, CloneFlags::CLONE_NEWNET)?)
    }
}

impl AsFd for Namespace {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.fd.as_fd()
    }
}

/// The namespace that a descriptor stands for, such as one that another process has sent.
impl From<OwnedFd> for crate::Namespace {
    fn from(fd: OwnedFd) -> Self {
        Self::new(Namespace { fd }, "of a descriptor".to_owned())
    }
}

/// As for an [`OwnedFd`]; the descriptor is duplicated.
impl TryFrom<BorrowedFd<'_>> for crate::Namespace {
    type Error = io::Error;

    fn try_from(fd: BorrowedFd<'_>) -> io::Result<Self> {
        Ok(fd.try_clone_to_owned()?.into())
    }
}

pub(crate) fn error(errno: i32) -> io::Error {
    io::Error::from_raw_os_error(errno)
}

pub(crate) fn errno(error: &io::Error) -> Option<i32> {
    error.raw_os_error()
}

/// The C library's words, without the number that std appends.
pub(crate) fn errno_text(errno: i32) -> Cow<'static, str> {
    let text = error(errno).to_string();
    match text.split_once(" (os error") {
        Some((text, _)) => text.to_owned().into(),
        None => text.into(),
    }
}
