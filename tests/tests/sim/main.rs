//! The simulated kernel, through connections and datagram by datagram.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "helpers of tests")]

mod answers;
mod buffers;
mod dumps;
mod families;
mod faults;
mod life;
mod live;
mod notifications;
mod policies;
mod raw_protocols;
mod scripts;
mod tasks;
mod time;

use std::io;
use std::sync::{Arc, Mutex};

use nlkit::serve::{Refusal, Service};
use nlkit::session::Source;
use nlkit::sim::{Kernel, Socket};
use nlkit::wire::{Header, align, flag};
use nlkit::{Connection, Generic, Transport};
use nlkit_tests::raw;
use nlkit_tests::tunnel::{self, Family, Notification, Peer, Set, Tunnel, tunnel};

/// A kernel with the family `tunnel` and its tunnels: three, unless a test changes that.
fn kernel() -> (Kernel, Tunnels) {
    let kernel = Kernel::new();
    let tunnels = Tunnels::default();
    kernel.add(tunnels.service());
    (kernel, tunnels)
}

/// The tunnels that there are.
#[derive(Clone)]
struct Tunnels(Arc<Mutex<Vec<Tunnel>>>);

impl Default for Tunnels {
    fn default() -> Self {
        let tunnels = (1..).zip(["a", "b", "c"]).map(|(number, name)| tunnel(number, name));
        Self(Arc::new(Mutex::new(tunnels.collect())))
    }
}

impl Tunnels {
    fn all(&self) -> Vec<Tunnel> {
        self.0.lock().unwrap().clone()
    }

    fn put(&self, tunnels: impl IntoIterator<Item = Tunnel>) {
        *self.0.lock().unwrap() = tunnels.into_iter().collect();
    }

    fn service(&self) -> Service<Family> {
        let mut service = Service::new();
        service.group(tunnel::PEERS);
        let tunnels = self.clone();
        service.on_do(move |request: Tunnel, _| {
            let number =
                request.ifindex.ok_or_else(|| Refusal::new(libc::EINVAL).missing(".ifindex"))?;
            let found = tunnels.all().into_iter().find(|it| it.ifindex == Some(number));
            found.ok_or_else(|| Refusal::new(libc::ENODEV).attribute(".ifindex"))
        });
        let tunnels = self.clone();
        service.on_dump(move |_: Tunnel, _| Ok(tunnels.all()));
        service.on_do(|request: Set, call| {
            for (index, peer) in request.peers.iter().flatten().enumerate() {
                if peer.public_key.is_none() {
                    let path = format!(".peers[{index}]");
                    return Err(Refusal::new(libc::EINVAL).missing(format!("{path}.public-key")));
                }
                if let Some(at) =
                    peer.allowedips.iter().flatten().position(|it| it.cidr_mask > Some(128))
                {
                    let path = format!(".peers[{index}].allowedips[{at}].cidr-mask");
                    let refusal = Refusal::new(libc::ERANGE).message("mask too long");
                    return Err(refusal.attribute(path).cookie(*b"cookie"));
                }
                call.notify(tunnel::PEERS, &Notification::PeerAdd(peer.clone()))?;
            }
            call.warn("done, but look");
            Ok(())
        });
        service
    }
}

fn peer(key: u8) -> Peer {
    Peer::new().with_public_key([key; 4])
}

/// The names of a dump's entries.
fn names<T: Transport>(conn: &mut Connection<Generic, T>) -> Result<Vec<String>, nlkit::Error> {
    let dump = conn.dump(&Tunnel::new())?;
    dump.map(|tunnel| Ok(tunnel?.ifname.unwrap().to_string())).collect()
}

/// The id that the family has now.
fn id(kernel: &Kernel) -> u16 {
    let mut conn = kernel.connect::<Generic>();
    conn.family::<Family>().unwrap().id.unwrap()
}

/// A request of generic netlink, from no port: the kernel takes that of the socket.
fn request(id: u16, cmd: u8, flags: u16, seq: u32, attrs: &[u8]) -> Vec<u8> {
    raw::genl(id, flag::REQUEST | flags, seq, 0, cmd, attrs)
}

/// What a receive with this much room gives.
fn receive(socket: &mut Socket, room: usize) -> io::Result<(Vec<u8>, Source)> {
    let mut buffer = Vec::with_capacity(room);
    let received = socket.receive(&mut buffer)?;
    Ok((buffer, received.source))
}

/// All datagrams that are there, or come as they are received.
fn receive_all(socket: &mut Socket, room: usize) -> Vec<Vec<u8>> {
    std::iter::from_fn(|| receive(socket, room).ok()).map(|(datagram, _)| datagram).collect()
}

/// The messages in a datagram: header and body.
fn messages(datagram: &[u8]) -> Vec<(Header, Vec<u8>)> {
    let mut rest = datagram;
    let mut messages = Vec::new();
    while let Some(header) = Header::parse(rest) {
        let len = header.len as usize;
        messages.push((header, rest[16..len].to_vec()));
        rest = rest.get(align(len)..).unwrap_or_default();
    }
    messages
}

/// Types and flags of the messages in datagrams.
fn shapes(datagrams: &[Vec<u8>]) -> Vec<Vec<(u16, u16)>> {
    let shape = |datagram: &Vec<u8>| {
        messages(datagram).iter().map(|(header, _)| (header.kind, header.flags)).collect()
    };
    datagrams.iter().map(shape).collect()
}

fn errno(datagram: &[u8]) -> i32 {
    let (header, body) = messages(datagram).remove(0);
    assert_eq!(header.kind, nlkit::wire::kind::ERROR);
    -i32::from_ne_bytes(body[..4].try_into().unwrap())
}
