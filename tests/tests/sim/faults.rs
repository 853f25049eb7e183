//! Faults on a script, datagram by datagram and through connections.

use std::time::Duration;

use nlkit::session::Source;
use nlkit::sim::{Fault, Faults, SendFault, Socket};
use nlkit::wire::{flag, kind};
use nlkit::{Connection, Error, Generic, Transport};
use nlkit_tests::raw;
use nlkit_tests::tunnel::{Set, Tunnel, tunnel};

use crate::{id, kernel, messages, names, receive, receive_all, request};

/// A socket of the kernel with three tunnels, and what it sends to ask for one with an ACK: two
/// datagrams come back.
fn asking(faults: Faults) -> (Socket, u16) {
    let (kernel, _) = kernel();
    let mut socket = kernel.socket::<Generic>();
    socket.set_faults(&faults);
    let id = id(&kernel);
    let one = raw::attr(1, &1_u32.to_ne_bytes());
    socket.send(&request(id, 1, flag::ACK, 2048, &one)).unwrap();
    (socket, id)
}

/// The kinds of the datagrams that come, and where they come from.
fn kinds(socket: &mut Socket) -> Vec<(u16, Source)> {
    let datagrams = std::iter::from_fn(|| receive(socket, 4096).ok());
    datagrams.map(|(datagram, source)| (messages(&datagram)[0].0.kind, source)).collect()
}

#[test]
fn a_datagram_that_is_lost_is_told() {
    let (mut socket, _) = asking(Faults::new().on_arrival(1, Fault::Overrun));
    let error = receive(&mut socket, 4096).unwrap_err();
    assert_eq!(error.raw_os_error(), Some(libc::ENOBUFS));
    assert!(kinds(&mut socket).is_empty(), "the ACK is lost with it: nothing was queued before");
}

#[test]
fn a_datagram_that_vanishes_is_not_told() {
    let (mut socket, _) = asking(Faults::new().on_arrival(1, Fault::Vanish));
    assert_eq!(kinds(&mut socket), [(kind::ERROR, Source::default())]);
}

#[test]
fn a_receive_fails_and_loses_nothing() {
    let (mut socket, id) = asking(Faults::new().on_arrival(2, Fault::Errno(libc::EINTR)));
    assert_eq!(kinds(&mut socket), [(id, Source::default())]);
    assert_eq!(kinds(&mut socket), [(kind::ERROR, Source::default())]);
}

#[test]
fn a_datagram_is_cut() {
    let (mut socket, _) = asking(Faults::new().on_arrival(1, Fault::Truncate));
    let mut buffer = Vec::with_capacity(4096);
    let received = socket.receive(&mut buffer).unwrap();
    assert_eq!(buffer.len(), received.len / 2);
}

#[test]
fn a_datagram_does_not_fit_into_a_small_buffer() {
    let (mut socket, _) = asking(Faults::new());
    let mut buffer = Vec::with_capacity(17);
    let received = socket.receive(&mut buffer).unwrap();
    assert_eq!(buffer.len(), buffer.capacity());
    assert!(received.len > buffer.len());
}

#[test]
fn a_datagram_overtakes_that_of_another_answer() {
    let overtaking = Faults::new().on_arrival(2, Fault::Overtake).on_arrival(3, Fault::Overtake);
    let (mut socket, id) = asking(overtaking);
    socket.send(&request(999, 1, flag::ACK, 1, &[])).unwrap();
    let seqs: Vec<_> = receive_all(&mut socket, 4096)
        .iter()
        .map(|datagram| messages(datagram)[0].0)
        .map(|header| (header.kind, header.seq))
        .collect();
    assert_eq!(seqs, [(id, 2048), (kind::ERROR, 1), (kind::ERROR, 2048)]);
}

#[test]
fn copies_come_before_and_twice() {
    let (mut socket, id) = asking(Faults::new().on_arrival(1, Fault::Duplicate));
    let twice: Vec<_> = kinds(&mut socket).iter().map(|(kind, _)| *kind).collect();
    assert_eq!(twice, [id, id, kind::ERROR]);

    let (mut socket, _) = asking(Faults::new().on_arrival(1, Fault::Stale(1024)));
    let headers: Vec<_> =
        receive_all(&mut socket, 4096).iter().map(|it| messages(it)[0].0).collect();
    assert_eq!([headers[0].seq, headers[1].seq], [1024, 2048]);

    let (mut socket, _) = asking(Faults::new().on_arrival(1, Fault::OtherSocket));
    let headers: Vec<_> =
        receive_all(&mut socket, 4096).iter().map(|it| messages(it)[0].0).collect();
    assert_eq!([headers[0].port, headers[1].port], [socket.port() + 1, socket.port()]);

    let (mut socket, id) = asking(Faults::new().on_arrival(1, Fault::OtherProcess(77)));
    let sources = kinds(&mut socket);
    assert_eq!(sources[0], (id, Source { port: 77, ..Source::default() }));
    assert_eq!(sources[1], (id, Source::default()));

    let (mut socket, _) = asking(Faults::new().on_arrival(1, Fault::Garbage(vec![1, 2, 3])));
    assert_eq!(receive(&mut socket, 4096).unwrap().0, [1, 2, 3]);
}

#[test]
fn rules_can_look_at_datagrams() {
    let is_ack = |datagram: &[u8]| messages(datagram)[0].0.kind == kind::ERROR;
    let (mut socket, id) = asking(Faults::new().on_arrival_if(is_ack, Fault::Vanish));
    assert_eq!(kinds(&mut socket), [(id, Source::default())]);
}

#[test]
fn a_send_fails_and_the_kernel_sees_nothing() {
    let (kernel, _) = kernel();
    for errno in [libc::ENOBUFS, libc::ECONNREFUSED, libc::EINTR] {
        let mut socket = kernel.socket::<Generic>();
        socket.set_faults(&Faults::new().on_send(1, SendFault::Errno(errno)));
        let set = request(id(&kernel), 2, flag::ACK, 1, &[]);
        assert_eq!(socket.send(&set).unwrap_err().raw_os_error(), Some(errno));
        assert!(receive(&mut socket, 4096).is_err());
        socket.send(&set).unwrap();
        assert!(receive(&mut socket, 4096).is_ok());
    }
}

/// A connection asks for the family first: one datagram each way.
fn connected(faults: Faults) -> Connection<Generic, Socket> {
    let (kernel, _) = kernel();
    kernel.set_faults(faults);
    kernel.connect()
}

fn one() -> Tunnel {
    Tunnel::new().with_ifindex(1)
}

#[test]
fn connections_get_over_what_does_no_harm() {
    let harmless = [
        Fault::Errno(libc::EINTR),
        Fault::Duplicate,
        Fault::Stale(1024),
        Fault::OtherSocket,
        Fault::OtherProcess(77),
        Fault::Interrupt,
        Fault::Delay(Duration::from_secs(9)),
    ];
    for fault in harmless {
        let mut conn = connected(Faults::new().on_arrival(2, fault.clone()));
        assert_eq!(conn.request(&one()).unwrap(), tunnel(1, "a"), "{fault:?}");
        conn.request(&Set::default()).unwrap();
        assert_eq!(names(&mut conn).unwrap(), ["a", "b", "c"], "{fault:?}");
    }
}

#[test]
fn connections_ask_again_where_the_answer_is_lost() {
    let harmful = [Fault::Overrun, Fault::Truncate, Fault::Garbage(vec![7; 20])];
    for fault in harmful {
        let mut conn = connected(Faults::new().on_arrival(2, fault.clone()));
        assert_eq!(conn.request(&one()).unwrap(), tunnel(1, "a"), "{fault:?}");
        assert!(conn.counters().losses > 0, "{fault:?}");
        let mut conn = connected(Faults::new().on_arrival(2, fault.clone()));
        let garbage = matches!(fault, Fault::Garbage(_));
        assert_eq!(
            conn.request(&Set::default()).is_ok(),
            garbage,
            "{fault:?}: it is not asked again"
        );
        assert_eq!(conn.request(&one()).unwrap(), tunnel(1, "a"), "{fault:?}");
        assert_eq!(names(&mut conn).unwrap(), ["a", "b", "c"], "{fault:?}");
    }
}

#[test]
fn an_answer_that_vanishes_is_told() {
    let mut conn = connected(Faults::new().on_arrival(2, Fault::Vanish));
    assert!(matches!(conn.request(&one()), Err(Error::NoReply { overrun: false, .. })));
    assert_eq!(conn.request(&one()).unwrap(), tunnel(1, "a"));
    assert_eq!(names(&mut conn).unwrap(), ["a", "b", "c"]);
}

#[test]
fn a_dump_is_interrupted() {
    let mut conn = connected(Faults::new().on_arrival(2, Fault::Interrupt));
    let entries: Vec<_> = conn.dump(&Tunnel::new()).unwrap().collect();
    assert_eq!(entries.iter().filter(|entry| entry.is_ok()).count(), 3);
    assert!(matches!(entries[3], Err(Error::DumpInterrupted { .. })));
}

#[test]
fn a_family_has_just_gone() {
    let mut conn = connected(Faults::new().on_send(3, SendFault::NoFamily));
    conn.request(&one()).unwrap();
    let error = conn.request(&one()).unwrap_err();
    assert_eq!(error.errno(), Some(libc::ENOENT));
    assert_eq!(conn.request(&one()).unwrap(), tunnel(1, "a"));
}

#[test]
fn random_faults_are_those_of_their_seed() {
    let run = |seed| {
        let (kernel, _) = kernel();
        let mut socket = kernel.socket::<Generic>();
        socket.set_faults(&Faults::new().at_random(seed, 3, &[Fault::Vanish, Fault::Duplicate]));
        let set = request(id(&kernel), 2, flag::ACK, 1, &[]);
        let answers = |_| {
            socket.send(&set).unwrap();
            receive_all(&mut socket, 4096).len()
        };
        (0..100).map(answers).collect::<Vec<_>>()
    };
    assert_eq!(run(1), run(1));
    assert_ne!(run(1), run(2));
    let counts = run(1);
    assert!([0, 1, 2].iter().all(|count| counts.contains(count)), "{counts:?}");
}

/// Whatever goes wrong: no wrong answer, no hang, and a connection that works once nothing does.
#[test]
fn connections_survive_random_faults() {
    let faults = [
        Fault::Overrun,
        Fault::Errno(libc::EINTR),
        Fault::Interrupt,
        Fault::Truncate,
        Fault::Delay(Duration::from_secs(1)),
        Fault::Garbage(vec![7; 20]),
        Fault::Stale(1024),
        Fault::OtherProcess(77),
    ];
    let sends = [SendFault::Errno(libc::ENOBUFS), SendFault::NoFamily];
    let (kernel, _) = kernel();
    for seed in 0..500 {
        let script = Faults::new().at_random(seed, 3, &faults).at_random_send(seed, 9, &sends);
        let mut conn = kernel.connect::<Generic>();
        conn.transport_mut().set_faults(&script);
        for _ in 0..5 {
            if let Ok(reply) = conn.request(&one()) {
                assert_eq!(reply, tunnel(1, "a"), "seed {seed}");
            }
            if let Ok(names) = names(&mut conn) {
                assert_eq!(names, ["a", "b", "c"], "seed {seed}");
            }
        }
        conn.transport_mut().set_faults(&Faults::new());
        let settled = (0..3).any(|_| names(&mut conn).is_ok_and(|names| names == ["a", "b", "c"]));
        assert!(settled, "seed {seed}");
        assert_eq!(conn.request(&one()).unwrap(), tunnel(1, "a"), "seed {seed}");
    }
}
