//! The simulated nlctrl and the running kernel's: the same requests have the same kinds of answers.

use std::io;

use nlkit::nlctrl;
use nlkit::sim::Kernel;
use nlkit::wire::{HEADER_LEN, flag, kind};
use nlkit::{Generic, Socket, Transport};
use nlkit_tests::raw;

use crate::{messages, request};

/// A message of an answer: type, flags, sequence number, errno where it has one, and what else is
/// fixed in its body.
type Shape = (u16, u16, u32, Option<i32>, Vec<u8>);

/// Sends a datagram and gives the shape of each datagram of the answer, one of each kind of message.
fn ask(socket: &mut impl Transport, datagram: &[u8]) -> Result<Vec<Vec<Shape>>, Option<i32>> {
    socket.send(datagram).map_err(|error| error.raw_os_error())?;
    let mut answer = Vec::new();
    loop {
        let mut buffer = Vec::with_capacity(1 << 18);
        match socket.receive(&mut buffer) {
            Ok(_) => {
                let mut shapes: Vec<Shape> = messages(&buffer).iter().map(shape).collect();
                shapes.dedup();
                answer.push(shapes);
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
            Err(error) => panic!("{error}"),
        }
    }
    Ok(answer)
}

fn shape((header, body): &(nlkit::wire::Header, Vec<u8>)) -> Shape {
    let port = HEADER_LEN - 4..HEADER_LEN; // of the request that an error repeats
    let body = match header.kind {
        kind::ERROR | kind::DONE => {
            let errno = i32::from_ne_bytes(body[..4].try_into().unwrap());
            let mut rest = body[4..].to_vec();
            if let Some(port) = rest.get_mut(port) {
                port.fill(0);
            }
            return (header.kind, header.flags, header.seq, Some(errno), rest);
        }
        _ => body[..4].to_vec(), // the header of generic netlink
    };
    (header.kind, header.flags, header.seq, None, body)
}

#[test]
fn the_simulated_nlctrl_answers_as_the_running_kernels() {
    let Ok(mut live) = Socket::new::<Generic>() else {
        return nlkit_tests::skip::skip("no netlink here");
    };
    let mut sim = Kernel::new().socket::<Generic>();
    let get = |flags, attrs: &[u8]| request(nlctrl::ID, 3, flags, 7, attrs);
    let name = |name: &[u8]| raw::attr(2, name);
    let noop = raw::header(kind::NOOP, flag::REQUEST | flag::ACK, 7, 0, 0);
    let mut too_long = get(flag::ACK, &name(b"nlctrl\0"));
    too_long[0] = 200;
    let known = [get(flag::ACK, &name(b"nlctrl\0")), too_long.clone()].concat();
    let requests = [
        ("a no-op", raw::message(noop, &[])),
        ("no request", raw::genl(nlctrl::ID, flag::ACK, 7, 0, 3, &[])),
        ("by name", get(0, &name(b"nlctrl\0"))),
        ("by name, with an ACK", get(flag::ACK, &name(b"nlctrl\0"))),
        ("by id", get(0, &raw::attr(1, &nlctrl::ID.to_ne_bytes()))),
        ("an absent family", get(0, &name(b"no-such-family\0"))),
        ("neither name nor id", get(0, &[])),
        ("an unknown operation", request(nlctrl::ID, 77, 0, 7, &[])),
        ("a do of what is only a dump", request(nlctrl::ID, 10, 0, 7, &[])),
        ("an unknown family", request(999, 1, flag::ACK, 7, &[])),
        ("an unknown dump", request(nlctrl::ID, 77, flag::DUMP, 7, &[])),
        ("no header of generic netlink", raw::message(raw::header(16, 1, 7, 0, 0), &[])),
        ("a length beyond the datagram", too_long),
        ("a good one before a bad one", known),
        ("two", [get(0, &name(b"nlctrl\0")), get(0, &name(b"none\0"))].concat()),
        ("nothing", Vec::new()),
    ];
    for (what, datagram) in requests {
        assert_eq!(ask(&mut sim, &datagram), ask(&mut live, &datagram), "{what}");
    }
}

#[test]
fn simulated_dumps_have_the_shape_of_the_running_kernels() {
    let Ok(mut live) = Socket::new::<Generic>() else {
        return nlkit_tests::skip::skip("no netlink here");
    };
    let mut sim = Kernel::new().socket::<Generic>();
    // How many datagrams there are is a matter of how many families.
    let flat = |answer: Result<Vec<Vec<Shape>>, _>| {
        let mut shapes = answer.unwrap().concat();
        shapes.dedup();
        shapes
    };
    for flags in [0, flag::ACK] {
        let dump = request(nlctrl::ID, 3, flag::DUMP | flags, 7, &[]);
        assert_eq!(flat(ask(&mut sim, &dump)), flat(ask(&mut live, &dump)));
    }
}

/// Without capped ACKs an error repeats the request, without extended ones it says no more.
#[test]
fn errors_without_capped_and_extended_acks_are_those_of_the_running_kernel() {
    // netlink-sys makes a socket with neither.
    let Ok(mut bare) = netlink_sys::Socket::new(netlink_sys::protocols::NETLINK_GENERIC) else {
        return nlkit_tests::skip::skip("no netlink here");
    };
    bare.bind_auto().unwrap();
    let mut sim = Kernel::new().socket::<Generic>();
    sim.set_cap_ack(false);
    sim.set_ext_ack(false);
    let absent = request(nlctrl::ID, 3, flag::ACK, 7, &raw::attr(2, b"no-such-family\0"));
    bare.send(&absent, 0).unwrap();
    let (answer, _) = bare.recv_from_full().unwrap();
    let live: Vec<Shape> = messages(&answer).iter().map(shape).collect();
    assert_eq!(ask(&mut sim, &absent), Ok(vec![live]));
}
