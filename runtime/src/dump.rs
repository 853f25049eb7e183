//! The entries of a dump, as they come.

use std::marker::PhantomData;

use crate::attrs::{NlAttrs, View, decode_into};
use crate::call::Running;
use crate::connection::{Connection, ready};
use crate::engine::Step;
use crate::error::Error;
use crate::family::Protocol;
use crate::heard::Part;
use crate::message::Message;
use crate::transport::Transport;

/// A dump under way. Dropping it half way leaves the connection usable.
struct Entries<'c, P: Protocol, T: Transport> {
    conn: &'c mut Connection<P, T>,
    running: Running,
    over: bool,
}

impl<'c, P: Protocol, T: Transport> Entries<'c, P, T> {
    fn new(conn: &'c mut Connection<P, T>, running: Running) -> Self {
        Self { conn, running, over: false }
    }

    /// The next entry as a value, which may borrow from the receive buffer.
    #[inline]
    fn decode_next<'s, R: NlAttrs<'s>>(&'s mut self) -> Option<Result<R, Error>> {
        Some(decode_entry(self.next()?))
    }

    /// The next entry, in the receive buffer; after the last one, or an error that ends the dump, `None`.
    #[inline]
    fn next(&mut self) -> Option<Result<Message<'_>, Error>> {
        if self.over {
            return None;
        }
        let mut wait = self.conn.block();
        let step = ready(self.conn.engine.poll_step(&mut self.running, &mut wait));
        match step_to_entry(step, &self.running) {
            Ok(part) => Some(self.conn.engine.entry(&part, &self.running)),
            Err(end) => {
                self.over = true;
                end.map(Err)
            }
        }
    }
}

/// Where the next entry of a dump is, or how the dump ends: with an error or without.
#[inline]
pub(crate) fn step_to_entry(
    step: Result<Step, Error>,
    running: &Running,
) -> Result<Part, Option<Error>> {
    match step {
        Ok(Step::Message(part) | Step::LastMessage(part)) => Ok(part),
        Ok(Step::End { interrupted: false }) => Err(None),
        Ok(Step::End { .. }) => Err(Some(Error::DumpInterrupted { request: running.name() })),
        Err(error) => Err(Some(error)),
    }
}

/// An entry, decoded where it is returned: some are 2 KiB, which is not to be moved.
#[inline]
pub(crate) fn decode_entry<'s, R: NlAttrs<'s>>(
    message: Result<Message<'s>, Error>,
) -> Result<R, Error> {
    match message {
        Ok(message) => decode_attrs(message.attrs()),
        Err(error) => Err(error),
    }
}

/// As [`decode_entry`], from its attributes.
#[inline]
pub(crate) fn decode_attrs<'s, R: NlAttrs<'s>>(attrs: &'s [u8]) -> Result<R, Error> {
    let mut entry = Ok(R::default());
    if let Ok(reply) = &mut entry
        && let Err(error) = decode_into(reply, attrs)
    {
        entry = Err(Error::Decode(error));
    }
    entry
}

impl<P: Protocol, T: Transport> Drop for Entries<'_, P, T> {
    fn drop(&mut self) {
        self.conn.engine.close(&mut self.running);
    }
}

/// The entries of a dump, each decoded into a value of its own.
///
/// An entry that cannot be decoded is an error in its place, and the dump goes on. The last item is
/// [`Error::DumpInterrupted`] where the data changed meanwhile.
#[must_use = "entries come as it goes on, and errors among them"]
pub struct Replies<'c, R, P: Protocol, T: Transport> {
    entries: Entries<'c, P, T>,
    reply: PhantomData<fn() -> R>,
}

impl<'c, R, P: Protocol, T: Transport> Replies<'c, R, P, T> {
    pub(crate) fn new(conn: &'c mut Connection<P, T>, running: Running) -> Self {
        let entries = Entries::new(conn, running);
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
#[must_use = "entries come as it goes on, and errors among them"]
pub struct Views<'c, V, P: Protocol, T: Transport> {
    entries: Entries<'c, P, T>,
    view: PhantomData<fn() -> V>,
}

impl<'c, V: View, P: Protocol, T: Transport> Views<'c, V, P, T> {
    pub(crate) fn new(conn: &'c mut Connection<P, T>, running: Running) -> Self {
        let entries = Entries::new(conn, running);
        Self { entries, view: PhantomData }
    }

    /// The next entry; errors as in [`Replies`].
    #[expect(clippy::should_implement_trait, reason = "an Iterator cannot lend its items")]
    pub fn next(&mut self) -> Option<Result<V::Of<'_>, Error>> {
        self.entries.decode_next()
    }
}

/// The entries of a dump as they came, each lent until the next.
#[must_use = "entries come as it goes on, and errors among them"]
pub struct Messages<'c, P: Protocol, T: Transport>(Entries<'c, P, T>);

impl<'c, P: Protocol, T: Transport> Messages<'c, P, T> {
    pub(crate) fn new(conn: &'c mut Connection<P, T>, running: Running) -> Self {
        Self(Entries::new(conn, running))
    }

    /// The next entry; errors as in [`Replies`].
    #[expect(clippy::should_implement_trait, reason = "an Iterator cannot lend its items")]
    pub fn next(&mut self) -> Option<Result<Message<'_>, Error>> {
        self.0.next()
    }
}

impl<P: Protocol, T: Transport> std::fmt::Debug for Messages<'_, P, T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Messages").field("request", &self.0.running.name()).finish()
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
