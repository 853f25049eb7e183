//! How a call waits: the one thing that blocking and async connections do differently.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Wake, Waker};
use std::time::{Duration, Instant};

use crate::transport::{AsyncTransport, Received, Transport};

/// What waits where the queue of the transport is empty.
pub(crate) trait Wait<T> {
    /// Receives the next datagram once there is one. `Ready(None)`: the time is over.
    fn poll_receive(
        &mut self,
        transport: &mut T,
        buffer: &mut Vec<u8>,
    ) -> Poll<io::Result<Option<Received>>>;
}

/// Waits in the caller's thread: never pending.
#[derive(Clone, Copy)]
pub(crate) struct Block {
    deadline: Option<Instant>,
}

impl Block {
    pub(crate) fn new(timeout: Option<Duration>) -> Self {
        Self { deadline: timeout.and_then(|timeout| Instant::now().checked_add(timeout)) }
    }
}

impl<T: Transport> Wait<T> for Block {
    fn poll_receive(
        &mut self,
        transport: &mut T,
        buffer: &mut Vec<u8>,
    ) -> Poll<io::Result<Option<Received>>> {
        loop {
            match transport.receive(buffer) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                received => return Poll::Ready(received.map(Some)),
            }
            let left = self.deadline.map(|at| at.saturating_duration_since(Instant::now()));
            match transport.wait(left) {
                Ok(true) => {}
                Ok(false) => return Poll::Ready(Ok(None)),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Poll::Ready(Err(error)),
            }
        }
    }
}

/// Does not wait: pending at once.
pub(crate) struct Never;

impl<T> Wait<T> for Never {
    fn poll_receive(&mut self, _: &mut T, _: &mut Vec<u8>) -> Poll<io::Result<Option<Received>>> {
        Poll::Pending
    }
}

/// Has an async task woken.
pub(crate) struct Task<'c> {
    /// Wakes all tasks that wait on the connection: what comes may be for any of them, and the one
    /// that polled last may never be polled again. `None` does not wait.
    all: Option<&'c Waker>,
}

impl<'c> Task<'c> {
    pub(crate) fn new(all: Option<&'c Waker>) -> Self {
        Self { all }
    }
}

impl<T: AsyncTransport> Wait<T> for Task<'_> {
    fn poll_receive(
        &mut self,
        transport: &mut T,
        buffer: &mut Vec<u8>,
    ) -> Poll<io::Result<Option<Received>>> {
        let Some(all) = self.all else { return Poll::Pending };
        let mut cx = Context::from_waker(all);
        transport.poll_receive(&mut cx, buffer).map(|received| received.map(Some))
    }
}

/// The tasks that wait on one connection, each with a number of its own.
#[derive(Debug, Default)]
pub(crate) struct Waiting(Mutex<Vec<(u64, Waker)>>);

impl Waiting {
    /// Has task `number` woken, from now on by this waker.
    pub(crate) fn add(&self, number: u64, waker: &Waker) {
        let mut waiting = self.lock();
        match waiting.iter_mut().find(|(known, _)| *known == number) {
            Some((_, known)) => known.clone_from(waker),
            None => waiting.push((number, waker.clone())),
        }
    }

    /// Task `number` waits no longer.
    pub(crate) fn remove(&self, number: u64) {
        self.lock().retain(|(known, _)| *known != number);
    }

    /// Wakes all tasks.
    pub(crate) fn wake_all(&self) {
        // Outside of the lock: a waker may run the task at once.
        let wakers = std::mem::take(&mut *self.lock());
        wakers.into_iter().for_each(|(_, waker)| waker.wake());
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<(u64, Waker)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Wake for Waiting {
    fn wake(self: Arc<Self>) {
        self.wake_all();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.wake_all();
    }
}
