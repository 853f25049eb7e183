//! Netlink for tasks of tokio (feature `tokio`).

use std::fmt;
use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, RawFd};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use ::tokio::io::Interest;
use ::tokio::io::unix::AsyncFd;
use ::tokio::runtime::Handle;
use ::tokio::task::coop;
use ::tokio::time::Sleep;

use crate::asynchronous;
use crate::family::{Generic, Protocol};
use crate::socket::transport_of_socket;
use crate::transport::{AsyncTransport, Received};

/// A netlink socket that tasks of tokio wait on.
///
/// It belongs to the runtime that it was made in, and needs that to have I/O and time enabled
/// (`enable_all`); tokio panics where it has not.
///
/// # Examples
/// ```
/// # fn main() -> std::io::Result<()> {
/// # let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
/// # let _inside = runtime.enter();
/// let socket = nlkit::tokio::Socket::new::<nlkit::Route>()?;
/// socket.get_ref().set_receive_buffer(1 << 20)?;
/// # Ok(())
/// # }
/// ```
pub struct Socket {
    fd: AsyncFd<crate::Socket>,
}

impl Socket {
    /// A socket of protocol `P`, as [`crate::Socket::new`] makes it.
    ///
    /// # Errors
    /// Where the socket cannot be made, or outside of a runtime.
    pub fn new<P: Protocol>() -> io::Result<Self> {
        crate::Socket::new::<P>()?.try_into()
    }

    /// The socket inside, for its options.
    pub fn get_ref(&self) -> &crate::Socket {
        self.fd.get_ref()
    }
}

/// Hands a socket over to the runtime that this is called in.
impl TryFrom<crate::Socket> for Socket {
    type Error = io::Error;

    fn try_from(socket: crate::Socket) -> io::Result<Self> {
        // Tokio would panic.
        if Handle::try_current().is_err() {
            return Err(io::Error::other(
                "no tokio runtime here: make the socket inside of one, or enter it before",
            ));
        }
        // What takes its place is unsafe, because the descriptor of an `AsRawFd` could be closed or
        // another one meanwhile. A `Socket` owns its descriptor, and it is always the same.
        #[allow(deprecated, reason = "newer ones deprecate it: see above")]
        let fd = AsyncFd::with_interest(socket, Interest::READABLE)?;
        Ok(Self { fd })
    }
}

transport_of_socket!(Socket, |socket| socket.get_ref());

impl AsyncTransport for Socket {
    type Sleep = Sleep;

    fn poll_turn(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        coop::poll_proceed(cx).map(|turn| turn.made_progress())
    }

    fn poll_receive(
        &mut self,
        cx: &mut Context<'_>,
        buffer: &mut Vec<u8>,
    ) -> Poll<io::Result<Received>> {
        // The answer is mostly there already.
        match self.get_ref().receive_now(buffer) {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            received => return Poll::Ready(received),
        }
        loop {
            let mut ready = ready!(self.fd.poll_read_ready(cx))?;
            // Where there is nothing after all, this takes back only the readiness seen before.
            if let Ok(received) = ready.try_io(|fd| fd.get_ref().receive_now(buffer)) {
                return Poll::Ready(received);
            }
        }
    }

    fn sleep(&self, duration: Duration) -> Sleep {
        ::tokio::time::sleep(duration)
    }
}

impl AsFd for Socket {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.get_ref().as_fd()
    }
}

impl AsRawFd for Socket {
    fn as_raw_fd(&self) -> RawFd {
        self.get_ref().as_raw_fd()
    }
}

impl fmt::Debug for Socket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.get_ref().fmt(f)
    }
}

/// A connection for tasks of tokio.
pub type Connection<P = Generic> = asynchronous::Connection<P, Socket>;
