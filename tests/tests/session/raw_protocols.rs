//! Protocols without generic netlink: the type of a message is its operation, and a fixed header
//! comes before the attributes.

use std::cell::RefCell;
use std::rc::Rc;

use nlkit::script::{Answer, PORT, Script, answer};
use nlkit::session::Source;
use nlkit::wire::{Header as MessageHeader, flag, kind};
use nlkit::{Connection, Error, Modifiers, NlAttrs};
use nlkit_tests::raw;
use nlkit_tests::shelf::{self, Books, Content, Get, Header, Make, Protocol, Row, Told};

type Respond = Box<dyn FnMut(&[u8]) -> Vec<Vec<u8>>>;

fn scripted(
    respond: impl FnMut(&[u8]) -> Vec<Vec<u8>> + 'static,
) -> Connection<Protocol, Script<Respond>> {
    Connection::with_transport(Script::new(Box::new(respond)))
}

fn shelf(number: i32) -> Get {
    Get::new().with_header(Header { room: 1, shelf: number })
}

fn message<'v>(answer: Answer, kind: u16, flags: u16, value: &impl NlAttrs<'v>) -> Answer {
    answer.message(kind, flags, nlkit::encode(value).unwrap())
}

/// A message that nobody asked for, sent to group 3.
fn told(kind: u16, number: i32) -> (Vec<u8>, Source) {
    let body = nlkit::encode(&shelf(number)).unwrap();
    let datagram = raw::message(raw::header(kind, 0, 0, 0, body.len()), &body);
    (datagram, Source { port: 0, groups: 1 << 2, namespace: None })
}

#[test]
fn the_type_of_a_request_is_its_operation() {
    let sent = Rc::new(RefCell::new(Vec::new()));
    let log = Rc::clone(&sent);
    let mut conn = scripted(move |request| {
        log.borrow_mut().push(request.to_vec());
        vec![message(answer(request), shelf::GET, 0, &shelf(7)).into_datagram()]
    });
    assert_eq!(conn.request(&shelf(2)).unwrap(), shelf(7));
    let sent = sent.borrow();
    let [get] = &sent[..] else { panic!("no family is asked for: {sent:?}") };
    let header = MessageHeader::parse(get).unwrap();
    assert_eq!((header.kind, header.flags, header.port), (shelf::GET, flag::REQUEST, PORT));
    assert_eq!(get[16..], nlkit::encode(&shelf(2)).unwrap());
}

/// So does conntrack answer: as if more were to come, but it does not. That the kernel has no more
/// to say tells the ACK of a no-op.
#[test]
fn a_multipart_reply_without_an_end_is_complete() {
    let mut conn = scripted(|request| match answer(request).request().kind {
        shelf::GET => {
            vec![message(answer(request), shelf::GET, flag::MULTI, &shelf(7)).into_datagram()]
        }
        _ => vec![answer(request).ack().into_datagram()],
    });
    assert_eq!(conn.request(&shelf(2)).unwrap(), shelf(7));
    assert_eq!(conn.request_all(&shelf(2)).unwrap(), [shelf(7)]);
}

/// Where messages were lost meanwhile, the end may have been among them.
#[test]
fn a_multipart_reply_whose_end_may_be_lost_is_not_complete() {
    let mut conn = scripted(|request| match answer(request).request().kind {
        shelf::GET => {
            let header = answer(request).request();
            let overrun = raw::message(raw::header(kind::OVERRUN, 0, header.seq, PORT, 0), &[]);
            let reply = message(answer(request), shelf::GET, flag::MULTI, &shelf(7));
            vec![reply.into_datagram(), overrun]
        }
        _ => vec![answer(request).ack().into_datagram()],
    });
    let error = conn.request(&shelf(2)).unwrap_err();
    assert!(matches!(error, Error::NoReply { overrun: true, .. }), "{error:?}");
}

/// A part that was lost is lost, too, where the kernel told so before the first part came.
#[test]
fn parts_that_were_lost_before_the_first_reply_are_told() {
    let mut conn = scripted(|request| match answer(request).request().kind {
        shelf::GET => {
            let overrun = raw::message(raw::header(kind::OVERRUN, 0, 0, PORT, 0), &[]);
            let reply = message(answer(request), shelf::GET, flag::MULTI, &shelf(7));
            vec![overrun, reply.into_datagram()]
        }
        _ => vec![answer(request).ack().into_datagram()],
    });
    let error = conn.request_all(&shelf(2)).unwrap_err();
    assert!(matches!(error, Error::NoReply { overrun: true, .. }), "{error:?}");
}

#[test]
fn modifiers_are_flags_of_the_request() {
    let mut conn = scripted(|request| {
        let flags = answer(request).request().flags;
        assert_eq!(flags, flag::REQUEST | flag::ACK | 0x400 | 0x200);
        vec![answer(request).ack().into_datagram()]
    });
    conn.request_with(&Make::new(), Modifiers::CREATE | Modifiers::EXCL).unwrap();
}

#[test]
fn a_dump_gives_its_entries() {
    let mut conn = scripted(|request| {
        let entries = (1..4).fold(answer(request), |answer, number| {
            message(answer, shelf::GET, flag::MULTI, &shelf(number))
        });
        vec![entries.done(0).into_datagram()]
    });
    let shelves: Vec<_> = conn.dump(&Get::new()).unwrap().map(Result::unwrap).collect();
    assert_eq!(shelves, [shelf(1), shelf(2), shelf(3)]);
}

#[test]
fn another_message_than_the_reply_is_an_error() {
    let mut conn = scripted(|request| {
        vec![message(answer(request), shelf::DEL, 0, &shelf(7)).into_datagram()]
    });
    let error = conn.request(&shelf(2)).unwrap_err();
    let text = "shelf get: unexpected answer: message 17, instead of message 18";
    assert_eq!(error.to_string(), text);
}

#[test]
fn a_kernel_error_finds_the_attribute_behind_the_header() {
    // Offset of `count`: message header 16, fixed header 8, row 4, kind 4 + 8, content 4.
    let mut conn = scripted(|request| {
        let offset = raw::attr(2, &44_u32.to_ne_bytes());
        let text = raw::attr(1, b"too many\0");
        vec![answer(request).error(34, &[text, offset].concat()).into_datagram()]
    });
    let content = Content::Books(Books::new().with_count(9).into());
    let request = Make::new().with_row(Row::new().with_kind("books").with_content(content));
    let Err(Error::Kernel(error)) = conn.request(&request) else { panic!("it is refused") };
    assert_eq!(error.attribute.as_deref(), Some(".row.content.count"));
    let text = "shelf new: .row.content.count: Numerical result out of range (34): too many";
    assert_eq!(error.to_string(), text);
}

#[test]
fn a_missing_attribute_of_a_sub_message_has_its_path() {
    let mut conn = scripted(|request| {
        let nest = raw::attr(6, &40_u32.to_ne_bytes());
        let missing = raw::attr(5, &1_u32.to_ne_bytes());
        vec![answer(request).error(22, &[nest, missing].concat()).into_datagram()]
    });
    let content = Content::Books(Books::new().into());
    let request = Make::new().with_row(Row::new().with_kind("books").with_content(content));
    let Err(Error::Kernel(error)) = conn.request(&request) else { panic!("it is refused") };
    assert_eq!(error.missing.as_deref(), Some(".row.content.count"));
}

#[test]
fn notifications_come_typed_and_unknown_ones_as_they_came() {
    let mut conn = scripted(|_| Vec::new());
    for (kind, number) in [(shelf::NEW, 1), (shelf::DEL, 2), (99, 3)] {
        let (datagram, source) = told(kind, number);
        conn.transport_mut().push(Ok(datagram), source);
    }
    let events: Vec<_> = conn.subscribe(shelf::SHELVES).unwrap().take(3).collect();
    assert_eq!(conn.transport().groups(), [3]);
    let [Ok(Told::New(new)), Ok(Told::Del(del)), Ok(Told::Unknown(unknown))] = &events[..] else {
        panic!("{events:?}");
    };
    assert_eq!((new, del), (&shelf(1), &shelf(2)));
    assert_eq!(unknown.message().cmd(), 99);
}

/// A second family over the same protocol.
#[derive(Debug)]
enum Lamp {}
impl nlkit::Family for Lamp {
    type Protocol = Protocol;
    const NAME: &'static str = "lamp";
}
#[derive(Debug)]
struct LampTold;
impl nlkit::Notification for LampTold {
    type Family = Lamp;
    const CMDS: &'static [u16] = &[30];
    fn decode(_: nlkit::Message<'_>) -> Result<Self, nlkit::DecodeError> {
        Ok(Self)
    }
    fn encode(&self, _: &mut Vec<u8>) -> Result<u16, nlkit::EncodeError> {
        Ok(30)
    }
}
const LAMPS: nlkit::Group<LampTold> = nlkit::Group::numbered("lamps", 4);

#[test]
fn families_of_one_protocol_are_told_apart() {
    let mut conn = scripted(|_| Vec::new());
    conn.join(LAMPS).unwrap();
    for (kind, number) in [(30, 1), (shelf::NEW, 2), (99, 3)] {
        let (datagram, source) = told(kind, number);
        conn.transport_mut().push(Ok(datagram), source);
    }
    let first = conn.subscribe(shelf::SHELVES).unwrap().next().unwrap().unwrap();
    assert_eq!(first, Told::New(shelf(2)));
    // The lamp's is kept for who asks for it; what is of neither is still to come.
    let lamp = conn.try_notification().unwrap().unwrap();
    assert!(conn.decode_notification::<LampTold>(&lamp).is_some());
    assert!(conn.decode_notification::<Told>(&lamp).is_none());
    let unknown = conn.try_notification().unwrap().unwrap();
    assert_eq!(unknown.message().cmd(), 99);
    assert!(conn.decode_notification::<Told>(&unknown).is_none());
    conn.leave(LAMPS).unwrap();
    assert!(conn.decode_notification::<Told>(&unknown).is_some(), "only shelves are left");
}

#[test]
fn an_echo_gives_what_listeners_are_told() {
    let mut conn = scripted(|request| {
        assert_eq!(answer(request).request().flags, flag::REQUEST | flag::ACK | 0x400 | 0x8);
        let told = message(answer(request), shelf::NEW, 0, &shelf(9));
        vec![told.into_datagram(), answer(request).ack().into_datagram()]
    });
    let told: Vec<Told> = conn.request_echo(&Make::new(), Modifiers::CREATE).unwrap();
    assert_eq!(told, [Told::New(shelf(9))]);
}

#[test]
fn what_a_listener_causes_itself_is_no_answer() {
    // The kernel tells no group where its number is above 32, and the request's own number.
    let mut conn = scripted(|request| {
        let told = message(answer(request), shelf::NEW, 0, &shelf(9));
        vec![told.into_datagram(), answer(request).ack().into_datagram()]
    });
    conn.join(shelf::SHELVES).unwrap();
    conn.request(&Make::new()).unwrap();
    let told = conn.try_notification().unwrap().unwrap();
    assert_eq!(conn.decode_notification::<Told>(&told).unwrap().unwrap(), Told::New(shelf(9)));
}

#[test]
fn a_batch_has_an_outcome_for_each_request() {
    let datagrams = Rc::new(RefCell::new(0));
    let count = Rc::clone(&datagrams);
    let mut conn = scripted(move |datagram| {
        *count.borrow_mut() += 1;
        let mut rest = datagram;
        let mut replies = Vec::new();
        while let Some(header) = MessageHeader::parse(rest) {
            let request: Make = nlkit::decode(&rest[16..header.len as usize]).unwrap();
            replies.push(match request.header.shelf {
                2 => answer(rest).error(17, &raw::attr(1, b"there is one\0")).into_datagram(),
                _ => answer(rest).ack().into_datagram(),
            });
            rest = &rest[header.len as usize..];
        }
        replies
    });
    let new = |number| Make::new().with_header(Header { room: 0, shelf: number });
    let mut batch = conn.batch();
    for number in 1..4 {
        batch.add(&new(number), Modifiers::CREATE).unwrap();
    }
    let outcomes: Vec<_> = batch.send().unwrap().into_iter().collect();
    assert_eq!(*datagrams.borrow(), 1);
    let [Ok(()), Err(Error::Kernel(error)), Ok(())] = &outcomes[..] else {
        panic!("{outcomes:?}");
    };
    assert_eq!((error.errno, error.message.as_ref().unwrap()), (17, &"there is one".into()));
    assert!(conn.batch().send().unwrap().is_empty());
}

#[test]
fn requests_of_a_batch_that_nobody_answers_are_told() {
    let mut conn = scripted(|datagram| {
        let first = answer(datagram);
        vec![first.error(1, &[]).into_datagram()]
    });
    let mut batch = conn.batch();
    batch.add_unacknowledged(&Make::new(), Modifiers::default()).unwrap();
    batch.add(&Make::new(), Modifiers::default()).unwrap();
    let outcomes: Vec<_> = batch.send().unwrap().into_iter().collect();
    let [Err(Error::Kernel(error)), Err(Error::NoReply { .. })] = &outcomes[..] else {
        panic!("{outcomes:?}");
    };
    assert_eq!(error.errno, 1);
}

/// The receive buffer has room for so many ACKs; the kernel drops the others, and says so first.
#[test]
fn requests_of_a_batch_whose_answers_were_lost_say_so() {
    let mut full = true;
    let mut conn = scripted(move |datagram| {
        let overrun = raw::message(raw::header(kind::OVERRUN, 0, 0, PORT, 0), &[]);
        let first = answer(datagram).ack().into_datagram();
        if std::mem::take(&mut full) { vec![overrun, first] } else { vec![first] }
    });
    let mut batch = conn.batch();
    batch.add(&Make::new(), Modifiers::default()).unwrap();
    batch.add(&Make::new(), Modifiers::default()).unwrap();
    batch.add(&shelf(1), Modifiers::default()).unwrap();
    batch.add_unacknowledged(&shelf(2), Modifiers::default()).unwrap();
    let outcomes: Vec<_> = batch.send().unwrap().into_iter().collect();
    let [Ok(()), Err(new), Err(get), Err(silent)] = &outcomes[..] else {
        panic!("{outcomes:?}");
    };
    for (error, name) in [(new, "new"), (get, "get"), (silent, "get")] {
        let Error::NoReply { request, overrun: true } = error else { panic!("{error:?}") };
        assert_eq!(request.operation, name);
    }
    // The next request does not suffer from it.
    let error = conn.request(&shelf(2)).unwrap_err();
    assert!(matches!(error, Error::NoReply { overrun: false, .. }), "{error:?}");
}

#[test]
fn an_error_of_a_request_without_ack_is_its_outcome() {
    let mut conn = scripted(|datagram| {
        let mut rest = datagram;
        let mut replies = Vec::new();
        while let Some(header) = MessageHeader::parse(rest) {
            if header.flags & flag::ACK != 0 {
                replies.push(answer(rest).ack().into_datagram());
            } else if header.kind == shelf::GET {
                replies.push(answer(rest).error(16, &[]).into_datagram());
            }
            rest = &rest[header.len as usize..];
        }
        replies
    });
    for acknowledged in [false, true] {
        let mut batch = conn.batch();
        batch.add_unacknowledged(&Make::new(), Modifiers::default()).unwrap();
        if acknowledged {
            batch.add(&Make::new(), Modifiers::default()).unwrap();
        }
        batch.add_unacknowledged(&shelf(1), Modifiers::default()).unwrap();
        let outcomes: Vec<_> = batch.send().unwrap().into_iter().collect();
        let (last, others) = outcomes.split_last().unwrap();
        assert!(others.iter().all(Result::is_ok), "{outcomes:?}");
        assert_eq!(last.as_ref().unwrap_err().errno(), Some(16));
    }
}

#[test]
fn a_batch_that_is_dropped_sends_nothing() {
    let mut conn = scripted(|request| {
        vec![message(answer(request), shelf::GET, 0, &shelf(7)).into_datagram()]
    });
    let mut batch = conn.batch();
    batch.add(&Make::new(), Modifiers::default()).unwrap();
    let too_long = Row::new().with_kind("x".repeat(70_000).as_str());
    batch.add(&Make::new().with_row(too_long), Modifiers::default()).unwrap_err();
    drop(batch);
    conn.request(&shelf(1)).unwrap();
}
