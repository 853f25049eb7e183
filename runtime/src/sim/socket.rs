//! A socket of the simulated kernel.

use std::fmt;
use std::io;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use super::faults::{Faults, SendFault};
use super::inbox::{Delivery, Inbox, told_to};
use super::kernel::Kernel;
use super::sleep::Sleep;
use crate::errno;
use crate::serve::{Client, Dump, Outlet, Refusal, Shared, answer};
use crate::session::Source;
use crate::transport::{AsyncTransport, Received, Transport};
use crate::wire::Header;

/// The least that the kernel makes a dump's datagram for (NLMSG_GOODSIZE, with pages of 4 KiB).
const LEAST_DUMP: usize = 3776;
/// The most, however large the receive buffers are: 32 KiB with the kernel's bookkeeping.
const MOST_DUMP: usize = 32_768 - 320;
/// The longest datagram that can be sent (net.core.wmem_default, less what the kernel keeps).
const LONGEST: usize = 212_992 - 32;

/// A socket of a simulated [`Kernel`]: what a connection to it stands on.
pub struct Socket {
    kernel: Kernel,
    protocol: i32,
    client: Client,
    inbox: Arc<Inbox>,
    /// The dump that is under way.
    dump: Option<Dump>,
    /// The largest receive so far, which says how large a dump's datagrams are.
    largest: usize,
}

impl Socket {
    pub(super) fn new(kernel: Kernel, protocol: i32, client: Client, inbox: Arc<Inbox>) -> Self {
        Self { kernel, protocol, client, inbox, dump: None, largest: LEAST_DUMP }
    }

    /// Whether the socket may use operations that need `CAP_NET_ADMIN`; it may, unless told otherwise.
    pub fn set_privileged(&mut self, privileged: bool) {
        self.client.privileged = privileged;
    }

    /// Whether answers have extended ACKs (`NETLINK_EXT_ACK`); they have, unless told otherwise.
    pub fn set_ext_ack(&mut self, ext_ack: bool) {
        self.client.ext_ack = ext_ack;
    }

    /// Whether errors repeat no more of the request than its header (`NETLINK_CAP_ACK`); they do not,
    /// unless told otherwise.
    pub fn set_cap_ack(&mut self, cap_ack: bool) {
        self.client.cap_ack = cap_ack;
    }

    /// The size in bytes of the receive buffer (`SO_RCVBUF`), doubled as the kernel does it.
    pub fn set_receive_buffer(&self, bytes: u32) {
        self.inbox.lock().set_limit(bytes);
    }

    /// Whether the socket hears of what is told in other network namespaces, too
    /// (`NETLINK_LISTEN_ALL_NSID`); it does not, unless told to.
    pub fn set_listen_all_namespaces(&self, all: bool) {
        self.inbox.lock().all_namespaces = all;
    }

    /// What goes wrong from now on, instead of what did.
    pub fn set_faults(&self, faults: &Faults) {
        self.inbox.lock().faults = faults.of_socket(self.client.port);
    }

    /// The socket's time: 0 at first. Only waiting for what a fault delays moves it.
    pub fn time(&self) -> Duration {
        self.inbox.lock().clock
    }

    /// The groups that were joined and not left.
    pub fn groups(&self) -> Vec<u32> {
        self.inbox.lock().groups.iter().copied().collect()
    }

    /// Makes the dump's next datagram.
    fn go_on(&mut self) {
        let Some(dump) = &mut self.dump else { return };
        if !self.inbox.lock().has_room(self.largest) {
            return self.inbox.lock().fail(errno::ENOBUFS);
        }
        let (datagram, last) = dump.next(self.largest);
        if last {
            self.dump = None;
        }
        self.inbox.deliver(datagram, Source::default(), Delivery::Dump);
    }
}

impl Transport for Socket {
    fn port(&self) -> u32 {
        self.client.port
    }

    fn send(&mut self, datagram: &[u8]) -> io::Result<()> {
        let fault = self.inbox.lock().faults.sending(datagram);
        let refused = match (fault, datagram.len()) {
            (Some(SendFault::Errno(errno)), _) => Some(errno),
            (_, 0) => Some(errno::ENODATA),
            (_, len) if len > LONGEST => Some(errno::EMSGSIZE),
            _ if !self.kernel.speaks(self.protocol) => Some(errno::ECONNREFUSED),
            _ => None,
        };
        if let Some(errno) = refused {
            return Err(errno::error(errno));
        }
        let client = self.client;
        let no_family = fault == Some(SendFault::NoFamily);
        answer(datagram, client, &mut Desk { socket: self, no_family });
        Ok(())
    }

    fn receive(&mut self, buffer: &mut Vec<u8>) -> io::Result<Received> {
        let room = buffer.capacity().saturating_sub(buffer.len());
        let received = self.inbox.lock().receive(buffer)?;
        // As the kernel does it: the next part of a dump is made as the last is received.
        self.largest = self.largest.max(room).min(MOST_DUMP);
        if self.dump.is_some() && self.inbox.lock().is_half_empty() {
            self.go_on();
        }
        Ok(received)
    }

    fn wait(&mut self, timeout: Option<Duration>) -> io::Result<bool> {
        Ok(self.inbox.wait(timeout))
    }

    fn join(&mut self, group: u32) -> io::Result<()> {
        if group == 0 {
            return Err(errno::error(errno::EINVAL));
        }
        self.inbox.lock().groups.insert(group);
        Ok(())
    }

    fn leave(&mut self, group: u32) -> io::Result<()> {
        self.inbox.lock().groups.remove(&group);
        Ok(())
    }
}

impl AsyncTransport for Socket {
    type Sleep = Sleep;

    fn poll_receive(
        &mut self,
        cx: &mut Context<'_>,
        buffer: &mut Vec<u8>,
    ) -> Poll<io::Result<Received>> {
        loop {
            match self.receive(buffer) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                received => return Poll::Ready(received),
            }
            if !self.inbox.register(cx.waker()) {
                return Poll::Pending;
            }
        }
    }

    fn sleep(&self, duration: Duration) -> Sleep {
        Sleep::new(self.inbox.clone(), duration)
    }
}

/// The kernel's side of a socket while a datagram that it has sent is answered.
struct Desk<'s> {
    socket: &'s mut Socket,
    no_family: bool,
}

impl Outlet for Desk<'_> {
    fn find(&mut self, header: &Header) -> Result<Shared, Refusal> {
        match self.no_family {
            true => Err(Refusal::new(errno::ENOENT)),
            false => self.socket.kernel.find(self.socket.protocol, header),
        }
    }

    fn dumping(&mut self) -> bool {
        self.socket.dump.is_some()
    }

    fn unicast(&mut self, datagram: Vec<u8>, group: u32) {
        self.socket.inbox.deliver(datagram, told_to(group), Delivery::Message);
    }

    fn multicast(&mut self, group: u32, datagram: &[u8], except: Option<u32>) {
        self.socket.kernel.multicast(self.socket.protocol, group, datagram, except);
    }

    fn start(&mut self, dump: Dump) -> Result<(), Refusal> {
        if !self.socket.inbox.lock().has_room(self.socket.largest) {
            return Err(Refusal::new(errno::ENOBUFS));
        }
        self.socket.dump = Some(dump);
        self.socket.go_on();
        Ok(())
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.kernel.close(&self.inbox);
    }
}

impl fmt::Debug for Socket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Socket")
            .field("protocol", &self.protocol)
            .field("port", &self.client.port)
            .finish_non_exhaustive()
    }
}
