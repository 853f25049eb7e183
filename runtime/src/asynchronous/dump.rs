//! The entries of a dump, as they come.

use std::fmt;
use std::future::poll_fn;
use std::marker::PhantomData;
use std::task::{Context, Poll, ready};

use super::waiter::Asking;
use crate::attrs::{NlAttrs, View};
use crate::dump::{decode_attrs, decode_entry, step_to_entry};
use crate::error::Error;
use crate::family::Protocol;
use crate::message::{Message, RawMessage};
use crate::transport::AsyncTransport;

/// The entries of a dump, each decoded into a value of its own.
///
/// An entry that cannot be decoded is an error in its place, and the dump goes on. The last item is
/// [`Error::DumpInterrupted`] where the data changed meanwhile. It is a `Stream` of futures-core with
/// features `tokio` and `smol`.
///
/// The kernel waits with a dump that nobody reads. Where other tasks read from the same connection
/// meanwhile, what comes of it is kept.
#[must_use = "entries come as it goes on, and errors among them"]
pub struct Replies<R, P: Protocol, T: AsyncTransport> {
    asking: Asking<P, T>,
    over: bool,
    reply: PhantomData<fn() -> R>,
}

impl<R, P, T> Replies<R, P, T>
where
    R: for<'a> NlAttrs<'a>,
    P: Protocol,
    T: AsyncTransport,
{
    pub(super) fn new(asking: Asking<P, T>) -> Self {
        Self { asking, over: false, reply: PhantomData }
    }

    /// The next entry; after the last one, or an error that ends the dump, `None`.
    pub async fn next(&mut self) -> Option<Result<R, Error>> {
        poll_fn(|cx| self.poll_next(cx)).await
    }

    /// As [`Replies::next`], for futures of one's own.
    pub fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<R, Error>>> {
        poll_entry(&mut self.asking, &mut self.over, cx, |message| decode_entry(message))
    }

    /// All entries that are left, up to the first error.
    ///
    /// # Errors
    /// That error.
    pub async fn collect(&mut self) -> Result<Vec<R>, Error> {
        let mut entries = Vec::new();
        while let Some(entry) = self.next().await {
            entries.push(entry?);
        }
        Ok(entries)
    }
}

/// The next entry through `read`; after the last one, or an error that ends the dump, `None`.
#[inline]
fn poll_entry<V, P: Protocol, T: AsyncTransport>(
    asking: &mut Asking<P, T>,
    over: &mut bool,
    cx: &mut Context<'_>,
    read: impl Fn(Result<Message<'_>, Error>) -> Result<V, Error>,
) -> Poll<Option<Result<V, Error>>> {
    if *over {
        return Poll::Ready(None);
    }
    let mut entry = None;
    let end = ready!(asking.poll(cx, |engine, running, wait| {
        let step = ready!(engine.poll_step(running, wait));
        Poll::Ready(Ok(match step_to_entry(step, running) {
            Ok(part) => {
                entry = Some(read(engine.entry(&part, running)));
                None
            }
            Err(end) => Some(end),
        }))
    }));
    match end {
        Ok(None) => Poll::Ready(entry),
        Ok(Some(end)) => {
            *over = true;
            Poll::Ready(end.map(Err))
        }
        Err(error) => {
            *over = true;
            Poll::Ready(Some(Err(error)))
        }
    }
}

/// The entries of a dump, each lent to a view that borrows from it until the next.
#[must_use = "entries come as it goes on, and errors among them"]
pub struct Views<V, P: Protocol, T: AsyncTransport> {
    asking: Asking<P, T>,
    over: bool,
    /// The entry that is lent: others may use the receive buffer meanwhile.
    entry: Vec<u8>,
    view: PhantomData<fn() -> V>,
}

impl<V: View, P: Protocol, T: AsyncTransport> Views<V, P, T> {
    pub(super) fn new(asking: Asking<P, T>) -> Self {
        Self { asking, over: false, entry: Vec::new(), view: PhantomData }
    }

    /// The next entry; errors as in [`Replies`].
    pub async fn next(&mut self) -> Option<Result<V::Of<'_>, Error>> {
        if self.over {
            return None;
        }
        let entry = &mut self.entry;
        let step = poll_fn(|cx| {
            self.asking.poll(cx, |engine, running, wait| {
                let step = ready!(engine.poll_step(running, wait));
                Poll::Ready(Ok(step_to_entry(step, running).map(|part| {
                    let message = engine.entry(&part, running)?;
                    entry.clear();
                    entry.extend_from_slice(message.attrs());
                    Ok(())
                })))
            })
        });
        match step.await {
            Ok(Ok(Ok(()))) => Some(decode_attrs(&self.entry)),
            Ok(Ok(Err(unexpected))) => Some(Err(unexpected)),
            Ok(Err(end)) => {
                self.over = true;
                end.map(Err)
            }
            Err(error) => {
                self.over = true;
                Some(Err(error))
            }
        }
    }
}

/// The entries of a dump as they came.
#[must_use = "entries come as it goes on, and errors among them"]
pub struct Messages<P: Protocol, T: AsyncTransport> {
    asking: Asking<P, T>,
    over: bool,
}

impl<P: Protocol, T: AsyncTransport> Messages<P, T> {
    pub(super) fn new(asking: Asking<P, T>) -> Self {
        Self { asking, over: false }
    }

    /// The next entry; errors as in [`Replies`].
    pub async fn next(&mut self) -> Option<Result<RawMessage, Error>> {
        poll_fn(|cx| {
            poll_entry(&mut self.asking, &mut self.over, cx, |message| Ok(message?.to_raw()))
        })
        .await
    }
}

impl<P: Protocol, T: AsyncTransport> fmt::Debug for Messages<P, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Messages").field("request", &self.asking.running.name()).finish()
    }
}

impl<R, P: Protocol, T: AsyncTransport> fmt::Debug for Replies<R, P, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Replies").field("request", &self.asking.running.name()).finish()
    }
}

impl<V, P: Protocol, T: AsyncTransport> fmt::Debug for Views<V, P, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Views").field("request", &self.asking.running.name()).finish()
    }
}

#[cfg(any(feature = "tokio", feature = "smol"))]
impl<R, P, T> futures_core::Stream for Replies<R, P, T>
where
    R: for<'a> NlAttrs<'a>,
    P: Protocol,
    T: AsyncTransport,
{
    type Item = Result<R, Error>;

    fn poll_next(
        self: std::pin::Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<R, Error>>> {
        Replies::poll_next(self.get_mut(), cx)
    }
}
