//! Netlink for tasks of smol, or of any other executor (feature `smol`): async-io waits for sockets and
//! for time on a thread of its own.

use std::fmt;
use std::future::Future;
use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, RawFd};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use async_io::{Async, Timer};

use crate::asynchronous;
use crate::family::{Generic, Protocol};
use crate::socket::transport_of_socket;
use crate::transport::{AsyncTransport, Received};

/// After how many calls without a wait the others have their turn. Executors of smol, unlike tokio, do
/// not tell a task when its turn is over.
const TURN: u8 = 128;

/// A netlink socket that tasks of smol wait on.
///
/// # Examples
/// ```
/// let socket = nlkit::smol::Socket::new::<nlkit::Route>()?;
/// socket.get_ref().set_receive_buffer(1 << 20)?;
/// # Ok::<(), std::io::Error>(())
/// ```
pub struct Socket {
    fd: Async<crate::Socket>,
    /// Calls since a task last waited.
    taken: u8,
}

impl Socket {
    /// A socket of protocol `P`, as [`crate::Socket::new`] makes it.
    ///
    /// # Errors
    /// Where the socket cannot be made.
    pub fn new<P: Protocol>() -> io::Result<Self> {
        crate::Socket::new::<P>()?.try_into()
    }

    /// The socket inside, for its options.
    pub fn get_ref(&self) -> &crate::Socket {
        self.fd.get_ref()
    }
}

/// Registers a socket with async-io.
impl TryFrom<crate::Socket> for Socket {
    type Error = io::Error;

    fn try_from(socket: crate::Socket) -> io::Result<Self> {
        // Its calls do not wait, whatever the mode of the descriptor.
        Ok(Self { fd: Async::new_nonblocking(socket)?, taken: 0 })
    }
}

transport_of_socket!(Socket, |socket| socket.get_ref());

impl AsyncTransport for Socket {
    type Sleep = Sleep;

    fn poll_turn(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        self.taken += 1;
        if self.taken < TURN {
            return Poll::Ready(());
        }
        self.taken = 0;
        cx.waker().wake_by_ref();
        Poll::Pending
    }

    fn poll_receive(
        &mut self,
        cx: &mut Context<'_>,
        buffer: &mut Vec<u8>,
    ) -> Poll<io::Result<Received>> {
        loop {
            // The answer is mostly there already.
            match self.get_ref().receive_now(buffer) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                received => return Poll::Ready(received),
            }
            self.taken = 0;
            ready!(self.fd.poll_readable(cx))?;
        }
    }

    fn sleep(&self, duration: Duration) -> Sleep {
        Sleep(Timer::after(duration))
    }
}

/// A time to wait.
#[derive(Debug)]
pub struct Sleep(Timer);

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        Pin::new(&mut self.0).poll(cx).map(|_| ())
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

/// A connection for tasks of smol.
pub type Connection<P = Generic> = asynchronous::Connection<P, Socket>;
