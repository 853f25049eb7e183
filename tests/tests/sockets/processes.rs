//! From process to process, over NETLINK_USERSOCK.

use std::io;
use std::thread;
use std::time::{Duration, Instant};

use nlkit::wire::{HEADER_LEN, Header, align, flag, kind};
use nlkit::{
    Connection, Do, Error, Family, Generic, NlAttrs, NlString, Raw, Route, Socket, SocketOptions,
    Transport, Usersock,
};
use nlkit_tests::again::{again, as_nobody, assert_passed, role};
use nlkit_tests::namespace::in_namespace;
use nlkit_tests::skip::{is_root, skip};

use crate::datagram::{messages, request};

/// The type of a question, and of its answer.
const SUM: u16 = 16;
/// A group that tests in the namespace of the test runner send to.
const GROUP: u32 = 7;
/// Who asks for the last time.
const OVER: &str = "that is all";

#[derive(Debug, Default, PartialEq, NlAttrs)]
struct Question {
    #[nl(id = 1)]
    asker: Option<NlString>,
    #[nl(id = 2)]
    numbers: Vec<u32>,
}

#[derive(Debug, Default, PartialEq, NlAttrs)]
struct Answer {
    #[nl(id = 1)]
    sum: Option<u64>,
    #[nl(id = 2)]
    question: Option<Question>,
}

/// The next message: who sent it, and its attributes.
fn next(socket: &mut Socket) -> (u32, Vec<u8>) {
    let mut buffer = Vec::with_capacity(1 << 16);
    assert!(socket.wait(Some(Duration::from_secs(60))).unwrap(), "the other end has failed");
    let received = socket.receive(&mut buffer).unwrap();
    let (header, body) = messages(&buffer)[0];
    assert_eq!(header.kind, SUM);
    (received.source.port, body.to_vec())
}

/// Answers so many questions.
fn serve(server: &mut Socket, questions: u32) {
    for _ in 0..questions {
        let (asker, attrs) = next(server);
        let question: Question = nlkit::decode(&attrs).unwrap();
        let sum = question.numbers.iter().copied().map(u64::from).sum();
        let answer = Answer { sum: Some(sum), question: Some(question) };
        server.send_to(&request(SUM, 0, &[], &answer), asker).unwrap();
    }
}

/// Asks so many questions of who has the port id.
fn ask(server: u32, name: &str, questions: u32) {
    let mut client = Socket::options().peer(server).open::<Usersock>().unwrap();
    assert_eq!(client.peer(), server);
    for number in 0..questions {
        let numbers = vec![number, u32::MAX, 5];
        let question = Question { asker: Some(name.into()), numbers };
        client.send(&request(SUM, 0, &[], &question)).unwrap();
        let (from, attrs) = next(&mut client);
        assert_eq!(from, server);
        let sum = Some(u64::from(number) + u64::from(u32::MAX) + 5);
        assert_eq!(
            nlkit::decode::<Answer>(&attrs).unwrap(),
            Answer { sum, question: Some(question) }
        );
    }
}

#[test]
fn threads_ask_another_with_derived_messages() {
    let mut server = Socket::new::<Usersock>().unwrap();
    let port = server.port();
    thread::scope(|scope| {
        for name in ["one", "two", "three"] {
            scope.spawn(move || ask(port, name, 100));
        }
        serve(&mut server, 300);
    });
}

#[test]
fn processes_ask_another_with_derived_messages() {
    if let Some(port) = role() {
        return ask(port.parse().unwrap(), &std::process::id().to_string(), 100);
    }
    let test = "processes::processes_ask_another_with_derived_messages";
    let mut server = Socket::new::<Usersock>().unwrap();
    let clients = [(); 2].map(|()| {
        let mut command = again(test, &server.port().to_string());
        thread::spawn(move || command.output().unwrap())
    });
    serve(&mut server, 200);
    for client in clients {
        assert_passed(&client.join().unwrap());
    }
}

enum Sums {}

impl Family for Sums {
    type Protocol = Usersock;
    const NAME: &'static str = "sums";
}

impl Do for Question {
    type Family = Sums;
    type Reply = Answer;
    const NAME: &'static str = "sum";
    const CMD: u16 = SUM;
}

/// As [`serve`], to connections, until one says that it is over: answers have the port id and the number
/// of their request and end with an ACK, and a sum of nothing is EINVAL. A connection that has to wait
/// asks by a no-op whether there is more to come.
fn serve_connections(server: &mut Socket) {
    loop {
        let mut buffer = Vec::with_capacity(1 << 16);
        assert!(server.wait(Some(Duration::from_secs(60))).unwrap(), "the other end has failed");
        let asker = server.receive(&mut buffer).unwrap().source.port;
        let (asked, attrs) = messages(&buffer)[0];
        assert_eq!(asked.port, asker);
        let question: Question = nlkit::decode(attrs).unwrap();
        let sum = question.numbers.iter().copied().map(u64::from).reduce(|sum, next| sum + next);
        let over = question.asker.as_ref().is_some_and(|asker| asker == OVER);
        let errno = if sum.is_none() && asked.kind == SUM { -22_i32 } else { 0 };
        let ack = [errno.to_ne_bytes().as_slice(), &asked.to_bytes()].concat();
        let mut datagram = request(kind::ERROR, 0, &ack, &());
        if sum.is_some() {
            let answer = Answer { sum, question: Some(question) };
            datagram.splice(0..0, request(SUM, 0, &[], &answer));
        }
        let mut at = 0;
        while let Some(header) = Header::parse(&datagram[at..]) {
            let header = Header { seq: asked.seq, port: asked.port, ..header };
            datagram[at..at + HEADER_LEN].copy_from_slice(&header.to_bytes());
            at += align(header.len as usize);
        }
        server.send_to(&datagram, asker).unwrap();
        if over {
            return;
        }
    }
}

#[test]
fn a_connection_asks_a_process_as_it_asks_the_kernel() {
    let mut server = Socket::new::<Usersock>().unwrap();
    let socket = Socket::options().peer(server.port()).open::<Usersock>().unwrap();
    let serving = thread::spawn(move || {
        serve_connections(&mut server);
        server // not closed before the client has what it asked for
    });
    let mut conn = Connection::<Usersock, _>::with_transport(socket);
    conn.set_timeout(Some(Duration::from_secs(60)));
    let nothing = conn.request(&Question::default()).unwrap_err();
    assert_eq!(nothing.to_string(), "sums sum: Invalid argument (22)");
    for number in 0..100 {
        let question = Question { asker: None, numbers: vec![number, 1] };
        assert_eq!(conn.request(&question).unwrap().sum, Some(u64::from(number) + 1));
    }
    let question = Question { asker: Some(OVER.into()), numbers: vec![1] };
    assert_eq!(conn.request(&question).unwrap().question, Some(question));
    serving.join().unwrap();
}

#[test]
fn a_group_hears_what_a_process_sends_there() {
    if !in_namespace() {
        return;
    }
    let [mut one, mut two, mut other] = [3, 3, 4].map(|group| {
        let mut listener = Socket::new::<Usersock>().unwrap();
        listener.join(group).unwrap();
        listener
    });
    let mut sender = Socket::new::<Usersock>().unwrap();
    sender.join(3).unwrap();
    let question = Question { asker: Some("all".into()), numbers: vec![1] };
    sender.send_to_group(&request(SUM, 0, &[], &question), 3).unwrap();
    for listener in [&mut one, &mut two] {
        let mut buffer = Vec::with_capacity(1 << 16);
        let received = listener.receive(&mut buffer).unwrap();
        assert_eq!((received.source.port, received.source.groups), (sender.port(), 1 << 2));
        assert_eq!(nlkit::decode::<Question>(&buffer[HEADER_LEN..]).unwrap(), question);
    }
    one.leave(3).unwrap();
    sender.send_to_group(&request(SUM, 0, &[], &question), 3).unwrap();
    next(&mut two);
    for silent in [&mut one, &mut other, &mut sender] {
        assert!(!silent.wait(Some(Duration::ZERO)).unwrap());
    }
}

#[test]
fn a_group_that_processes_do_not_reach_is_told() {
    let sender = Socket::new::<Usersock>().unwrap();
    for group in [0, 33, u32::MAX] {
        let error = sender.send_to_group(&[1], group).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidInput);
        let what = format!("group {group} cannot be sent to: processes reach groups 1 to 32");
        assert_eq!(error.to_string(), what);
    }
    sender.send_to_group(&[1], 32).expect("nobody has to listen");
}

#[test]
fn a_port_id_that_is_taken_is_told() {
    if !in_namespace() {
        return;
    }
    let options = Socket::options().port(4242);
    let first = options.open::<Usersock>().unwrap();
    assert_eq!(first.port(), 4242);
    let error = Error::from(options.open::<Usersock>().unwrap_err());
    assert_eq!(error.errno(), Some(98));
    assert_eq!(
        error.to_string(),
        "netlink socket: cannot take port id 4242: Address already in use (os error 98): another \
         socket of the protocol has it in this network namespace"
    );
    options.open::<Route>().expect("free in another protocol");
    drop(first);
    // A process that another test starts just now has all of our descriptors for a moment.
    let deadline = Instant::now() + Duration::from_secs(60);
    while let Err(error) = options.open::<Usersock>() {
        assert!(Instant::now() < deadline, "free again: {error}");
        thread::yield_now();
    }
}

#[test]
fn a_port_id_that_nobody_has_is_told() {
    if !in_namespace() {
        return;
    }
    let mut client = Socket::options().peer(4242).open::<Usersock>().unwrap();
    let error = client.send(&[1]).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::ConnectionRefused);
    assert_eq!(
        error.to_string(),
        "cannot send to port id 4242: Connection refused (os error 111): no socket of the protocol has \
         it in this network namespace, or not for us"
    );
    let mut server = Socket::options().port(4242).open::<Usersock>().unwrap();
    client.send(&[1]).expect("once somebody has it");
    assert_eq!(server.receive(&mut Vec::with_capacity(8)).unwrap().source.port, client.port());

    let error = Socket::new::<Usersock>().unwrap().send(&[1]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "cannot send to port id 0: Connection refused (os error 111): the kernel does not listen to \
         this protocol"
    );
}

#[test]
fn who_has_a_peer_hears_it_and_its_groups_alone() {
    if !in_namespace() {
        return;
    }
    let [server, stranger] = [(); 2].map(|()| Socket::new::<Usersock>().unwrap());
    let mut client = Socket::options().peer(server.port()).open::<Usersock>().unwrap();
    let error = Error::from(stranger.send_to(&[1], client.port()).unwrap_err());
    assert_eq!(error.errno(), Some(111), "{error}");
    server.send_to(&[2], client.port()).unwrap();
    client.join(3).unwrap();
    stranger.send_to_group(&[3], 3).unwrap();
    let mut buffer = Vec::with_capacity(16);
    let ports = [(); 2].map(|()| client.receive(&mut buffer).unwrap().source.port);
    assert_eq!(ports, [server.port(), stranger.port()]);
    assert_eq!(buffer, [2, 3]);
}

#[test]
fn a_full_receive_buffer_is_told_and_nothing_is_lost() {
    let mut server = Socket::options().receive_buffer(1).open::<Usersock>().unwrap();
    let mut client = Socket::options().peer(server.port()).open::<Usersock>().unwrap();
    let mut refused =
        (0..=u8::MAX).filter_map(|number| Some((number, client.send(&[number]).err()?)));
    let (sent, error) = refused.next().expect("a receive buffer of the least size is full one day");
    assert_eq!(error.kind(), io::ErrorKind::WouldBlock);
    assert!(error.to_string().ends_with("the receive buffer there is full"), "{error}");
    let mut buffer = Vec::with_capacity(1 << 10);
    for _ in 0..sent {
        server.receive(&mut buffer).unwrap();
    }
    assert!((0..sent).eq(buffer), "each of {sent}, in order");
    client.send(&[1]).expect("there is room again");
}

#[test]
fn a_protocol_that_the_kernel_does_not_have_is_told() {
    let error = Error::from(Socket::new::<Raw<31>>().unwrap_err());
    assert_eq!(error.errno(), Some(93));
    assert_eq!(
        error.to_string(),
        "netlink socket: no socket of netlink protocol 31: Protocol not supported (os error 93): the \
         kernel does not have it, or its module is not loaded; processes cannot add one"
    );
}

#[test]
fn everybody_may_send_over_usersock_but_not_listen_to_groups() {
    let test = "processes::everybody_may_send_over_usersock_but_not_listen_to_groups";
    let Some(port) = role() else {
        if !is_root() {
            return skip("to listen to a group needs root");
        }
        let mut server = Socket::new::<Usersock>().unwrap();
        server.join(GROUP).unwrap();
        if as_nobody(test, &server.port().to_string()) {
            let mut buffer = Vec::with_capacity(16);
            let groups = [(); 2].map(|()| server.receive(&mut buffer).unwrap().source.groups);
            assert_eq!(groups, [0, 1 << (GROUP - 1)]);
            assert_eq!(buffer, [1, 2]);
        }
        return;
    };
    let port = port.parse().unwrap();
    let mut client = Socket::options().peer(port).open::<Usersock>().unwrap();
    client.send(&[1]).unwrap();
    client.send_to_group(&[2], GROUP).unwrap();
    let error = client.join(GROUP).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::PermissionDenied);
    assert_eq!(
        error.to_string(),
        "cannot join multicast group 7: Operation not permitted (os error 1): it needs a capability, \
         mostly CAP_NET_ADMIN"
    );
    let may_not = "Operation not permitted (os error 1): everybody may to processes over \
                   NETLINK_USERSOCK, over other protocols that needs CAP_NET_ADMIN";
    let error = Socket::options().peer(port).open::<Route>().unwrap_err();
    assert_eq!(error.to_string(), format!("cannot send to port id {port}: {may_not}"));
    let route = Socket::new::<Route>().unwrap();
    let error = route.send_to(&[1], port).unwrap_err();
    assert_eq!(error.to_string(), format!("cannot send to port id {port}: {may_not}"));
    let error = route.send_to_group(&[1], 1).unwrap_err();
    assert_eq!(error.to_string(), format!("cannot send to group 1: {may_not}"));
    let error = route.set_listen_all_namespaces(true).unwrap_err();
    assert_eq!(
        error.to_string(),
        "cannot listen to all network namespaces: Operation not permitted (os error 1): it needs \
         CAP_NET_BROADCAST"
    );
    assert_eq!(Error::from(error).errno(), Some(1));
}

fn receive_buffer_limit() -> usize {
    std::fs::read_to_string("/proc/sys/net/core/rmem_max").unwrap().trim().parse().unwrap()
}

#[test]
fn a_receive_buffer_is_as_large_as_asked_for() {
    if !in_namespace() {
        return;
    }
    let socket = Socket::options().receive_buffer(100_000).open::<Generic>().unwrap();
    assert_eq!(socket.receive_buffer().unwrap(), 200_000);
    let beyond = receive_buffer_limit() + 12_345;
    socket.set_receive_buffer(beyond.try_into().unwrap()).unwrap();
    assert_eq!(socket.receive_buffer().unwrap(), 2 * beyond, "whatever the limit is for others");
    socket.set_receive_buffer(u32::MAX).unwrap();
    assert!(socket.receive_buffer().unwrap() > 2 * beyond, "no wrap to a small one");
}

#[test]
fn a_receive_buffer_ends_at_the_limit_for_who_has_no_rights() {
    if role().is_none() {
        let test = "processes::a_receive_buffer_ends_at_the_limit_for_who_has_no_rights";
        as_nobody(test, "asks");
        return;
    }
    let socket = Socket::options().receive_buffer(u32::MAX).open::<Generic>().unwrap();
    assert_eq!(socket.receive_buffer().unwrap(), 2 * receive_buffer_limit());
}

/// The first message that answers a dump of links with a type of device in its header, where the kernel
/// does not look: its type, and whether the kernel's words are with it.
fn answer_to_a_header_with_more(mut socket: Socket) -> (u16, bool) {
    const GETLINK: u16 = 18;
    let header = [[0, 0, 1, 0].as_slice(), &[0; 12]].concat();
    socket.send(&request(GETLINK, flag::DUMP, &header, &())).unwrap();
    let mut buffer = Vec::with_capacity(1 << 16);
    socket.receive(&mut buffer).unwrap();
    let (header, _) = messages(&buffer)[0];
    (header.kind, header.flags & flag::ACK_TLVS != 0)
}

#[test]
fn strict_checks_and_the_kernels_words_can_be_switched_off() {
    const NEWLINK: u16 = 16;
    let answer =
        |options: SocketOptions| answer_to_a_header_with_more(options.open::<Route>().unwrap());
    let options = Socket::options();
    assert_eq!(answer(options), (kind::DONE, true));
    assert_eq!(answer(options.ext_ack(false)), (kind::DONE, false));
    assert_eq!(answer(options.strict_check(false)), (NEWLINK, false));
}
