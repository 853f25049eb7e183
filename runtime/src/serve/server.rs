//! A process that answers others.

use std::collections::{BTreeMap, VecDeque};
use std::convert::Infallible;
use std::fmt;
use std::io;
use std::marker::PhantomData;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::answer::{Outlet, answer};
use super::call::Client;
use super::dump::Dump;
use super::refusal::Refusal;
use super::service::{Declared, Service, Shared};
use crate::errno;
use crate::error::Error;
use crate::family::{Family, Group, Notification, Protocol};
use crate::socket::Socket;
use crate::transport::Transport;
use crate::wire::{HEADER_LEN, Header, kind};

/// Length of a dump's datagrams: no client has a smaller buffer, by netlink's manual.
const DUMP: usize = 8192;
/// The longest request that is read in one go; a longer one is looked at twice.
const REQUEST: usize = 64 * 1024;
/// How many datagrams are kept for a client that does not read them; what comes then is lost to it, and
/// it is told so (NLMSG_OVERRUN), as when the kernel's buffer is full.
const KEPT: usize = 4096;
/// How many requests are answered before what there was no room for is tried again.
const TURN: usize = 256;
/// How long to wait before a client that had no room is tried again: at first, and at most.
const SHORTEST_PAUSE: Duration = Duration::from_millis(1);
const LONGEST_PAUSE: Duration = Duration::from_millis(100);

/// Answers the requests of other processes, over [`Usersock`](crate::Usersock) or another protocol that
/// the kernel leaves to them, with the services that a kernel could have.
///
/// Clients are connections whose socket has the server's port id as its
/// [`peer`](crate::SocketOptions::peer). Who asks as root is privileged. There is one thread, and a
/// client that does not read holds up none of the others.
///
/// # Examples
/// ```no_run
/// # #[cfg(feature = "derive")] {
/// use nlkit::serve::{Server, Service};
/// use nlkit::{Family, Socket, Usersock};
/// # #[derive(Default, nlkit::NlAttrs)]
/// # struct Get { #[nl(id = 1)] id: Option<u32> }
/// # impl nlkit::Do for Get {
/// #     type Family = Lamp;
/// #     type Reply = Get;
/// #     const NAME: &'static str = "get";
/// #     const CMD: u16 = 16;
/// # }
///
/// enum Lamp {}
/// impl Family for Lamp {
///     type Protocol = Usersock;
///     const NAME: &'static str = "lamp";
/// }
///
/// let mut lamps = Service::<Lamp>::new();
/// lamps.on_do(|request: Get, _| Ok(request));
/// let mut server = Server::<Usersock>::new(Socket::options().port(4000).open::<Usersock>()?)?;
/// server.add(lamps);
/// server.run()?;
/// # }
/// # Ok::<(), std::io::Error>(())
/// ```
pub struct Server<P> {
    desk: Desk,
    received: Vec<u8>,
    pause: Duration,
    protocol: PhantomData<fn() -> P>,
}

/// What a server has while it answers a request.
struct Desk {
    socket: Socket,
    services: Vec<Shared>,
    /// By port: what there was no room for yet.
    backlogs: BTreeMap<u32, Backlog>,
    /// Who is being answered.
    client: u32,
    /// Why a notification could not be sent.
    failed: Option<io::Error>,
}

#[derive(Default)]
struct Backlog {
    datagrams: VecDeque<Vec<u8>>,
    dump: Option<Dump>,
    /// Something was lost behind the last of the datagrams.
    lost: bool,
}

impl<P: Protocol> Server<P> {
    /// A server on a socket of protocol `P`, without a service yet.
    ///
    /// # Errors
    /// Where the socket cannot be told to say who sends.
    pub fn new(socket: Socket) -> io::Result<Self> {
        const { assert!(!P::GENERIC, "the kernel alone answers generic netlink") };
        socket.socket.pass_credentials()?;
        let (services, backlogs) = (Vec::new(), BTreeMap::new());
        let desk = Desk { socket, services, backlogs, client: 0, failed: None };
        let protocol = PhantomData;
        Ok(Self { desk, received: Vec::new(), pause: SHORTEST_PAUSE, protocol })
    }

    /// Adds the services of a family. Families of one server have different numbers for their operations.
    pub fn add<F: Family<Protocol = P>>(&mut self, service: Service<F>) -> &mut Self {
        self.desk.services.push(Arc::new(Mutex::new(service.core)));
        self
    }

    /// The socket, for its port id, for example.
    pub fn socket(&self) -> &Socket {
        &self.desk.socket
    }

    /// Tells a group, 1 to 32.
    ///
    /// # Errors
    /// Where the group has no number or cannot be sent to, or a value does not fit into a message.
    pub fn notify<N>(&self, group: Group<N>, message: &N) -> Result<(), Error>
    where
        N: Notification,
        N::Family: Family<Protocol = P>,
    {
        let family = N::Family::NAME;
        let unknown = Error::UnknownGroup { family, group: group.name() };
        let number = Declared::number_in(&[], group).ok_or(unknown)?;
        let mut attrs = Vec::new();
        let cmd = message.encode(&mut attrs)?;
        let envelope = super::Envelope { generic: false, id: 0, version: 0 };
        Ok(self.desk.socket.send_to_group(&envelope.notification(cmd, &attrs), number)?)
    }

    /// Answers requests for ever.
    ///
    /// # Errors
    /// Of the socket.
    pub fn run(&mut self) -> io::Result<Infallible> {
        loop {
            self.serve(None)?;
        }
    }

    /// Waits for requests and answers those that are there, some hundreds at most; false where `timeout` passed before one
    /// came. To serve together with other things, poll the descriptor for reading, then call this with a
    /// timeout of 0.
    ///
    /// # Errors
    /// Of the socket, and where a notification of a handler cannot be sent.
    pub fn serve(&mut self, timeout: Option<Duration>) -> io::Result<bool> {
        let mut left = timeout;
        loop {
            self.desk.send_backlogs();
            if self.receive()? {
                // Not without end: those that wait for the rest of their answers have a turn, too.
                for _ in 1..TURN {
                    if !self.receive()? {
                        break;
                    }
                }
                return Ok(true);
            }
            // Nothing tells when a client has room again.
            let waiting = !self.desk.backlogs.is_empty();
            self.pause = if waiting { (self.pause * 2).min(LONGEST_PAUSE) } else { SHORTEST_PAUSE };
            let wait =
                if waiting { Some(left.unwrap_or(self.pause).min(self.pause)) } else { left };
            let ready = self.desk.socket.wait(wait)?;
            left = left.map(|left| left.saturating_sub(wait.unwrap_or_default()));
            if !ready && left.is_some_and(|left| left.is_zero()) {
                return Ok(false);
            }
        }
    }

    /// Answers the next datagram of requests, if there is one.
    fn receive(&mut self) -> io::Result<bool> {
        self.received.clear();
        self.received.reserve(REQUEST);
        let (port, privileged) = match self.desk.receive(&mut self.received) {
            Ok(received) => received,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(false),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => return Ok(true),
            // Requests were lost: who has sent them will not be answered.
            Err(error) if errno::of(&error) == Some(errno::ENOBUFS) => return Ok(true),
            Err(error) => return Err(error),
        };
        if port == 0 {
            return Ok(true);
        }
        self.desk.client = port;
        let client = Client { privileged, ..Client::new(port) };
        answer(&self.received, client, &mut self.desk);
        self.desk.failed.take().map_or(Ok(true), Err)
    }
}

impl Desk {
    /// Takes a datagram: who has sent it, and whether that is root.
    fn receive(&self, buffer: &mut Vec<u8>) -> io::Result<(u32, bool)> {
        let mut received = self.socket.socket.peek(buffer)?;
        if received.len > buffer.len() {
            // It is still there: once more, with room for it.
            buffer.clear();
            buffer.reserve(received.len);
            received = self.socket.socket.peek(buffer)?;
        }
        let root = self.socket.socket.take_privilege()?;
        Ok((received.source.port, root))
    }

    /// Sends what there was no room for, as far as there is now.
    fn send_backlogs(&mut self) {
        let socket = &self.socket;
        self.backlogs.retain(|port, backlog| backlog.send(socket, *port));
    }
}

impl Backlog {
    /// False where nothing is left, or nobody is there any more.
    fn send(&mut self, socket: &Socket, port: u32) -> bool {
        loop {
            if self.datagrams.is_empty() && std::mem::take(&mut self.lost) {
                self.datagrams.push_back(overrun(port));
            }
            if self.datagrams.is_empty() {
                let Some(dump) = &mut self.dump else { return false };
                let (datagram, last) = dump.next(DUMP);
                if last {
                    self.dump = None;
                }
                self.datagrams.push_back(datagram);
            }
            let Some(datagram) = self.datagrams.front() else { return false };
            match socket.send_to(datagram, port) {
                Ok(()) => drop(self.datagrams.pop_front()),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return true,
                Err(_) => return false,
            }
        }
    }
}

/// What tells a client that messages were lost.
fn overrun(port: u32) -> Vec<u8> {
    let len = HEADER_LEN as u32;
    Header { len, kind: kind::OVERRUN, flags: 0, seq: 0, port }.to_bytes().to_vec()
}

impl Outlet for Desk {
    fn find(&mut self, header: &Header) -> Result<Shared, Refusal> {
        let has = |service: &&Shared| {
            let core = service.lock().unwrap_or_else(PoisonError::into_inner);
            core.operations.contains_key(&header.kind)
        };
        let found = self.services.iter().find(has).cloned();
        found.ok_or_else(|| Refusal::new(errno::EOPNOTSUPP))
    }

    /// A client reads its dump to the end before it asks for another. One that asks meanwhile is another
    /// one, which has the port id of one that is gone: it is not to get what that one left.
    fn dumping(&mut self) -> bool {
        if self.backlogs.get(&self.client).is_some_and(|backlog| backlog.dump.is_some()) {
            self.backlogs.remove(&self.client);
        }
        false
    }

    fn unicast(&mut self, datagram: Vec<u8>, _: u32) {
        let backlog = self.backlogs.entry(self.client).or_default();
        // Behind a loss nothing is kept: a reply that is lost must not be followed by its ACK.
        backlog.lost |= backlog.datagrams.len() >= KEPT;
        if !backlog.lost {
            backlog.datagrams.push_back(datagram);
        }
        if !backlog.send(&self.socket, self.client) {
            self.backlogs.remove(&self.client);
        }
    }

    /// The kernel sends for us, to all that listen: who asked for an echo hears it twice where it listens.
    fn multicast(&mut self, group: u32, datagram: &[u8], _: Option<u32>) {
        if let Err(error) = self.socket.send_to_group(datagram, group) {
            self.failed = Some(error);
        }
    }

    fn start(&mut self, dump: Dump) -> Result<(), Refusal> {
        let backlog = self.backlogs.entry(self.client).or_default();
        backlog.dump = Some(dump);
        if !backlog.send(&self.socket, self.client) {
            self.backlogs.remove(&self.client);
        }
        Ok(())
    }
}

impl<P> fmt::Debug for Server<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server").field("socket", &self.desk.socket).finish_non_exhaustive()
    }
}
