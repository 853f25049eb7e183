//! The entries of a dump, as they come.

use std::marker::PhantomData;

use crate::attrs::{NlAttrs, View, decode_into};
use crate::call::{Running, Step};
use crate::connection::Connection;
use crate::error::Error;
use crate::family::Protocol;
use crate::session::Span;
use crate::transport::Transport;

/// A dump under way. Dropping it half way leaves the connection usable.
struct Entries<'c, P: Protocol, T: Transport> {
    conn: &'c mut Connection<P, T>,
    running: Running,
    over: bool,
}

impl<P: Protocol, T: Transport> Entries<'_, P, T> {
    /// The next entry; after the last one, or an error that ends the dump, `None`.
    #[inline]
    fn next(&mut self) -> Option<Result<Span, Error>> {
        if self.over {
            return None;
        }
        match self.conn.advance(&mut self.running) {
            Ok(Step::Message(span) | Step::LastMessage(span)) => Some(Ok(span)),
            Ok(Step::End { interrupted }) => {
                self.over = true;
                let request = self.running.name();
                interrupted.then_some(Err(Error::DumpInterrupted { request }))
            }
            Err(error) => {
                self.over = true;
                Some(Err(error))
            }
        }
    }

    /// The next entry as a value, which may borrow from the receive buffer.
    #[inline]
    fn decode_next<'s, R: NlAttrs<'s>>(&'s mut self) -> Option<Result<R, Error>> {
        let span = match self.next()? {
            Ok(span) => span,
            Err(error) => return Some(Err(error)),
        };
        match self.conn.reply_in(&span, &self.running) {
            Ok(message) => decode_entry(message.attrs()),
            Err(error) => Some(Err(error)),
        }
    }
}

/// An entry, decoded where it is returned: some are 2 KiB, which is not to be moved.
#[inline]
fn decode_entry<'s, R: NlAttrs<'s>>(attrs: &'s [u8]) -> Option<Result<R, Error>> {
    let mut entry = Some(Ok(R::default()));
    if let Some(Ok(reply)) = &mut entry
        && let Err(error) = decode_into(reply, attrs)
    {
        entry = Some(Err(Error::Decode(error)));
    }
    entry
}

impl<P: Protocol, T: Transport> Drop for Entries<'_, P, T> {
    fn drop(&mut self) {
        self.conn.abandon(&self.running);
    }
}

/// The entries of a dump, each decoded into a value of its own.
///
/// An entry that cannot be decoded is an error in its place, and the dump goes on. The last item is
/// [`Error::DumpInterrupted`] where the data changed meanwhile.
pub struct Replies<'c, R, P: Protocol, T: Transport> {
    entries: Entries<'c, P, T>,
    reply: PhantomData<fn() -> R>,
}

impl<'c, R, P: Protocol, T: Transport> Replies<'c, R, P, T> {
    pub(crate) fn new(conn: &'c mut Connection<P, T>, running: Running) -> Self {
        let entries = Entries { conn, running, over: false };
        Self { entries, reply: PhantomData }
    }
}

impl<R, P, T> Iterator for Replies<'_, R, P, T>
where
    R: for<'a> NlAttrs<'a>,
    P: Protocol,
    T: Transport,
{
    type Item = Result<R, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        self.entries.decode_next()
    }
}

/// The entries of a dump, each lent to a view that borrows from the receive buffer until the next.
pub struct Views<'c, V, P: Protocol, T: Transport> {
    entries: Entries<'c, P, T>,
    view: PhantomData<fn() -> V>,
}

impl<'c, V: View, P: Protocol, T: Transport> Views<'c, V, P, T> {
    pub(crate) fn new(conn: &'c mut Connection<P, T>, running: Running) -> Self {
        let entries = Entries { conn, running, over: false };
        Self { entries, view: PhantomData }
    }

    /// The next entry; errors as in [`Replies`].
    #[expect(clippy::should_implement_trait, reason = "an Iterator cannot lend its items")]
    pub fn next(&mut self) -> Option<Result<V::Of<'_>, Error>> {
        self.entries.decode_next()
    }
}

impl<R, P: Protocol, T: Transport> std::fmt::Debug for Replies<'_, R, P, T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Replies").field("request", &self.entries.running.name()).finish()
    }
}

impl<V, P: Protocol, T: Transport> std::fmt::Debug for Views<'_, V, P, T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Views").field("request", &self.entries.running.name()).finish()
    }
}
