//! Dumps, cut into datagrams as the kernel cuts them.

use nlkit::serve::{Refusal, Service};
use nlkit::sim::Kernel;
use nlkit::wire::{flag, kind};
use nlkit::{Error, Generic, Transport};
use nlkit_tests::namespace::kernel_error;
use nlkit_tests::tunnel::{Family, Tunnel, tunnel};

use crate::{Tunnels, id, kernel, messages, names, receive, receive_all, request, shapes};

/// Enough tunnels for several datagrams.
fn many() -> impl Iterator<Item = Tunnel> {
    (1..=2000).map(|number| tunnel(number, &format!("tunnel{number}")))
}

#[test]
fn a_dump_gives_all_entries() {
    let (kernel, tunnels) = kernel();
    let mut conn = kernel.connect::<Generic>();
    assert_eq!(names(&mut conn).unwrap(), ["a", "b", "c"]);
    tunnels.put(many());
    let found: Vec<Tunnel> = conn.dump(&Tunnel::new()).unwrap().collect::<Result<_, _>>().unwrap();
    assert_eq!(found, tunnels.all());
    tunnels.put([]);
    assert!(names(&mut conn).unwrap().is_empty());
}

#[test]
fn the_end_comes_in_a_datagram_of_its_own() {
    let (kernel, _) = kernel();
    let mut socket = kernel.socket::<Generic>();
    let id = id(&kernel);
    socket.send(&request(id, 1, flag::DUMP | flag::ACK, 1, &[])).unwrap();
    let shapes = shapes(&receive_all(&mut socket, 4096));
    let entry = (id, flag::MULTI);
    assert_eq!(shapes, [vec![entry; 3], vec![(kind::DONE, flag::MULTI)]], "and there is no ACK");
}

#[test]
fn a_service_can_end_its_dumps_with_the_last_entries_and_without_multi() {
    let (kernel, tunnels) = kernel();
    let mut service = tunnels.service();
    service.done_with_last_entries().dumps_without_multi();
    kernel.add(service);
    let mut socket = kernel.socket::<Generic>();
    let id = id(&kernel);
    socket.send(&request(id, 1, flag::DUMP, 1, &[])).unwrap();
    let shapes = shapes(&receive_all(&mut socket, 4096));
    assert_eq!(shapes, [[(id, 0), (id, 0), (id, 0), (kind::DONE, flag::MULTI)]]);
    assert_eq!(names(&mut kernel.connect::<Generic>()).unwrap(), ["a", "b", "c"]);
}

/// The first datagram is made before anything was received; the others by the largest receive.
#[test]
fn datagrams_are_as_large_as_the_largest_receive() {
    let (kernel, tunnels) = kernel();
    tunnels.put(many());
    let dump = request(id(&kernel), 1, flag::DUMP, 1, &[]);
    for (room, most) in [(4096, 4096), (8192, 8192), (262_144, 32_768 - 320)] {
        let mut socket = kernel.socket::<Generic>();
        socket.send(&dump).unwrap();
        let lengths: Vec<_> = receive_all(&mut socket, room).iter().map(Vec::len).collect();
        let entry = 44;
        assert!((3776 - entry..=3776).contains(&lengths[0]), "{lengths:?}");
        assert!((most - entry..=most).contains(&lengths[1]), "{lengths:?}");
        assert_eq!(lengths.last(), Some(&20));
    }
}

#[test]
fn the_next_datagram_is_made_as_the_last_is_received() {
    let (kernel, tunnels) = kernel();
    tunnels.put(many());
    let mut socket = kernel.socket::<Generic>();
    let taken = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let counter = taken.clone();
    let mut service = Service::<Family>::new();
    service.on_dump(move |_: Tunnel, _| {
        let counter = counter.clone();
        Ok(many().inspect(move |_| {
            counter.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        }))
    });
    kernel.add(service);
    socket.send(&request(id(&kernel), 1, flag::DUMP, 1, &[])).unwrap();
    let after_send = taken.load(std::sync::atomic::Ordering::SeqCst);
    assert!((1..200).contains(&after_send), "{after_send}");
    receive(&mut socket, 4096).unwrap();
    assert!(taken.load(std::sync::atomic::Ordering::SeqCst) > after_send);
}

#[test]
fn a_second_dump_has_to_wait() {
    let (kernel, tunnels) = kernel();
    tunnels.put(many());
    let mut socket = kernel.socket::<Generic>();
    let id = id(&kernel);
    socket.send(&request(id, 1, flag::DUMP, 1, &[])).unwrap();
    socket.send(&request(id, 1, flag::DUMP, 2, &[])).unwrap();
    let answers = receive_all(&mut socket, 32_768);
    let busy = messages(&answers[1]).remove(0);
    assert_eq!((busy.0.kind, busy.0.seq), (kind::ERROR, 2));
    assert_eq!(busy.1[..4], (-libc::EBUSY).to_ne_bytes());
    socket.send(&request(id, 1, flag::DUMP, 3, &[])).unwrap();
    let last = receive_all(&mut socket, 32_768).pop().unwrap();
    assert_eq!(messages(&last).remove(0).0.kind, kind::DONE);
}

#[test]
fn an_abandoned_dump_does_not_stand_in_the_way() {
    let (kernel, tunnels) = kernel();
    tunnels.put(many());
    let mut conn = kernel.connect::<Generic>();
    for _ in 0..3 {
        assert!(conn.dump(&Tunnel::new()).unwrap().next().unwrap().is_ok());
        assert_eq!(conn.request(&Tunnel::new().with_ifindex(7)).unwrap(), tunnel(7, "tunnel7"));
    }
    assert_eq!(names(&mut conn).unwrap().len(), 2000);
}

#[test]
fn an_entry_that_is_too_long_ends_the_dump_with_an_error_in_its_end() {
    let (kernel, tunnels) = kernel();
    let long = tunnel(2, &"x".repeat(40_000));
    tunnels.put([tunnel(1, "a"), long, tunnel(3, "c")]);
    let mut conn = kernel.connect::<Generic>();
    let found: Vec<_> = conn.dump(&Tunnel::new()).unwrap().collect();
    assert_eq!(found[0].as_ref().unwrap(), &tunnel(1, "a"));
    assert_eq!(found[1].as_ref().unwrap_err().errno(), Some(libc::EMSGSIZE));
    assert_eq!(found.len(), 2);
}

#[test]
fn a_dump_can_be_refused_interrupted_or_end_in_an_error() {
    let kernel = Kernel::new();
    let mut service = Service::<Family>::new();
    service.on_dump(|request: Tunnel, call| {
        match request.ifindex {
            Some(1) => return Err(Refusal::new(libc::EINVAL).attribute(".ifindex")),
            Some(2) => call.interrupted(),
            Some(3) => call.end_with(Refusal::new(libc::EIO).message("no").attribute(".ifindex")),
            _ => {}
        }
        Ok([tunnel(1, "a")])
    });
    kernel.add(service);
    let mut conn = kernel.connect::<Generic>();
    let mut dump = |number| {
        let dump = conn.dump(&Tunnel::new().with_ifindex(number)).unwrap();
        let (good, bad): (Vec<_>, Vec<_>) = dump.partition(Result::is_ok);
        (good.len(), bad.into_iter().map(Result::unwrap_err).collect::<Vec<_>>())
    };
    let (good, mut bad) = dump(1);
    let refused = kernel_error::<()>(Err(bad.remove(0)));
    assert_eq!((good, refused.attribute.as_deref()), (0, Some(".ifindex")));
    assert!(matches!(dump(2), (1, bad) if matches!(bad[..], [Error::DumpInterrupted { .. }])));
    let (good, mut bad) = dump(3);
    let failed = kernel_error::<()>(Err(bad.remove(0)));
    assert_eq!((good, failed.errno, failed.attribute.as_deref()), (1, libc::EIO, Some(".ifindex")));
    assert_eq!(failed.message.unwrap(), "no");
}

#[test]
fn dumps_of_several_sockets_do_not_mix() {
    let (kernel, tunnels) = kernel();
    tunnels.put(many());
    let (mut left, mut right) = (kernel.connect::<Generic>(), kernel.connect::<Generic>());
    let (one, other) = (left.dump(&Tunnel::new()).unwrap(), right.dump(&Tunnel::new()).unwrap());
    assert!(one.zip(other).all(|(one, other)| one.unwrap() == other.unwrap()));
}

#[test]
fn two_kernels_can_have_services_of_the_same_data() {
    let tunnels = Tunnels::default();
    let (one, other) = (Kernel::new(), Kernel::new());
    one.add(tunnels.service());
    other.add(tunnels.service());
    tunnels.put([tunnel(1, "z")]);
    for kernel in [one, other] {
        assert_eq!(names(&mut kernel.connect::<Generic>()).unwrap(), ["z"]);
    }
}
