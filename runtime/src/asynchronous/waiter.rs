//! What a task does while it waits, and what is left where it stops waiting.

use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker, ready};
use std::time::Duration;

use crate::call::Running;
use crate::engine::Engine;
use crate::error::{Error, RequestName};
use crate::family::Protocol;
use crate::transport::{AsyncTransport, Transport};
use crate::wait::{Task, Waiting};

/// What the handles of one connection share.
pub(super) struct Shared<P, T> {
    engine: Mutex<Engine<P, T>>,
    waiting: Arc<Waiting>,
    /// Wakes all that wait.
    waker: Waker,
    last: AtomicU64,
}

impl<P: Protocol, T: Transport> Shared<P, T> {
    pub(super) fn new(transport: T) -> Arc<Self> {
        let engine = Engine::new(transport);
        let waiting = Arc::<Waiting>::default();
        let waker = Waker::from(Arc::clone(&waiting));
        Arc::new(Self { engine: Mutex::new(engine), waiting, waker, last: AtomicU64::new(0) })
    }
}

impl<P, T> Shared<P, T> {
    /// The engine, for one step: never across a wait.
    pub(super) fn lock(&self) -> MutexGuard<'_, Engine<P, T>> {
        self.engine.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a step of a call that does not wait, and has those woken that it read for.
    pub(super) fn step<V>(&self, step: impl FnOnce(&mut Engine<P, T>) -> V) -> V {
        let mut engine = self.lock();
        let taken = step(&mut engine);
        let news = std::mem::take(&mut engine.channel.news);
        drop(engine);
        if news {
            self.waiting.wake_all();
        }
        taken
    }
}

/// A task that drives the engine on.
pub(super) struct Waiter<P, T: AsyncTransport> {
    pub(super) shared: Arc<Shared<P, T>>,
    timeout: Option<Duration>,
    /// Runs while the task waits.
    sleep: Option<Pin<Box<T::Sleep>>>,
    /// By which its waker is known, once it has waited.
    number: Option<u64>,
}

impl<P: Protocol, T: AsyncTransport> Waiter<P, T> {
    pub(super) fn new(shared: &Arc<Shared<P, T>>, timeout: Option<Duration>) -> Self {
        Self { shared: Arc::clone(shared), timeout, sleep: None, number: None }
    }

    /// Takes a step, as far as it goes without a wait.
    pub(super) fn poll<V>(
        &mut self,
        cx: &mut Context<'_>,
        name: RequestName,
        mut step: impl FnMut(&mut Engine<P, T>, &mut Task<'_>) -> Poll<Result<V, Error>>,
    ) -> Poll<Result<V, Error>> {
        let mut before = None;
        let mut engine = self.shared.lock();
        ready!(engine.channel.transport.poll_turn(cx));
        // The answer is mostly there at once: then nobody needs to know who waits.
        let mut task = Task::new(None);
        let mut done = step(&mut engine, &mut task);
        if done.is_pending() {
            let next = || self.shared.last.fetch_add(1, Ordering::Relaxed);
            let number = *self.number.get_or_insert_with(next);
            // Before the last look, so that nothing that comes after it is missed.
            before = self.shared.waiting.add(number, cx.waker());
            task = Task::new(Some(&self.shared.waker));
            done = step(&mut engine, &mut task);
        }
        let news = std::mem::take(&mut engine.channel.news);
        // Wakers may run tasks at once, and drop them: those lock the engine, too.
        drop(engine);
        drop(before);
        if done.is_pending() && task.has_more() {
            self.shared.waiting.wake_all(); // this one, too
        } else if news {
            self.shared.waiting.wake_others(self.number);
        }
        if done.is_ready() {
            self.rest();
            return done;
        }
        self.poll_timeout(cx, name).map(Err)
    }

    fn poll_timeout(&mut self, cx: &mut Context<'_>, request: RequestName) -> Poll<Error> {
        let Some(timeout) = self.timeout else { return Poll::Pending };
        let shared = &self.shared;
        let sleep = self
            .sleep
            .get_or_insert_with(|| Box::pin(shared.lock().channel.transport.sleep(timeout)));
        ready!(sleep.as_mut().poll(cx));
        self.rest();
        Poll::Ready(Error::Timeout { request })
    }
}

impl<P, T: AsyncTransport> Waiter<P, T> {
    /// Waits no longer.
    fn rest(&mut self) {
        self.sleep = None;
        if let Some(number) = self.number {
            self.shared.waiting.remove(number);
        }
    }
}

impl<P, T: AsyncTransport> Drop for Waiter<P, T> {
    fn drop(&mut self) {
        self.rest();
    }
}

/// A request under way. Where it is dropped, the engine forgets it.
pub(super) struct Asking<P: Protocol, T: AsyncTransport> {
    waiter: Waiter<P, T>,
    pub(super) running: Running,
}

impl<P: Protocol, T: AsyncTransport> Asking<P, T> {
    pub(super) fn new(waiter: Waiter<P, T>, running: Running) -> Self {
        Self { waiter, running }
    }

    /// Who was to send the rest of the dumps under way may be gone: the next one is not to wait for it.
    pub(super) fn give_up_dumps(&self) {
        self.waiter.shared.lock().channel.session.give_up_dumps();
    }

    /// The same request once more.
    pub(super) fn again(&self, waiter: Waiter<P, T>) -> Self {
        let Running { call, message, asked, .. } = &self.running;
        Self::new(waiter, Running::new(*call, message.clone(), *asked))
    }

    pub(super) fn poll<V>(
        &mut self,
        cx: &mut Context<'_>,
        mut step: impl FnMut(&mut Engine<P, T>, &mut Running, &mut Task<'_>) -> Poll<Result<V, Error>>,
    ) -> Poll<Result<V, Error>> {
        let running = &mut self.running;
        self.waiter.poll(cx, running.name(), |engine, wait| step(engine, running, wait))
    }
}

impl<P: Protocol, T: AsyncTransport> Drop for Asking<P, T> {
    fn drop(&mut self) {
        self.waiter.shared.lock().close(&mut self.running);
    }
}
