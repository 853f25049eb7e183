//! What must not add up, or go wrong once in a long while: connections live for months.

use std::collections::VecDeque;
use std::future::Future;
use std::io;
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use nlkit::nlctrl::{FamilyInfo, GetFamily};
use nlkit::script::{PORT, answer};
use nlkit::serve::Service;
use nlkit::session::{Ends, Session, Source};
use nlkit::sim::Kernel;
use nlkit::{Connection, Error, Generic, Received, Transport, asynchronous, nlctrl};
use nlkit_tests::raw;
use nlkit_tests::tunnel::{self, Family, Notification, PEERS, Peer, Tunnel};

use crate::{is_dump, list, one, scripted};

/// How many notifications are kept for who reads them later.
const KEPT: usize = 1 << 16;
const MULTICAST: Source = Source { port: 0, groups: 1 << 6, namespace: None };

fn peer() -> Peer {
    Peer::new().with_public_key([1; 4])
}

fn peer_add() -> Vec<u8> {
    raw::genl(tunnel::ID, 0, 0, 0, tunnel::PEER_ADD, &nlkit::encode(&peer()).unwrap())
}

fn overrun() -> io::Result<Vec<u8>> {
    Err(io::Error::from_raw_os_error(nlkit::errno::ENOBUFS))
}

#[test]
fn sequence_numbers_that_begin_anew_are_not_those_of_requests_under_way() {
    let mut session = Session::new(1);
    let dumps = [session.begin(Ends::Done), session.begin(Ends::Done)];
    let last = session.begin(Ends::Ack);
    session.cancel(last);
    let mut previous = last;
    let mut wrapped = 0;
    while wrapped < 2 {
        let seq = session.begin(Ends::Ack);
        session.cancel(seq);
        assert!(seq != 0 && !dumps.contains(&seq), "{seq}");
        wrapped += u32::from(seq < previous);
        previous = seq;
    }
}

#[test]
fn what_nobody_reads_does_not_add_up_where_some_is_lost() {
    let mut conn = scripted(|request| vec![one(request, "a")]);
    conn.join(PEERS).unwrap();
    for _ in 0..2 * KEPT {
        conn.transport_mut().push(Ok(peer_add()), MULTICAST);
        conn.transport_mut().push(overrun(), MULTICAST);
    }
    let _ = conn.request(&Tunnel::new());
    let text = format!("{conn:?}");
    assert!(text.contains(&format!("kept_notifications: {KEPT}")), "{text}");
    assert!(matches!(conn.notification(), Err(Error::Lost)));
}

#[test]
fn who_subscribes_again_is_told_that_too_much_came_meanwhile() {
    let mut conn = scripted(|request| vec![one(request, "a")]);
    drop(conn.subscribe(PEERS).unwrap());
    for _ in 0..=KEPT {
        conn.transport_mut().push(Ok(peer_add()), MULTICAST);
    }
    conn.request(&Tunnel::new()).unwrap();
    let mut peers = conn.subscribe(PEERS).unwrap();
    let first = peers.next().unwrap();
    assert!(matches!(first, Err(Error::Lost)), "{first:?}");
    assert_eq!(peers.next().unwrap().unwrap(), Notification::PeerAdd(peer()));
}

/// It is seen behind the loss, and must not hide it.
#[test]
fn a_headless_notification_behind_a_loss_does_not_hide_it() {
    let mut conn = scripted(|request| match is_dump(request) {
        true => vec![list(request, &[])],
        false => vec![one(request, "a")],
    });
    conn.join(PEERS).unwrap();
    let headless = raw::message(raw::header(tunnel::ID, 0, 0, 0, 2), &[3, 1]);
    for datagram in [overrun(), Ok(headless)] {
        conn.transport_mut().push(datagram, MULTICAST);
    }
    conn.request(&Tunnel::new()).unwrap();
    let error = conn.subscribe(PEERS).unwrap().next().unwrap().unwrap_err();
    assert!(error.is_loss(), "{error:?}");
}

#[test]
fn a_watch_checks_its_request_as_a_dump_does() {
    use nlkit_specs::netdev;
    let mut conn = scripted(|_| Vec::new());
    conn.validate_by_spec(true);
    let request = netdev::QueueGetDump::new().with_ifindex(0);
    let dump = conn.dump(&request).unwrap_err();
    assert!(matches!(dump, Error::Invalid(_)), "{dump:?}");
    let none: &[nlkit::Group<netdev::Notification>] = &[];
    let watch = conn.watch(&request, none).unwrap_err();
    assert!(matches!(watch, Error::Invalid(_)), "{watch:?}");
}

/// A kernel with the family `tunnel`, which tells of its peers.
fn kernel() -> Kernel {
    let kernel = Kernel::new();
    kernel.add(tunnels());
    kernel
}

fn tunnels() -> Service<Family> {
    let mut service = Service::new();
    service.group(PEERS);
    service
}

#[test]
fn notifications_of_a_family_that_was_reloaded_are_still_decoded() {
    let kernel = kernel();
    let mut conn = kernel.connect::<Generic>();
    conn.join(nlctrl::NOTIFY).unwrap();
    conn.join(PEERS).unwrap();
    kernel.reload::<Family>();
    while !matches!(conn.try_notification(), Ok(None)) {}
    kernel.notify(PEERS, &Notification::PeerAdd(peer())).unwrap();
    let told = conn.notification().unwrap();
    let decoded = conn.decode_notification::<Notification>(&told);
    assert_eq!(decoded.unwrap().unwrap(), Notification::PeerAdd(peer()));
}

#[test]
fn a_group_that_is_left_while_its_family_is_gone_stays_left() {
    let kernel = kernel();
    let mut conn = kernel.connect::<Generic>();
    conn.join(nlctrl::NOTIFY).unwrap();
    let only = conn.transport().groups();
    conn.join(PEERS).unwrap();
    kernel.remove::<Family>();
    assert!(matches!(conn.leave(PEERS), Err(Error::UnknownFamily { .. })));
    kernel.add(tunnels());
    while !matches!(conn.try_notification(), Ok(None)) {}
    assert_eq!(conn.transport().groups(), only);
}

/// A kernel that tells of a peer ahead of each answer, or that never stops to tell and never answers.
#[derive(Default)]
struct Talkative {
    endless: bool,
    queue: VecDeque<(Vec<u8>, Source)>,
}

impl Transport for Talkative {
    fn port(&self) -> u32 {
        PORT
    }

    fn send(&mut self, request: &[u8]) -> io::Result<()> {
        self.queue.push_back((peer_add(), MULTICAST));
        let family = FamilyInfo { id: Some(16), ..FamilyInfo::default() };
        let reply = answer(request).reply(nlctrl::ID, 1, &family);
        self.queue.push_back((reply.into_datagram(), Source::default()));
        Ok(())
    }

    fn receive(&mut self, buffer: &mut Vec<u8>) -> io::Result<Received> {
        let next = match self.endless {
            true => Some((peer_add(), MULTICAST)),
            false => self.queue.pop_front(),
        };
        let (datagram, source) = next.ok_or(io::ErrorKind::WouldBlock)?;
        buffer.extend_from_slice(&datagram);
        Ok(Received { len: datagram.len(), source })
    }

    fn wait(&mut self, _: Option<Duration>) -> io::Result<bool> {
        Ok(true)
    }

    fn join(&mut self, _: u32) -> io::Result<()> {
        Ok(())
    }

    fn leave(&mut self, _: u32) -> io::Result<()> {
        Ok(())
    }
}

never_woken!(Talkative);

const NLCTRL: GetFamily = GetFamily { id: Some(nlctrl::ID), name: None };

#[test]
fn the_time_of_a_request_ends_in_a_flood_of_notifications() {
    let kernel = Talkative { endless: true, ..Talkative::default() };
    let mut conn = Connection::<Generic, _>::with_transport(kernel);
    conn.set_timeout(Some(Duration::from_millis(1)));
    let outcome = conn.request(&NLCTRL);
    assert!(matches!(outcome, Err(Error::Timeout { .. })), "{outcome:?}");
}

#[test]
fn a_task_in_a_flood_of_notifications_leaves_a_turn_to_others() {
    let kernel = Talkative { endless: true, ..Talkative::default() };
    let conn = asynchronous::Connection::<Generic, _>::with_transport(kernel);
    let mut cx = Context::from_waker(Waker::noop());
    assert!(pin!(conn.request(&NLCTRL)).poll(&mut cx).is_pending());
    assert!(pin!(conn.notification()).poll(&mut cx).is_ready(), "this task is told at once");
    let hasty = conn.with_timeout(Duration::ZERO);
    let outcome = pin!(hasty.request(&NLCTRL)).poll(&mut cx);
    assert!(matches!(outcome, Poll::Ready(Err(Error::Timeout { .. }))), "{outcome:?}");
}

/// As an executor that runs a task where it is woken, or drops it there.
struct Asks(Mutex<Vec<u64>>, asynchronous::Connection<Generic, Talkative>);

impl Wake for Asks {
    fn wake(self: Arc<Self>) {
        self.0.lock().unwrap().push(self.1.counters().notifications);
    }
}

#[test]
fn who_is_woken_can_use_the_connection_at_once() {
    let conn = asynchronous::Connection::<Generic, _>::with_transport(Talkative::default());
    let asks = Arc::new(Asks(Mutex::default(), conn.clone()));
    let waker = Waker::from(Arc::clone(&asks));
    let mut told = pin!(conn.notification());
    assert!(told.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
    let other = pin!(conn.request(&NLCTRL)).poll(&mut Context::from_waker(Waker::noop()));
    assert!(matches!(&other, Poll::Ready(Ok(family)) if family.id == Some(16)), "{other:?}");
    assert_eq!(*asks.0.lock().unwrap(), [1], "woken once, and told of it");
    assert!(told.as_mut().poll(&mut Context::from_waker(&waker)).is_ready());
}

/// A process that is restarted in the middle of its first dump.
#[derive(Default)]
struct Restarted {
    dumps: u32,
    queue: VecDeque<Vec<u8>>,
}

impl Restarted {
    const SOURCE: Source = Source { port: 5000, groups: 0, namespace: None };
}

impl Transport for Restarted {
    fn port(&self) -> u32 {
        PORT
    }

    fn peer(&self) -> u32 {
        Self::SOURCE.port
    }

    fn send(&mut self, request: &[u8]) -> io::Result<()> {
        self.dumps += 1;
        let family = FamilyInfo { id: Some(16), ..FamilyInfo::default() };
        let entry = answer(request).reply(nlctrl::ID, 1, &family);
        let answer = if self.dumps == 1 { entry } else { entry.done(0) };
        self.queue.push_back(answer.into_datagram());
        Ok(())
    }

    fn receive(&mut self, buffer: &mut Vec<u8>) -> io::Result<Received> {
        let datagram = self.queue.pop_front().ok_or(io::ErrorKind::WouldBlock)?;
        buffer.extend_from_slice(&datagram);
        Ok(Received { len: datagram.len(), source: Self::SOURCE })
    }

    fn wait(&mut self, timeout: Option<Duration>) -> io::Result<bool> {
        assert!(timeout.is_some(), "it would wait for ever");
        Ok(false)
    }

    fn join(&mut self, _: u32) -> io::Result<()> {
        Ok(())
    }

    fn leave(&mut self, _: u32) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_process_that_is_restarted_during_a_dump_is_asked_again_after_one_timeout() {
    let mut conn = Connection::<Generic, _>::with_transport(Restarted::default());
    conn.set_timeout(Some(Duration::from_millis(1)));
    let mut dump = conn.dump(&GetFamily::default()).unwrap();
    dump.next().unwrap().unwrap();
    drop(dump);
    let late = conn.dump(&GetFamily::default()).map(|_| ()).unwrap_err();
    assert!(matches!(late, Error::Timeout { .. }), "{late:?}");
    assert_eq!(conn.families().unwrap().len(), 1);
}
