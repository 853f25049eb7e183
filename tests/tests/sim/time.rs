//! Virtual time: what is late is waited for without waiting.

use std::time::{Duration, Instant};

use nlkit::sim::{Fault, Faults};
use nlkit::{Generic, Transport};
use nlkit_tests::tunnel::{Tunnel, tunnel};

use crate::{id, kernel, receive, receive_all, request};

const HOUR: Duration = Duration::from_secs(3600);

#[test]
fn a_delayed_datagram_is_waited_for_in_no_time() {
    let (kernel, _) = kernel();
    kernel.set_faults(Faults::new().on_arrival(2, Fault::Delay(HOUR)));
    let started = Instant::now();
    let mut conn = kernel.connect::<Generic>();
    let reply = conn.request(&Tunnel::new().with_ifindex(1)).unwrap();
    assert_eq!(reply, tunnel(1, "a"));
    assert_eq!(conn.transport().time(), HOUR);
    assert!(started.elapsed() < HOUR);
}

#[test]
fn a_timeout_ends_before_what_is_due_later() {
    let (kernel, _) = kernel();
    let mut socket = kernel.socket::<Generic>();
    socket.set_faults(&Faults::new().on_arrival(1, Fault::Delay(HOUR)));
    socket.send(&request(id(&kernel), 1, 4, 1, &[])).unwrap();
    assert!(receive(&mut socket, 4096).is_err());
    assert!(!socket.wait(Some(HOUR / 3)).unwrap());
    assert_eq!(socket.time(), HOUR / 3);
    assert!(receive(&mut socket, 4096).is_err());
    assert!(socket.wait(Some(HOUR)).unwrap());
    assert_eq!(socket.time(), HOUR);
    assert!(receive(&mut socket, 4096).is_ok());
}

#[test]
fn what_is_behind_a_late_datagram_is_late_too() {
    let (kernel, _) = kernel();
    let mut socket = kernel.socket::<Generic>();
    socket.set_faults(&Faults::new().on_arrival(1, Fault::Delay(HOUR)));
    let id = id(&kernel);
    for seq in [1, 2] {
        socket.send(&request(id, 2, 4, seq, &[])).unwrap();
    }
    assert!(receive_all(&mut socket, 4096).is_empty());
    assert!(socket.wait(None).unwrap());
    assert_eq!(receive_all(&mut socket, 4096).len(), 2);
}

#[test]
fn a_timeout_with_nothing_to_come_really_passes() {
    let (kernel, _) = kernel();
    let mut socket = kernel.socket::<Generic>();
    let (timeout, started) = (Duration::from_millis(5), Instant::now());
    assert!(!socket.wait(Some(timeout)).unwrap());
    assert!(started.elapsed() >= timeout);
    assert_eq!(socket.time(), timeout);
}

#[test]
fn a_wait_ends_when_another_thread_tells_something() {
    use nlkit_tests::tunnel::{Family, Notification, PEERS};
    let (kernel, _) = kernel();
    let number = kernel.connect::<Generic>().family::<Family>().unwrap().group("peers").unwrap();
    let mut socket = kernel.socket::<Generic>();
    socket.join(number).unwrap();
    std::thread::scope(|scope| {
        let told = Notification::PeerAdd(crate::peer(1));
        scope.spawn(move || kernel.notify(PEERS, &told).unwrap());
        assert!(socket.wait(None).unwrap());
    });
    assert!(receive(&mut socket, 4096).is_ok());
}
