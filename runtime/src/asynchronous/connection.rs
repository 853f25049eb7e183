//! An async connection: a handle to a socket that many tasks ask through.

use std::fmt;
use std::future::poll_fn;
use std::sync::Arc;
use std::time::Duration;

use super::waiter::{Asking, Shared, Waiter};
use super::{Batch, Replies, Views};
use crate::attrs::{NlAttrs, View};
use crate::call::{Call, Running};
use crate::connection::{acknowledged, decode_into_ok};
use crate::counters::Counters;
use crate::engine::Engine;
use crate::error::Error;
use crate::extack::Warning;
use crate::family::{Do, Dump, Family, Notification, Protocol};
use crate::heard::Part;
use crate::message::Message;
use crate::modifiers::Modifiers;
use crate::transport::AsyncTransport;
use crate::wait::answer_timeout;

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
    pub(super) shared: Arc<Shared<P, T>>,
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

    /// How calls wait for answers.
    pub(super) fn waiter(&self) -> Waiter<P, T> {
        let peer = self.shared.lock().channel.transport.peer();
        Waiter::new(&self.shared, answer_timeout(self.timeout, peer))
    }

    /// How they wait for what nobody has to tell.
    pub(super) fn waiter_told(&self) -> Waiter<P, T> {
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
}

/// A dump that was sent.
pub(super) async fn started<P: Protocol, T: AsyncTransport>(
    asking: Result<Asking<P, T>, Error>,
) -> Result<Asking<P, T>, Error> {
    let mut asking = asking?;
    let sent =
        poll_fn(|cx| asking.poll(cx, |engine, running, wait| engine.poll_sent(running, wait)))
            .await;
    if let Err(Error::Timeout { .. }) = sent {
        asking.give_up_dumps();
    }
    sent.map(|()| asking)
}

/// Reads an answer up to its end, each message through `read`.
pub(super) async fn collect<P: Protocol, T: AsyncTransport, V>(
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
