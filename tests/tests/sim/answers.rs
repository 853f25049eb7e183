//! How requests are answered: replies, ACKs, errors and what they say.

use nlkit::wire::{flag, kind};
use nlkit::{Generic, Modifiers, Transport};
use nlkit_tests::namespace::kernel_error;
use nlkit_tests::raw;
use nlkit_tests::tunnel::{AllowedIp, Peer, Set, Swap, Tunnel, tunnel};

use crate::{errno, id, kernel, messages, peer, receive_all, request, shapes};

#[test]
fn a_do_is_answered_by_its_handler() {
    let (kernel, _) = kernel();
    let mut conn = kernel.connect::<Generic>();
    let reply = conn.request(&Tunnel::new().with_ifindex(2)).unwrap();
    assert_eq!(reply, tunnel(2, "b"));
}

#[test]
fn a_refusal_names_the_attribute() {
    let (kernel, _) = kernel();
    let mut conn = kernel.connect::<Generic>();
    let error = kernel_error(conn.request(&Tunnel::new().with_ifindex(9)));
    assert_eq!((error.errno, error.attribute.as_deref()), (libc::ENODEV, Some(".ifindex")));
    let error = kernel_error(conn.request(&Tunnel::new().with_ifname("b")));
    assert_eq!((error.errno, error.missing.as_deref()), (libc::EINVAL, Some(".ifindex")));
}

#[test]
fn a_refusal_finds_its_way_into_nests_and_lists() {
    let (kernel, _) = kernel();
    let mut conn = kernel.connect::<Generic>();
    let wide = AllowedIp::new().with_cidr_mask(129);
    let narrow = AllowedIp::new().with_cidr_mask(8);
    let peers = vec![peer(1), peer(2).with_allowedips(vec![narrow, wide])];
    let error = kernel_error(conn.request(&Set { peers: Some(peers), ..Set::default() }));
    assert_eq!(error.attribute.as_deref(), Some(".peers[1].allowedips[1].cidr-mask"));
    assert_eq!(error.message.unwrap(), "mask too long");
    assert_eq!(error.cookie.unwrap(), b"cookie");

    let peers = vec![peer(1), Peer::new()];
    let error = kernel_error(conn.request(&Set { peers: Some(peers), ..Set::default() }));
    assert_eq!(error.missing.as_deref(), Some(".peers[1].public-key"));
}

#[test]
fn what_has_no_handler_is_not_supported() {
    let (kernel, _) = kernel();
    let mut conn = kernel.connect::<Generic>();
    assert_eq!(kernel_error(conn.request(&Swap::default())).errno, libc::EOPNOTSUPP);
    let mut socket = kernel.socket::<Generic>();
    socket.send(&request(id(&kernel), 2, flag::DUMP, 1, &[])).unwrap(); // `set` is only a do
    assert_eq!(errno(&receive_all(&mut socket, 4096)[0]), libc::EOPNOTSUPP);
}

#[test]
fn acks_come_where_they_are_asked_for() {
    let (kernel, _) = kernel();
    let mut socket = kernel.socket::<Generic>();
    let id = id(&kernel);
    let one = raw::attr(1, &1_u32.to_ne_bytes());
    socket.send(&request(id, 1, 0, 1, &one)).unwrap();
    assert_eq!(shapes(&receive_all(&mut socket, 4096)), [[(id, 0)]]);
    socket.send(&request(id, 1, flag::ACK, 2, &one)).unwrap();
    let capped = (kind::ERROR, flag::CAPPED);
    assert_eq!(shapes(&receive_all(&mut socket, 4096)), [[(id, 0)], [capped]]);
    socket.send(&request(id, 2, 0, 3, &[])).unwrap();
    assert!(receive_all(&mut socket, 4096).is_empty(), "an operation that only acknowledges");
}

#[test]
fn no_ops_and_what_is_no_request_are_acknowledged() {
    let (kernel, _) = kernel();
    let mut socket = kernel.socket::<Generic>();
    let noop = raw::header(kind::NOOP, flag::REQUEST | flag::ACK, 1, 0, 0);
    socket.send(&raw::message(noop, &[])).unwrap();
    socket.send(&raw::genl(id(&kernel), flag::ACK, 2, 0, 1, &[])).unwrap();
    let answers = receive_all(&mut socket, 4096);
    assert_eq!(answers.iter().map(|it| errno(it)).collect::<Vec<_>>(), [0, 0]);
    let noop = raw::header(kind::NOOP, flag::REQUEST, 3, 0, 0);
    socket.send(&raw::message(noop, &[])).unwrap();
    assert!(receive_all(&mut socket, 4096).is_empty());
}

#[test]
fn an_error_repeats_the_request_unless_acks_are_capped() {
    let (kernel, _) = kernel();
    let mut socket = kernel.socket::<Generic>();
    socket.set_cap_ack(false);
    let request = request(id(&kernel), 77, 0, 1, &raw::attr(1, b"abc"));
    socket.send(&request).unwrap();
    let (header, body) = messages(&receive_all(&mut socket, 4096)[0]).remove(0);
    assert_eq!(header.flags, 0);
    assert_eq!(body[4..], request);
}

#[test]
fn extended_acks_come_only_to_who_takes_them() {
    let (kernel, _) = kernel();
    let mut socket = kernel.socket::<Generic>();
    let id = id(&kernel);
    let set = request(id, 2, flag::ACK, 1, &[]);
    socket.send(&set).unwrap();
    socket.set_ext_ack(false);
    socket.send(&set).unwrap();
    let shapes = shapes(&receive_all(&mut socket, 4096));
    let warned = (kind::ERROR, flag::CAPPED | flag::ACK_TLVS);
    assert_eq!(shapes, [[warned], [(kind::ERROR, flag::CAPPED)]]);
}

#[test]
fn several_requests_in_one_datagram_are_answered_in_order() {
    let (kernel, _) = kernel();
    let mut conn = kernel.connect::<Generic>();
    let mut batch = conn.batch();
    batch.add(&Set::default(), Modifiers::default()).unwrap();
    batch.add(&Swap::default(), Modifiers::default()).unwrap();
    batch.add(&Set::default(), Modifiers::default()).unwrap();
    let outcomes = batch.send().unwrap();
    let errnos: Vec<_> =
        outcomes.iter().map(|it| it.as_ref().err().and_then(|e| e.errno())).collect();
    assert_eq!(errnos, [None, Some(libc::EOPNOTSUPP), None]);
}

#[test]
fn malformed_requests_are_refused_or_passed_over_as_in_the_kernel() {
    let (kernel, _) = kernel();
    let mut socket = kernel.socket::<Generic>();
    let id = id(&kernel);
    socket.send(&request(id, 1, 0, 1, &raw::attr_of_len(60, 1, &[0; 4]))).unwrap();
    socket.send(&raw::message(raw::header(id, flag::REQUEST, 2, 0, 0), &[])).unwrap();
    let errnos: Vec<_> = receive_all(&mut socket, 4096).iter().map(|it| errno(it)).collect();
    assert_eq!(errnos, [libc::EINVAL, libc::EINVAL]);
    let mut long = request(id, 1, flag::ACK, 3, &[]);
    long[0] = 200;
    socket.send(&long).unwrap();
    assert!(receive_all(&mut socket, 4096).is_empty());
    assert_eq!(socket.send(&[]).unwrap_err().raw_os_error(), Some(libc::ENODATA));
}

#[test]
fn privileged_operations_are_refused_to_others() {
    let kernel = nlkit::sim::Kernel::new();
    let mut service = nlkit::serve::Service::<nlkit_specs::netdev::Family>::new();
    service.on_do(|_: nlkit_specs::netdev::NapiSetRequest, _| Ok(()));
    kernel.add(service);
    kernel.set_privileged(false);
    let mut conn = kernel.connect::<Generic>();
    let request = nlkit_specs::netdev::NapiSetRequest::new();
    assert_eq!(kernel_error(conn.request(&request)).errno, libc::EPERM);
    conn.transport_mut().set_privileged(true);
    conn.request(&request).unwrap();
}
