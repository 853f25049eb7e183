//! Connections over the sockets of a runtime.

use std::io;

use super::Connection;
use crate::error::Error;
use crate::family::{Generic, Netfilter, Protocol, Route};
use crate::namespace::Namespace;
use crate::socket::Socket;
use crate::transport::AsyncTransport;

impl<P, T> Connection<P, T>
where
    P: Protocol,
    T: AsyncTransport + TryFrom<Socket, Error = io::Error>,
{
    /// A connection for protocol `P`, whichever it is.
    ///
    /// # Errors
    /// Where the socket cannot be made; under tokio, outside of a runtime.
    pub fn open() -> Result<Self, Error> {
        Ok(Self::with_transport(Socket::new::<P>()?.try_into()?))
    }

    /// As [`Connection::open`], in another network namespace. It takes a moment of the calling thread,
    /// which does not move.
    ///
    /// # Errors
    /// As [`crate::Connection::open_in`]; under tokio, outside of a runtime.
    pub fn open_in(namespace: &Namespace) -> Result<Self, Error> {
        Ok(Self::with_transport(Socket::options().open_in::<P>(namespace)?.try_into()?))
    }
}

impl<T> Connection<Generic, T>
where
    T: AsyncTransport + TryFrom<Socket, Error = io::Error>,
{
    /// A connection to the kernel's generic netlink, for all of its families.
    ///
    /// # Errors
    /// As [`Connection::open`].
    pub fn generic() -> Result<Self, Error> {
        Self::open()
    }
}

impl<T> Connection<Route, T>
where
    T: AsyncTransport + TryFrom<Socket, Error = io::Error>,
{
    /// A connection for links, addresses, routes, neighbours, rules and traffic control.
    ///
    /// # Errors
    /// As [`Connection::open`].
    pub fn route() -> Result<Self, Error> {
        Self::open()
    }
}

impl<T> Connection<Netfilter, T>
where
    T: AsyncTransport + TryFrom<Socket, Error = io::Error>,
{
    /// A connection for connection tracking and nftables.
    ///
    /// # Errors
    /// As [`Connection::open`].
    pub fn netfilter() -> Result<Self, Error> {
        Self::open()
    }
}
