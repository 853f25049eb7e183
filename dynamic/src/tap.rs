//! A transport that lets somebody look at what goes over it.

use std::fmt;
use std::io;
use std::time::Duration;

use nlkit::{Received, Transport};

use crate::decoder::Direction;

/// A transport that shows each datagram to a function: one that was sent, to the kernel or to another peer,
/// and one that was received, before it is decoded.
///
/// # Examples
/// ```
/// use nlkit::nlctrl::GetFamily;
/// use nlkit::script::{Script, answer};
/// use nlkit::{Connection, Generic};
/// use nlkit_dynamic::Tap;
/// use nlkit_dynamic::decoder::Direction;
///
/// let kernel = Script::new(|request: &[u8]| vec![answer(request).error(2, &[]).into_datagram()]);
/// let mut seen = Vec::new();
/// let tap = Tap::new(kernel, |direction, _: &[u8]| seen.push(direction));
/// let mut conn = Connection::<Generic, _>::with_transport(tap);
/// assert!(conn.request(&GetFamily { id: Some(99), name: None }).is_err());
/// drop(conn);
/// assert_eq!(seen, [Direction::ToKernel, Direction::FromKernel]);
/// ```
pub struct Tap<T, F> {
    transport: T,
    look: F,
}

impl<T: Transport, F: FnMut(Direction, &[u8])> Tap<T, F> {
    /// `transport`, with `look` called for each datagram.
    pub fn new(transport: T, look: F) -> Self {
        Self { transport, look }
    }
}

impl<T, F> Tap<T, F> {
    /// The transport below.
    pub fn transport(&self) -> &T {
        &self.transport
    }
}

impl<T: Transport, F: FnMut(Direction, &[u8])> Transport for Tap<T, F> {
    fn port(&self) -> u32 {
        self.transport.port()
    }

    fn peer(&self) -> u32 {
        self.transport.peer()
    }

    fn send(&mut self, datagram: &[u8]) -> io::Result<()> {
        self.transport.send(datagram)?;
        (self.look)(Direction::ToKernel, datagram);
        Ok(())
    }

    fn receive(&mut self, buffer: &mut Vec<u8>) -> io::Result<Received> {
        let start = buffer.len();
        let received = self.transport.receive(buffer)?;
        (self.look)(Direction::FromKernel, buffer.get(start..).unwrap_or_default());
        Ok(received)
    }

    fn wait(&mut self, timeout: Option<Duration>) -> io::Result<bool> {
        self.transport.wait(timeout)
    }

    fn join(&mut self, group: u32) -> io::Result<()> {
        self.transport.join(group)
    }

    fn leave(&mut self, group: u32) -> io::Result<()> {
        self.transport.leave(group)
    }
}

impl<T: fmt::Debug, F> fmt::Debug for Tap<T, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tap").field("transport", &self.transport).finish_non_exhaustive()
    }
}
