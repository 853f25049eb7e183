//! Multicast groups, and what is told there.

use std::future::poll_fn;
use std::task::Poll;

use super::families::Lookup;
use super::{Connection, Subscription, Watch};
use crate::attrs::NlAttrs;
use crate::error::{Error, RequestName};
use crate::family::{Dump, Family, Group, Notification, Protocol, RawGroup};
use crate::listeners::ANYONE;
use crate::message::RawMessage;
use crate::transport::AsyncTransport;
use crate::wait::Never;

impl<P: Protocol, T: AsyncTransport> Connection<P, T> {
    /// Joins a multicast group and gives what is told there, typed, as it comes. Each subscription
    /// is told everything of its family, those of other tasks, too.
    ///
    /// # Errors
    /// As [`crate::Connection::subscribe`].
    pub async fn subscribe<N>(&self, group: Group<N>) -> Result<Subscription<N, P, T>, Error>
    where
        N: Notification,
        N::Family: Family<Protocol = P>,
    {
        self.join(group).await?;
        Ok(Subscription::new(self.waiter_told()))
    }

    /// Asks for a list and what changes in it, and keeps both together. See
    /// [`crate::Connection::watch`].
    ///
    /// # Errors
    /// As [`Connection::subscribe`].
    pub async fn watch<'r, R, N>(
        &self,
        request: &R,
        groups: &[Group<N>],
    ) -> Result<Watch<R::Reply, N, P, T>, Error>
    where
        R: Dump + NlAttrs<'r>,
        R::Family: Family<Protocol = P>,
        N: Notification<Family = R::Family>,
    {
        for group in groups {
            self.join(*group).await?;
        }
        Watch::new(self.waiter_told(), request)
    }

    /// Joins a multicast group, to read from several groups with [`Connection::notification`].
    ///
    /// # Errors
    /// As [`crate::Connection::subscribe`].
    pub async fn join<N>(&self, group: Group<N>) -> Result<(), Error>
    where
        N: Notification,
        N::Family: Family<Protocol = P>,
    {
        self.join_raw(group.into()).await
    }

    /// Leaves a multicast group.
    ///
    /// # Errors
    /// Where the family or the group is unknown to the kernel.
    pub async fn leave<N>(&self, group: Group<N>) -> Result<(), Error>
    where
        N: Notification,
        N::Family: Family<Protocol = P>,
    {
        self.leave_raw(group.into()).await
    }

    /// As [`Connection::join`], a group that is known only at run time.
    ///
    /// # Errors
    /// As [`crate::Connection::subscribe`].
    pub async fn join_raw(&self, group: RawGroup) -> Result<(), Error> {
        let mut lookup = Lookup::new(self);
        poll_fn(|cx| lookup.poll(cx, |engine, lookup, wait| engine.poll_join(group, lookup, wait)))
            .await
    }

    /// As [`Connection::leave`], a group that is known only at run time.
    ///
    /// # Errors
    /// As [`Connection::leave`].
    pub async fn leave_raw(&self, group: RawGroup) -> Result<(), Error> {
        let mut lookup = Lookup::new(self);
        poll_fn(|cx| lookup.poll(cx, |engine, lookup, wait| engine.poll_leave(group, lookup, wait)))
            .await
    }

    /// Waits for the next notification that no subscription wants. Of several tasks that wait so,
    /// each is told some.
    ///
    /// # Errors
    /// As [`crate::Connection::notification`].
    pub async fn notification(&self) -> Result<RawMessage, Error> {
        let mut waiter = self.waiter_told();
        let told = poll_fn(|cx| {
            waiter.poll(cx, ANY, |engine, wait| engine.channel.poll_told(ANYONE, wait))
        });
        told.await?.ok_or(Error::Timeout { request: ANY })
    }

    /// The next notification that no subscription wants; `None` where there is none yet.
    ///
    /// # Errors
    /// As [`crate::Connection::notification`].
    pub fn try_notification(&self) -> Result<Option<RawMessage>, Error> {
        match self.shared.step(|engine| engine.channel.poll_told(ANYONE, &mut Never)) {
            Poll::Ready(told) => told,
            Poll::Pending => Ok(None),
        }
    }

    /// Decodes a notification where it is one of family `N`. See
    /// [`crate::Connection::decode_notification`].
    ///
    /// # Errors
    /// Where it is malformed.
    pub fn decode_notification<N>(&self, raw: &RawMessage) -> Option<Result<N, Error>>
    where
        N: Notification,
        N::Family: Family<Protocol = P>,
    {
        self.shared.lock().decode_notification(raw)
    }
}

const ANY: RequestName = RequestName { family: "any", operation: "notification" };
