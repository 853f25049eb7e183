//! Multicast groups, and what is told there.

use std::io;

use std::task::{Poll, ready};

use crate::call::Running;
use crate::connection::{Connection, ready as now};
use crate::engine::Engine;
use crate::error::{Error, RequestName};
use crate::family::{Family, Group, Notification, Protocol, RawGroup};
use crate::listeners::{ANYONE, Wants};
use crate::message::RawMessage;
use crate::nlctrl::{NOTIFY, NOTIFY_ID};
use crate::subscription::Subscription;
use crate::transport::Transport;
use crate::wait::{Never, Wait};

impl<P: Protocol, T: Transport> Engine<P, T> {
    /// Joins a multicast group. `lookup` is the question for the id of its family.
    pub(crate) fn poll_join(
        &mut self,
        group: RawGroup,
        lookup: &mut Option<Box<Running>>,
        wait: &mut impl Wait<T>,
    ) -> Poll<Result<(), Error>> {
        let id = ready!(self.poll_group_id(group, lookup, wait))?;
        let joined = self.channel.transport.join(id);
        if P::GENERIC && joined.is_ok() {
            // Where the family goes, and comes back, so that its groups can be joined again. Who may not
            // hear it does without.
            let _ = self.channel.transport.join(NOTIFY_ID);
        }
        Poll::Ready(joined.map_err(|error| group_error(group, error)).map(|()| {
            let id = self.known_id(group.family);
            self.channel.listeners.join(group.family, group.name, id);
        }))
    }

    /// Leaves a multicast group.
    pub(crate) fn poll_leave(
        &mut self,
        group: RawGroup,
        lookup: &mut Option<Box<Running>>,
        wait: &mut impl Wait<T>,
    ) -> Poll<Result<(), Error>> {
        let id = ready!(self.poll_group_id(group, lookup, wait));
        if let Err(Error::UnknownFamily { .. } | Error::UnknownGroup { .. }) = id {
            // It is gone with its family, and not to be joined again when that comes back.
            self.channel.listeners.leave(group.family, group.name);
        }
        // While there are others it is told of their families.
        let needed = P::GENERIC
            && group.family == NOTIFY.family()
            && self.channel.listeners.has_joined_beside(group.family);
        let left = if needed { id.map(drop).map(Ok)? } else { self.channel.transport.leave(id?) };
        Poll::Ready(left.map_err(|error| group_error(group, error)).map(|()| {
            self.channel.listeners.leave(group.family, group.name);
            if P::GENERIC && !self.channel.listeners.has_joined_any() {
                let _ = self.channel.transport.leave(NOTIFY_ID);
            }
        }))
    }

    fn poll_group_id(
        &mut self,
        group: RawGroup,
        lookup: &mut Option<Box<Running>>,
        wait: &mut impl Wait<T>,
    ) -> Poll<Result<u32, Error>> {
        let RawGroup { family, name, number } = group;
        let id = match number {
            None if P::GENERIC => {
                // Asked for anew: of a stale number nobody would ever hear.
                if lookup.is_none() {
                    self.forget(family);
                }
                ready!(self.poll_known(family, lookup, wait))?;
                self.known(family).and_then(|known| known.group(name))
            }
            number => number,
        };
        Poll::Ready(id.ok_or(Error::UnknownGroup { family, group: name }))
    }

    /// Begins to listen to the notifications of family `N`.
    pub(crate) fn listen<N: Notification>(&mut self) -> u64 {
        let wants = self.wants::<N>();
        self.channel.listeners.open(wants)
    }

    fn wants<N: Notification>(&self) -> Wants {
        let name = N::Family::NAME;
        // What is kept for requests may be stale, or asked for anew at the moment.
        Wants::of::<N>(self.channel.listeners.id_of(name).or_else(|| self.known_id(name)))
    }

    /// The next notification for a listener of family `N`.
    pub(crate) fn poll_event<N: Notification>(
        &mut self,
        listener: u64,
        wait: &mut impl Wait<T>,
    ) -> Poll<Result<Event<N>, Error>> {
        let Some(raw) = ready!(self.channel.poll_told(listener, wait))? else {
            return Poll::Ready(Err(no_notification::<N>()));
        };
        let namespace = raw.message().namespace();
        Poll::Ready(Ok(Event { notification: N::decode(raw.message())?, namespace }))
    }

    pub(crate) fn decode_notification<N>(&self, raw: &RawMessage) -> Option<Result<N, Error>>
    where
        N: Notification,
    {
        let message = raw.message();
        let ours = self.channel.listeners.is_wanted(&self.wants::<N>(), &message);
        ours.then(|| N::decode(message).map_err(Error::Decode))
    }
}

/// A notification, and where it is from.
pub(crate) struct Event<N> {
    pub(crate) notification: N,
    pub(crate) namespace: Option<i32>,
}

fn no_notification<N: Notification>() -> Error {
    Error::Timeout { request: RequestName { family: N::Family::NAME, operation: "notification" } }
}

impl<P: Protocol, T: Transport> Connection<P, T> {
    /// Joins a multicast group and gives what is told there, typed, as it comes.
    ///
    /// The connection stays in the group when the iterator is dropped; [`Connection::leave`] ends
    /// that. Notifications of other families that come meanwhile are kept for
    /// [`Connection::notification`], 65,536 at most.
    ///
    /// # Errors
    /// Where the family or the group is unknown to the kernel; [`Error::Group`] where it needs a
    /// capability.
    pub fn subscribe<N>(&mut self, group: Group<N>) -> Result<Subscription<'_, N, P, T>, Error>
    where
        N: Notification,
        N::Family: Family<Protocol = P>,
    {
        self.join(group)?;
        Ok(Subscription::new(self))
    }

    /// Joins a multicast group, to read from several groups with [`Connection::notification`].
    ///
    /// In generic netlink it is gone with its family, when the module is unloaded, and joined again when the
    /// family is back; [`Error::Lost`] tells of both.
    ///
    /// # Errors
    /// As [`Connection::subscribe`].
    pub fn join<N>(&mut self, group: Group<N>) -> Result<(), Error>
    where
        N: Notification,
        N::Family: Family<Protocol = P>,
    {
        self.join_raw(group.into())
    }

    /// Leaves a multicast group.
    ///
    /// # Errors
    /// Where the family or the group is unknown to the kernel.
    pub fn leave<N>(&mut self, group: Group<N>) -> Result<(), Error>
    where
        N: Notification,
        N::Family: Family<Protocol = P>,
    {
        self.leave_raw(group.into())
    }

    /// As [`Connection::join`], a group that is known only at run time.
    ///
    /// # Errors
    /// As [`Connection::subscribe`].
    pub fn join_raw(&mut self, group: RawGroup) -> Result<(), Error> {
        let mut wait = self.block();
        now(self.engine.poll_join(group, &mut None, &mut wait))
    }

    /// As [`Connection::leave`], a group that is known only at run time.
    ///
    /// # Errors
    /// As [`Connection::leave`].
    pub fn leave_raw(&mut self, group: RawGroup) -> Result<(), Error> {
        let mut wait = self.block();
        now(self.engine.poll_leave(group, &mut None, &mut wait))
    }

    /// Waits for the next notification of any joined group.
    ///
    /// # Errors
    /// [`Error::Lost`] where notifications were lost; the next call goes on with what came after.
    /// [`Error::Timeout`] where the connection has one.
    pub fn notification(&mut self) -> Result<RawMessage, Error> {
        let mut wait = self.block_told();
        let told = now(self.engine.channel.poll_told(ANYONE, &mut wait))?;
        told.ok_or(Error::Timeout { request: NOTIFICATION })
    }

    /// The next notification of any joined group; `None` where there is none yet. To wait for one
    /// together with other things, poll the connection's descriptor for reading, then call this
    /// until it gives `None`.
    ///
    /// # Errors
    /// As [`Connection::notification`].
    pub fn try_notification(&mut self) -> Result<Option<RawMessage>, Error> {
        match self.engine.channel.poll_told(ANYONE, &mut Never) {
            Poll::Ready(told) => told,
            Poll::Pending => Ok(None),
        }
    }

    /// Decodes a notification where it is one of family `N`; `None` where it is another's. In a raw
    /// protocol the numbers in [`Notification::CMDS`] are the family's.
    ///
    /// # Errors
    /// Where it is malformed.
    pub fn decode_notification<N>(&self, raw: &RawMessage) -> Option<Result<N, Error>>
    where
        N: Notification,
        N::Family: Family<Protocol = P>,
    {
        self.engine.decode_notification(raw)
    }
}

const NOTIFICATION: RequestName = RequestName { family: "any", operation: "notification" };

fn group_error(group: RawGroup, error: io::Error) -> Error {
    Error::Group { family: group.family, group: group.name, error }
}
