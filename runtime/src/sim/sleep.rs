//! Time that passes for tasks.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use super::inbox::Inbox;

/// A time to wait on a simulated socket.
///
/// It is the socket's time where a datagram is on its way there, so it passes at once; otherwise it is
/// real, since another thread may send something at any time.
pub struct Sleep {
    inbox: Arc<Inbox>,
    id: u64,
    /// When it ends, where nothing moves the socket's time.
    deadline: Option<Instant>,
    /// Keeps the thread that waits for that; it ends with this.
    timer: Option<mpsc::Sender<()>>,
}

/// A sleep as its socket knows it.
pub(super) struct Armed {
    id: u64,
    /// When it ends, in the socket's time.
    pub(super) until: Duration,
    pub(super) waker: Option<Waker>,
    /// Whether a real timer runs.
    pub(super) timed: bool,
}

impl Sleep {
    pub(super) fn new(inbox: Arc<Inbox>, duration: Duration) -> Self {
        let mut state = inbox.lock();
        let id = state.next_sleep();
        let until = state.clock.saturating_add(duration);
        state.sleeps.push(Armed { id, until, waker: None, timed: false });
        drop(state);
        Self { inbox, id, deadline: Instant::now().checked_add(duration), timer: None }
    }

    /// Starts a thread that wakes the task once the time is over.
    fn start_timer(&mut self, deadline: Instant) {
        let (sender, receiver) = mpsc::channel();
        let (inbox, id) = (self.inbox.clone(), self.id);
        let wait = move || {
            let left = deadline.saturating_duration_since(Instant::now());
            if receiver.recv_timeout(left) == Err(RecvTimeoutError::Timeout) {
                let mut state = inbox.lock();
                let own = state.sleeps.iter_mut().find(|sleep| sleep.id == id);
                let waker = own.and_then(|own| own.waker.take());
                drop(state);
                waker.into_iter().for_each(Waker::wake);
            }
        };
        std::thread::spawn(wait);
        self.timer = Some(sender);
    }
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let passed = self.deadline.is_some_and(|deadline| deadline <= Instant::now());
        let mut state = self.inbox.lock();
        // Nothing moves the socket's time: the timer has to end it.
        let idle = state.is_empty();
        let timed = idle || self.timer.is_some();
        if let Some(own) = state.sleeps.iter_mut().find(|sleep| sleep.id == self.id) {
            own.waker = Some(cx.waker().clone());
            own.timed = timed;
        }
        let mut wakers = state.advance();
        let clock = state.clock;
        let sleeps = state.sleeps.iter();
        let asleep = sleeps.filter(|sleep| sleep.until > clock).any(|sleep| sleep.id == self.id);
        if passed || !asleep {
            state.sleeps.retain(|sleep| sleep.id != self.id);
            wakers.extend(state.take_receiver());
        }
        drop(state);
        wakers.into_iter().for_each(Waker::wake);
        if passed || !asleep {
            return Poll::Ready(());
        }
        if let (true, None, Some(deadline)) = (idle, &self.timer, self.deadline) {
            self.start_timer(deadline);
        }
        Poll::Pending
    }
}

impl Drop for Sleep {
    /// It holds up the socket's time no longer.
    fn drop(&mut self) {
        let mut state = self.inbox.lock();
        let before = state.sleeps.len();
        state.sleeps.retain(|sleep| sleep.id != self.id);
        let receiver = if state.sleeps.len() < before { state.take_receiver() } else { None };
        drop(state);
        receiver.into_iter().for_each(Waker::wake);
    }
}

impl fmt::Debug for Sleep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sleep").field("deadline", &self.deadline).finish_non_exhaustive()
    }
}
