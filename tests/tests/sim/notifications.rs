//! What is told to groups, by the kernel and by what requests cause.

use nlkit::sim::Kernel;
use nlkit::wire::flag;
use nlkit::{Error, Generic, Modifiers, Transport};
use nlkit_tests::raw;
use nlkit_tests::tunnel::{Family, NO_GROUP, Notification, PEERS, Set, Tunnel, tunnel};

use crate::{id, kernel, messages, peer, receive, receive_all, request};

/// A request that makes peers.
fn add(keys: &[u8]) -> Set {
    Set { peers: Some(keys.iter().map(|key| peer(*key)).collect()), ..Set::default() }
}

#[test]
fn the_kernel_tells_who_listens() {
    let (kernel, _) = kernel();
    let (mut one, mut other) = (kernel.connect::<Generic>(), kernel.connect::<Generic>());
    let mut deaf = kernel.connect::<Generic>();
    one.join(PEERS).unwrap();
    other.join(PEERS).unwrap();
    kernel.notify(PEERS, &Notification::PeerAdd(peer(1))).unwrap();
    for conn in [&mut one, &mut other] {
        let told = conn.subscribe(PEERS).unwrap().next().unwrap().unwrap();
        assert_eq!(told, Notification::PeerAdd(peer(1)));
    }
    assert_eq!(deaf.try_notification().unwrap(), None);
}

#[test]
fn who_has_left_is_told_no_more() {
    let (kernel, _) = kernel();
    let mut conn = kernel.connect::<Generic>();
    conn.join(PEERS).unwrap();
    conn.leave(PEERS).unwrap();
    kernel.notify(PEERS, &Notification::PeerAdd(peer(1))).unwrap();
    assert_eq!(conn.try_notification().unwrap(), None);
}

#[test]
fn what_is_told_cannot_be_told_without_a_family_or_group() {
    let (kernel, _) = kernel();
    let message = Notification::PeerAdd(peer(1));
    let unknown = kernel.notify(NO_GROUP, &message);
    assert!(matches!(unknown, Err(Error::UnknownGroup { family: "tunnel", group: "weather" })));
    let unknown = Kernel::new().notify(PEERS, &message);
    assert!(matches!(unknown, Err(Error::UnknownFamily { family: "tunnel" })));
}

#[test]
fn a_request_tells_listeners_before_it_is_answered() {
    let (kernel, _) = kernel();
    let mut listener = kernel.connect::<Generic>();
    listener.join(PEERS).unwrap();
    let mut conn = kernel.connect::<Generic>();
    conn.request(&add(&[1, 2])).unwrap();
    for key in [1, 2] {
        let told = listener.subscribe(PEERS).unwrap().next().unwrap().unwrap();
        assert_eq!(told, Notification::PeerAdd(peer(key)));
    }
}

/// Such a notification has the numbers of the request that caused it, whoever reads it.
#[test]
fn a_listener_hears_of_its_own_request_too() {
    let (kernel, _) = kernel();
    let mut conn = kernel.connect::<Generic>();
    conn.join(PEERS).unwrap();
    conn.request(&add(&[3])).unwrap();
    let raw = conn.try_notification().unwrap().unwrap();
    let header = raw.message().header();
    assert_eq!(header.port, conn.transport().port());
    assert_ne!(header.seq, 0);
    assert_eq!(conn.try_notification().unwrap(), None);
}

#[test]
fn an_echo_goes_to_the_asker_once() {
    let (kernel, _) = kernel();
    for listens in [false, true] {
        let mut conn = kernel.connect::<Generic>();
        let mut listener = kernel.connect::<Generic>();
        listener.join(PEERS).unwrap();
        if listens {
            conn.join(PEERS).unwrap();
        }
        let echo: Vec<Notification> =
            conn.request_echo(&add(&[1, 2]), Modifiers::default()).unwrap();
        assert_eq!(echo, [1, 2].map(|key| Notification::PeerAdd(peer(key))));
        assert_eq!(conn.try_notification().unwrap(), None);
        assert!(listener.try_notification().unwrap().is_some());
    }
}

#[test]
fn datagrams_name_their_group_up_to_number_32() {
    let (kernel, _) = kernel();
    let mut conn = kernel.connect::<Generic>();
    let number = conn.family::<Family>().unwrap().group("peers").unwrap();
    let mut socket = kernel.socket::<Generic>();
    socket.join(number).unwrap();
    kernel.notify(PEERS, &Notification::PeerAdd(peer(1))).unwrap();
    let (datagram, source) = receive(&mut socket, 4096).unwrap();
    assert_eq!((source.port, source.groups), (0, 1 << (number - 1)));
    let (header, _) = messages(&datagram).remove(0);
    assert_eq!((header.seq, header.port, header.flags), (0, 0, 0));
    for _ in 0..20 {
        kernel.reload::<Family>(); // each time the group has another number
    }
    let number = kernel.connect::<Generic>().family::<Family>().unwrap().group("peers").unwrap();
    assert!(number > 32);
    socket.join(number).unwrap();
    kernel.notify(PEERS, &Notification::PeerAdd(peer(1))).unwrap();
    assert_eq!(receive(&mut socket, 4096).unwrap().1.groups, 0);
}

#[test]
fn notifications_come_between_the_parts_of_a_dump() {
    let (kernel, tunnels) = kernel();
    tunnels.put((1..=1000).map(|number| tunnel(number, "x")));
    let mut conn = kernel.connect::<Generic>();
    conn.join(PEERS).unwrap();
    let mut entries = 0;
    for entry in conn.dump(&Tunnel::new()).unwrap() {
        entry.unwrap();
        entries += 1;
        if entries % 100 == 0 {
            kernel
                .notify(PEERS, &Notification::PeerAdd(peer(entries.try_into().unwrap_or(0))))
                .unwrap();
        }
    }
    assert_eq!(entries, 1000);
    let told = std::iter::from_fn(|| conn.try_notification().unwrap()).count();
    assert_eq!(told, 10);
}

#[test]
fn a_handler_may_tell_through_the_kernel() {
    let (kernel, tunnels) = kernel();
    let mut service = tunnels.service();
    let own = kernel.clone();
    service.on_do(move |_: nlkit_tests::tunnel::Swap, _| {
        own.notify(PEERS, &Notification::PeerAdd(peer(9))).unwrap();
        Ok(Tunnel::new())
    });
    kernel.add(service);
    let mut conn = kernel.connect::<Generic>();
    conn.join(PEERS).unwrap();
    conn.request(&nlkit_tests::tunnel::Swap::default()).unwrap();
    assert!(conn.try_notification().unwrap().is_some());
}

#[test]
fn other_threads_wake_a_listener() {
    let (kernel, _) = kernel();
    let mut conn = kernel.connect::<Generic>();
    conn.join(PEERS).unwrap();
    std::thread::scope(|scope| {
        scope.spawn(|| kernel.notify(PEERS, &Notification::PeerAdd(peer(5))).unwrap());
        let told = conn.subscribe(PEERS).unwrap().next().unwrap().unwrap();
        assert_eq!(told, Notification::PeerAdd(peer(5)));
    });
}

#[test]
fn group_0_cannot_be_joined() {
    let (kernel, _) = kernel();
    let error = kernel.socket::<Generic>().join(0).unwrap_err();
    assert_eq!(error.raw_os_error(), Some(libc::EINVAL));
}

#[test]
fn an_echo_that_is_not_asked_for_does_not_come() {
    let (kernel, _) = kernel();
    let mut socket = kernel.socket::<Generic>();
    let set = raw::nest(8, &[raw::nest(1, &[raw::attr(1, &[1; 4])])]);
    socket.send(&request(id(&kernel), 2, flag::ACK, 1, &set)).unwrap();
    assert_eq!(receive_all(&mut socket, 4096).len(), 1);
    const ECHO: u16 = 8;
    socket.send(&request(id(&kernel), 2, flag::ACK | ECHO, 2, &set)).unwrap();
    assert_eq!(receive_all(&mut socket, 4096).len(), 2);
}

#[test]
fn other_namespaces_are_heard_of_by_who_listens_to_all() {
    let (kernel, _) = kernel();
    let number = kernel.connect::<Generic>().family::<Family>().unwrap().group("peers").unwrap();
    let (mut one, mut all) = (kernel.socket::<Generic>(), kernel.socket::<Generic>());
    one.join(number).unwrap();
    all.join(number).unwrap();
    all.set_listen_all_namespaces(true);
    kernel.notify_in(200, PEERS, &Notification::PeerAdd(peer(1))).unwrap();
    kernel.notify(PEERS, &Notification::PeerAdd(peer(2))).unwrap();
    let sources: Vec<_> = std::iter::from_fn(|| receive(&mut all, 4096).ok())
        .map(|(_, source)| source.namespace)
        .collect();
    assert_eq!(sources, [Some(200), None]);
    assert_eq!(receive(&mut one, 4096).unwrap().1.namespace, None);
    assert!(receive(&mut one, 4096).is_err());
}
