//! The receive buffer: when it is full, what is lost, and how that is told.

use nlkit::sim::{Kernel, Socket};
use nlkit::wire::{flag, kind};
use nlkit::{Error, Generic, Transport};
use nlkit_tests::raw;
use nlkit_tests::tunnel::{Family, Notification, PEERS, Tunnel, tunnel};

use crate::{id, kernel, messages, names, peer, receive, receive_all, request};

/// What the kernel counts for a datagram with one small message.
const SMALL: usize = 512 + 256;
/// The least receive buffer, and how many small datagrams fit into it.
const LEAST: usize = 2304;

fn tell(kernel: &Kernel, key: u8) {
    kernel.notify(PEERS, &Notification::PeerAdd(peer(key))).unwrap();
}

fn listener(kernel: &Kernel) -> Socket {
    let mut socket = kernel.socket::<Generic>();
    let mut conn = kernel.connect::<Generic>();
    let number = conn.family::<Family>().unwrap().group("peers").unwrap();
    socket.join(number).unwrap();
    socket.set_receive_buffer(1);
    socket
}

/// The key of the peer that a datagram tells of, or the errno.
fn key(socket: &mut Socket) -> Result<u8, i32> {
    match receive(socket, 4096) {
        Ok((datagram, _)) => Ok(*messages(&datagram).remove(0).1.last().unwrap()),
        Err(error) => Err(error.raw_os_error().unwrap_or(0)),
    }
}

/// As in the kernel: ENOBUFS comes first and once, then what is still queued; what is sent before
/// the queue is empty is lost without another word.
#[test]
fn an_overflow_is_told_once_before_what_is_queued() {
    let (kernel, _) = kernel();
    let mut socket = listener(&kernel);
    let fit = LEAST / SMALL;
    for number in 1..=fit + 2 {
        tell(&kernel, number.try_into().unwrap());
    }
    assert_eq!(key(&mut socket), Err(libc::ENOBUFS));
    assert_eq!(key(&mut socket), Ok(1));
    tell(&kernel, 100); // there is room, but the socket is congested
    assert_eq!([key(&mut socket), key(&mut socket)], [Ok(2), Ok(3)]);
    assert_eq!(key(&mut socket), Err(0), "nothing, and no second ENOBUFS");
    tell(&kernel, 101);
    assert_eq!(key(&mut socket), Ok(101));
}

#[test]
fn answers_are_lost_too_while_the_queue_is_congested() {
    let (kernel, _) = kernel();
    let mut socket = listener(&kernel);
    (1..=5).for_each(|key| tell(&kernel, key));
    let noop = raw::header(kind::NOOP, flag::REQUEST | flag::ACK, 7, 0, 0);
    socket.send(&raw::message(noop, &[])).unwrap();
    assert_eq!(key(&mut socket), Err(libc::ENOBUFS));
    let left = receive_all(&mut socket, 4096);
    assert!(left.iter().all(|it| messages(it)[0].0.seq == 0), "no ACK among them");
    socket.send(&raw::message(noop, &[])).unwrap();
    assert_eq!(receive_all(&mut socket, 4096).len(), 1);
}

#[test]
fn a_datagram_that_is_longer_than_the_buffer_fits_into_an_empty_one() {
    let (kernel, tunnels) = kernel();
    tunnels.put([tunnel(1, &"x".repeat(11_000))]);
    let mut conn = kernel.connect::<Generic>();
    conn.transport_mut().set_receive_buffer(1);
    let reply = conn.request(&Tunnel::new().with_ifindex(1)).unwrap();
    assert_eq!(reply.ifname.unwrap().as_bytes().len(), 11_000);
}

#[test]
fn a_connection_tells_of_lost_notifications_and_goes_on() {
    let (kernel, _) = kernel();
    let mut conn = kernel.connect::<Generic>();
    conn.join(PEERS).unwrap();
    conn.transport_mut().set_receive_buffer(1);
    (1..=5).for_each(|key| tell(&kernel, key));
    assert!(matches!(conn.notification(), Err(Error::Lost)));
    for _ in 0..3 {
        assert!(conn.try_notification().unwrap().is_some());
    }
    let again = conn.try_notification();
    assert!(matches!(again, Err(Error::Lost)), "what came while they were read is lost, too");
    assert!(conn.try_notification().unwrap().is_none());
    assert_eq!(conn.request(&Tunnel::new().with_ifindex(1)).unwrap(), tunnel(1, "a"));
    tell(&kernel, 6);
    assert!(conn.try_notification().unwrap().is_some());
}

#[test]
fn a_dump_goes_on_once_half_of_the_buffer_is_free() {
    let (kernel, tunnels) = kernel();
    tunnels.put((1..=1000).map(|number| tunnel(number, "x")));
    let mut conn = kernel.connect::<Generic>();
    conn.transport_mut().set_receive_buffer(1);
    assert_eq!(names(&mut conn).unwrap().len(), 1000);
}

#[test]
fn a_dump_does_not_begin_in_a_full_buffer() {
    let (kernel, tunnels) = kernel();
    tunnels.put((1..=100).map(|number| tunnel(number, "x")));
    let mut socket = listener(&kernel);
    (1..=5).for_each(|key| tell(&kernel, key));
    socket.send(&request(id(&kernel), 1, flag::DUMP, 1, &[])).unwrap();
    assert_eq!(key(&mut socket), Err(libc::ENOBUFS));
    let left = receive_all(&mut socket, 4096);
    assert!(left.iter().all(|it| messages(it)[0].0.seq == 0), "neither dump nor error");
}
