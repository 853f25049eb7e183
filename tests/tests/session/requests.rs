//! Requests that are answered once, rightly and wrongly.

use std::cell::RefCell;
use std::rc::Rc;

use nlkit::script::{Answer, PORT, answer};
use nlkit::wire::{Header, flag, kind};
use nlkit::{Do, Error};
use nlkit_tests::raw;
use nlkit_tests::tunnel::{self, Set, Swap, Tunnel};

use crate::{is_dump, list, name, names, one, scripted};

#[test]
fn a_request_says_what_it_is() {
    let sent = Rc::new(RefCell::new(Vec::new()));
    let log = Rc::clone(&sent);
    let mut conn = scripted(move |request| {
        log.borrow_mut().push(request.to_vec());
        vec![one(request, "a"), answer(request).ack().into_datagram()]
    });
    conn.request(&tunnel::tunnel(5, "wg0")).unwrap();
    conn.request(&Set::default()).unwrap_err();
    let sent = sent.borrow();
    let [get, set] = &sent[..] else {
        panic!("{sent:?}");
    };
    let header = Header::parse(get).unwrap();
    assert_eq!(usize::try_from(header.len).unwrap(), get.len());
    assert_eq!((header.kind, header.flags, header.port), (tunnel::ID, flag::REQUEST, PORT));
    assert_eq!(get[16..20], [tunnel::GET, 1, 0, 0], "operation and version");
    let attrs = [raw::attr(1, &5_u32.to_ne_bytes()), raw::attr(2, b"wg0\0")].concat();
    assert_eq!(get[20..], attrs);
    let header = Header::parse(set).unwrap();
    assert_eq!(header.flags, flag::REQUEST | flag::ACK, "it asks for an ACK");
    assert_eq!(set[16..], [tunnel::SET, 1, 0, 0]);
}

#[test]
fn a_reply_is_the_answer() {
    let mut conn = scripted(|request| vec![one(request, "wg0")]);
    assert_eq!(conn.request(&Tunnel::new()).unwrap(), tunnel::tunnel(1, "wg0"));
}

#[test]
fn an_ack_is_the_answer_of_an_operation_without_reply() {
    let mut conn = scripted(|request| vec![answer(request).ack().into_datagram()]);
    conn.request(&Set::default()).unwrap();
}

#[test]
fn a_reply_and_an_ack_come_in_one_datagram_or_in_two() {
    let tunnel = tunnel::tunnel(1, "wg0");
    let mut conn = scripted(move |request| {
        let reply = answer(request).reply(tunnel::ID, 4, &tunnel);
        match answer(request).request().len {
            20 => vec![reply.ack().into_datagram()],
            _ => vec![reply.into_datagram(), answer(request).ack().into_datagram()],
        }
    });
    for ifindex in [None, Some(1)] {
        assert_eq!(name(&conn.request(&Swap { ifindex }).unwrap()), "wg0");
    }
}

#[test]
fn a_reply_that_the_ack_leaves_out_is_empty() {
    let mut conn = scripted(|request| vec![answer(request).ack().into_datagram()]);
    assert_eq!(conn.request(&Swap::default()).unwrap(), Tunnel::new());
}

/// Without an ACK, silence would look like success.
#[test]
fn an_ack_does_not_stand_for_a_reply_that_must_come() {
    const { assert!(!<Tunnel as Do>::ACK) };
    let mut conn = scripted(|request| vec![answer(request).ack().into_datagram()]);
    let error = conn.request(&Tunnel::new()).unwrap_err();
    assert!(matches!(error, Error::NoReply { .. }), "{error:?}");
    assert_eq!(error.to_string(), "tunnel get: no reply");
}

#[test]
fn a_multipart_reply_of_one_message_ends_with_done_or_ack() {
    let mut conn = scripted(|request| {
        let attrs = nlkit::encode(&tunnel::tunnel(1, "wg0")).unwrap_or_default();
        let body = [&[tunnel::GET, 1, 0, 0], attrs.as_slice()].concat();
        let reply = answer(request).message(tunnel::ID, flag::MULTI, body);
        match answer(request).request().len {
            20 => vec![reply.done(0).into_datagram()],
            _ => vec![reply.ack().into_datagram()],
        }
    });
    for request in [Tunnel::new(), Tunnel::new().with_ifindex(1)] {
        assert_eq!(name(&conn.request(&request).unwrap()), "wg0");
    }
}

#[test]
fn what_is_not_the_answer_is_passed_over() {
    let mut conn = scripted(|request| {
        let header = answer(request).request();
        let foreign = |seq, port| {
            let attrs = nlkit::encode(&tunnel::tunnel(9, "foreign")).unwrap_or_default();
            raw::genl(tunnel::ID, 0, seq, port, tunnel::GET, &attrs)
        };
        vec![
            foreign(header.seq.wrapping_sub(1), header.port),
            foreign(header.seq.wrapping_add(1), header.port),
            foreign(header.seq, header.port + 1),
            raw::message(raw::header(kind::NOOP, 0, header.seq, header.port, 0), &[]),
            Vec::new(),
            one(request, "wg0"),
        ]
    });
    for _ in 0..3 {
        assert_eq!(name(&conn.request(&Tunnel::new()).unwrap()), "wg0");
    }
}

#[test]
fn a_reply_that_never_comes_does_not_hang() {
    let mut conn = scripted(|_| Vec::new());
    for _ in 0..3 {
        let error = conn.request(&Tunnel::new()).unwrap_err();
        assert!(matches!(error, Error::NoReply { .. }), "{error:?}");
        let error = conn.request(&Set::default()).unwrap_err();
        assert!(matches!(error, Error::NoReply { .. }), "{error:?}");
        let error = names(&mut conn).unwrap_err();
        assert!(matches!(error, Error::NoReply { .. }), "{error:?}");
    }
}

#[test]
fn a_late_reply_is_not_the_answer_to_the_next_request() {
    let mut late: Option<Vec<u8>> = None;
    let mut conn = scripted(move |request| match late.take() {
        None => {
            late = Some(one(request, "late"));
            Vec::new()
        }
        Some(late) => vec![late, one(request, "in time")],
    });
    for _ in 0..3 {
        conn.request(&Tunnel::new()).unwrap_err();
        assert_eq!(name(&conn.request(&Tunnel::new()).unwrap()), "in time");
    }
}

#[test]
fn an_answer_of_another_kind_is_an_error() {
    let mut conn = scripted(|request| {
        let (id, cmd) = match answer(request).request().len {
            20 => (tunnel::ID, 77),
            _ => (tunnel::ID + 1, tunnel::GET),
        };
        vec![answer(request).reply(id, cmd, &Tunnel::new()).into_datagram()]
    });
    let errors = [Tunnel::new(), Tunnel::new().with_ifindex(1)]
        .map(|request| conn.request(&request).unwrap_err().to_string());
    let expected = [
        "tunnel get: unexpected answer: operation 77 of family 40, instead of operation 1 of \
         family 40",
        "tunnel get: unexpected answer: operation 1 of family 41, instead of operation 1 of \
         family 40",
    ];
    assert_eq!(errors, expected);
}

#[test]
fn a_second_reply_is_an_error() {
    let mut conn = scripted(|request| {
        let tunnel = tunnel::tunnel(1, "wg0");
        let reply = answer(request).reply(tunnel::ID, 4, &tunnel);
        vec![reply.reply(tunnel::ID, 4, &tunnel).ack().into_datagram()]
    });
    let error = conn.request(&Swap::default()).unwrap_err();
    assert_eq!(error.to_string(), "tunnel swap: unexpected answer: a second reply");
}

/// As team's options-get: a list although it is no dump, with NLMSG_DONE and then the ACK.
#[test]
fn all_replies_of_a_request_are_taken() {
    let part = |answer: Answer, name: &str| {
        let attrs = nlkit::encode(&tunnel::tunnel(1, name)).unwrap();
        answer.message(tunnel::ID, flag::MULTI, [&[4, 1, 0, 0], attrs.as_slice()].concat())
    };
    let mut conn = scripted(move |request| {
        let two = part(part(answer(request), "a"), "b");
        match answer(request).request().len {
            // NLMSG_DONE lacks its code there.
            20 => vec![
                two.into_datagram(),
                part(answer(request), "c")
                    .message(kind::DONE, flag::MULTI, Vec::new())
                    .into_datagram(),
                answer(request).ack().into_datagram(),
            ],
            _ => vec![answer(request).ack().into_datagram()],
        }
    });
    let names: Vec<_> = conn.request_all(&Swap::default()).unwrap().iter().map(name).collect();
    assert_eq!(names, ["a", "b", "c"]);
    let error = conn.request(&Swap::default()).unwrap_err();
    assert_eq!(error.to_string(), "tunnel swap: unexpected answer: a second reply");
    assert_eq!(conn.request_all(&Swap { ifindex: Some(1) }).unwrap(), [], "only an ACK");
}

#[test]
fn all_replies_of_a_request_without_ack_are_taken() {
    let mut conn = scripted(|request| match answer(request).request().len {
        20 => vec![one(request, "alone")],
        _ => {
            let attrs = nlkit::encode(&tunnel::tunnel(1, "a")).unwrap();
            let body = [&[tunnel::GET, 1, 0, 0], attrs.as_slice()].concat();
            let two = answer(request).message(tunnel::ID, flag::MULTI, body.clone());
            vec![two.message(tunnel::ID, flag::MULTI, body).done(0).into_datagram()]
        }
    });
    assert_eq!(conn.request_all(&Tunnel::new()).unwrap(), [tunnel::tunnel(1, "alone")]);
    let two = conn.request_all(&Tunnel::new().with_ifindex(1)).unwrap();
    assert_eq!(two, [tunnel::tunnel(1, "a"), tunnel::tunnel(1, "a")]);
}

#[test]
fn an_error_among_several_replies_is_the_outcome() {
    let mut conn = scripted(|request| {
        let tunnel = tunnel::tunnel(1, "a");
        let reply = answer(request).reply(tunnel::ID, 4, &tunnel);
        vec![match answer(request).request().len {
            20 => reply.error(5, &[]).into_datagram(),
            _ => reply.reply(tunnel::ID, 77, &tunnel).ack().into_datagram(),
        }]
    });
    let error = conn.request_all(&Swap::default()).unwrap_err();
    assert_eq!(error.errno(), Some(5));
    let error = conn.request_all(&Swap { ifindex: Some(1) }).unwrap_err();
    assert!(matches!(error, Error::UnexpectedMessage { .. }), "{error:?}");
    assert_eq!(conn.request_all(&Swap::default()).unwrap_err().errno(), Some(5), "usable after it");
}

#[test]
fn a_reply_without_its_own_header_is_an_error() {
    let mut conn = scripted(|request| {
        vec![answer(request).message(tunnel::ID, 0, vec![1, 1]).into_datagram()]
    });
    let error = conn.request(&Tunnel::new()).unwrap_err();
    assert_eq!(error.to_string(), ": expected a header of 4 bytes, got 2");
}

#[test]
fn done_with_an_error_fails_a_request() {
    let mut conn = scripted(|request| vec![answer(request).done(90).into_datagram()]);
    assert_eq!(conn.request(&Tunnel::new()).unwrap_err().errno(), Some(90));
}

/// Each way in which an answer can go wrong, with requests and a dump behind it that must not.
#[test]
fn a_connection_is_usable_after_every_error() {
    type Wrong = fn(&[u8]) -> Vec<Vec<u8>>;
    let wrongs: &[(&str, Wrong)] = &[
        ("nothing", |_| Vec::new()),
        ("an error", |request| vec![answer(request).error(22, &[]).into_datagram()]),
        ("a malformed extended ACK", |request| {
            vec![answer(request).error(22, &[9, 9, 9]).into_datagram()]
        }),
        ("done with an error", |request| vec![answer(request).done(5).into_datagram()]),
        ("no messages", |_| vec![vec![1; 5]]),
        ("a message without length", |request| {
            let mut bytes = one(request, "wg0");
            bytes[..4].fill(0);
            vec![bytes]
        }),
        ("a message that is too long", |request| {
            let mut bytes = one(request, "wg0");
            bytes[1] = 1;
            vec![bytes]
        }),
        ("a tail", |request| vec![[one(request, "wg0"), vec![0; 3]].concat()]),
        ("an attribute of the wrong length", |request| {
            let body = [&[tunnel::GET, 1, 0, 0][..], &raw::attr(1, &[1, 2])].concat();
            vec![answer(request).message(tunnel::ID, 0, body).done(0).into_datagram()]
        }),
        ("another operation", |request| {
            vec![answer(request).reply(tunnel::ID, 99, &()).done(0).into_datagram()]
        }),
        ("no header", |request| {
            vec![answer(request).message(tunnel::ID, 0, Vec::new()).done(0).into_datagram()]
        }),
        ("two replies and no end", |request| vec![one(request, "a"), one(request, "b")]),
    ];
    for (what, wrong) in wrongs {
        let mut broken = true;
        let mut conn = scripted(move |request| match (broken, is_dump(request)) {
            (true, _) => {
                broken = false;
                wrong(request)
            }
            (false, true) => vec![list(request, &["a", "b"])],
            (false, false) => vec![one(request, "a")],
        });
        let _ = conn.request(&Tunnel::new());
        assert_eq!(names(&mut conn).unwrap(), ["a", "b"], "after a request with {what}");
        assert_eq!(name(&conn.request(&Tunnel::new()).unwrap()), "a");

        let mut broken = true;
        let mut conn = scripted(move |request| match (broken, is_dump(request)) {
            (true, _) => {
                broken = false;
                wrong(request)
            }
            (false, true) => vec![list(request, &["a", "b"])],
            (false, false) => vec![one(request, "a")],
        });
        let _ = names(&mut conn);
        assert_eq!(name(&conn.request(&Tunnel::new()).unwrap()), "a", "after a dump with {what}");
        assert_eq!(names(&mut conn).unwrap(), ["a", "b"], "after a dump with {what}");
    }
}

#[test]
fn a_reply_is_lent_to_a_projection() {
    let mut conn = scripted(|request| vec![one(request, "wire")]);
    let length = conn.request_as::<tunnel::Brief<'_>, _, _>(&Tunnel::new(), |brief| {
        brief.ifname.unwrap_or_default().as_bytes().len()
    });
    assert_eq!(length.unwrap(), Some(4));
}
