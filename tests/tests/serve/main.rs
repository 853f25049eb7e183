//! A process that answers others over netlink.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "helpers of tests")]

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use nlkit::serve::{Refusal, Server, Service};
use nlkit::{
    Connection, Do, Dump, Error, Family, Group, Modifiers, NlAttrs, NlString, Notification,
    Permission, Socket, SocketOptions, Usersock,
};
use nlkit_tests::again::{as_nobody, role};
use nlkit_tests::namespace::kernel_error;
use nlkit_tests::skip::{is_root, skip};

/// A family over the protocol that the kernel leaves to processes.
#[derive(Debug)]
enum Shop {}

impl Family for Shop {
    type Protocol = Usersock;
    const NAME: &'static str = "shop";
}

/// A thing that is sold.
#[derive(Clone, Default, PartialEq, NlAttrs)]
#[nl(debug, setters)]
struct Item {
    #[nl(id = 1)]
    number: Option<u32>,
    #[nl(id = 2)]
    name: Option<NlString>,
}

impl Do for Item {
    type Family = Shop;
    type Reply = Self;
    const NAME: &'static str = "get";
    const CMD: u16 = 16;
    const ACK: bool = false;
}

impl Dump for Item {
    type Family = Shop;
    type Reply = Self;
    const NAME: &'static str = "get";
    const CMD: u16 = 16;
}

/// Sells a thing, and tells so.
#[derive(Clone, Default, PartialEq, NlAttrs)]
#[nl(debug, setters)]
struct Sell {
    #[nl(id = 1)]
    number: Option<u32>,
}

impl Do for Sell {
    type Family = Shop;
    type Reply = ();
    const NAME: &'static str = "sell";
    const CMD: u16 = 17;
}

/// Closes the shop: not for everybody.
#[derive(Clone, Default, PartialEq, NlAttrs)]
#[nl(debug)]
struct Close {}

impl Do for Close {
    type Family = Shop;
    type Reply = ();
    const NAME: &'static str = "close";
    const CMD: u16 = 18;
    const PERMISSION: Permission = Permission::Admin;
}

#[derive(Clone, Debug, PartialEq)]
struct Sold(Item);

impl Notification for Sold {
    type Family = Shop;
    const CMDS: &'static [u16] = &[19];

    fn decode(message: nlkit::Message<'_>) -> Result<Self, nlkit::DecodeError> {
        message.decode().map(Self)
    }

    fn encode(&self, buffer: &mut Vec<u8>) -> Result<u16, nlkit::EncodeError> {
        nlkit::encode_into(&self.0, buffer).map(|()| 19)
    }
}

/// Each test has a group of its own: all of them are in one network namespace.
const SALES: Group<Sold> = Group::numbered("sales", 21);

fn item(number: u32) -> Item {
    Item::new().with_number(number).with_name(format!("item {number}"))
}

/// How many things there are.
const MANY: u32 = 20_000;

fn shop() -> Service<Shop> {
    let mut service = Service::new();
    service.on_do(|request: Item, _| match request.number {
        Some(number) if number <= MANY => Ok(item(number)),
        Some(_) => Err(Refusal::new(libc::ENOENT).message("sold out").attribute(".number")),
        None => Err(Refusal::new(libc::EINVAL).missing(".number")),
    });
    service.on_dump(|_: Item, _| Ok((1..=MANY).map(item)));
    service.on_do(|request: Sell, call| {
        call.notify(SALES, &Sold(item(request.number.unwrap_or_default())))
    });
    service.on_do(|_: Close, _| Ok(()));
    service
}

/// A shop that is open as long as this is there.
struct Open {
    port: u32,
    closed: Arc<AtomicBool>,
    thread: Option<thread::JoinHandle<()>>,
}

impl Open {
    fn new() -> Self {
        let mut server = Server::new(Socket::new::<Usersock>().unwrap()).unwrap();
        server.add(shop());
        let closed = Arc::new(AtomicBool::new(false));
        let port = nlkit::Transport::port(server.socket());
        let over = closed.clone();
        let thread = thread::spawn(move || {
            while !over.load(Ordering::SeqCst) {
                server.serve(Some(Duration::from_millis(20))).unwrap();
            }
        });
        Self { port, closed, thread: Some(thread) }
    }

    fn options(&self) -> SocketOptions {
        Socket::options().peer(self.port)
    }

    fn client(&self) -> Connection<Usersock> {
        Connection::with_transport(self.options().open::<Usersock>().unwrap())
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.closed.store(true, Ordering::SeqCst);
        self.thread.take().unwrap().join().unwrap();
    }
}

#[test]
fn a_server_answers_and_refuses_as_a_kernel_does() {
    let open = Open::new();
    let mut client = open.client();
    assert_eq!(client.request(&Item::new().with_number(7)).unwrap(), item(7));
    let error = kernel_error(client.request(&Item::new().with_number(MANY + 1)));
    assert_eq!((error.errno, error.attribute.as_deref()), (libc::ENOENT, Some(".number")));
    assert_eq!(error.message.unwrap(), "sold out");
    let error = kernel_error(client.request(&Item::new()));
    assert_eq!(error.missing.as_deref(), Some(".number"));
    client.request(&Sell::new().with_number(1)).unwrap();
}

#[test]
fn a_list_that_is_longer_than_the_clients_buffer_arrives_whole() {
    let open = Open::new();
    let socket = open.options().receive_buffer(16_384).open::<Usersock>().unwrap();
    let mut client = Connection::with_transport(socket);
    let mut dump = client.dump(&Item::new()).unwrap();
    assert_eq!(dump.next().unwrap().unwrap(), item(1));
    // Others are answered meanwhile.
    let other = open.client().request(&Item::new().with_number(3)).unwrap();
    assert_eq!(other, item(3));
    let rest: Vec<Item> = dump.collect::<Result<_, _>>().unwrap();
    assert_eq!(rest, (2..=MANY).map(item).collect::<Vec<_>>());
}

#[test]
fn a_client_that_leaves_half_way_does_no_harm() {
    let open = Open::new();
    for _ in 0..3 {
        let mut client = open.client();
        assert!(client.dump(&Item::new()).unwrap().next().unwrap().is_ok());
    }
    assert_eq!(open.client().request(&Item::new().with_number(7)).unwrap(), item(7));
}

/// Its end is read over, which is no event: nothing else may be waited for then.
#[test]
fn a_dump_that_was_dropped_does_not_hold_up_the_next() {
    let open = Open::new();
    let mut client = open.client();
    client.set_timeout(Some(Duration::from_secs(60)));
    for _ in 0..3 {
        assert_eq!(client.dump(&Item::new()).unwrap().next().unwrap().unwrap(), item(1));
    }
    assert_eq!(client.dump(&Item::new()).unwrap().count(), MANY as usize);
}

/// What the server kept for the first is not for the second, which has its port id.
#[test]
fn a_client_does_not_get_what_another_one_left() {
    let open = Open::new();
    let port = nlkit::Transport::port(open.client().transport());
    for _ in 0..20 {
        let socket = open_again(open.options().port(port).receive_buffer(4096));
        let mut client = Connection::<Usersock, _>::with_transport(socket);
        let mut dump = client.dump(&Item::new()).unwrap();
        assert_eq!(dump.next().unwrap().unwrap(), item(1));
        drop(dump);
        drop(client);
        let socket = open_again(open.options().port(port));
        let mut client = Connection::<Usersock, _>::with_transport(socket);
        assert_eq!(client.request(&Item::new().with_number(7)).unwrap(), item(7));
        let all: Vec<Item> = client.dump(&Item::new()).unwrap().map(Result::unwrap).collect();
        assert_eq!(all, (1..=MANY).map(item).collect::<Vec<_>>());
    }
}

/// A socket with the port id of one that was closed. A process that another test starts has all descriptors of
/// this one until its own program begins, and the port id with them.
fn open_again(options: SocketOptions) -> Socket {
    let in_use = |error: &std::io::Error| error.kind() == std::io::ErrorKind::AddrInUse;
    for _ in 0..1_000_000 {
        match options.open::<Usersock>() {
            Err(error) if in_use(&error) => std::thread::yield_now(),
            socket => return socket.unwrap(),
        }
    }
    panic!("the port id stays in use");
}

/// More than the buffers of both hold: what is lost is told, and nothing wrong is taken for an answer.
#[test]
fn a_batch_that_is_too_long_is_answered_as_far_as_there_is_room() {
    const REQUESTS: u32 = 6_000;
    let open = Open::new();
    let socket = open.options().receive_buffer(4096).open::<Usersock>().unwrap();
    socket.set_send_buffer(1 << 20).unwrap();
    let mut client = Connection::<Usersock, _>::with_transport(socket);
    let mut batch = client.batch();
    let tickets: Vec<_> = (1..=REQUESTS)
        .map(|number| batch.add(&Item::new().with_number(number), Modifiers::default()).unwrap())
        .collect();
    let mut outcomes = batch.send().unwrap();
    let mut lost = 0;
    for (number, ticket) in (1..).zip(tickets) {
        match outcomes.take(ticket) {
            Ok(answer) => assert_eq!(answer, item(number)),
            Err(Error::NoReply { overrun: true, .. }) => lost += 1,
            Err(error) => panic!("{number}: {error}"),
        }
    }
    assert!((1..REQUESTS).contains(&lost), "{lost}");
    assert_eq!(client.request(&Item::new().with_number(7)).unwrap(), item(7));
}

#[test]
fn listeners_are_told() {
    if !is_root() {
        return skip("who joins a group over NETLINK_USERSOCK has to be root");
    }
    let open = Open::new();
    let mut listener = open.client();
    listener.join(SALES).unwrap();
    open.client().request(&Sell::new().with_number(5)).unwrap();
    let told = listener.subscribe(SALES).unwrap().next().unwrap().unwrap();
    assert_eq!(told, Sold(item(5)));
}

#[test]
fn who_is_root_may_do_more() {
    if role().is_none() {
        as_nobody("who_is_root_may_do_more", "nobody");
    }
    let open = Open::new();
    let closed = open.client().request(&Close::default());
    match is_root() {
        true => closed.unwrap(),
        false => assert_eq!(kernel_error(closed).errno, libc::EPERM),
    }
}

#[test]
fn many_clients_are_answered_at_once() {
    let open = Open::new();
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                let mut client = open.client();
                for number in 1..=200 {
                    let reply = client.request(&Item::new().with_number(number)).unwrap();
                    assert_eq!(reply, item(number));
                }
            });
        }
    });
}

#[test]
fn nobody_is_there() {
    const NOBODY: u32 = 77_777;
    let socket = Socket::options().peer(NOBODY).open::<Usersock>().unwrap();
    let mut client = Connection::<Usersock, _>::with_transport(socket);
    assert!(matches!(client.request(&Item::new().with_number(7)), Err(Error::Io(_))));
}
