//! An async connection: a handle to a socket that many tasks ask through.

use std::fmt;
use std::future::poll_fn;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use super::waiter::{Asking, Shared, Waiter};
use super::{Batch, Replies, Subscription, Views, Watch};
use crate::attrs::{NlAttrs, View};
use crate::call::{Call, Running};
use crate::channel::Part;
use crate::connection::{acknowledged, decode_into_ok};
use crate::counters::Counters;
use crate::engine::Engine;
use crate::error::{Error, RequestName};
use crate::extack::Warning;
use crate::families::{FamilyWait, wait_for};
use crate::family::{Do, Dump, Family, Generic, Group, Notification, Protocol};
use crate::listeners::ANYONE;
use crate::message::{Message, RawMessage};
use crate::modifiers::Modifiers;
use crate::nlctrl::{self, FamilyInfo, GetFamily};
use crate::policy::Policies;
use crate::transport::AsyncTransport;
use crate::wait::{Task, answer_timeout};

/// A handle to a netlink socket of protocol `P`, which any number of tasks can ask through at once.
///
/// It does what [`crate::Connection`] does, by the same names; its clones share the socket, the known
/// families and the queue of notifications. All of its futures can be dropped at any point: see
/// [`crate::asynchronous`].
///
/// # Examples
/// With a transport of one's own; `nlkit::tokio::Connection` and `nlkit::smol::Connection` bring theirs.
/// ```
/// use nlkit::nlctrl::GetFamily;
/// use nlkit::{AsyncTransport, Error, Generic, asynchronous::Connection};
///
/// async fn netdev<T: AsyncTransport>(conn: Connection<Generic, T>) -> Result<Option<u16>, Error> {
///     let netdev = GetFamily { name: Some("netdev".into()), id: None };
///     Ok(conn.request(&netdev).await?.id)
/// }
/// ```
pub struct Connection<P: Protocol, T: AsyncTransport> {
    shared: Arc<Shared<P, T>>,
    timeout: Option<Duration>,
}

impl<P: Protocol, T: AsyncTransport> Connection<P, T> {
    /// A connection over a transport.
    pub fn with_transport(transport: T) -> Self {
        Self { shared: Shared::new(transport), timeout: None }
    }

    /// Calls `look` with the transport, to set options of one's own. Other tasks wait meanwhile, and
    /// `look` must not use the connection itself: it would wait for its own end.
    pub fn with_socket<V>(&self, look: impl FnOnce(&mut T) -> V) -> V {
        look(&mut self.shared.lock().channel.transport)
    }

    /// A handle whose calls end with [`Error::Timeout`] where they wait longer than `timeout` for
    /// what comes next; this one stays as it is. See [`crate::Connection::set_timeout`].
    ///
    /// ```
    /// # use nlkit::{AsyncTransport, Error, Generic, asynchronous::Connection, nlctrl::GetFamily};
    /// # async fn f<T: AsyncTransport>(conn: Connection<Generic, T>) -> Result<(), Error> {
    /// let hasty = conn.with_timeout(std::time::Duration::from_millis(100));
    /// hasty.request(&GetFamily { id: Some(16), name: None }).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn with_timeout(&self, timeout: impl Into<Option<Duration>>) -> Self {
        Self { shared: Arc::clone(&self.shared), timeout: timeout.into() }
    }

    /// What went over the socket so far.
    pub fn counters(&self) -> Counters {
        self.shared.lock().counters()
    }

    /// What the kernel remarked on requests that it carried out, since this was asked the last time:
    /// the latest 64, those of all handles.
    pub fn take_warnings(&self) -> Vec<Warning> {
        std::mem::take(&mut self.shared.lock().warnings)
    }

    /// Whether the requests of all handles are checked against their specs before they are sent. See
    /// [`crate::Connection::validate_by_spec`].
    pub fn validate_by_spec(&self, validate: bool) {
        self.shared.lock().guards.spec = validate;
    }

    /// From now on checks requests of a family, those of all handles, against the running kernel's
    /// policies before they are sent. See [`crate::Connection::validate_by`].
    pub fn validate_by(&self, policies: Policies) {
        self.shared.lock().guards.add(policies);
    }

    /// How calls wait for answers.
    fn waiter(&self) -> Waiter<P, T> {
        let peer = self.shared.lock().channel.transport.peer();
        Waiter::new(&self.shared, answer_timeout(self.timeout, peer))
    }

    /// How they wait for what nobody has to tell.
    fn waiter_told(&self) -> Waiter<P, T> {
        Waiter::new(&self.shared, self.timeout)
    }

    fn ask<'r, R: NlAttrs<'r>>(&self, call: Call, request: &R) -> Result<Asking<P, T>, Error> {
        let running = self.shared.lock().write(call, request)?;
        Ok(Asking::new(self.waiter(), running))
    }

    /// Asks the kernel; ready when the answer is complete. See [`crate::Connection::request`].
    ///
    /// # Errors
    /// [`Error::Kernel`] with the kernel's own words where it refuses.
    pub fn request<'r, R>(
        &self,
        request: &R,
    ) -> impl Future<Output = Result<R::Reply, Error>> + use<'r, R, P, T>
    where
        R: Do + NlAttrs<'r>,
        R::Family: Family<Protocol = P>,
    {
        self.request_with(request, Modifiers::default())
    }

    /// As [`Connection::request`], for a request that changes something and has to say how.
    ///
    /// # Errors
    /// As [`Connection::request`]: `EEXIST` where it is there already, for example.
    pub fn request_with<'r, R>(
        &self,
        request: &R,
        modifiers: Modifiers,
    ) -> impl Future<Output = Result<R::Reply, Error>> + use<'r, R, P, T>
    where
        R: Do + NlAttrs<'r>,
        R::Family: Family<Protocol = P>,
    {
        // Written here, so that the future holds the message, not the request.
        let asking = self.ask(Call::of_do::<R>().with(modifiers), request);
        async move {
            let mut asking = asking?;
            let mut reply = Ok(R::Reply::default());
            let answer = poll_fn(|cx| {
                asking.poll(cx, |engine, running, wait| {
                    let take = &mut |message: Message<'_>| decode_into_ok(&mut reply, &message);
                    engine.poll_one(running, wait, take)
                })
            });
            let replied = answer.await?;
            acknowledged::<R>(replied)?;
            reply
        }
    }

    /// As [`Connection::request_with`], and gives what listeners are told of it (`NLM_F_ECHO`).
    ///
    /// # Errors
    /// As [`Connection::request`].
    pub fn request_echo<'r, R, N>(
        &self,
        request: &R,
        modifiers: Modifiers,
    ) -> impl Future<Output = Result<Vec<N>, Error>> + use<'r, R, N, P, T>
    where
        R: Do + NlAttrs<'r>,
        R::Family: Family<Protocol = P>,
        N: Notification<Family = R::Family>,
    {
        let asking = self.ask(Call::of_do::<R>().with(modifiers).echoed(), request);
        collect(asking, |engine, part, _| Ok(N::decode(engine.channel.message(part)?)?))
    }

    /// As [`Connection::request`], for an operation that may answer with several messages although
    /// it is no dump. See [`crate::Connection::request_all`].
    ///
    /// # Errors
    /// As [`Connection::request`].
    pub fn request_all<'r, R>(
        &self,
        request: &R,
    ) -> impl Future<Output = Result<Vec<R::Reply>, Error>> + use<'r, R, P, T>
    where
        R: Do + NlAttrs<'r>,
        R::Family: Family<Protocol = P>,
    {
        let asking = self.ask(Call::of_do::<R>().with_many(), request);
        collect(asking, |engine, part, running| engine.decode_reply(part, running))
    }

    /// Asks the kernel, and lends the reply to a projection; `None` where the kernel only
    /// acknowledged. See [`crate::Connection::request_as`]. Other tasks wait while `take` runs, which
    /// must not use the connection itself.
    ///
    /// # Errors
    /// As [`Connection::request`].
    pub async fn request_as<'r, V, R, O>(
        &self,
        request: &R,
        take: impl FnOnce(V::Of<'_>) -> O,
    ) -> Result<Option<O>, Error>
    where
        V: View,
        R: Do + NlAttrs<'r>,
        R::Family: Family<Protocol = P>,
    {
        let mut asking = self.ask(Call::of_do::<R>(), request)?;
        let (mut take, mut taken) = (Some(take), None);
        let decode = &mut |message: Message<'_>| {
            let view = message.decode()?;
            taken = take.take().map(|take| take(view));
            Ok(())
        };
        let answer = poll_fn(|cx| {
            asking.poll(cx, |engine, running, wait| engine.poll_one(running, wait, decode))
        });
        answer.await?;
        Ok(taken)
    }

    /// Asks the kernel for a list, whose entries come as the stream goes on.
    ///
    /// The kernel goes on with one dump at a time on a socket. Where another task's dump is under way,
    /// the rest of that is read first, and kept for it.
    ///
    /// # Errors
    /// Where the request cannot be sent. The kernel's refusal is the stream's first item.
    pub fn dump<'r, R>(
        &self,
        request: &R,
    ) -> impl Future<Output = Result<Replies<R::Reply, P, T>, Error>> + use<'r, R, P, T>
    where
        R: Dump + NlAttrs<'r>,
        R::Family: Family<Protocol = P>,
    {
        let asking = self.ask(Call::of_dump::<R>(), request);
        async move { Ok(Replies::new(started(asking).await?)) }
    }

    /// Asks the kernel for a list, whose entries are lent to a projection. See
    /// [`crate::Connection::dump_as`].
    ///
    /// # Errors
    /// As [`Connection::dump`].
    pub fn dump_as<'r, V, R>(
        &self,
        request: &R,
    ) -> impl Future<Output = Result<Views<V, P, T>, Error>> + use<'r, V, R, P, T>
    where
        V: View,
        R: Dump + NlAttrs<'r>,
        R::Family: Family<Protocol = P>,
    {
        let asking = self.ask(Call::of_dump::<R>(), request);
        async move { Ok(Views::new(started(asking).await?)) }
    }

    /// Asks the kernel for a list until it comes whole, `attempts` times in all. See
    /// [`crate::Connection::dump_consistent`].
    ///
    /// # Errors
    /// As [`crate::Connection::dump_consistent`].
    pub fn dump_consistent<'r, R>(
        &self,
        request: &R,
        attempts: u32,
    ) -> impl Future<Output = Result<Vec<R::Reply>, Error>> + use<'r, R, P, T>
    where
        R: Dump + NlAttrs<'r>,
        R::Family: Family<Protocol = P>,
    {
        let (conn, first) = (self.clone(), self.ask(Call::of_dump::<R>(), request));
        async move {
            let mut asking = first?;
            for _ in 1..attempts {
                let again = asking.again(conn.waiter());
                let mut dump = Replies::new(started(Ok(asking)).await?);
                match dump.collect().await {
                    Err(error) if error.is_incomplete() => asking = again,
                    outcome => return outcome,
                }
            }
            Replies::new(started(Ok(asking)).await?).collect().await
        }
    }

    /// Several requests in one datagram.
    pub fn batch(&self) -> Batch<P, T> {
        Batch::new(self.waiter())
    }

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
        let mut lookup = Lookup::new(self);
        poll_fn(|cx| lookup.poll(cx, |engine, lookup, wait| engine.poll_join(group, lookup, wait)))
            .await
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

impl<T: AsyncTransport> Connection<Generic, T> {
    /// What the running kernel says of a family: id, operations, groups. Asked for once, then kept.
    ///
    /// # Errors
    /// [`Error::UnknownFamily`] where the kernel does not have it.
    pub async fn family<F: Family<Protocol = Generic>>(&self) -> Result<FamilyInfo, Error> {
        let mut lookup = Lookup::new(self);
        poll_fn(|cx| {
            lookup.poll(cx, |engine, lookup, wait| engine.poll_known(F::NAME, lookup, wait))
        })
        .await?;
        let known = self.shared.lock().known(F::NAME).cloned();
        known.ok_or(Error::UnknownFamily { family: F::NAME })
    }

    /// All families of the running kernel in this network namespace, with their operations and groups.
    ///
    /// # Errors
    /// As [`Connection::dump`].
    pub async fn families(&self) -> Result<Vec<FamilyInfo>, Error> {
        self.dump(&GetFamily::default()).await?.collect().await
    }

    /// Waits until the kernel has a family: its module is loaded. Ready at once where it has. The
    /// connection listens to the group [`nlctrl::NOTIFY`] from then on.
    ///
    /// # Errors
    /// [`Error::Timeout`] where the handle has one.
    pub async fn wait_for_family<F>(&self) -> Result<FamilyInfo, Error>
    where
        F: Family<Protocol = Generic>,
    {
        self.wait_for_change(F::NAME, true).await?;
        self.family::<F>().await
    }

    /// Waits until the kernel has a family no more: its module is unloaded. The connection listens to
    /// the group [`nlctrl::NOTIFY`] from then on.
    ///
    /// # Errors
    /// As [`Connection::wait_for_family`].
    pub async fn wait_for_family_to_go<F>(&self) -> Result<(), Error>
    where
        F: Family<Protocol = Generic>,
    {
        self.wait_for_change(F::NAME, false).await
    }

    async fn wait_for_change(&self, name: &'static str, wanted: bool) -> Result<(), Error> {
        self.join(nlctrl::NOTIFY).await?;
        let waiting = FamilyWait::new(&mut self.shared.lock(), name, wanted);
        let mut change = Change { waiter: self.waiter_told(), waiting };
        poll_fn(|cx| {
            let waiting = &mut change.waiting;
            change.waiter.poll(cx, wait_for(name), |engine, wait| waiting.poll(engine, wait))
        })
        .await
    }
}

/// A wait for a family.
struct Change<T: AsyncTransport> {
    waiter: Waiter<Generic, T>,
    waiting: FamilyWait,
}

impl<T: AsyncTransport> Drop for Change<T> {
    fn drop(&mut self) {
        self.waiting.close(&mut self.waiter.shared.lock());
    }
}

/// A question for the id of a family.
struct Lookup<P: Protocol, T: AsyncTransport> {
    waiter: Waiter<P, T>,
    running: Option<Box<Running>>,
}

impl<P: Protocol, T: AsyncTransport> Lookup<P, T> {
    fn new(conn: &Connection<P, T>) -> Self {
        Self { waiter: conn.waiter(), running: None }
    }

    fn poll<V>(
        &mut self,
        cx: &mut Context<'_>,
        mut step: impl FnMut(
            &mut Engine<P, T>,
            &mut Option<Box<Running>>,
            &mut Task<'_>,
        ) -> Poll<Result<V, Error>>,
    ) -> Poll<Result<V, Error>> {
        let name = RequestName { family: nlctrl::NlCtrl::NAME, operation: "getfamily" };
        let running = &mut self.running;
        self.waiter.poll(cx, name, |engine, wait| step(engine, running, wait))
    }
}

impl<P: Protocol, T: AsyncTransport> Drop for Lookup<P, T> {
    fn drop(&mut self) {
        if let Some(running) = &mut self.running {
            self.waiter.shared.lock().close(running);
        }
    }
}

/// A dump that was sent.
async fn started<P: Protocol, T: AsyncTransport>(
    asking: Result<Asking<P, T>, Error>,
) -> Result<Asking<P, T>, Error> {
    let mut asking = asking?;
    poll_fn(|cx| asking.poll(cx, |engine, running, wait| engine.poll_sent(running, wait))).await?;
    Ok(asking)
}

/// Reads an answer up to its end, each message through `read`.
async fn collect<P: Protocol, T: AsyncTransport, V>(
    asking: Result<Asking<P, T>, Error>,
    read: impl Fn(&Engine<P, T>, &Part, &Running) -> Result<V, Error>,
) -> Result<Vec<V>, Error> {
    let mut asking = asking?;
    let mut values = Vec::new();
    let take = &mut |engine: &Engine<P, T>, part: &Part, running: &Running| {
        values.push(read(engine, part, running)?);
        Ok(())
    };
    poll_fn(|cx| asking.poll(cx, |engine, running, wait| engine.poll_each(running, wait, take)))
        .await?;
    Ok(values)
}

impl<P: Protocol, T: AsyncTransport> Clone for Connection<P, T> {
    fn clone(&self) -> Self {
        self.with_timeout(self.timeout)
    }
}

impl<P: Protocol, T: AsyncTransport> fmt::Debug for Connection<P, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counters = self.counters();
        f.debug_struct("Connection").field("counters", &counters).finish_non_exhaustive()
    }
}
