//! A blocking connection: requests, and what they have in common with dumps and subscriptions.

use std::fmt;
use std::os::fd::{AsFd, BorrowedFd};

use crate::attrs::{NlAttrs, View, encode_into};
use crate::batch::Batch;
use crate::call::{Call, Running};
use crate::channel::Channel;
use crate::dump::{Replies, Views};
use crate::error::Error;
use crate::families::Known;
use crate::family::{Do, Dump, Family, Generic, Netfilter, Notification, Protocol, Route};
use crate::modifiers::Modifiers;
use crate::session::Span;
use crate::socket::Socket;
use crate::transport::Transport;

/// A netlink socket of protocol `P` to ask through, one request at a time.
///
/// It stays usable after any error, and after a dump that was dropped half way. Family ids are
/// asked for once and kept, and asked for again when the kernel says that one is stale. The
/// receive buffer is reused: a request allocates only what its reply owns.
///
/// # Examples
/// ```no_run
/// use nlkit::nlctrl::GetFamily;
///
/// let mut conn = nlkit::Connection::generic()?;
/// for family in conn.dump(&GetFamily::default())? {
///     println!("{:?}", family?);
/// }
/// # Ok::<(), nlkit::Error>(())
/// ```
pub struct Connection<P = Generic, T = Socket> {
    pub(crate) channel: Channel<P, T>,
    pub(crate) families: Vec<Known>,
    /// The last request, kept for the paths in its errors.
    pub(crate) sent: Vec<u8>,
    /// The multicast groups that were joined: family and group.
    pub(crate) listens: Vec<(&'static str, &'static str)>,
}

impl Connection<Generic> {
    /// A connection to the kernel's generic netlink, for all of its families.
    ///
    /// # Errors
    /// Where the socket cannot be made.
    pub fn generic() -> Result<Self, Error> {
        Self::open()
    }
}

impl Connection<Route> {
    /// A connection for links, addresses, routes, neighbours, rules and traffic control.
    ///
    /// # Errors
    /// Where the socket cannot be made.
    pub fn route() -> Result<Self, Error> {
        Self::open()
    }
}

impl Connection<Netfilter> {
    /// A connection for connection tracking and nftables.
    ///
    /// # Errors
    /// Where the socket cannot be made.
    pub fn netfilter() -> Result<Self, Error> {
        Self::open()
    }
}

impl<P: Protocol> Connection<P> {
    /// A connection for protocol `P`, whichever it is: `Connection::<Raw<16>>::open()`.
    ///
    /// # Errors
    /// Where the socket cannot be made: `EPROTONOSUPPORT` for one that the kernel does not have.
    pub fn open() -> Result<Self, Error> {
        Ok(Self::with_transport(Socket::new::<P>()?))
    }
}

impl<P: Protocol, T: Transport> Connection<P, T> {
    /// A connection over a transport of one's own.
    pub fn with_transport(transport: T) -> Self {
        Self {
            channel: Channel::new(transport),
            families: Vec::new(),
            sent: Vec::new(),
            listens: Vec::new(),
        }
    }

    /// The transport.
    pub fn transport(&self) -> &T {
        &self.channel.transport
    }

    /// The transport, to set options of one's own.
    pub fn transport_mut(&mut self) -> &mut T {
        &mut self.channel.transport
    }

    /// Asks the kernel and waits for the answer.
    ///
    /// Where the operation only acknowledges, the answer is `()`; where it acknowledges but leaves
    /// out a reply that it could have sent, an empty one.
    ///
    /// # Errors
    /// [`Error::Kernel`] with the kernel's own words where it refuses.
    pub fn request<'r, R>(&mut self, request: &R) -> Result<R::Reply, Error>
    where
        R: Do + NlAttrs<'r>,
        R::Family: Family<Protocol = P>,
    {
        self.ask(Call::of_do::<R>(), request)
    }

    /// As [`Connection::request`], for a request that changes something and has to say how.
    ///
    /// # Errors
    /// As [`Connection::request`]: `EEXIST` where it is there already, for example.
    pub fn request_with<'r, R>(
        &mut self,
        request: &R,
        modifiers: Modifiers,
    ) -> Result<R::Reply, Error>
    where
        R: Do + NlAttrs<'r>,
        R::Family: Family<Protocol = P>,
    {
        self.ask(Call::of_do::<R>().with(modifiers), request)
    }

    /// As [`Connection::request_with`], and gives what listeners are told of it (`NLM_F_ECHO`): a new
    /// link with its number, for example. A family that does not know the flag gives nothing.
    ///
    /// # Errors
    /// As [`Connection::request`].
    pub fn request_echo<'r, R, N>(
        &mut self,
        request: &R,
        modifiers: Modifiers,
    ) -> Result<Vec<N>, Error>
    where
        R: Do + NlAttrs<'r>,
        R::Family: Family<Protocol = P>,
        N: Notification<Family = R::Family>,
    {
        let call = Call::of_do::<R>().with(modifiers).echoed();
        let running = self.start(call, |buffer| encode_into(request, buffer))?;
        self.collect(running, |conn, span, _| Ok(N::decode(conn.channel.message(span)?)?))
    }

    /// As [`Connection::request`], for an operation that may answer with several messages although
    /// it is no dump, such as `options-get` of team: a list that does not fit into one. Where it
    /// only acknowledges, the list is empty.
    ///
    /// # Errors
    /// As [`Connection::request`]. An answer with a message that cannot be decoded is an error as
    /// a whole.
    pub fn request_all<'r, R>(&mut self, request: &R) -> Result<Vec<R::Reply>, Error>
    where
        R: Do + NlAttrs<'r>,
        R::Family: Family<Protocol = P>,
    {
        let running = self.start(Call::of_do::<R>(), |buffer| encode_into(request, buffer))?;
        self.collect(running, |conn, span, running| conn.decode_reply(span, running))
    }

    /// Reads an answer up to its end, each message through `read`.
    fn collect<V>(
        &mut self,
        running: Running,
        read: impl Fn(&Self, &Span, &Running) -> Result<V, Error>,
    ) -> Result<Vec<V>, Error> {
        let mut values = Vec::new();
        self.each_message(running, &mut |conn, span, running| {
            values.push(read(conn, span, running)?);
            Ok(())
        })?;
        Ok(values)
    }

    /// Asks, whatever protocol the types are of.
    pub(crate) fn ask<'r, R>(&mut self, call: Call, request: &R) -> Result<R::Reply, Error>
    where
        R: Do + NlAttrs<'r>,
    {
        let running = self.start(call, |buffer| encode_into(request, buffer))?;
        let mut reply = None;
        self.finish(running, &mut |message| {
            reply = Some(message.decode()?);
            Ok(())
        })?;
        match reply {
            Some(reply) => Ok(reply),
            None if R::ACK => Ok(R::Reply::default()),
            None => Err(Error::NoReply { request: call.name, overrun: false }),
        }
    }

    /// Several requests in one datagram.
    pub fn batch(&mut self) -> Batch<'_, P, T> {
        Batch::new(self)
    }

    /// Asks the kernel, and lends the reply to a projection of one's own, which may borrow from the
    /// receive buffer; `None` where the kernel only acknowledged.
    ///
    /// ```no_run
    /// # #[cfg(feature = "derive")] {
    /// use nlkit::{NlAttrs, NlStr, nlctrl::GetFamily};
    ///
    /// #[derive(Default, NlAttrs)]
    /// struct Brief<'a> {
    ///     #[nl(id = 2)]
    ///     name: Option<NlStr<'a>>,
    /// }
    ///
    /// let mut conn = nlkit::Connection::generic()?;
    /// let request = GetFamily { name: None, id: Some(16) };
    /// let length = conn.request_as::<Brief<'_>, _, _>(&request, |family| {
    ///     family.name.unwrap_or_default().as_bytes().len()
    /// })?;
    /// assert_eq!(length, Some("nlctrl".len()));
    /// # }
    /// # Ok::<(), nlkit::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Connection::request`].
    pub fn request_as<'r, V, R, O>(
        &mut self,
        request: &R,
        take: impl FnOnce(V::Of<'_>) -> O,
    ) -> Result<Option<O>, Error>
    where
        V: View,
        R: Do + NlAttrs<'r>,
        R::Family: Family<Protocol = P>,
    {
        let running = self.start(Call::of_do::<R>(), |buffer| encode_into(request, buffer))?;
        let (mut take, mut taken) = (Some(take), None);
        self.finish(running, &mut |message| {
            let view = message.decode()?;
            taken = take.take().map(|take| take(view));
            Ok(())
        })?;
        Ok(taken)
    }

    /// Asks the kernel for a list, whose entries come as the iterator goes on.
    ///
    /// # Errors
    /// Where the request cannot be sent. The kernel's refusal is the iterator's first item.
    pub fn dump<'r, R>(&mut self, request: &R) -> Result<Replies<'_, R::Reply, P, T>, Error>
    where
        R: Dump + NlAttrs<'r>,
        R::Family: Family<Protocol = P>,
    {
        self.start_dump(request).map(|running| Replies::new(self, running))
    }

    /// Asks the kernel for a list, whose entries are lent to a projection of one's own: a struct
    /// with just the attributes that are needed, which may borrow from the receive buffer.
    ///
    /// ```no_run
    /// # #[cfg(feature = "derive")] {
    /// use nlkit::{NlAttrs, NlStr, nlctrl::GetFamily};
    ///
    /// #[derive(Default, NlAttrs)]
    /// struct Brief<'a> {
    ///     #[nl(id = 2)]
    ///     name: Option<NlStr<'a>>,
    /// }
    ///
    /// let mut conn = nlkit::Connection::generic()?;
    /// let mut families = conn.dump_as::<Brief<'_>, _>(&GetFamily::default())?;
    /// while let Some(family) = families.next() {
    ///     println!("{:?}", family?.name);
    /// }
    /// # }
    /// # Ok::<(), nlkit::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Connection::dump`].
    pub fn dump_as<'r, V, R>(&mut self, request: &R) -> Result<Views<'_, V, P, T>, Error>
    where
        V: View,
        R: Dump + NlAttrs<'r>,
        R::Family: Family<Protocol = P>,
    {
        self.start_dump(request).map(|running| Views::new(self, running))
    }

    fn start_dump<'r, R>(&mut self, request: &R) -> Result<Running, Error>
    where
        R: Dump + NlAttrs<'r>,
        R::Family: Family<Protocol = P>,
    {
        self.channel.drain_dump()?;
        self.start(Call::of_dump::<R>(), |buffer| encode_into(request, buffer))
    }
}

/// To poll it for what comes.
impl<P, T: AsFd> AsFd for Connection<P, T> {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.channel.transport.as_fd()
    }
}

/// Without the buffers, which are long.
impl<P, T: fmt::Debug> fmt::Debug for Connection<P, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let families: Vec<_> = self.families.iter().map(|known| known.name).collect();
        f.debug_struct("Connection")
            .field("transport", &self.channel.transport)
            .field("families", &families)
            .field("kept_notifications", &self.channel.notifications.len())
            .finish_non_exhaustive()
    }
}
