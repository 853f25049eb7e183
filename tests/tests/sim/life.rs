//! Families that come, go and come back, and who waits for them.

use std::time::Duration;

use nlkit::serve::Service;
use nlkit::sim::Kernel;
use nlkit::{Connection, Error, Generic};
use nlkit_tests::tunnel::{self, Family, Notification, PEERS, Tunnel, tunnel};

use crate::{Tunnels, kernel, peer};

#[test]
fn a_family_that_is_there_is_not_waited_for() {
    let (kernel, _) = kernel();
    let mut conn = kernel.connect::<Generic>();
    conn.wait_for_family::<Family>().unwrap();
    assert!(conn.transport().groups().is_empty(), "the group is left again");
    kernel.remove::<Family>();
    conn.wait_for_family_to_go::<Family>().unwrap();
}

#[test]
fn a_family_is_waited_for_until_it_comes_and_until_it_goes() {
    let kernel = Kernel::new();
    let mut conn = kernel.connect::<Generic>();
    conn.set_timeout(Some(Duration::from_secs(60)));
    std::thread::scope(|scope| {
        // Whichever is first: before, while or after the other one asks.
        scope.spawn(|| {
            kernel.add(Service::<nlkit_specs::netdev::Family>::new());
            kernel.add(Tunnels::default().service());
        });
        assert!(conn.wait_for_family::<Family>().unwrap().id.is_some());
    });
    assert_eq!(conn.request(&Tunnel::new().with_ifindex(1)).unwrap(), tunnel(1, "a"));
    std::thread::scope(|scope| {
        scope.spawn(|| assert!(kernel.remove::<Family>()));
        conn.wait_for_family_to_go::<Family>().unwrap();
    });
    let gone = conn.request(&Tunnel::new().with_ifindex(1));
    assert!(matches!(gone, Err(Error::UnknownFamily { .. })), "{gone:?}");
}

#[test]
fn the_wait_for_a_family_ends_in_time() {
    let mut conn = Kernel::new().connect::<Generic>();
    conn.set_timeout(Some(Duration::from_millis(1)));
    let error = conn.wait_for_family::<Family>().map(|_| ()).unwrap_err();
    assert!(matches!(error, Error::Timeout { .. }), "{error:?}");
    assert!(conn.transport().groups().is_empty());
}

/// The kernel takes the groups away with the family, and says nothing of it to those that listen.
#[test]
fn who_listens_to_a_family_that_is_reloaded_hears_it_again() {
    let (kernel, _) = kernel();
    let mut conn = kernel.connect::<Generic>();
    let mut peers = conn.subscribe(PEERS).unwrap();
    kernel.notify(PEERS, &Notification::PeerAdd(peer(1))).unwrap();
    assert_eq!(peers.next().unwrap().unwrap(), Notification::PeerAdd(peer(1)));
    kernel.reload::<Family>();
    for when in ["it went", "it is back"] {
        let lost = peers.next().unwrap();
        assert!(matches!(lost, Err(Error::Lost)), "{when}: {lost:?}");
    }
    kernel.notify(PEERS, &Notification::PeerAdd(peer(2))).unwrap();
    assert_eq!(peers.next().unwrap().unwrap(), Notification::PeerAdd(peer(2)));
}

#[test]
fn a_list_that_is_watched_comes_anew_when_its_family_is_reloaded() {
    use nlkit::Update::{Begin, Change, Entry, Synced};
    let (kernel, tunnels) = kernel();
    tunnels.put([tunnel(1, "a")]);
    let mut conn: Connection<Generic, _> = kernel.connect();
    let mut watch = conn.watch(&Tunnel::new(), &[PEERS]).unwrap();
    let mut next = || watch.next().unwrap().unwrap();
    assert_eq!([next(), next(), next()], [Begin, Entry(tunnel(1, "a")), Synced]);
    tunnels.put([tunnel(2, "b")]);
    kernel.reload::<Family>();
    assert_eq!([next(), next(), next()], [Begin, Entry(tunnel(2, "b")), Synced]);
    kernel.notify(PEERS, &Notification::PeerAdd(peer(2))).unwrap();
    assert_eq!(next(), Change(tunnel::Notification::PeerAdd(peer(2))));
}
