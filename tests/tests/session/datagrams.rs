//! Datagrams that are no sequence of messages, and where an extended ACK stands in one that is.

use nlkit::session::{Ends, Event, Malformed, Outcome, Session, Source};
use nlkit::wire::flag;
use nlkit::wire::kind;
use nlkit_tests::raw;

use crate::feed::{FAMILY, PORT, Seen, feed, reply, see};

/// Where in a datagram that only refuses a request the extended ACK stands.
fn ext_ack(session: &mut Session, datagram: &[u8]) -> std::ops::Range<usize> {
    let events = feed(session, datagram);
    let [Ok(Event::Finished(message))] = &events[..] else {
        panic!("{events:?}");
    };
    let outcome = Outcome::read(datagram, message);
    assert_eq!(outcome.errno, 22);
    outcome.ext_ack
}

fn only_malformed(datagram: &[u8]) -> Malformed {
    let mut session = Session::new(PORT);
    session.begin(Ends::Reply);
    let mut events = feed(&mut session, datagram);
    match (events.pop(), events.len()) {
        (Some(Err(malformed)), 0) => malformed,
        other => panic!("{other:?}"),
    }
}

#[test]
fn nlmsg_len_0_is_an_error() {
    let mut zero = raw::header(FAMILY, 0, 1, PORT, 0);
    zero.len = 0;
    let malformed = only_malformed(&raw::message(zero, &[1, 1, 0, 0]));
    assert_eq!(malformed, Malformed { at: 0, len: Some(0), left: 20 });
    assert_eq!(malformed.to_string(), "at byte 0: a message of 0 bytes, with 20 left");
}

#[test]
fn an_nlmsg_len_shorter_than_its_header_is_an_error() {
    let mut short = raw::header(FAMILY, 0, 1, PORT, 0);
    short.len = 15;
    assert_eq!(only_malformed(&raw::message(short, &[])).len, Some(15));
}

#[test]
fn an_nlmsg_len_beyond_the_datagram_is_an_error() {
    for len in [21, 24, u32::MAX] {
        let mut long = raw::header(FAMILY, 0, 1, PORT, 0);
        long.len = len;
        let malformed = only_malformed(&raw::message(long, &[1, 1, 0, 0]));
        assert_eq!(malformed, Malformed { at: 0, len: Some(len), left: 20 });
    }
}

#[test]
fn bytes_behind_the_last_message_are_an_error() {
    let mut session = Session::new(PORT);
    let seq = session.begin(Ends::Reply);
    let datagram = [reply(0, seq, 1), vec![0; 3]].concat();
    let expected = [Seen::Reply { cmd: 1, last: true }, Seen::Malformed];
    assert_eq!(see(&mut session, &datagram), expected);
    let malformed = only_malformed(&[0; 3]);
    assert_eq!(malformed.to_string(), "at byte 0: 3 bytes are too few for a message header");
}

#[test]
fn the_last_message_needs_no_padding() {
    let mut session = Session::new(PORT);
    let seq = session.begin(Ends::Reply);
    let mut header = raw::header(FAMILY, 0, seq, PORT, 4 + 7);
    let attrs = raw::attr(1, b"hi\0");
    let mut datagram = [&header.to_bytes()[..], &[1, 1, 0, 0], &attrs[..7]].concat();
    assert_eq!(see(&mut session, &datagram), [Seen::Reply { cmd: 1, last: true }]);
    // But what its length promises has to be there.
    let seq = session.begin(Ends::Reply);
    header.seq = seq;
    datagram.truncate(26);
    datagram[..16].copy_from_slice(&header.to_bytes());
    assert_eq!(see(&mut session, &datagram), [Seen::Malformed]);
}

#[test]
fn an_empty_datagram_says_nothing() {
    let mut session = Session::new(PORT);
    assert_eq!(see(&mut session, &[]), []);
}

#[test]
fn reading_on_behind_the_end_says_nothing() {
    let mut session = Session::new(PORT);
    for start in [1, 100, usize::MAX] {
        let mut at = start;
        assert_eq!(session.feed(&[0], &mut at, Source::default()), None);
    }
}

/// Where the attributes of an extended ACK stand, for each layout of the message around them.
#[test]
fn extended_ack_stands_behind_what_is_repeated_of_the_request() {
    let attrs = raw::attr(1, b"no\0");
    for (flags, repeated) in [
        (flag::CAPPED | flag::ACK_TLVS, 0),
        (flag::ACK_TLVS, 0),
        (flag::ACK_TLVS, 8),
        (flag::ACK_TLVS, 6),
    ] {
        let mut session = Session::new(PORT);
        let seq = session.begin(Ends::Ack);
        let body = vec![0xaa; repeated];
        let request = raw::message(raw::header(FAMILY, 0, seq, PORT, repeated), &body);
        let datagram = raw::error(flags, -22, &request, &attrs);
        let ext_ack = ext_ack(&mut session, &datagram);
        assert_eq!(datagram[ext_ack], attrs, "flags {flags:#x}, {repeated} bytes");
    }
}

#[test]
fn a_capped_error_repeats_only_the_header_whatever_its_length_says() {
    let mut session = Session::new(PORT);
    let seq = session.begin(Ends::Ack);
    let request = raw::header(FAMILY, 0, seq, PORT, 5000).to_bytes();
    let attrs = raw::attr(1, b"no\0");
    let datagram = raw::error(flag::CAPPED | flag::ACK_TLVS, -22, &request, &attrs);
    let ext_ack = ext_ack(&mut session, &datagram);
    assert_eq!(datagram[ext_ack], attrs);
}

#[test]
fn without_the_flag_there_is_no_extended_ack() {
    let mut session = Session::new(PORT);
    let seq = session.begin(Ends::Ack);
    let request = raw::message(raw::header(FAMILY, 0, seq, PORT, 0), &[]);
    let datagram = raw::error(flag::CAPPED, -22, &request, &raw::attr(1, b"no\0"));
    assert!(ext_ack(&mut session, &datagram).is_empty());
}

#[test]
fn done_can_hold_an_extended_ack() {
    let mut session = Session::new(PORT);
    let seq = session.begin(Ends::Done);
    let attrs = raw::attr(1, b"no\0");
    let body = [&(-22_i32).to_ne_bytes(), attrs.as_slice()].concat();
    let flags = flag::MULTI | flag::ACK_TLVS;
    let datagram = raw::message(raw::header(kind::DONE, flags, seq, PORT, body.len()), &body);
    let ext_ack = ext_ack(&mut session, &datagram);
    assert_eq!(datagram[ext_ack], attrs);
}

/// A length in the repeated header that leads out of the message leaves no extended ACK.
#[test]
fn a_lying_error_does_not_lead_out_of_the_datagram() {
    for len in [0, 3, 100, u32::MAX] {
        let mut session = Session::new(PORT);
        let seq = session.begin(Ends::Ack);
        let mut request = raw::header(FAMILY, 0, seq, PORT, 0);
        request.len = len;
        let datagram = raw::error(flag::ACK_TLVS, -22, &request.to_bytes(), &[]);
        let ext_ack = ext_ack(&mut session, &datagram);
        assert_eq!(datagram.get(ext_ack), Some(&[][..]), "length {len}");
    }
}
