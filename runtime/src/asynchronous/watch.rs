//! A list that is kept current.

use std::fmt;
use std::future::poll_fn;
use std::task::{Context, Poll};

use super::waiter::Waiter;
use crate::attrs::NlAttrs;
use crate::error::Error;
use crate::family::{Dump, Notification, Protocol};
use crate::transport::AsyncTransport;
use crate::watch::{Update, Watching};

/// What happens to a list; it never ends. It is a `Stream` of futures-core with features `tokio` and
/// `smol`. See [`crate::Watch`].
#[must_use = "it begins as it is read"]
pub struct Watch<R, N, P: Protocol, T: AsyncTransport> {
    waiter: Waiter<P, T>,
    watching: Watching<R, N>,
}

impl<R, N, P, T> Watch<R, N, P, T>
where
    R: for<'a> NlAttrs<'a>,
    N: Notification,
    P: Protocol,
    T: AsyncTransport,
{
    pub(super) fn new<'r, Q>(waiter: Waiter<P, T>, request: &Q) -> Result<Self, Error>
    where
        Q: Dump<Reply = R> + NlAttrs<'r>,
    {
        let watching = Watching::new(&mut waiter.shared.lock(), request)?;
        Ok(Self { waiter, watching })
    }

    /// The next update.
    ///
    /// # Errors
    /// See [`crate::Watch`].
    pub async fn next(&mut self) -> Result<Update<R, N>, Error> {
        poll_fn(|cx| self.poll_next(cx)).await
    }

    /// As [`Watch::next`], for futures of one's own.
    ///
    /// # Errors
    /// See [`crate::Watch`].
    pub fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Result<Update<R, N>, Error>> {
        let watching = &mut self.watching;
        let name = watching.call().name;
        self.waiter.poll(cx, name, |engine, wait| watching.poll_update(engine, wait))
    }
}

impl<R, N, P: Protocol, T: AsyncTransport> Drop for Watch<R, N, P, T> {
    fn drop(&mut self) {
        self.watching.close(&mut self.waiter.shared.lock());
    }
}

impl<R, N, P: Protocol, T: AsyncTransport> fmt::Debug for Watch<R, N, P, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watch").finish_non_exhaustive()
    }
}

#[cfg(any(feature = "tokio", feature = "smol"))]
impl<R, N, P, T> futures_core::Stream for Watch<R, N, P, T>
where
    R: for<'a> NlAttrs<'a>,
    N: Notification,
    P: Protocol,
    T: AsyncTransport,
{
    type Item = Result<Update<R, N>, Error>;

    fn poll_next(
        self: std::pin::Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Update<R, N>, Error>>> {
        Watch::poll_next(self.get_mut(), cx).map(Some)
    }
}
