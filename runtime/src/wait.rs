//! How a call waits: the one thing that blocking and async connections do differently.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Wake, Waker};
use std::time::{Duration, Instant};

use crate::transport::{AsyncTransport, Received, Transport};

/// How long an answer of another process is waited for, where the caller does not say: it may have ended.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long to wait for an answer of the peer. The kernel (0) tells when there is none.
pub(crate) fn answer_timeout(timeout: Option<Duration>, peer: u32) -> Option<Duration> {
    timeout.or((peer != 0).then_some(PATIENCE))
}

/// What waits where the queue of the transport is empty.
pub(crate) trait Wait<T> {
    /// Receives the next datagram once there is one. `Ready(None)`: the time is over.
    fn poll_receive(
        &mut self,
        transport: &mut T,
        buffer: &mut Vec<u8>,
    ) -> Poll<io::Result<Option<Received>>>;

    /// Whether to read on behind something that was for others: they may send without end.
    /// `Ready(false)`: the time is over.
    fn poll_on(&mut self) -> Poll<bool>;
}

/// After how many messages for others a wait looks at the time, or has other tasks run.
const OTHERS: u32 = 1024;

/// Waits in the caller's thread: never pending.
#[derive(Clone, Copy)]
pub(crate) struct Block {
    deadline: Option<Instant>,
    others: u32,
}

impl Block {
    pub(crate) fn new(timeout: Option<Duration>) -> Self {
        let deadline = timeout.and_then(|timeout| Instant::now().checked_add(timeout));
        Self { deadline, others: 0 }
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

    fn poll_on(&mut self) -> Poll<bool> {
        self.others = (self.others + 1) % OTHERS;
        let looks = self.others == 0;
        Poll::Ready(!looks || self.deadline.is_none_or(|deadline| Instant::now() < deadline))
    }
}

/// Does not wait: pending at once.
pub(crate) struct Never;

impl<T> Wait<T> for Never {
    fn poll_receive(&mut self, _: &mut T, _: &mut Vec<u8>) -> Poll<io::Result<Option<Received>>> {
        Poll::Pending
    }

    fn poll_on(&mut self) -> Poll<bool> {
        Poll::Ready(true)
    }
}

/// Has an async task woken.
pub(crate) struct Task<'c> {
    /// Wakes all tasks that wait on the connection: what comes may be for any of them, and the one
    /// that polled last may never be polled again. `None` does not wait.
    all: Option<&'c Waker>,
    others: u32,
}

impl<'c> Task<'c> {
    pub(crate) fn new(all: Option<&'c Waker>) -> Self {
        Self { all, others: 0 }
    }

    /// Whether it is pending though there is more to read.
    pub(crate) fn has_more(&self) -> bool {
        self.others >= OTHERS
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

    fn poll_on(&mut self) -> Poll<bool> {
        self.others += 1;
        if self.has_more() { Poll::Pending } else { Poll::Ready(true) }
    }
}

/// The tasks that wait on one connection, each with a number of its own.
#[derive(Debug, Default)]
pub(crate) struct Waiting(Mutex<Vec<(u64, Waker)>>);

impl Waiting {
    /// Has task `number` woken, from now on by this waker. Gives the one before, to be dropped where
    /// nothing is locked.
    #[must_use]
    pub(crate) fn add(&self, number: u64, waker: &Waker) -> Option<Waker> {
        let mut waiting = self.lock();
        match waiting.iter_mut().find(|(known, _)| *known == number) {
            Some((_, known)) if known.will_wake(waker) => None,
            Some((_, known)) => Some(std::mem::replace(known, waker.clone())),
            None => {
                waiting.push((number, waker.clone()));
                None
            }
        }
    }

    /// Task `number` waits no longer.
    pub(crate) fn remove(&self, number: u64) {
        let mut waiting = self.lock();
        let index = waiting.iter().position(|(known, _)| *known == number);
        let removed = index.map(|index| waiting.swap_remove(index));
        drop(waiting);
        drop(removed); // and with it perhaps a task
    }

    /// Wakes all tasks but that with this number.
    pub(crate) fn wake_others(&self, number: Option<u64>) {
        let mut waiting = self.lock();
        let woken: Vec<_> = waiting.extract_if(.., |(known, _)| Some(*known) != number).collect();
        drop(waiting);
        woken.into_iter().for_each(|(_, waker)| waker.wake());
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
