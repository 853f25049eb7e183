//! The simulated socket under tasks, with no runtime but a loop that parks the thread.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

use nlkit::sim::{Fault, Faults, Socket};
use nlkit::wire::flag;
use nlkit::{AsyncTransport, Generic, Transport};
use nlkit_tests::tunnel::{Family, Notification, PEERS};

use crate::{id, kernel, peer, request};

const HOUR: Duration = Duration::from_secs(3600);

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

fn block_on<F: Future>(future: F) -> F::Output {
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(output) => return output,
            Poll::Pending => thread::park(),
        }
    }
}

async fn receive(socket: &mut Socket) -> Vec<u8> {
    let mut buffer = Vec::with_capacity(4096);
    poll_fn(|cx| socket.poll_receive(cx, &mut buffer)).await.unwrap();
    buffer
}

/// What ends first; `None` is the time.
async fn receive_within(socket: &mut Socket, time: Duration) -> Option<Vec<u8>> {
    let mut sleep = pin!(socket.sleep(time));
    let mut buffer = Vec::with_capacity(4096);
    let over = poll_fn(|cx| match socket.poll_receive(cx, &mut buffer) {
        Poll::Ready(received) => Poll::Ready(received.map(|_| false)),
        Poll::Pending => sleep.as_mut().poll(cx).map(|()| Ok(true)),
    });
    (!over.await.unwrap()).then_some(buffer)
}

/// A socket with an ACK on its way, which takes an hour.
fn waiting() -> Socket {
    let (kernel, _) = kernel();
    let mut socket = kernel.socket::<Generic>();
    socket.set_faults(&Faults::new().on_arrival(1, Fault::Delay(HOUR)));
    socket.send(&request(id(&kernel), 2, flag::ACK, 1, &[])).unwrap();
    socket
}

#[test]
fn what_is_there_is_received_at_once() {
    let (kernel, _) = kernel();
    let mut socket = kernel.socket::<Generic>();
    socket.send(&request(id(&kernel), 2, flag::ACK, 1, &[])).unwrap();
    assert!(!block_on(receive(&mut socket)).is_empty());
}

#[test]
fn what_is_late_is_received_in_no_time() {
    let mut socket = waiting();
    let started = Instant::now();
    assert!(!block_on(receive(&mut socket)).is_empty());
    assert_eq!(socket.time(), HOUR);
    assert!(started.elapsed() < HOUR);
}

#[test]
fn a_sleep_that_ends_first_ends_first() {
    let mut socket = waiting();
    assert_eq!(block_on(receive_within(&mut socket, HOUR / 2)), None);
    assert_eq!(socket.time(), HOUR / 2);
    assert!(block_on(receive_within(&mut socket, HOUR)).is_some());
    assert_eq!(socket.time(), HOUR);
}

#[test]
fn several_sleeps_end_in_their_order() {
    let mut socket = waiting();
    let mut sleeps: Vec<Pin<Box<_>>> =
        [3, 1, 2, 90].map(|part| Box::pin(socket.sleep(HOUR / 60 * part))).into();
    let mut ended = Vec::new();
    block_on(poll_fn(|cx| {
        for (index, sleep) in sleeps.iter_mut().enumerate() {
            if !ended.contains(&index) && sleep.as_mut().poll(cx).is_ready() {
                ended.push(index);
            }
        }
        let mut buffer = Vec::with_capacity(4096);
        socket.poll_receive(cx, &mut buffer).map(|received| received.unwrap())
    }));
    assert_eq!(ended, [1, 2, 0]);
    assert_eq!(socket.time(), HOUR);
}

#[test]
fn a_sleep_with_nothing_to_come_really_passes() {
    let (kernel, _) = kernel();
    let mut socket = kernel.socket::<Generic>();
    let (time, started) = (Duration::from_millis(5), Instant::now());
    block_on(socket.sleep(time));
    assert!(started.elapsed() >= time);
    assert_eq!(block_on(receive_within(&mut socket, time)), None);
    assert!(started.elapsed() >= 2 * time);
}

#[test]
fn a_sleep_that_is_dropped_holds_up_nothing() {
    let mut socket = waiting();
    drop(socket.sleep(HOUR / 2));
    assert!(!block_on(receive(&mut socket)).is_empty());
    assert_eq!(socket.time(), HOUR);
}

#[test]
fn another_thread_wakes_the_task() {
    let (kernel, _) = kernel();
    let number = kernel.connect::<Generic>().family::<Family>().unwrap().group("peers").unwrap();
    let mut socket = kernel.socket::<Generic>();
    socket.join(number).unwrap();
    thread::scope(|scope| {
        let told = Notification::PeerAdd(peer(1));
        scope.spawn(move || kernel.notify(PEERS, &told).unwrap());
        assert!(!block_on(receive(&mut socket)).is_empty());
    });
}

#[test]
fn async_connections_ask_the_simulated_kernel() {
    use nlkit_tests::tunnel::{Tunnel, tunnel};
    let (kernel, _) = kernel();
    kernel.set_faults(Faults::new().on_arrival(2, Fault::Delay(HOUR)));
    let conn = kernel.connect_async::<Generic>();
    block_on(async {
        assert_eq!(conn.request(&Tunnel::new().with_ifindex(1)).await.unwrap(), tunnel(1, "a"));
        let mut told = conn.subscribe(PEERS).await.unwrap();
        kernel.notify(PEERS, &Notification::PeerAdd(peer(4))).unwrap();
        assert_eq!(told.next().await.unwrap(), Notification::PeerAdd(peer(4)));
        let impatient = conn.with_timeout(HOUR / 2);
        conn.with_socket(|socket| {
            socket.set_faults(&Faults::new().on_arrival(1, Fault::Delay(HOUR)));
        });
        let late = impatient.request(&Tunnel::new().with_ifindex(2)).await;
        assert!(matches!(late, Err(nlkit::Error::Timeout { .. })), "{late:?}");
        assert_eq!(conn.request(&Tunnel::new().with_ifindex(3)).await.unwrap(), tunnel(3, "c"));
    });
}
