//! The notifications of one family, as they come.

use std::fmt;
use std::future::poll_fn;
use std::marker::PhantomData;
use std::task::{Context, Poll};

use super::waiter::Waiter;
use crate::error::{Error, RequestName};
use crate::family::{Family, Notification, Protocol};
use crate::transport::AsyncTransport;

/// The notifications of one family; it never ends. It is a `Stream` of futures-core with features
/// `tokio` and `smol`.
///
/// [`Error::Lost`] tells that notifications were lost, a decode error that one was malformed, and
/// [`Error::Timeout`] that none came in the handle's time, where it has one; all are items like
/// others, and the next one goes on. An error of the socket repeats.
pub struct Subscription<N, P: Protocol, T: AsyncTransport> {
    waiter: Waiter<P, T>,
    listener: u64,
    namespace: Option<i32>,
    notification: PhantomData<fn() -> N>,
}

impl<N, P, T> Subscription<N, P, T>
where
    N: Notification,
    N::Family: Family<Protocol = P>,
    P: Protocol,
    T: AsyncTransport,
{
    pub(super) fn new(waiter: Waiter<P, T>) -> Self {
        let listener = waiter.shared.lock().listen::<N>();
        Self { waiter, listener, namespace: None, notification: PhantomData }
    }

    /// The next notification.
    ///
    /// # Errors
    /// See [`Subscription`].
    pub async fn next(&mut self) -> Result<N, Error> {
        poll_fn(|cx| self.poll_next(cx)).await
    }

    /// As [`Subscription::next`], for futures of one's own.
    ///
    /// # Errors
    /// See [`Subscription`].
    pub fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Result<N, Error>> {
        let listener = self.listener;
        let name = RequestName { family: N::Family::NAME, operation: "notification" };
        let event =
            self.waiter.poll(cx, name, |engine, wait| engine.poll_event::<N>(listener, wait));
        event.map_ok(|event| {
            self.namespace = event.namespace;
            event.notification
        })
    }

    /// The network namespace that the last notification came from. See
    /// [`Message::namespace`](crate::Message::namespace).
    pub fn namespace(&self) -> Option<i32> {
        self.namespace
    }
}

impl<N, P: Protocol, T: AsyncTransport> Drop for Subscription<N, P, T> {
    fn drop(&mut self) {
        self.waiter.shared.lock().channel.listeners.close(self.listener);
    }
}

impl<N, P: Protocol, T: AsyncTransport> fmt::Debug for Subscription<N, P, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subscription").field("listener", &self.listener).finish_non_exhaustive()
    }
}

#[cfg(any(feature = "tokio", feature = "smol"))]
impl<N, P, T> futures_core::Stream for Subscription<N, P, T>
where
    N: Notification,
    N::Family: Family<Protocol = P>,
    P: Protocol,
    T: AsyncTransport,
{
    type Item = Result<N, Error>;

    fn poll_next(
        self: std::pin::Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<N, Error>>> {
        Subscription::poll_next(self.get_mut(), cx).map(Some)
    }
}
