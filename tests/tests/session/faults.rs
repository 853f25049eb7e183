//! Faults of the socket, and datagrams that do not fit.

use std::time::Duration;

use nlkit::script::{PORT, answer};
use nlkit::wire::{flag, kind};
use nlkit::{Connection, Error};
use nlkit_tests::faulty::{Faulty, Step, ack_noop};
use nlkit_tests::raw;
use nlkit_tests::tunnel::{self, Set, Tunnel};

use crate::{faulty, is_dump, list, name, names, one};

const EINTR: i32 = 4;
const ENOMEM: i32 = 12;
const ENOBUFS: i32 = 105;

/// The kernel sizes a dump's datagrams by the largest receive that it has seen on the socket.
#[test]
fn the_first_receive_is_large_already() {
    let mut conn = faulty(|request| vec![one(request, "a").into()]);
    conn.request(&Tunnel::new()).unwrap();
    let rooms = &conn.transport().rooms;
    assert!(rooms.iter().all(|room| *room >= 32 * 1024), "{rooms:?}");
}

#[test]
fn an_interrupted_receive_is_repeated() {
    let mut conn =
        faulty(|request| vec![Step::Errno(EINTR), Step::Errno(EINTR), one(request, "a").into()]);
    assert_eq!(name(&conn.request(&Tunnel::new()).unwrap()), "a");
    let mut conn = faulty(|request| {
        let [first, rest] = [one(request, "a"), list(request, &["b"])];
        vec![first.into(), Step::Errno(EINTR), rest.into()]
    });
    assert_eq!(names(&mut conn).unwrap(), ["a", "b"]);
}

#[test]
fn a_full_receive_buffer_does_not_lose_an_answer_that_is_there() {
    let mut conn = faulty(|request| vec![Step::Errno(ENOBUFS), one(request, "a").into()]);
    assert_eq!(name(&conn.request(&Tunnel::new()).unwrap()), "a");
}

#[test]
fn a_full_receive_buffer_that_lost_the_answer_is_no_hang() {
    let mut conn = faulty(|_| vec![Step::Errno(ENOBUFS)]);
    let error = conn.request(&Set::default()).unwrap_err();
    assert!(matches!(error, Error::NoReply { .. }), "{error:?}");
}

/// The kernel does not drop a dump's messages for want of room, so the dump is whole.
#[test]
fn a_full_receive_buffer_does_not_end_a_dump() {
    let mut conn = faulty(|request| {
        vec![
            Step::Errno(ENOBUFS),
            one(request, "a").into(),
            Step::Errno(ENOBUFS),
            list(request, &["b", "c"]).into(),
        ]
    });
    assert_eq!(names(&mut conn).unwrap(), ["a", "b", "c"]);
    let mut dump = conn.dump(&Tunnel::new()).unwrap();
    dump.next().unwrap().unwrap();
    drop(dump);
    assert_eq!(names(&mut conn).unwrap(), ["a", "b", "c"], "and the old one is read over it");
}

/// The kernel says that it has no room for the first datagram of a dump, and goes on with the dump once
/// it has.
#[test]
fn a_dump_that_there_is_no_room_for_comes_all_the_same() {
    let full = |request: &[u8]| answer(request).error(ENOBUFS, &[]).into_datagram().into();
    let mut conn = faulty(move |request| vec![full(request), list(request, &["a", "b"]).into()]);
    assert_eq!(names(&mut conn).unwrap(), ["a", "b"]);
    drop(conn.dump(&Tunnel::new()).unwrap());
    assert_eq!(names(&mut conn).unwrap(), ["a", "b"], "and the old one is read over it");

    let mut conn = faulty(move |request| vec![full(request)]);
    for _ in 0..2 {
        let error = names(&mut conn).unwrap_err();
        assert_eq!(error.errno(), Some(ENOBUFS), "one that does not come is refused: {error}");
    }
}

#[test]
fn an_overrun_message_does_not_end_a_request_or_a_dump() {
    let mut conn = faulty(|request| {
        let overrun = answer(request).message(kind::OVERRUN, 0, Vec::new()).into_datagram();
        match is_dump(request) {
            true => vec![one(request, "a").into(), overrun.into(), list(request, &["b"]).into()],
            false => vec![overrun.into(), one(request, "a").into()],
        }
    });
    assert_eq!(name(&conn.request(&Tunnel::new()).unwrap()), "a");
    assert_eq!(names(&mut conn).unwrap(), ["a", "b"]);
}

/// Notifications that were lost while an answer was read are told to who reads notifications.
#[test]
fn an_overrun_during_a_request_is_told_later() {
    let overrun = raw::message(raw::header(kind::OVERRUN, 0, 0, 0, 0), &[]);
    for lost in [Step::Errno(ENOBUFS), Step::Datagram(overrun)] {
        let unasked = raw::genl(tunnel::ID, 0, 0, 0, tunnel::PEER_ADD, &[]);
        let full = matches!(lost, Step::Errno(_));
        let mut conn = faulty(move |request| {
            vec![unasked.clone().into(), lost.clone(), list(request, &["a"]).into()]
        });
        conn.join(tunnel::PEERS).unwrap();
        assert_eq!(names(&mut conn).unwrap(), ["a"]);
        conn.notification().unwrap();
        let error = conn.notification().unwrap_err();
        assert!(matches!(error, Error::Lost), "{error:?}");
        // The kernel drops what comes while a full buffer is being read: told again at its end.
        if full {
            let error = conn.notification().unwrap_err();
            assert!(matches!(error, Error::Lost), "{error:?}");
        }
        let error = conn.notification().unwrap_err();
        assert!(matches!(error, Error::Io(_)), "{error:?}");

        assert_eq!(names(&mut conn).unwrap(), ["a"]);
        let mut subscription = conn.subscribe(tunnel::PEERS).unwrap();
        subscription.next().unwrap().unwrap();
        let error = subscription.next().unwrap().unwrap_err();
        assert!(matches!(error, Error::Lost), "{error:?}");
    }
}

/// Also when it was an abandoned dump that was read.
#[test]
fn an_overrun_during_an_abandoned_dump_is_told_later() {
    let mut first = true;
    let mut conn = faulty(move |request| {
        let steps = match first {
            true => vec![one(request, "a").into(), Step::Errno(ENOBUFS), list(request, &[]).into()],
            false => vec![list(request, &["b"]).into()],
        };
        first = false;
        steps
    });
    let mut dump = conn.dump(&Tunnel::new()).unwrap();
    dump.next().unwrap().unwrap();
    drop(dump);
    assert_eq!(names(&mut conn).unwrap(), ["b"]);
    let error = conn.notification().unwrap_err();
    assert!(matches!(error, Error::Lost), "{error:?}");
}

#[test]
fn another_error_of_the_socket_is_passed_on() {
    let mut conn = faulty(|request| vec![Step::Errno(ENOMEM), one(request, "a").into()]);
    let error = conn.request(&Tunnel::new()).unwrap_err();
    assert_eq!(error.errno(), Some(ENOMEM));
    let shown = error.to_string();
    assert_eq!(shown, "netlink socket: Cannot allocate memory (os error 12)");
    // Its late reply and the next one's error are there now.
    let error = conn.request(&Tunnel::new()).unwrap_err();
    assert_eq!(error.errno(), Some(ENOMEM));
}

#[test]
fn a_request_that_cannot_be_sent_leaves_nothing_open() {
    let mut sends = 0;
    let mut conn = Connection::with_transport(Faulty::new(move |request: &[u8]| {
        if let Some(family) = tunnel::resolve(request, tunnel::ID) {
            return Ok(vec![family.into()]);
        }
        sends += 1;
        match sends {
            1 | 2 => Err(ENOBUFS),
            _ => Ok(vec![list(request, &["a"]).into()]),
        }
    }));
    assert_eq!(conn.request(&Tunnel::new()).unwrap_err().errno(), Some(ENOBUFS));
    assert_eq!(conn.dump(&Tunnel::new()).unwrap_err().errno(), Some(ENOBUFS));
    assert_eq!(names(&mut conn).unwrap(), ["a"]);
}

/// Else a long run would fill the memory.
#[test]
fn nothing_is_left_of_requests_that_failed() {
    type Kernel = fn(&[u8]) -> Result<Vec<Step>, i32>;
    let kernels: [Kernel; 3] =
        [|_| Ok(Vec::new()), |_| Err(ENOBUFS), |_| Ok(vec![Step::Errno(ENOMEM)])];
    for kernel in kernels {
        let mut conn = Connection::with_transport(Faulty::new(move |request: &[u8]| {
            let family = tunnel::resolve(request, tunnel::ID).map(|family| vec![family.into()]);
            match ack_noop(request).or(family) {
                Some(answer) => Ok(answer),
                None => kernel(request),
            }
        }));
        let mut fail = || {
            let _ = conn.request(&Tunnel::new());
            let _ = conn.request(&Set::default());
            let _ = names(&mut conn);
            let _ = conn.dump(&Tunnel::new()).map(std::mem::forget);
            let session = format!("{conn:?}");
            session.split("received: [").next().map(str::len)
        };
        let before = (0..10).fold(None, |_, _| fail());
        let after = (0..30).fold(None, |_, _| fail());
        // Sequence numbers have become longer, in each of the few places where they stand.
        assert!(after < before.map(|len| len + 20), "{before:?}, {after:?}: {conn:?}");
    }
}

/// What asks whether the answer is lost can fail too.
#[test]
fn a_barrier_that_cannot_be_sent_is_not_waited_for() {
    let mut noops = 0;
    let mut conn = Connection::with_transport(Faulty::new(move |request: &[u8]| {
        if let Some(ack) = ack_noop(request) {
            noops += 1;
            return if noops == 1 { Err(ENOBUFS) } else { Ok(ack) };
        }
        Ok(tunnel::resolve(request, tunnel::ID).into_iter().map(Step::from).collect())
    }));
    assert_eq!(conn.request(&Tunnel::new()).unwrap_err().errno(), Some(ENOBUFS));
    // Had it been taken as sent, the next request would wait for its ACK.
    let error = conn.request(&Tunnel::new()).unwrap_err();
    assert!(matches!(error, Error::NoReply { .. }), "{error:?}");
}

/// A request fails while it waits for its barrier; the ACK of that one comes with the next answer.
#[test]
fn the_barrier_of_a_failed_request_does_not_end_the_next() {
    let mut acks = Vec::new();
    let mut conn = Connection::with_transport(Faulty::new(move |request: &[u8]| {
        if let Some(ack) = ack_noop(request) {
            acks = ack;
            return Ok(vec![Step::Errno(ENOMEM)]);
        }
        if let Some(family) = tunnel::resolve(request, tunnel::ID) {
            return Ok(vec![family.into()]);
        }
        if acks.is_empty() {
            return Ok(Vec::new());
        }
        let mut steps = std::mem::take(&mut acks);
        steps.push(one(request, "a").into());
        Ok(steps)
    }));
    for _ in 0..3 {
        assert_eq!(conn.request(&Tunnel::new()).unwrap_err().errno(), Some(ENOMEM));
        assert_eq!(name(&conn.request(&Tunnel::new()).unwrap()), "a");
    }
}

/// A datagram with this many bytes and a tunnel's name at its end.
fn long(request: &[u8], len: usize) -> Vec<u8> {
    let header = answer(request).request();
    let padding = raw::attr(100, &vec![0; 40_000]);
    let mut attrs = Vec::new();
    while attrs.len() < len {
        attrs.extend_from_slice(&padding);
    }
    attrs.extend(raw::attr(2, b"long\0"));
    raw::genl(tunnel::ID, 0, header.seq, PORT, tunnel::GET, &attrs)
}

#[test]
fn what_only_reads_is_asked_again_where_the_reply_did_not_fit() {
    let mut conn = faulty(|request| vec![long(request, 400_000).into()]);
    assert_eq!(name(&conn.request(&Tunnel::new()).unwrap()), "long");
    assert_eq!(conn.counters().retries, 1);
    assert_eq!(name(&conn.request(&Tunnel::new()).unwrap()), "long");
    assert_eq!(conn.counters().retries, 1, "the buffer has grown");
}

#[test]
fn what_only_reads_is_asked_again_where_the_reply_was_lost() {
    let mut asked = 0;
    let mut conn = faulty(move |request| {
        asked += 1;
        match asked {
            1 | 2 => vec![Step::Errno(ENOBUFS)],
            _ => vec![one(request, "a").into()],
        }
    });
    assert_eq!(name(&conn.request(&Tunnel::new()).unwrap()), "a");
    assert_eq!(conn.counters().retries, 2);
}

/// It may have been done: that is for the caller to find out.
#[test]
fn what_changes_something_is_not_asked_again() {
    for (lost, len) in
        [(Step::Errno(ENOBUFS), None), (Step::Datagram(vec![0; 400_000]), Some(400_000))]
    {
        let mut conn = faulty(move |_| vec![lost.clone()]);
        match (conn.request(&Set::default()).unwrap_err(), len) {
            (Error::NoReply { overrun: true, .. }, None) => {}
            (Error::Truncated { len }, Some(sent)) => assert_eq!(len, sent),
            (error, _) => panic!("{error:?}"),
        }
        assert_eq!(conn.counters().retries, 0);
    }
}

#[test]
fn a_datagram_longer_than_the_buffer_makes_a_dump_incomplete() {
    let mut conn = faulty(|request| {
        let rest = list(request, &["c"]);
        vec![one(request, "a").into(), long(request, 400_000).into(), rest.into()]
    });
    let dump: Vec<_> = conn.dump(&Tunnel::new()).unwrap().collect();
    let [Ok(_), Ok(_), Err(Error::Truncated { .. })] = &dump[..] else {
        panic!("{dump:?}");
    };
    assert_eq!(names(&mut conn).unwrap(), ["a", "long", "c"]);
}

#[test]
fn a_notification_longer_than_the_buffer_is_an_error_and_the_next_one_comes() {
    let mut conn = faulty(|_| Vec::new());
    let attrs = raw::attr(100, &vec![0; 60_000]).repeat(10);
    let unasked = raw::genl(tunnel::ID, 0, 0, 0, tunnel::PEER_ADD, &attrs);
    conn.join(tunnel::PEERS).unwrap();
    conn.transport_mut().push(unasked.clone());
    conn.transport_mut().push(unasked);
    let mut subscription = conn.subscribe(tunnel::PEERS).unwrap();
    let error = subscription.next().unwrap().unwrap_err();
    assert!(matches!(error, Error::Truncated { len: 600_060 }), "{error:?}");
    subscription.next().unwrap().unwrap();
}

#[test]
fn a_truncated_abandoned_dump_does_not_block_the_next() {
    let mut first = true;
    let mut conn = faulty(move |request| {
        let steps = match first {
            true => vec![one(request, "a").into(), long(request, 400_000).into()],
            false => vec![list(request, &["b"]).into()],
        };
        first = false;
        steps
    });
    let mut dump = conn.dump(&Tunnel::new()).unwrap();
    dump.next().unwrap().unwrap();
    drop(dump);
    assert_eq!(names(&mut conn).unwrap(), ["b"]);
    assert_eq!(conn.transport().left(), 0);
}

#[test]
fn a_multipart_answer_to_a_request_may_lack_its_end() {
    let mut conn = faulty(|request| {
        let body = vec![tunnel::GET, 1, 0, 0];
        vec![answer(request).message(tunnel::ID, flag::MULTI, body).into_datagram().into()]
    });
    // The barrier tells that nothing follows, so that is all of it: as conntrack answers a get.
    conn.request(&Tunnel::new()).expect("the one message");
}

/// A barrier that is lost with the answer must not be waited for.
#[test]
fn a_lost_barrier_is_sent_again() {
    let mut noops = 0;
    let mut conn = Connection::with_transport(Faulty::new(|request: &[u8]| {
        if let Some(family) = tunnel::resolve(request, tunnel::ID) {
            return Ok(vec![Step::Datagram(family)]);
        }
        let Some(ack) = ack_noop(request) else { return Ok(Vec::new()) };
        noops += 1;
        Ok(if noops == 1 { vec![Step::Errno(ENOBUFS)] } else { ack })
    }));
    let error = conn.request(&Set::default()).unwrap_err();
    assert!(matches!(error, Error::NoReply { overrun: true, .. }), "{error:?}");
    drop(conn);
    assert_eq!(noops, 2);
}

/// Nobody acknowledges the no-op, so that there is nothing to end the waiting but the time.
#[test]
fn a_wait_without_end_ends_with_a_timeout_and_the_late_answer_is_passed_over() {
    let mut late = Vec::new();
    let mut conn = Connection::with_transport(Faulty::new(move |request: &[u8]| {
        if let Some(family) = tunnel::resolve(request, tunnel::ID) {
            return Ok(vec![family.into()]);
        }
        if ack_noop(request).is_some() {
            return Ok(Vec::new());
        }
        let answer = one(request, if late.is_empty() { "late" } else { "own" });
        if late.is_empty() {
            late = answer;
            return Ok(Vec::new());
        }
        Ok(vec![std::mem::take(&mut late).into(), answer.into()])
    }));
    conn.set_timeout(Some(Duration::ZERO));
    let error = conn.request(&Tunnel::new()).unwrap_err();
    assert!(matches!(error, Error::Timeout { .. }), "{error:?}");
    assert_eq!(error.to_string(), "tunnel get: nothing came in time");
    assert_eq!(std::io::Error::from(error).kind(), std::io::ErrorKind::TimedOut);
    assert_eq!(name(&conn.request(&Tunnel::new()).unwrap()), "own");
}
