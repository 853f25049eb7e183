//! What the kernel tells unasked.

use nlkit::script::answer;
use nlkit::session::Source;
use nlkit::wire::{flag, kind};
use nlkit::{Connection, Error, Modifiers, NlAttrs};
use nlkit_tests::faulty::{Faulty, Step};
use nlkit_tests::raw;
use nlkit_tests::tunnel::{self, Notification, Peer, Set, Tunnel};

use crate::{is_dump, list, name, names, one, scripted};

const MULTICAST: Source = Source { port: 0, groups: 1 << 6, namespace: None };
const OTHER_FAMILY: u16 = 55;

fn event<'a>(family: u16, cmd: u8, attrs: &impl NlAttrs<'a>) -> Vec<u8> {
    raw::genl(family, 0, 0, 0, cmd, &nlkit::encode(attrs).unwrap())
}

fn peer(key: u8) -> Peer {
    Peer::new().with_public_key([key; 4])
}

fn peer_add(key: u8) -> Vec<u8> {
    event(tunnel::ID, tunnel::PEER_ADD, &peer(key))
}

#[test]
fn a_subscription_gives_what_is_told() {
    let mut conn = scripted(|_| Vec::new());
    conn.join(tunnel::PEERS).unwrap();
    for key in [1, 2] {
        conn.transport_mut().push(Ok(peer_add(key)), MULTICAST);
    }
    let mut subscription = conn.subscribe(tunnel::PEERS).unwrap();
    for key in [1, 2] {
        assert_eq!(subscription.next().unwrap().unwrap(), Notification::PeerAdd(peer(key)));
    }
}

#[test]
fn several_notifications_come_in_one_datagram() {
    let mut conn = scripted(|_| Vec::new());
    conn.join(tunnel::PEERS).unwrap();
    conn.transport_mut().push(Ok([peer_add(1), peer_add(2)].concat()), MULTICAST);
    let subscription = conn.subscribe(tunnel::PEERS).unwrap();
    let peers: Vec<Notification> = subscription.take(2).map(Result::unwrap).collect();
    assert_eq!(peers, [1, 2].map(|key| Notification::PeerAdd(peer(key))));
}

#[test]
fn groups_are_joined_and_left_by_their_id() {
    let mut conn = scripted(|_| Vec::new());
    conn.join(tunnel::PEERS).unwrap();
    // And that in which the kernel tells of families that go.
    assert_eq!(conn.transport().groups(), [tunnel::PEERS_ID, 16]);
    let _ = conn.subscribe(tunnel::PEERS).unwrap();
    conn.leave(tunnel::PEERS).unwrap();
    assert_eq!(conn.transport().groups(), [0; 0]);
}

#[test]
fn notifications_during_a_request_are_kept_in_order() {
    let mut conn = scripted(|request| match is_dump(request) {
        true => vec![[one(request, "a"), peer_add(3)].concat(), list(request, &["b"])],
        false => vec![peer_add(1), [peer_add(2), one(request, "a")].concat()],
    });
    assert_eq!(name(&conn.request(&Tunnel::new()).unwrap()), "a");
    assert_eq!(names(&mut conn).unwrap(), ["a", "b"]);
    let subscription = conn.subscribe(tunnel::PEERS).unwrap();
    let peers: Vec<Notification> = subscription.take(3).map(Result::unwrap).collect();
    assert_eq!(peers, [1, 2, 3].map(|key| Notification::PeerAdd(peer(key))));
}

#[test]
fn notifications_during_an_abandoned_dump_are_kept() {
    let mut conn = scripted(|request| {
        vec![one(request, "a"), peer_add(1), [peer_add(2), list(request, &[])].concat()]
    });
    let mut dump = conn.dump(&Tunnel::new()).unwrap();
    dump.next().unwrap().unwrap();
    drop(dump);
    assert_eq!(names(&mut conn).unwrap(), ["a"]);
    let subscription = conn.subscribe(tunnel::PEERS).unwrap();
    let peers: Vec<Notification> = subscription.take(4).map(Result::unwrap).collect();
    assert_eq!(peers, [1, 2, 1, 2].map(|key| Notification::PeerAdd(peer(key))));
}

/// A request's own change is told to everyone who listens, itself included.
#[test]
fn a_notification_with_the_numbers_of_the_request_is_not_its_answer() {
    let mut conn = scripted(|request| vec![one(request, "a")]);
    conn.request(&Tunnel::new()).unwrap();
    let echo = |seq: u32| raw::genl(tunnel::ID, 0, seq, 4711, tunnel::PEER_ADD, &[]);
    for seq in [0, 1, 1024, 2048, 3072] {
        conn.transport_mut().push(Ok(echo(seq)), MULTICAST);
    }
    assert_eq!(name(&conn.request(&Tunnel::new()).unwrap()), "a");
    for _ in 0..5 {
        assert_eq!(conn.notification().unwrap().message().cmd(), 3);
    }
}

/// What a change is told with often has the number of the operation that made it, and the kernel
/// does not name a group above 32, so it looks like the reply of an operation that has none.
#[test]
fn a_change_that_is_told_with_the_operation_that_made_it_is_not_its_answer() {
    let mut conn = scripted(|request| {
        let told = answer(request).reply(tunnel::ID, tunnel::SET, &peer(1));
        vec![told.ack().into_datagram()]
    });
    conn.join(tunnel::PEERS).unwrap();
    conn.request(&Set::default()).unwrap();
    assert_eq!(conn.request_all(&Set::default()).unwrap(), []);
    let mut batch = conn.batch();
    batch.add(&Set::default(), Modifiers::default()).unwrap();
    let outcomes: Vec<_> = batch.send().unwrap().into_iter().collect();
    assert!(matches!(outcomes[..], [Ok(())]));
    for _ in 0..3 {
        let raw = conn.try_notification().unwrap().unwrap();
        assert_eq!(raw.message().cmd(), u16::from(tunnel::SET));
        assert_eq!(raw.message().decode::<Peer>().unwrap(), peer(1));
    }
}

#[test]
fn another_familys_notifications_are_kept_while_one_reads_its_own() {
    let mut conn = scripted(|_| Vec::new());
    conn.join(tunnel::PEERS).unwrap();
    let other = |number: u32| event(OTHER_FAMILY, 9, &Tunnel::new().with_ifindex(number));
    for datagram in [other(1), peer_add(1), other(2), peer_add(2), other(3)] {
        conn.transport_mut().push(Ok(datagram), MULTICAST);
    }
    let subscription = conn.subscribe(tunnel::PEERS).unwrap();
    let peers: Vec<Notification> = subscription.take(2).map(Result::unwrap).collect();
    assert_eq!(peers, [1, 2].map(|key| Notification::PeerAdd(peer(key))));
    for number in [1, 2, 3] {
        let raw = conn.notification().unwrap();
        assert_eq!(raw.message().header().kind, OTHER_FAMILY);
        assert_eq!(raw.message().decode::<Tunnel>().unwrap().ifindex, Some(number));
        assert!(conn.decode_notification::<Notification>(&raw).is_none());
    }
}

#[test]
fn what_was_read_raw_can_be_decoded() {
    let mut conn = scripted(|_| Vec::new());
    conn.join(tunnel::PEERS).unwrap();
    conn.transport_mut().push(Ok(peer_add(5)), MULTICAST);
    let raw = conn.notification().unwrap();
    let decoded = conn.decode_notification::<Notification>(&raw).unwrap().unwrap();
    assert_eq!(decoded, Notification::PeerAdd(peer(5)));
}

/// A newer kernel tells more.
#[test]
fn an_unknown_notification_is_handed_over_as_it_came() {
    let mut conn = scripted(|_| Vec::new());
    conn.join(tunnel::PEERS).unwrap();
    let attrs = [raw::attr(1, b"new\0"), raw::attr(900, &[1; 3])].concat();
    let unknown = raw::genl(tunnel::ID, 0, 0, 0, 200, &attrs);
    conn.transport_mut().push(Ok(unknown), MULTICAST);
    conn.transport_mut().push(Ok(peer_add(1)), MULTICAST);
    let mut subscription = conn.subscribe(tunnel::PEERS).unwrap();
    let Notification::Unknown(raw) = subscription.next().unwrap().unwrap() else {
        panic!("it is not known");
    };
    assert_eq!((raw.message().cmd(), raw.message().attrs()), (200, attrs.as_slice()));
    let next = subscription.next().unwrap().unwrap();
    assert_eq!(next, Notification::PeerAdd(peer(1)));
}

#[test]
fn a_malformed_notification_is_an_error_and_the_next_one_comes() {
    let mut conn = scripted(|_| Vec::new());
    conn.join(tunnel::PEERS).unwrap();
    let bad = raw::genl(tunnel::ID, 0, 0, 0, tunnel::PEER_ADD, &raw::attr(1, &[1]));
    let headless = raw::message(raw::header(tunnel::ID, 0, 0, 0, 2), &[3, 1]);
    let mut zero = peer_add(1);
    zero[..4].fill(0);
    for datagram in [bad, headless, zero, peer_add(2)] {
        conn.transport_mut().push(Ok(datagram), MULTICAST);
    }
    let mut seen: Vec<_> = (0..4).map(|_| conn.notification()).collect();
    let last = conn.decode_notification::<Notification>(&seen.pop().unwrap().unwrap());
    let [Ok(bad), Err(headless), Err(zero)] = &seen[..] else {
        panic!("{seen:?}");
    };
    let bad = conn.decode_notification::<Notification>(bad).unwrap().unwrap_err();
    assert_eq!(bad.to_string(), "Peer.public-key: expected 4 bytes, got 1");
    assert!(matches!(headless, Error::Malformed { .. }), "{headless:?}");
    assert!(matches!(zero, Error::Malformed { .. }), "{zero:?}");
    let last = last.unwrap().unwrap();
    assert_eq!(last, Notification::PeerAdd(peer(2)));
}

/// A malformed one must not hide in a request either, nor fail it.
#[test]
fn a_headless_notification_does_not_fail_a_request() {
    let mut conn = scripted(|request| {
        let headless = raw::message(raw::header(tunnel::ID, 0, 0, 0, 2), &[3, 1]);
        vec![[headless, one(request, "a")].concat()]
    });
    assert_eq!(name(&conn.request(&Tunnel::new()).unwrap()), "a");
}

#[test]
fn an_overrun_is_an_item_and_the_next_one_comes() {
    let mut conn = scripted(|_| Vec::new());
    conn.join(tunnel::PEERS).unwrap();
    let overrun = raw::message(raw::header(kind::OVERRUN, 0, 0, 0, 0), &[]);
    conn.transport_mut().push(Err(std::io::Error::from_raw_os_error(105)), Source::default());
    conn.transport_mut().push(Ok(peer_add(1)), MULTICAST);
    conn.transport_mut().push(Ok([overrun, peer_add(2)].concat()), MULTICAST);
    let subscription = conn.subscribe(tunnel::PEERS).unwrap();
    let seen: Vec<_> = subscription.take(4).collect();
    assert!(matches!(&seen[..], [Err(Error::Lost), Ok(_), Err(Error::Lost), Ok(_)]), "{seen:?}");
}

/// The answer to a request that nobody waits for any more is not a notification.
#[test]
fn a_late_reply_is_no_notification() {
    let mut late = None;
    let mut conn = scripted(move |request| {
        late.get_or_insert_with(|| one(request, "late"));
        late.iter().filter(|late| !late.starts_with(request)).cloned().collect()
    });
    conn.join(tunnel::PEERS).unwrap();
    let _ = conn.request(&Tunnel::new());
    let _ = conn.request(&Tunnel::new());
    conn.transport_mut().push(Ok(peer_add(1)), MULTICAST);
    let raw = conn.notification().unwrap();
    assert_eq!(raw.message().cmd(), 3, "the peer, not the late reply");
}

/// A do can announce how it goes on, to the one who asked, with numbers of its own.
#[test]
fn a_unicast_notification_is_kept() {
    let mut conn = scripted(|request| {
        let header = answer(request).request();
        let progress = |step: u32| {
            let seq = header.seq.wrapping_add(step);
            raw::genl(tunnel::ID, flag::MULTI, seq, header.port, tunnel::PEER_ADD, &[])
        };
        vec![one(request, "a"), progress(1), progress(2)]
    });
    assert_eq!(name(&conn.request(&Tunnel::new()).unwrap()), "a");
    assert_eq!(name(&conn.request(&Tunnel::new()).unwrap()), "a");
    for _ in 0..4 {
        assert_eq!(conn.notification().unwrap().message().cmd(), 3);
    }
}

#[test]
fn whether_something_was_told_can_be_asked_without_waiting() {
    let mut conn = scripted(|_| Vec::new());
    conn.join(tunnel::PEERS).unwrap();
    assert!(conn.try_notification().unwrap().is_none());
    conn.transport_mut().push(Ok(peer_add(1)), MULTICAST);
    assert_eq!(
        conn.try_notification().unwrap().unwrap().message().cmd(),
        u16::from(tunnel::PEER_ADD)
    );
    assert!(conn.try_notification().unwrap().is_none());
}

#[test]
fn a_group_that_cannot_be_joined_is_told_by_name() {
    let mut conn = Connection::with_transport(Faulty::new(|request: &[u8]| {
        let family = tunnel::resolve(request, tunnel::ID).unwrap_or_default();
        Ok(vec![Step::Datagram(family), Step::Errno(1)])
    }));
    let error = conn.join(tunnel::PEERS).unwrap_err();
    assert_eq!(error.errno(), Some(1));
    let text = "group `peers` of family `tunnel`: Operation not permitted (os error 1)";
    assert_eq!(error.to_string(), text);
}

/// Who subscribes, drops the subscription and goes on asking must not run out of memory.
#[test]
fn of_too_many_kept_notifications_the_oldest_are_lost_and_that_is_told() {
    const KEPT: usize = 1 << 16;
    let mut conn = scripted(|request| vec![one(request, "a")]);
    conn.join(tunnel::PEERS).unwrap();
    for key in 0..=KEPT {
        conn.transport_mut().push(Ok(peer_add(if key == 0 { 1 } else { 2 })), MULTICAST);
    }
    conn.request(&Tunnel::new()).unwrap();
    assert!(matches!(conn.notification(), Err(Error::Lost)));
    for _ in 0..KEPT {
        let message = conn.notification().unwrap();
        assert_eq!(message.message().decode::<Peer>().unwrap(), peer(2));
    }
}

#[test]
fn debug_of_a_connection_is_short() {
    let mut conn = scripted(|request| vec![one(request, "a")]);
    conn.request(&Tunnel::new()).unwrap();
    let text = format!("{conn:?}");
    assert!(text.len() < 300 && text.contains("tunnel"), "{text}");
}
