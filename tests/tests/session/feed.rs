//! The session alone: datagrams in, events out.

use nlkit::session::{Ends, Event, Malformed, Outcome, Session, Source, Span};
use nlkit::wire::{flag, kind};
use nlkit_tests::raw;

pub(crate) const PORT: u32 = 77;
pub(crate) const FAMILY: u16 = 40;

/// All that a datagram of the kernel says.
pub(crate) fn feed(session: &mut Session, datagram: &[u8]) -> Vec<Result<Event, Malformed>> {
    feed_from(session, datagram, Source::default())
}

fn feed_from(
    session: &mut Session,
    datagram: &[u8],
    source: Source,
) -> Vec<Result<Event, Malformed>> {
    let mut at = 0;
    let mut events = Vec::new();
    while let Some(event) = session.feed(datagram, &mut at, source) {
        events.push(event);
        assert!(events.len() <= datagram.len(), "it goes on for ever");
    }
    assert!(at >= datagram.len(), "it stopped half way");
    events
}

/// What happened, without the places.
#[derive(Debug, PartialEq)]
pub(crate) enum Seen {
    Reply { cmd: u8, last: bool },
    Finished { errno: i32, interrupted: bool },
    Notification { cmd: u8 },
    Overrun,
    Malformed,
}

pub(crate) fn see(session: &mut Session, datagram: &[u8]) -> Vec<Seen> {
    see_from(session, datagram, Source::default())
}

fn see_from(session: &mut Session, datagram: &[u8], source: Source) -> Vec<Seen> {
    let cmd = |message: &Span| datagram[message.body.start];
    let events = feed_from(session, datagram, source).into_iter();
    let seen = events.map(|event| match event {
        Ok(Event::Reply(message)) => Seen::Reply { cmd: cmd(&message), last: false },
        Ok(Event::LastReply(message)) => Seen::Reply { cmd: cmd(&message), last: true },
        Ok(Event::Finished(message)) => {
            let Outcome { errno, interrupted, .. } = Outcome::read(datagram, &message);
            Seen::Finished { errno, interrupted }
        }
        Ok(Event::Notification(message)) => Seen::Notification { cmd: cmd(&message) },
        Ok(Event::Overrun) => Seen::Overrun,
        Err(_) => Seen::Malformed,
    });
    seen.collect()
}

pub(crate) fn reply(flags: u16, seq: u32, cmd: u8) -> Vec<u8> {
    raw::genl(FAMILY, flags, seq, PORT, cmd, &[])
}

fn done(seq: u32, code: i32) -> Vec<u8> {
    raw::done(flag::MULTI, seq, PORT, code)
}

fn ack(seq: u32, code: i32) -> Vec<u8> {
    let request = raw::message(raw::header(FAMILY, flag::REQUEST, seq, PORT, 0), &[]);
    raw::error(flag::CAPPED, code, &request, &[])
}

const OK: Seen = Seen::Finished { errno: 0, interrupted: false };

#[test]
fn sequence_numbers_differ_and_are_never_0() {
    let mut session = Session::new(PORT);
    let mut numbers: Vec<u32> = (0..100).map(|_| session.begin(Ends::Ack)).collect();
    assert!(!numbers.contains(&0));
    numbers.dedup();
    assert_eq!(numbers.len(), 100);
}

#[test]
fn a_reply_ends_a_request_that_asked_for_no_ack() {
    let mut session = Session::new(PORT);
    let seq = session.begin(Ends::Reply);
    assert_eq!(see(&mut session, &reply(0, seq, 1)), [Seen::Reply { cmd: 1, last: true }]);
    assert_eq!(see(&mut session, &reply(0, seq, 1)), [], "it is over");
    assert_eq!(session.skipped(), 1);
}

#[test]
fn an_ack_ends_a_request_that_asked_for_it() {
    let mut session = Session::new(PORT);
    let seq = session.begin(Ends::Ack);
    let datagram = [reply(0, seq, 1), ack(seq, 0)].concat();
    assert_eq!(see(&mut session, &datagram), [Seen::Reply { cmd: 1, last: false }, OK]);
}

#[test]
fn a_multipart_reply_ends_with_done() {
    let mut session = Session::new(PORT);
    let seq = session.begin(Ends::Reply);
    let datagram = [reply(flag::MULTI, seq, 1), reply(flag::MULTI, seq, 2), done(seq, 0)].concat();
    let expected = [Seen::Reply { cmd: 1, last: false }, Seen::Reply { cmd: 2, last: false }, OK];
    assert_eq!(see(&mut session, &datagram), expected);
}

/// Some operations (of conntrack) send a multipart reply and then an ACK, without DONE.
#[test]
fn an_ack_ends_a_multipart_reply_without_done() {
    for ends in [Ends::Ack, Ends::Reply] {
        let mut session = Session::new(PORT);
        let seq = session.begin(ends);
        let datagram = [reply(flag::MULTI, seq, 1), ack(seq, 0)].concat();
        assert_eq!(see(&mut session, &datagram), [Seen::Reply { cmd: 1, last: false }, OK]);
    }
}

/// And some send DONE and then the ACK that was asked for.
#[test]
fn an_ack_may_follow_done() {
    let mut session = Session::new(PORT);
    let seq = session.begin(Ends::Ack);
    assert_eq!(see(&mut session, &reply(flag::MULTI, seq, 1)).len(), 1);
    assert_eq!(see(&mut session, &done(seq, 0)), []);
    assert_eq!(see(&mut session, &ack(seq, 0)), [OK]);
}

/// netdev's dumps lack NLM_F_MULTI in each message.
#[test]
fn a_dump_goes_on_without_multi_flags_until_done() {
    let mut session = Session::new(PORT);
    let seq = session.begin(Ends::Done);
    let datagrams = [
        [reply(0, seq, 1), reply(0, seq, 2)].concat(),
        [reply(0, seq, 3), reply(0, seq, 4)].concat(),
        [reply(0, seq, 5), raw::done(0, seq, PORT, 0)].concat(),
    ];
    let seen: Vec<Seen> =
        datagrams.iter().flat_map(|datagram| see(&mut session, datagram)).collect();
    let replies = (1..=5).map(|cmd| Seen::Reply { cmd, last: false });
    assert_eq!(seen, replies.chain([OK]).collect::<Vec<_>>());
    assert!(!session.dumping());
}

#[test]
fn done_may_hold_an_error() {
    let mut session = Session::new(PORT);
    let seq = session.begin(Ends::Done);
    let datagram = [reply(flag::MULTI, seq, 1), done(seq, -90)].concat();
    let finished = Seen::Finished { errno: 90, interrupted: false };
    assert_eq!(see(&mut session, &datagram), [Seen::Reply { cmd: 1, last: false }, finished]);
}

#[test]
fn done_with_an_error_ends_a_request_that_asked_for_an_ack() {
    let mut session = Session::new(PORT);
    let seq = session.begin(Ends::Ack);
    let failed = Seen::Finished { errno: 90, interrupted: false };
    assert_eq!(see(&mut session, &done(seq, -90)), [failed]);
}

/// A dump's DONE may hold the length of its last message, which is no error.
#[test]
fn done_with_a_positive_code_is_no_error() {
    let mut session = Session::new(PORT);
    let seq = session.begin(Ends::Done);
    assert_eq!(see(&mut session, &done(seq, 36)), [OK]);
}

#[test]
fn done_may_lack_its_code() {
    let mut session = Session::new(PORT);
    let seq = session.begin(Ends::Done);
    let bare = raw::message(raw::header(kind::DONE, flag::MULTI, seq, PORT, 0), &[]);
    assert_eq!(see(&mut session, &bare), [OK]);
}

#[test]
fn an_error_without_its_code_is_an_error_all_the_same() {
    let mut session = Session::new(PORT);
    let seq = session.begin(Ends::Ack);
    let bare = raw::message(raw::header(kind::ERROR, 0, seq, PORT, 0), &[]);
    let [Seen::Finished { errno, .. }] = see(&mut session, &bare)[..] else {
        panic!("the request is over");
    };
    assert_ne!(errno, 0);
}

#[test]
fn an_error_ends_whatever_was_asked() {
    for ends in [Ends::Ack, Ends::Reply, Ends::Done] {
        let mut session = Session::new(PORT);
        let seq = session.begin(ends);
        let failed = Seen::Finished { errno: 1, interrupted: false };
        assert_eq!(see(&mut session, &ack(seq, -1)), [failed]);
        assert_eq!(see(&mut session, &ack(seq, 0)), [], "it is over");
    }
}

#[test]
fn the_least_errno_does_not_overflow() {
    let mut session = Session::new(PORT);
    let seq = session.begin(Ends::Ack);
    let failed = Seen::Finished { errno: i32::MAX, interrupted: false };
    assert_eq!(see(&mut session, &ack(seq, i32::MIN)), [failed]);
}

#[test]
fn dump_intr_on_any_message_marks_the_dump() {
    for marked in 0..3 {
        let mut session = Session::new(PORT);
        let seq = session.begin(Ends::Done);
        let flags = |index| match index == marked {
            true => flag::MULTI | flag::DUMP_INTR,
            false => flag::MULTI,
        };
        let datagrams =
            [reply(flags(0), seq, 1), reply(flags(1), seq, 2), raw::done(flags(2), seq, PORT, 0)];
        let seen: Vec<Seen> =
            datagrams.iter().flat_map(|datagram| see(&mut session, datagram)).collect();
        let finished = Seen::Finished { errno: 0, interrupted: true };
        assert_eq!(seen.last(), Some(&finished), "message {marked}");
        assert_eq!(seen.len(), 3);
    }
}

#[test]
fn the_next_dump_is_not_marked_too() {
    let mut session = Session::new(PORT);
    let first = session.begin(Ends::Done);
    let datagram = [reply(flag::DUMP_INTR, first, 1), done(first, 0)].concat();
    see(&mut session, &datagram);
    let second = session.begin(Ends::Done);
    assert_eq!(see(&mut session, &done(second, 0)), [OK]);
}

#[test]
fn no_reply_has_a_foreign_sequence_number() {
    let mut session = Session::new(PORT);
    let old = session.begin(Ends::Reply);
    see(&mut session, &reply(0, old, 1));
    let seq = session.begin(Ends::Reply);
    let foreign = [old, seq.wrapping_add(1), seq.wrapping_sub(1), 0, u32::MAX];
    for foreign in foreign {
        for datagram in [reply(0, foreign, 1), ack(foreign, -1), done(foreign, 0)] {
            let seen = see(&mut session, &datagram);
            let answer =
                seen.iter().any(|seen| matches!(seen, Seen::Reply { .. } | Seen::Finished { .. }));
            assert!(!answer, "{foreign}: {seen:?}");
        }
    }
    assert_eq!(see(&mut session, &reply(0, seq, 1)), [Seen::Reply { cmd: 1, last: true }]);
}

#[test]
fn the_number_of_a_request_that_is_over_is_skipped_and_counted() {
    let mut session = Session::new(PORT);
    let old = session.begin(Ends::Reply);
    see(&mut session, &reply(0, old, 1));
    assert_eq!(session.skipped(), 0);
    assert_eq!(see(&mut session, &reply(0, old, 1)), []);
    assert_eq!(see(&mut session, &ack(old, -1)), []);
    assert_eq!(session.skipped(), 2);
}

/// The kernel gives no group for groups from 33 on, and whoever caused a notification may have been
/// at the same sequence number.
#[test]
fn no_reply_has_a_foreign_port() {
    let mut session = Session::new(PORT);
    let seq = session.begin(Ends::Reply);
    for port in [0, PORT + 1, u32::MAX] {
        let foreign = raw::genl(FAMILY, 0, seq, port, 1, &[]);
        assert_eq!(see(&mut session, &foreign), [Seen::Notification { cmd: 1 }]);
        let error = raw::message(raw::header(kind::ERROR, 0, seq, port, 20), &[255; 20]);
        assert_eq!(see(&mut session, &error), []);
    }
    assert_eq!(session.skipped(), 3);
    assert_eq!(see(&mut session, &reply(0, seq, 1)), [Seen::Reply { cmd: 1, last: true }]);
}

/// Any process can send to a netlink socket: only the kernel's port is 0.
#[test]
fn nothing_of_another_process_counts() {
    let mut session = Session::new(PORT);
    let seq = session.begin(Ends::Reply);
    let notification = raw::genl(FAMILY, 0, 0, 0, 9, &[]);
    let overrun = raw::message(raw::header(kind::OVERRUN, 0, 0, 0, 0), &[]);
    let datagrams = [reply(0, seq, 1), ack(seq, -1), done(seq, 0), notification, overrun];
    for groups in [0, 4] {
        let process = Source { port: 4242, groups, namespace: None };
        for datagram in &datagrams {
            assert_eq!(see_from(&mut session, datagram, process), []);
        }
    }
    assert_eq!(session.skipped(), 10);
}

#[test]
fn a_noop_is_skipped() {
    let mut session = Session::new(PORT);
    let seq = session.begin(Ends::Reply);
    let noop = raw::message(raw::header(kind::NOOP, 0, seq, PORT, 0), &[]);
    let datagram = [noop.clone(), reply(0, seq, 1), noop].concat();
    assert_eq!(see(&mut session, &datagram), [Seen::Reply { cmd: 1, last: true }]);
}

/// Types from 5 to 15 are reserved: what they will mean is not an answer.
#[test]
fn a_control_message_of_the_future_is_skipped() {
    let mut session = Session::new(PORT);
    let seq = session.begin(Ends::Reply);
    for kind in 5..16 {
        let control = raw::message(raw::header(kind, 0, seq, PORT, 4), &[0; 4]);
        assert_eq!(see(&mut session, &control), []);
    }
    assert_eq!(see(&mut session, &reply(0, seq, 1)), [Seen::Reply { cmd: 1, last: true }]);
}

#[test]
fn an_overrun_is_told_and_the_rest_of_the_datagram_read() {
    let mut session = Session::new(PORT);
    let seq = session.begin(Ends::Reply);
    let overrun = raw::message(raw::header(kind::OVERRUN, 0, 0, 0, 0), &[]);
    let datagram = [overrun, reply(0, seq, 1)].concat();
    let expected = [Seen::Overrun, Seen::Reply { cmd: 1, last: true }];
    assert_eq!(see(&mut session, &datagram), expected);
}

#[test]
fn multicast_is_never_an_answer() {
    let mut session = Session::new(PORT);
    let seq = session.begin(Ends::Reply);
    // An echo of another's request can have any numbers, ours included.
    let multicast = Source { port: 0, groups: 1 << 6, namespace: None };
    let seen = see_from(&mut session, &reply(0, seq, 3), multicast);
    assert_eq!(seen, [Seen::Notification { cmd: 3 }]);
    assert_eq!(see(&mut session, &reply(0, seq, 1)), [Seen::Reply { cmd: 1, last: true }]);
}

/// The kernel sends it to the asker alone, and names the group that others were told in.
#[test]
fn an_echo_is_an_answer_although_it_names_a_group() {
    let mut session = Session::new(PORT);
    let seq = session.begin(Ends::Echo);
    let echo = Source { port: 0, groups: 1, namespace: None };
    let answer = Seen::Reply { cmd: 3, last: false };
    assert_eq!(see_from(&mut session, &reply(0, seq, 3), echo), [answer]);
    let foreign = raw::genl(FAMILY, 0, seq, PORT + 1, 3, &[]);
    assert_eq!(see_from(&mut session, &foreign, echo), [Seen::Notification { cmd: 3 }]);
    assert_eq!(see(&mut session, &ack(seq, 0)), [OK]);
}

/// Groups from 33 on do not fit into the mask that a socket address has.
#[test]
fn a_notification_needs_no_group_in_its_address() {
    let mut session = Session::new(PORT);
    let unasked = raw::genl(FAMILY, 0, 0, 0, 3, &[]);
    assert_eq!(see(&mut session, &unasked), [Seen::Notification { cmd: 3 }]);
}

#[test]
fn an_abandoned_dump_gives_no_event_and_is_read_to_its_end() {
    let mut session = Session::new(PORT);
    let old = session.begin(Ends::Done);
    see(&mut session, &reply(0, old, 1));
    session.abandon(old);
    assert!(session.dumping());
    let seq = session.begin(Ends::Reply);
    let datagram = [reply(0, old, 2), reply(0, seq, 3)].concat();
    assert_eq!(see(&mut session, &datagram), [Seen::Reply { cmd: 3, last: true }]);
    assert!(session.dumping());
    assert_eq!(see(&mut session, &done(old, -4)), []);
    assert!(!session.dumping());
}

#[test]
fn a_cancelled_request_is_as_if_never_made() {
    let mut session = Session::new(PORT);
    let seq = session.begin(Ends::Done);
    session.cancel(seq);
    assert!(!session.dumping());
    assert_eq!(see(&mut session, &reply(0, seq, 1)), []);
}
