//! A blocking connection: requests, and what they have in common with dumps and subscriptions.

use std::fmt;
use std::task::Poll;
use std::time::Duration;

use crate::attrs::{NlAttrs, View, decode_into};
use crate::batch::Batch;
use crate::call::{Call, Running};
use crate::counters::Counters;
use crate::dump::{Replies, Views};
use crate::engine::Engine;
use crate::error::{Error, RequestName};
use crate::extack::Warning;
use crate::family::{Do, Dump, Family, Generic, Netfilter, Notification, Protocol, Route};
use crate::heard::Part;
use crate::message::Message;
use crate::modifiers::Modifiers;
use crate::socket::Socket;
use crate::transport::Transport;
use crate::wait::{Block, answer_timeout};

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
    pub(crate) engine: Engine<P, T>,
    timeout: Option<Duration>,
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
        Self { engine: Engine::new(transport), timeout: None }
    }

    /// Ends each wait for an answer or a notification after `timeout` with [`Error::Timeout`], which in
    /// an iterator is an item; `None`, as at first, waits as long as it takes.
    ///
    /// The kernel answers at once or not at all, and tells that it has nothing to say. So a timeout
    /// matters for other processes, whose answers are waited for 10 seconds where nothing is set, and
    /// for notifications. It does not end the time that the kernel takes to carry a request out,
    /// which it does while it is being sent.
    pub fn set_timeout(&mut self, timeout: Option<Duration>) {
        self.timeout = timeout;
    }

    /// What went over the connection so far.
    pub fn counters(&self) -> Counters {
        self.engine.counters()
    }

    /// What the kernel remarked on requests that it carried out, since this was asked the last time:
    /// the latest 64.
    pub fn take_warnings(&mut self) -> Vec<Warning> {
        std::mem::take(&mut self.engine.warnings)
    }

    /// How calls wait for answers.
    pub(crate) fn block(&self) -> Block {
        Block::new(answer_timeout(self.timeout, self.engine.channel.transport.peer()))
    }

    /// How they wait for what nobody has to tell.
    pub(crate) fn block_told(&self) -> Block {
        Block::new(self.timeout)
    }

    /// The transport.
    pub fn transport(&self) -> &T {
        &self.engine.channel.transport
    }

    /// The transport, to set options of one's own.
    pub fn transport_mut(&mut self) -> &mut T {
        &mut self.engine.channel.transport
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
        self.collect(call, request, |engine, part, _| Ok(N::decode(engine.channel.message(part)?)?))
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
        self.collect(Call::of_do::<R>().with_many(), request, |engine, part, running| {
            engine.decode_reply(part, running)
        })
    }

    /// Reads an answer up to its end, each message through `read`.
    fn collect<'r, R, V>(
        &mut self,
        call: Call,
        request: &R,
        read: impl Fn(&Engine<P, T>, &Part, &Running) -> Result<V, Error>,
    ) -> Result<Vec<V>, Error>
    where
        R: NlAttrs<'r>,
    {
        let mut values = Vec::new();
        let mut wait = self.block();
        let mut running = self.engine.write(call, request)?;
        let answer = self.engine.poll_each(&mut running, &mut wait, &mut |engine, part, it| {
            values.push(read(engine, part, it)?);
            Ok(())
        });
        self.engine.close(&mut running);
        ready(answer).map(|()| values)
    }

    fn ask<'r, R>(&mut self, call: Call, request: &R) -> Result<R::Reply, Error>
    where
        R: Do + NlAttrs<'r>,
    {
        // Decoded where it is returned: some replies are 2 KiB, which are not to be moved.
        let mut reply = Ok(R::Reply::default());
        let answer =
            self.ask_for(call, request, &mut |message| decode_into_ok(&mut reply, &message));
        if let Err(error) = answer.and_then(|replied| acknowledged::<R>(replied)) {
            reply = Err(error);
        }
        reply
    }

    /// Asks, and reads an answer of one reply at most; false where the kernel only acknowledged.
    fn ask_for<'r, R: NlAttrs<'r>>(
        &mut self,
        call: Call,
        request: &R,
        take: &mut dyn FnMut(Message<'_>) -> Result<(), Error>,
    ) -> Result<bool, Error> {
        let mut wait = self.block();
        let mut running = self.engine.write(call, request)?;
        let answer = self.engine.poll_one(&mut running, &mut wait, take);
        self.engine.close(&mut running);
        ready(answer)
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
        let (mut take, mut taken) = (Some(take), None);
        self.ask_for(Call::of_do::<R>(), request, &mut |message| {
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
        let running = self.engine.write(Call::of_dump::<R>(), request)?;
        self.start(running)
    }

    /// Sends a request, whose answer is for whoever has it then.
    pub(crate) fn start(&mut self, mut running: Running) -> Result<Running, Error> {
        let mut wait = self.block();
        match ready(self.engine.poll_sent(&mut running, &mut wait)) {
            Ok(()) => Ok(running),
            Err(error) => {
                self.engine.close(&mut running);
                Err(error)
            }
        }
    }

    /// Asks the kernel for a list until it comes whole: where the data changed meanwhile
    /// ([`Error::DumpInterrupted`]) or a part was lost, it asks again, `attempts` times in all.
    ///
    /// # Errors
    /// As [`Connection::dump`]; [`Error::DumpInterrupted`], or how a part was lost, where that
    /// happened at the last attempt, too. An entry that cannot be decoded is an error as a whole.
    pub fn dump_consistent<'r, R>(
        &mut self,
        request: &R,
        attempts: u32,
    ) -> Result<Vec<R::Reply>, Error>
    where
        R: Dump + NlAttrs<'r>,
        R::Family: Family<Protocol = P>,
    {
        let mut attempt = 1;
        loop {
            match self.dump(request)?.collect() {
                Err(error) if error.is_incomplete() && attempt < attempts => attempt += 1,
                outcome => return outcome,
            }
        }
    }
}

/// What a wait that blocks gives, which is never pending.
pub(crate) fn ready<V>(poll: Poll<Result<V, Error>>) -> Result<V, Error> {
    match poll {
        Poll::Ready(outcome) => outcome,
        Poll::Pending => Err(Error::Io(std::io::ErrorKind::WouldBlock.into())),
    }
}

/// Decodes a message into a value that is there.
pub(crate) fn decode_into_ok<R: for<'m> NlAttrs<'m>>(
    value: &mut Result<R, Error>,
    message: &Message<'_>,
) -> Result<(), Error> {
    let Ok(value) = value else { return Ok(()) };
    Ok(decode_into(value, message.attrs())?)
}

/// Whether an answer without a reply is one: then it stands for an empty reply.
pub(crate) fn acknowledged<R: Do>(replied: bool) -> Result<(), Error> {
    if replied || R::ACK {
        return Ok(());
    }
    let request = RequestName { family: R::Family::NAME, operation: R::NAME };
    Err(Error::NoReply { request, overrun: false })
}

/// Without the buffers, which are long.
impl<P, T: fmt::Debug> fmt::Debug for Connection<P, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let families: Vec<_> = self.engine.families.iter().map(|known| known.name).collect();
        f.debug_struct("Connection")
            .field("transport", &self.engine.channel.transport)
            .field("families", &families)
            .field("kept_notifications", &self.engine.channel.listeners.kept())
            .finish_non_exhaustive()
    }
}
