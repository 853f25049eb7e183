//! What holds for every value and for every sequence of bytes.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "helpers of tests")]

use std::cell::RefCell;
use std::rc::Rc;

use nlkit::script::{PORT, Script, answer};
use nlkit::session::{Ends, Event, Outcome, Session, Source};
use nlkit::wire::{Header, flag};
use nlkit::{Connection, EncodeErrorKind, Error};
use nlkit_tests::raw;
use nlkit_tests::sets::{Everything, Glance, everything};
use nlkit_tests::tunnel::{self, Brief, Set, Tunnel};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::strategy::ValueTree;

/// How many cases a property is tried with: `NLKIT_CASES=100` for a hundred times as many.
fn cases(cases: u32) -> ProptestConfig {
    let factor = std::env::var("NLKIT_CASES").ok().and_then(|factor| factor.parse().ok());
    // What fails is printed; a file of failures beside the test would only be of use in a checkout.
    let failure_persistence = None;
    let cases = cases.saturating_mul(factor.unwrap_or(1));
    ProptestConfig { cases, failure_persistence, ..ProptestConfig::default() }
}

/// Something that goes wrong with a message.
#[derive(Clone, Debug)]
enum Damage {
    Cut(Index),
    Flip(Index, u8),
    Write(Index, u16),
    Insert(Index, Vec<u8>),
    Remove(Index, Index),
}

fn damage() -> impl Strategy<Value = Damage> {
    prop_oneof![
        any::<Index>().prop_map(Damage::Cut),
        (any::<Index>(), 0..8_u8).prop_map(|(at, bit)| Damage::Flip(at, bit)),
        // Lengths and numbers that mean something more often than random ones do.
        (any::<Index>(), prop_oneof![0..40_u16, any::<u16>()])
            .prop_map(|(at, number)| Damage::Write(at, number)),
        (any::<Index>(), vec(any::<u8>(), 1..9)).prop_map(|(at, bytes)| Damage::Insert(at, bytes)),
        any::<(Index, Index)>().prop_map(|(from, to)| Damage::Remove(from, to)),
    ]
}

impl Damage {
    fn apply(&self, bytes: &mut Vec<u8>) {
        let len = bytes.len();
        match self {
            Self::Cut(at) => bytes.truncate(at.index(len + 1)),
            Self::Insert(at, inserted) => {
                let at = at.index(len + 1);
                bytes.splice(at..at, inserted.iter().copied());
            }
            _ if len < 4 => {}
            Self::Flip(at, bit) => bytes[at.index(len)] ^= 1 << bit,
            Self::Write(at, number) => {
                let at = at.index(len / 2) * 2;
                bytes[at..at + 2].copy_from_slice(&number.to_ne_bytes());
            }
            Self::Remove(from, to) => {
                let (from, to) = (from.index(len), to.index(len));
                bytes.drain(from.min(to)..from.max(to));
            }
        }
    }
}

/// Attributes that nest anyhow, with numbers and lengths that often fit.
fn attributes() -> impl Strategy<Value = Vec<u8>> {
    let leaf =
        (0..20_u16, prop_oneof![vec(any::<u8>(), 0..20), any::<[u8; 4]>().prop_map(Vec::from)])
            .prop_map(|(id, payload)| raw::attr(id, &payload));
    leaf.prop_recursive(5, 40, 6, |inner| {
        (0..14_u16, vec(inner, 0..6)).prop_map(|(id, attrs)| raw::nest(id, &attrs))
    })
}

/// Whatever the bytes are, they give an error or a value, and a value that can be kept.
fn read(bytes: &[u8]) {
    match nlkit::decode::<Everything>(bytes) {
        Ok(value) => {
            show(&value);
            match nlkit::encode(&value) {
                Ok(bytes) => assert_eq!(nlkit::decode::<Everything>(&bytes).unwrap(), value),
                // The kernel's strings can hold a NUL, which a request must not.
                Err(error) => assert_eq!(error.kind(), &EncodeErrorKind::InnerNul, "{error}"),
            }
        }
        Err(error) => {
            show(&error);
            assert!(error.to_string().starts_with("Everything"), "{error}");
        }
    }
    compare(bytes);
}

/// The same bytes through a projection: what both can read is the same.
fn compare(bytes: &[u8]) {
    let (all, glance) = (nlkit::decode::<Everything>(bytes), nlkit::decode::<Glance<'_>>(bytes));
    show(&glance);
    match (all, glance) {
        (Ok(all), Ok(glance)) => assert_eq!(Glance::from(&all), glance),
        // It does not look at all that can be wrong.
        (Err(_), _) => {}
        (Ok(_), Err(error)) => panic!("only the projection fails: {error}"),
    }
}

fn show(value: &dyn std::fmt::Debug) {
    let _ = (format!("{value:?}"), format!("{value:#?}"));
}

proptest! {
    #![proptest_config(cases(1000))]

    #[test]
    fn decoding_undoes_encoding(value in everything()) {
        let bytes = nlkit::encode(&value).unwrap();
        prop_assert_eq!(bytes.len() % 4, 0);
        let decoded: Everything = nlkit::decode(&bytes).unwrap();
        prop_assert_eq!(&decoded, &value);
        prop_assert_eq!(format!("{decoded:?}"), format!("{value:?}"));
        prop_assert_eq!(nlkit::encode(&decoded).unwrap(), bytes);
    }

    #[test]
    fn a_projection_sees_the_same(value in everything()) {
        let bytes = nlkit::encode(&value).unwrap();
        let glance: Glance<'_> = nlkit::decode(&bytes).unwrap();
        prop_assert_eq!(&glance, &Glance::from(&value));
        // And encodes what it sees.
        let bytes = nlkit::encode(&glance).unwrap();
        prop_assert_eq!(nlkit::decode::<Glance<'_>>(&bytes).unwrap(), glance);
    }

    #[test]
    fn appending_changes_nothing_before(value in everything(), before in vec(any::<u8>(), 0..9)) {
        let mut buffer = before.repeat(4);
        let start = buffer.clone();
        nlkit::encode_into(&value, &mut buffer).unwrap();
        prop_assert!(buffer.starts_with(&start));
        prop_assert_eq!(&buffer[start.len()..], nlkit::encode(&value).unwrap());
    }
}

proptest! {
    #![proptest_config(cases(3000))]

    #[test]
    fn damaged_messages_give_an_error_or_a_value(
        value in everything(),
        damage in vec(damage(), 1..4),
    ) {
        let mut bytes = nlkit::encode(&value).unwrap();
        for damage in damage {
            damage.apply(&mut bytes);
        }
        read(&bytes);
    }

    #[test]
    fn any_attributes_give_an_error_or_a_value(attrs in vec(attributes(), 0..6)) {
        let bytes = attrs.concat();
        read(&bytes);
    }

    #[test]
    fn any_bytes_give_an_error_or_a_value(bytes in vec(any::<u8>(), 0..200)) {
        read(&bytes);
    }
}

/// Every truncation of a message, not only some.
#[test]
fn every_truncation_gives_an_error_or_a_value() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    for _ in 0..6 {
        let value = everything().new_tree(&mut runner).unwrap().current();
        let bytes = nlkit::encode(&value).unwrap();
        for len in 0..bytes.len() {
            read(&bytes[..len]);
        }
    }
}

/// A message of a datagram, sound or not.
#[derive(Clone, Debug)]
struct Piece {
    kind: u16,
    flags: u16,
    /// Which of the open requests it answers, or another number.
    seq: Result<Index, u32>,
    port: u32,
    /// What its length says, where that is not true.
    len: Option<u32>,
    body: Vec<u8>,
}

fn piece() -> impl Strategy<Value = Piece> {
    let kind = prop_oneof![3 => 0..6_u16, 3 => Just(tunnel::ID), 1 => any::<u16>()];
    let flags = prop_oneof![Just(0), Just(flag::MULTI), Just(0x302), any::<u16>()];
    let seq = prop_oneof![5 => any::<Index>().prop_map(Ok), 1 => any::<u32>().prop_map(Err), 1 => Just(Err(0))];
    let port = prop_oneof![6 => Just(PORT), 1 => any::<u32>()];
    let len = prop_oneof![9 => Just(None), 1 => any::<u32>().prop_map(Some), 1 => (0..60_u32).prop_map(Some)];
    let body = prop_oneof![
        vec(any::<u8>(), 0..40),
        vec(attributes(), 0..4).prop_map(|attrs| [
            &[tunnel::GET, 1, 0, 0],
            attrs.concat().as_slice()
        ]
        .concat()),
        any::<i32>().prop_map(|code| code.to_ne_bytes().to_vec()),
        (0..40_i32, vec(attributes(), 0..3)).prop_map(|(errno, attrs)| {
            [&(-errno).to_ne_bytes()[..], &[0; 16], attrs.concat().as_slice()].concat()
        }),
    ];
    (kind, flags, seq, port, len, body).prop_map(|(kind, flags, seq, port, len, body)| Piece {
        kind,
        flags,
        seq,
        port,
        len,
        body,
    })
}

impl Piece {
    fn print(&self, open: &[u32]) -> Vec<u8> {
        let seq = match self.seq {
            Ok(index) if !open.is_empty() => *index.get(open),
            Ok(_) => 0,
            Err(seq) => seq,
        };
        let mut header = raw::header(self.kind, self.flags, seq, self.port, self.body.len());
        header.len = self.len.unwrap_or(header.len);
        raw::message(header, &self.body)
    }
}

fn datagrams() -> impl Strategy<Value = Vec<(Vec<Piece>, Vec<Damage>)>> {
    let damages = prop_oneof![4 => Just(Vec::new()), 1 => vec(damage(), 1..3)];
    vec((vec(piece(), 0..5), damages), 0..5)
}

fn print((pieces, damages): &(Vec<Piece>, Vec<Damage>), open: &[u32]) -> Vec<u8> {
    let mut bytes: Vec<u8> = pieces.iter().flat_map(|piece| piece.print(open)).collect();
    damages.iter().for_each(|damage| damage.apply(&mut bytes));
    bytes
}

fn source() -> impl Strategy<Value = Source> {
    let other =
        any::<(u32, u32)>().prop_map(|(port, groups)| Source { port, groups, namespace: None });
    prop_oneof![4 => Just(Source::default()), 1 => other]
}

proptest! {
    #![proptest_config(cases(3000))]

    #[test]
    fn a_session_reads_any_datagrams_to_their_end(
        datagrams in datagrams(),
        sources in vec(source(), 5),
        abandoned in any::<[bool; 3]>(),
    ) {
        let mut session = Session::new(PORT);
        let open = [Ends::Ack, Ends::Reply, Ends::Done].map(|ends| session.begin(ends));
        let mut finished = Vec::new();
        for (seq, abandoned) in open.iter().zip(abandoned) {
            if abandoned {
                session.abandon(*seq);
            }
        }
        for (datagram, source) in datagrams.iter().zip(sources) {
            let bytes = print(datagram, &open);
            let mut at = 0;
            let mut last = None;
            while let Some(event) = session.feed(&bytes, &mut at, source) {
                prop_assert!(last < Some(at), "it does not move on: {event:?}");
                last = Some(at);
                let Ok(event) = event else {
                    prop_assert!(at >= bytes.len(), "the rest of a malformed datagram is lost");
                    continue;
                };
                if let Some(seq) = answered(&event, &bytes) {
                    let index = open.iter().position(|open| *open == seq);
                    prop_assert!(index.is_some_and(|index| !abandoned[index]), "{event:?}");
                    prop_assert!(!finished.contains(&seq), "it was over: {event:?}");
                    if !matches!(event, Event::Reply(_)) {
                        finished.push(seq);
                    }
                }
            }
            prop_assert!(at >= bytes.len());
        }
    }
}

/// The request that an event belongs to, after a look at all that it has.
fn answered(event: &Event, datagram: &[u8]) -> Option<u32> {
    let _ = format!("{event:?}");
    match event {
        Event::Reply(span) | Event::LastReply(span) => {
            datagram.get(span.body.clone()).unwrap();
            Some(span.header.seq)
        }
        Event::Finished(span) => {
            let outcome = Outcome::read(datagram, span);
            datagram.get(outcome.ext_ack).unwrap();
            assert!(outcome.errno >= 0);
            Some(span.header.seq)
        }
        Event::Notification(span) => {
            datagram.get(span.body.clone()).unwrap();
            None
        }
        Event::Overrun => None,
    }
}

proptest! {
    #![proptest_config(cases(1500))]

    /// A kernel that says anything, and behind it one that is sound.
    #[test]
    fn a_connection_survives_any_answers(answers in vec(datagrams(), 4)) {
        let mut answers = answers.into_iter();
        let sound = Rc::new(RefCell::new(false));
        let is_sound = Rc::clone(&sound);
        let mut conn = Connection::with_transport(Script::new(move |request: &[u8]| {
            if let Some(family) = tunnel::resolve(request, tunnel::ID) {
                return vec![family];
            }
            if *is_sound.borrow() {
                let reply = answer(request).reply(tunnel::ID, tunnel::GET, &Tunnel::new());
                return vec![match answer(request).request().flags & flag::DUMP {
                    0 => reply.into_datagram(),
                    _ => reply.done(0).into_datagram(),
                }];
            }
            let seq = Header::parse(request).map_or(0, |header| header.seq);
            let datagrams = answers.next().unwrap_or_default();
            datagrams.iter().map(|datagram| print(datagram, &[seq])).collect()
        }));
        show(&conn.request(&tunnel::tunnel(1, "wg0")));
        show(&conn.request(&Set { ifindex: Some(1), peers: Some(Vec::new()) }));
        for entry in conn.dump(&Tunnel::new()).into_iter().flatten() {
            show(&entry);
        }
        if let Ok(mut views) = conn.dump_as::<Brief<'_>, _>(&Tunnel::new()) {
            for _ in 0..3 {
                show(&views.next());
            }
        }
        *sound.borrow_mut() = true;
        // What is still queued can fail one call for each datagram that is no sequence of messages.
        let mut tries = 0..20;
        let dump = loop {
            prop_assert!(tries.next().is_some(), "it never recovers");
            match conn.dump(&Tunnel::new()).and_then(Iterator::collect::<Result<Vec<Tunnel>, _>>) {
                Ok(dump) => break dump,
                Err(error) => prop_assert!(matches!(error, Error::Malformed { .. }), "{error:?}"),
            }
        };
        prop_assert_eq!(dump, [Tunnel::new()]);
        prop_assert_eq!(conn.request(&Tunnel::new()).unwrap(), Tunnel::new());
    }

    #[test]
    fn any_extended_ack_is_an_error_with_the_errno(
        errno in 1..4096_i32,
        ext_ack in prop_oneof![
            vec(any::<u8>(), 0..60),
            vec(attributes(), 0..6).prop_map(|attrs| attrs.concat()),
            vec((1..9_u16, any::<u32>()), 0..4).prop_map(|attrs| {
                attrs.iter().flat_map(|(id, value)| raw::attr(*id, &value.to_ne_bytes())).collect()
            }),
            vec((1..9_u16, 0..200_u32), 0..4).prop_map(|attrs| {
                attrs.iter().flat_map(|(id, value)| raw::attr(*id, &value.to_ne_bytes())).collect()
            }),
        ],
        request in tunnels(),
    ) {
        let mut conn = Connection::with_transport(Script::new(move |sent: &[u8]| {
            match tunnel::resolve(sent, tunnel::ID) {
                Some(family) => vec![family],
                None => vec![answer(sent).error(errno, &ext_ack).into_datagram()],
            }
        }));
        let error = conn.request(&request).unwrap_err();
        // ENOENT asks for the family again only where its id was known before.
        prop_assert_eq!(error.errno(), Some(errno));
        show(&error);
        prop_assert!(error.to_string().contains(&format!("({errno})")), "{}", error);
    }
}

/// Requests with nests for offsets to point into.
fn tunnels() -> impl Strategy<Value = Set> {
    let ip = any::<[u8; 4]>().prop_map(|ip| tunnel::AllowedIp::new().with_ipaddr(ip));
    let peer = (any::<Option<[u8; 4]>>(), vec(ip, 0..3)).prop_map(|(public_key, ips)| {
        tunnel::Peer { public_key, ..tunnel::Peer::new() }.with_allowedips(ips)
    });
    vec(peer, 0..4).prop_map(|peers| Set { ifindex: Some(1), peers: Some(peers) })
}
