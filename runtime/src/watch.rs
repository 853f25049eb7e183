//! A list that is kept current: asked for, then changed by what is told, and asked for again where
//! something was lost.

use std::fmt;
use std::marker::PhantomData;
use std::task::{Poll, ready};

use crate::attrs::{NlAttrs, encode_into};
use crate::call::{Call, Running, attrs_of};
use crate::connection::{Connection, ready as now};
use crate::dump::{decode_entry, step_to_entry};
use crate::engine::Engine;
use crate::error::Error;
use crate::family::{Dump, Family, Group, Notification, Protocol};
use crate::transport::Transport;
use crate::wait::{Never, Wait};

/// What happens to a list that is watched.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Update<R, N> {
    /// The list comes anew: what was known of it is void. It is the first update, and comes again
    /// where notifications were lost, or the list changed while it was asked for.
    Begin,
    /// An entry of the list.
    Entry(R),
    /// The list is complete. What changed since it was asked for follows.
    Synced,
    /// Something changed. Right after [`Update::Synced`] it may be a change that the list shows
    /// already; applied in their order, changes lead to what is.
    Change(N),
}

/// How many notifications are skipped before a list is asked for, in a storm that does not end.
const SKIPPED: usize = 1 << 14;

/// What drives a watch on, whoever waits.
pub(crate) struct Watching<R, N> {
    call: Call,
    /// The request, to ask again.
    message: Vec<u8>,
    listener: u64,
    phase: Phase,
    types: PhantomData<fn() -> (R, N)>,
}

enum Phase {
    /// The list is to be asked for.
    Begin,
    /// It is coming.
    List { running: Box<Running> },
    /// It is there.
    Live,
}

impl<R, N> Watching<R, N>
where
    R: for<'a> NlAttrs<'a>,
    N: Notification,
{
    pub(crate) fn new<'r, Q, P, T>(engine: &mut Engine<P, T>, request: &Q) -> Result<Self, Error>
    where
        Q: Dump<Reply = R> + NlAttrs<'r>,
        P: Protocol,
        T: Transport,
    {
        let call = Call::of_dump::<Q>();
        let mut message = Vec::new();
        crate::call::write::<P>(&call, |buffer| encode_into(request, buffer), &mut message)?;
        engine.guards.check(&call, attrs_of::<P>(&message))?;
        let listener = engine.listen::<N>();
        Ok(Self { call, message, listener, phase: Phase::Begin, types: PhantomData })
    }

    pub(crate) fn call(&self) -> &Call {
        &self.call
    }

    /// The next update.
    pub(crate) fn poll_update<P: Protocol, T: Transport>(
        &mut self,
        engine: &mut Engine<P, T>,
        wait: &mut impl Wait<T>,
    ) -> Poll<Result<Update<R, N>, Error>> {
        match &mut self.phase {
            Phase::Begin => {
                // What is lost is lost up to where the queue is empty, and what was told before the
                // list is asked for is in the list.
                for _ in 0..SKIPPED {
                    match engine.channel.poll_told(self.listener, &mut Never) {
                        Poll::Ready(Err(error)) if !error.is_loss() => {
                            return Poll::Ready(Err(error));
                        }
                        Poll::Ready(_) => {}
                        Poll::Pending => break,
                    }
                }
                let running = Running::new(self.call, self.message.clone(), engine.channel.now());
                self.phase = Phase::List { running: Box::new(running) };
                Poll::Ready(Ok(Update::Begin))
            }
            Phase::List { running } => {
                let step = ready!(engine.poll_step(running, wait));
                let entry = step_to_entry(step, running);
                let entry = entry.map(|part| decode_entry(engine.entry(&part, running)));
                match entry {
                    Ok(entry) => Poll::Ready(entry.map(Update::Entry)),
                    Err(end) => self.listed(engine, end, wait),
                }
            }
            Phase::Live => match ready!(engine.poll_event::<N>(self.listener, wait)) {
                Ok(event) => Poll::Ready(Ok(Update::Change(event.notification))),
                Err(error) if error.is_loss() => self.again(engine, wait),
                Err(error) => Poll::Ready(Err(error)),
            },
        }
    }

    /// The list is over.
    fn listed<P: Protocol, T: Transport>(
        &mut self,
        engine: &mut Engine<P, T>,
        end: Option<Error>,
        wait: &mut impl Wait<T>,
    ) -> Poll<Result<Update<R, N>, Error>> {
        let lost = engine.channel.listeners.has_lost(self.listener);
        match end {
            None if !lost => {
                self.stop(engine);
                self.phase = Phase::Live;
                Poll::Ready(Ok(Update::Synced))
            }
            Some(error) if !error.is_incomplete() => {
                self.stop(engine);
                Poll::Ready(Err(error))
            }
            _ => self.again(engine, wait),
        }
    }

    fn again<P: Protocol, T: Transport>(
        &mut self,
        engine: &mut Engine<P, T>,
        wait: &mut impl Wait<T>,
    ) -> Poll<Result<Update<R, N>, Error>> {
        self.stop(engine);
        self.poll_update(engine, wait)
    }

    fn stop<P: Protocol, T: Transport>(&mut self, engine: &mut Engine<P, T>) {
        if let Phase::List { running } = &mut self.phase {
            engine.close(running);
        }
        self.phase = Phase::Begin;
    }
}

impl<R, N> Watching<R, N> {
    pub(crate) fn close<P: Protocol, T: Transport>(&mut self, engine: &mut Engine<P, T>) {
        if let Phase::List { running } = &mut self.phase {
            engine.close(running);
        }
        engine.channel.listeners.close(self.listener);
    }
}

impl<P: Protocol, T: Transport> Connection<P, T> {
    /// Asks for a list and what changes in it, and keeps both together without a gap: it joins the
    /// groups, asks for the list, then gives what is told; where something was lost
    /// ([`Error::Lost`]), it begins again.
    ///
    /// ```no_run
    /// use nlkit::{Dump, Error, Group, NlAttrs, Notification, Route, Update};
    ///
    /// fn keep<R, N>(request: &R, group: Group<N>) -> Result<(), Error>
    /// where
    ///     R: Dump + for<'a> NlAttrs<'a>,
    ///     R::Family: nlkit::Family<Protocol = Route>,
    ///     N: Notification<Family = R::Family>,
    /// {
    ///     let mut conn = nlkit::Connection::route()?;
    ///     let mut table = Vec::new();
    ///     for update in conn.watch(request, &[group])? {
    ///         match update? {
    ///             Update::Begin => table.clear(),
    ///             Update::Entry(entry) => table.push(entry),
    ///             Update::Synced => println!("{} entries", table.len()),
    ///             Update::Change(_) => println!("something changed"),
    ///             _ => {}
    ///         }
    ///     }
    ///     Ok(())
    /// }
    /// ```
    ///
    /// # Errors
    /// As [`Connection::subscribe`].
    pub fn watch<'r, R, N>(
        &mut self,
        request: &R,
        groups: &[Group<N>],
    ) -> Result<Watch<'_, R::Reply, N, P, T>, Error>
    where
        R: Dump + NlAttrs<'r>,
        R::Family: Family<Protocol = P>,
        N: Notification<Family = R::Family>,
    {
        for group in groups {
            self.join(*group)?;
        }
        let watching = Watching::new(&mut self.engine, request)?;
        Ok(Watch { conn: self, watching })
    }
}

/// An iterator over what happens to a list; it waits for the next update and never ends.
///
/// An error that is not a loss is an item like others: the kernel refuses the list, an entry or a
/// notification is malformed, the connection's time is over. The next item goes on: with the list
/// from its begin where that ended, else with what comes next. An error of the socket repeats.
#[must_use = "it begins as it is read"]
pub struct Watch<'c, R, N, P: Protocol, T: Transport> {
    conn: &'c mut Connection<P, T>,
    watching: Watching<R, N>,
}

impl<R, N, P, T> Iterator for Watch<'_, R, N, P, T>
where
    R: for<'a> NlAttrs<'a>,
    N: Notification,
    P: Protocol,
    T: Transport,
{
    type Item = Result<Update<R, N>, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut wait = self.conn.block_told();
        Some(now(self.watching.poll_update(&mut self.conn.engine, &mut wait)))
    }
}

impl<R, N, P: Protocol, T: Transport> Drop for Watch<'_, R, N, P, T> {
    fn drop(&mut self) {
        self.watching.close(&mut self.conn.engine);
    }
}

impl<R, N, P: Protocol, T: Transport> fmt::Debug for Watch<'_, R, N, P, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watch").field("request", &self.watching.call.name).finish_non_exhaustive()
    }
}
