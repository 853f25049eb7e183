//! Operations that are known only at run time: bytes in and out, and all else as for types.

use std::cell::RefCell;
use std::rc::Rc;

use nlkit::nlctrl::{FamilyInfo, GetFamily};
use nlkit::script::{Script, answer};
use nlkit::session::Source;
use nlkit::wire::{Header, flag, kind};
use nlkit::{
    Connection, Error, Generic, Modifiers, NlAttrs, RawGroup, RawOperation, Route, Socket,
};
use nlkit_tests::raw;
use nlkit_tests::tunnel::{self, Set, Tunnel};

use crate::{is_dump, list, name, one, scripted};

const GET: RawOperation = RawOperation {
    family: "tunnel",
    name: "get",
    version: 7,
    cmd: 1,
    reply_cmd: 1,
    request: Tunnel::SET,
    reply: Some(Tunnel::SET),
    ack: false,
};

const SET: RawOperation = RawOperation {
    name: "set",
    cmd: 2,
    reply_cmd: 2,
    request: Set::SET,
    reply: None,
    ack: true,
    ..GET
};

const PEERS: RawGroup = RawGroup { family: "tunnel", name: "peers", number: None };

fn tunnel(message: nlkit::Message<'_>) -> Tunnel {
    message.decode().unwrap()
}

#[test]
fn a_request_is_its_bytes_and_each_reply_is_lent() {
    let sent = Rc::new(RefCell::new(Vec::new()));
    let log = Rc::clone(&sent);
    let mut conn = scripted(move |request| {
        log.borrow_mut().push(request.to_vec());
        vec![one(request, "wg0")]
    });
    let body = nlkit::encode(&tunnel::tunnel(5, "wg0")).unwrap();
    let mut replies = Vec::new();
    let take = |reply: nlkit::Message<'_>| replies.push(tunnel(reply));
    conn.request_raw(&GET, &body, Modifiers::CREATE | Modifiers::EXCL, take).unwrap();
    assert_eq!(replies, [tunnel::tunnel(1, "wg0")]);
    let sent = sent.borrow();
    let header = Header::parse(&sent[0]).unwrap();
    assert_eq!((header.kind, header.flags), (tunnel::ID, flag::REQUEST | 0x600));
    assert_eq!(sent[0][16..20], [1, 7, 0, 0], "operation and version");
    assert_eq!(sent[0][20..], body);
}

#[test]
fn an_answer_has_no_reply_or_several() {
    let mut conn = scripted(|request| match answer(request).cmd() {
        2 => vec![answer(request).ack().into_datagram()],
        _ => {
            let part = |name| {
                let attrs = nlkit::encode(&tunnel::tunnel(1, name)).unwrap();
                [&[tunnel::GET, 1, 0, 0], attrs.as_slice()].concat()
            };
            let first = answer(request).message(tunnel::ID, flag::MULTI, part("a"));
            vec![first.message(tunnel::ID, flag::MULTI, part("b")).done(0).into_datagram()]
        }
    });
    let mut replies = Vec::new();
    conn.request_raw(&SET, &[], Modifiers::default(), |_| panic!("a reply")).unwrap();
    conn.request_raw(&GET, &[], Modifiers::default(), |it| replies.push(name(&tunnel(it))))
        .unwrap();
    assert_eq!(replies, ["a", "b"]);
}

#[test]
fn an_ack_does_not_stand_for_a_reply_that_must_come() {
    let mut conn = scripted(|request| vec![answer(request).ack().into_datagram()]);
    let error = conn.request_raw(&GET, &[], Modifiers::default(), |_| ()).unwrap_err();
    assert_eq!(error.to_string(), "tunnel get: no reply");
}

#[test]
fn another_message_than_the_reply_is_an_error() {
    let mut conn = scripted(|request| {
        vec![answer(request).reply(tunnel::ID, 9, &tunnel::tunnel(1, "a")).into_datagram()]
    });
    let error = conn.request_raw(&GET, &[], Modifiers::default(), |_| ()).unwrap_err();
    assert!(matches!(error, Error::UnexpectedMessage { .. }), "{error}");
}

#[test]
fn a_refusal_has_the_path_by_the_set() {
    let request = Set { ifindex: None, peers: Some(vec![Default::default(); 2]) };
    let body = nlkit::encode(&request).unwrap();
    let mut conn = scripted(|request| {
        let last = u32::try_from(request.len() - 4).unwrap();
        let offset = raw::attr(2, &last.to_ne_bytes());
        vec![answer(request).error(22, &offset).into_datagram()]
    });
    let error = conn.request_raw(&SET, &body, Modifiers::default(), |_| ()).unwrap_err();
    assert_eq!(error.to_string(), "tunnel set: .peers[1]: Invalid argument (22)");
}

#[test]
fn a_dump_lends_its_entries_and_can_be_dropped_half_way() {
    let mut conn = scripted(|request| match is_dump(request) {
        true => vec![list(request, &["a", "b", "c"])],
        false => vec![one(request, "d")],
    });
    let mut dump = conn.dump_raw(&GET, &[]).unwrap();
    assert_eq!(name(&tunnel(dump.next().unwrap().unwrap())), "a");
    drop(dump);
    let mut names = Vec::new();
    let take = |reply: nlkit::Message<'_>| names.push(name(&tunnel(reply)));
    conn.request_raw(&GET, &[], Modifiers::default(), take).unwrap();
    let mut dump = conn.dump_raw(&GET, &[]).unwrap();
    while let Some(entry) = dump.next() {
        names.push(name(&tunnel(entry.unwrap())));
    }
    assert!(dump.next().is_none(), "it stays over");
    assert_eq!(names, ["d", "a", "b", "c"]);
}

#[test]
fn a_dump_that_was_interrupted_says_so_behind_its_entries() {
    let mut conn = scripted(|request| {
        let answer = answer(request).reply(tunnel::ID, tunnel::GET, &tunnel::tunnel(1, "a"));
        let flags = flag::MULTI | flag::DUMP_INTR;
        vec![answer.message(kind::DONE, flags, vec![0; 4]).into_datagram()]
    });
    let mut dump = conn.dump_raw(&GET, &[]).unwrap();
    dump.next().unwrap().unwrap();
    let error = dump.next().unwrap().unwrap_err();
    assert!(matches!(error, Error::DumpInterrupted { .. }), "{error}");
    assert!(dump.next().is_none());
}

#[test]
fn a_lost_answer_of_what_only_reads_is_asked_for_again() {
    let mut asked = 0;
    let mut conn = scripted(move |request| {
        asked += 1;
        // The first answer is cut in the middle of a header.
        if asked == 1 { vec![vec![0; 7]] } else { vec![one(request, "wg0")] }
    });
    let mut replies = 0;
    conn.request_raw(&GET, &[], Modifiers::default(), |_| replies += 1).unwrap();
    assert_eq!((replies, conn.counters().retries), (1, 1));
}

/// The kernel would take them for control messages, and others do not fit into the header.
#[test]
fn a_number_that_the_protocol_cannot_have_is_refused() {
    let mut conn = scripted(|_| panic!("nothing is sent"));
    let error = conn.dump_raw(&RawOperation { cmd: 256, ..GET }, &[]).unwrap_err();
    let text =
        "get: 256 is no number of an operation: below 256 in generic netlink, else from 16 on";
    assert_eq!(error.to_string(), text);
    let error =
        conn.batch().add_raw(&RawOperation { reply_cmd: 999, ..GET }, &[], Modifiers::default());
    assert!(matches!(error, Err(Error::Encode(_))));
    let mut conn = Connection::<Route, _>::with_transport(Script::new(|_: &[u8]| Vec::new()));
    let get = RawOperation { cmd: 15, reply_cmd: 16, ..GET };
    let error = conn.request_raw(&get, &[], Modifiers::default(), |_| ()).unwrap_err();
    assert!(error.to_string().contains("15 is no number"), "{error}");
}

#[test]
fn a_batch_takes_them_beside_typed_ones() {
    let mut conn = scripted(|batch| {
        let mut rest = batch;
        let mut answers = Vec::new();
        while let Some(header) = Header::parse(rest) {
            let (request, after) = rest.split_at(header.len.try_into().unwrap());
            rest = after;
            answers.push(match answer(request).cmd() {
                1 => [one(request, "a"), one(request, "b"), answer(request).ack().into_datagram()]
                    .concat(),
                4 => [one(request, "c"), answer(request).ack().into_datagram()].concat(),
                _ => answer(request).error(1, &[]).into_datagram(),
            });
        }
        answers
    });
    let mut batch = conn.batch();
    let several = batch.add_raw(&GET, &[], Modifiers::default()).unwrap();
    let refused = batch.add_raw(&SET, &[], Modifiers::default()).unwrap();
    let typed = batch.add(&Tunnel::new(), Modifiers::default()).unwrap();
    let mut outcomes = batch.send().unwrap();
    let replies = outcomes.take_raw(several).unwrap();
    let names: Vec<_> = replies.iter().map(|reply| name(&nlkit::decode(reply).unwrap())).collect();
    assert_eq!(names, ["a", "b"]);
    let error = outcomes.take_raw(refused).unwrap_err();
    assert_eq!(error.kernel().unwrap().index, Some(1));
    assert_eq!(name(&outcomes.take(typed).unwrap()), "b", "the last one counts");
}

#[test]
fn an_echo_is_what_listeners_are_told_whatever_that_is() {
    let mut conn = scripted(|request| {
        assert_eq!(answer(request).request().flags & 0x8, 0x8, "NLM_F_ECHO");
        let peer = tunnel::Peer::new().with_public_key([3; 4]);
        let echo = answer(request).reply(tunnel::ID, tunnel::PEER_ADD, &peer);
        vec![echo.ack().into_datagram()]
    });
    let mut told = Vec::new();
    conn.request_echo_raw(&SET, &[], Modifiers::CREATE, |it| told.push(it.cmd())).unwrap();
    assert_eq!(told, [u16::from(tunnel::PEER_ADD)]);
}

#[test]
fn groups_are_joined_by_name_and_what_is_told_there_has_its_family() {
    let mut conn = scripted(|_| Vec::new());
    conn.join_raw(PEERS).unwrap();
    assert_eq!(conn.transport().groups(), [tunnel::PEERS_ID, 16]);
    let source = Source { port: 0, groups: 1 << 6, namespace: None };
    conn.transport_mut().push(Ok(raw::genl(tunnel::ID, 0, 0, 0, 99, &[])), source);
    let told = conn.notification().unwrap();
    let told = told.message();
    assert_eq!((conn.family_of(told.header().kind), told.cmd()), (Some("tunnel"), 99));
    assert_eq!(conn.family_of(16), Some("nlctrl"));
    assert_eq!(conn.family_of(77), None);
    conn.leave_raw(PEERS).unwrap();
    assert_eq!(conn.transport().groups(), [0; 0]);
    let error = conn.join_raw(RawGroup { name: "weather", ..PEERS }).unwrap_err();
    assert!(matches!(error, Error::UnknownGroup { group: "weather", .. }), "{error}");
    conn.join_raw(RawGroup { name: "weather", number: Some(9), ..PEERS }).unwrap();
    assert_eq!(conn.transport().groups(), [9, 16], "by its number, nobody is asked");
}

#[test]
fn sockets_are_opened_by_the_number_of_their_protocol() {
    let socket = Socket::options().open_protocol(16).unwrap();
    let mut conn = Connection::<Generic, _>::with_transport(socket);
    let nlctrl = RawOperation {
        family: "nlctrl",
        name: "getfamily",
        version: 2,
        cmd: 3,
        reply_cmd: 1,
        request: GetFamily::SET,
        reply: Some(FamilyInfo::SET),
        ack: false,
    };
    let body = nlkit::encode(&GetFamily { id: Some(16), name: None }).unwrap();
    let mut found = Vec::new();
    let take = |it: nlkit::Message<'_>| found.push(it.decode::<FamilyInfo>().unwrap().name);
    conn.request_raw(&nlctrl, &body, Modifiers::default(), take).unwrap();
    assert_eq!(found, [Some("nlctrl".into())]);
    let error = Socket::options().open_protocol(22).unwrap_err();
    assert!(error.to_string().contains("no socket of netlink protocol 22"), "{error}");
}
