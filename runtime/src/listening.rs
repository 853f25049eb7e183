//! Multicast groups, and what is told there.

use std::io;

use crate::connection::Connection;
use crate::error::Error;
use crate::family::{Family, Group, Notification, Protocol};
use crate::message::RawMessage;
use crate::subscription::Subscription;
use crate::transport::Transport;

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
    /// # Errors
    /// As [`Connection::subscribe`].
    pub fn join<N>(&mut self, group: Group<N>) -> Result<(), Error>
    where
        N: Notification,
        N::Family: Family<Protocol = P>,
    {
        let id = self.group_id(group)?;
        self.channel.transport.join(id).map_err(|error| group_error(group, error))?;
        let name = (group.family(), group.name());
        if !self.listens.contains(&name) {
            self.listens.push(name);
        }
        Ok(())
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
        let id = self.group_id(group)?;
        self.channel.transport.leave(id).map_err(|error| group_error(group, error))?;
        self.listens.retain(|name| *name != (group.family(), group.name()));
        Ok(())
    }

    fn group_id<N: Notification>(&mut self, group: Group<N>) -> Result<u32, Error> {
        let (family, name) = (group.family(), group.name());
        let id = match group.number() {
            None if P::GENERIC => self.resolve(family)?.group(name),
            number => number,
        };
        id.ok_or(Error::UnknownGroup { family, group: name })
    }

    /// Waits for the next notification of any joined group.
    ///
    /// # Errors
    /// [`Error::Overrun`] where notifications were lost; the next call goes on with what came
    /// after.
    pub fn notification(&mut self) -> Result<RawMessage, Error> {
        loop {
            if let Some(message) = self.next_notification(true)? {
                return Ok(message);
            }
        }
    }

    /// The next notification of any joined group; `None` where there is none yet. To wait for one
    /// together with other things, poll the connection's descriptor for reading, then call this
    /// until it gives `None`.
    ///
    /// # Errors
    /// As [`Connection::notification`].
    pub fn try_notification(&mut self) -> Result<Option<RawMessage>, Error> {
        self.next_notification(false)
    }

    fn next_notification(&mut self, wait: bool) -> Result<Option<RawMessage>, Error> {
        match self.channel.notifications.pop_front() {
            Some(message) => Ok(Some(message)),
            None => self.channel.next_notification(wait),
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
        self.is_of::<N>(raw).then(|| N::decode(raw.message()).map_err(Error::Decode))
    }

    fn is_of<N: Notification>(&self, raw: &RawMessage) -> bool {
        let message = raw.message();
        match P::GENERIC {
            true => {
                let known = self.known(N::Family::NAME);
                known.is_some_and(|known| known.id == Some(message.header().kind))
            }
            // A message that no spec knows is of the family that alone is listened to.
            false => {
                let mut listens = self.listens.iter();
                N::CMDS.contains(&message.cmd())
                    || !self.listens.is_empty() && listens.all(|it| it.0 == N::Family::NAME)
            }
        }
    }

    /// The first kept notification of family `N`.
    pub(crate) fn kept_notification<N: Notification>(&mut self) -> Option<Result<N, Error>> {
        let index = self.channel.notifications.iter().position(|raw| self.is_of::<N>(raw))?;
        let raw = self.channel.notifications.remove(index)?;
        Some(N::decode(raw.message()).map_err(Error::Decode))
    }
}

fn group_error<N: Notification>(group: Group<N>, error: io::Error) -> Error {
    Error::Group { family: group.family(), group: group.name(), error }
}
