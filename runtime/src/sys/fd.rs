//! The descriptors inside, to poll them.

use std::os::fd::{AsFd, AsRawFd, BorrowedFd, RawFd};

use crate::connection::Connection;
#[cfg(feature = "serve")]
use crate::family::Protocol;
use crate::namespace::Namespace;
#[cfg(feature = "serve")]
use crate::serve::Server;
use crate::socket::Socket;

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

impl AsFd for Namespace {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.inner.as_fd()
    }
}

/// To poll it for what comes.
impl<P, T: AsFd> AsFd for Connection<P, T> {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.engine.channel.transport.as_fd()
    }
}

/// To poll it for requests.
#[cfg(feature = "serve")]
impl<P: Protocol> AsFd for Server<P> {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket().as_fd()
    }
}
