//! One socket that listens to all network namespaces.

use std::io;
use std::time::Duration;

use nlkit::session::Source;
use nlkit::{Namespace, Route, Socket, Transport, Usersock};
use nlkit_tests::namespace::{in_namespace, ip};

use crate::named::Named;

/// RTNLGRP_LINK.
const LINK: u32 = 1;
/// The number that the other namespace has in this test's.
const NUMBER: i32 = 200;

/// A namespace of this test's own, and another one that has a number in it.
fn two_namespaces(name: &str) -> Option<Named> {
    if !in_namespace() {
        return None;
    }
    let other = Named::new(name)?;
    ip(&format!("netns set {} {NUMBER}", other.name()));
    Some(other)
}

/// What is there: the senders of all datagrams.
fn senders(socket: &mut Socket) -> Vec<Source> {
    let mut senders = Vec::new();
    while socket.wait(Some(Duration::ZERO)).unwrap() {
        let mut buffer = Vec::with_capacity(1 << 16);
        let received = socket.receive(&mut buffer).unwrap();
        assert_eq!(received.len, buffer.len());
        senders.push(received.source);
    }
    senders
}

fn namespaces(socket: &mut Socket) -> Vec<Option<i32>> {
    senders(socket).iter().map(|source| source.namespace).collect()
}

#[test]
fn events_of_another_namespace_have_its_number_and_those_of_ones_own_have_none() {
    let Some(other) = two_namespaces("numbered") else { return };
    let [mut plain, mut all] = [(); 2].map(|()| Socket::new::<Route>().unwrap());
    all.set_listen_all_namespaces(true).unwrap();
    for socket in [&mut plain, &mut all] {
        socket.join(LINK).unwrap();
    }
    ip("link set lo up");
    ip(&format!("-n {} link set lo up", other.name()));
    ip("link set lo down");
    let source = Source { port: 0, groups: 1 << (LINK - 1), namespace: None };
    let remote = Source { namespace: Some(NUMBER), ..source };
    assert_eq!(senders(&mut all), [source, remote, source]);
    assert_eq!(senders(&mut plain), [source, source], "one that does not ask hears its own only");

    all.set_listen_all_namespaces(false).unwrap();
    ip(&format!("-n {} link set lo down", other.name()));
    ip("link set lo up");
    assert_eq!(senders(&mut all), [source], "no more of others");
}

#[test]
fn a_namespace_without_a_number_is_not_heard() {
    if !in_namespace() {
        return;
    }
    let Some(other) = Named::new("unnumbered") else { return };
    let mut all = Socket::new::<Route>().unwrap();
    all.set_listen_all_namespaces(true).unwrap();
    all.join(LINK).unwrap();
    ip(&format!("-n {} link set lo up", other.name()));
    assert_eq!(senders(&mut all), []);
}

#[test]
fn a_namespace_that_has_a_number_in_itself_is_not_taken_for_another() {
    let Some(other) = two_namespaces("remote") else { return };
    let own = Named::of_this_thread("self");
    ip(&format!("netns set {} 100", own.name()));
    let mut all = Socket::new::<Route>().unwrap();
    all.set_listen_all_namespaces(true).unwrap();
    all.join(LINK).unwrap();
    ip("link set lo up");
    ip(&format!("-n {} link set lo up", other.name()));
    let heard = namespaces(&mut all);
    // Older kernels tell the number that it has in itself.
    assert!(matches!(heard[..], [None | Some(100), Some(NUMBER)]), "{heard:?}");
}

#[test]
fn answers_come_as_ever() {
    let Some(_other) = two_namespaces("answers") else { return };
    let all = Socket::new::<nlkit::Generic>().unwrap();
    all.set_listen_all_namespaces(true).unwrap();
    let mut conn = nlkit::Connection::<nlkit::Generic, _>::with_transport(all);
    let get = nlkit::nlctrl::GetFamily { name: Some("nlctrl".into()), id: None };
    assert_eq!(conn.request(&get).unwrap().id, Some(nlkit::nlctrl::ID));
    let families = conn.dump(&nlkit::nlctrl::GetFamily::default()).unwrap();
    assert!(families.map(Result::unwrap).count() > 1);
}

#[test]
fn a_datagram_that_does_not_fit_is_told_and_the_next_one_is_whole() {
    let Some(other) = two_namespaces("cut") else { return };
    let there = Namespace::named(other.name()).unwrap();
    let sender = Socket::options().open_in::<Usersock>(&there).unwrap();
    let mut all = Socket::new::<Usersock>().unwrap();
    all.set_listen_all_namespaces(true).unwrap();
    all.join(5).unwrap();
    sender.send_to_group(&[7; 100], 5).unwrap();
    sender.send_to_group(&[8; 10], 5).unwrap();
    let mut buffer = Vec::with_capacity(32);
    buffer.extend([1, 2]);
    let room = buffer.capacity();
    let received = all.receive(&mut buffer).unwrap();
    assert_eq!((received.len, buffer.len()), (100, room));
    assert_eq!(received.source.namespace, Some(NUMBER));
    buffer.truncate(2);
    assert_eq!(all.receive(&mut buffer).unwrap().source.port, sender.port());
    assert_eq!(buffer, [&[1, 2][..], &[8; 10]].concat());
}

#[test]
fn a_loss_is_told_once_and_what_was_kept_is_whole() {
    let Some(other) = two_namespaces("loss") else { return };
    let there = Namespace::named(other.name()).unwrap();
    let sender = Socket::options().open_in::<Usersock>(&there).unwrap();
    let mut all = Socket::options().receive_buffer(1).open::<Usersock>().unwrap();
    all.set_listen_all_namespaces(true).unwrap();
    all.join(5).unwrap();
    let sent = 100_u8;
    for number in 0..sent {
        sender.send_to_group(&[number], 5).unwrap();
    }
    let (mut kept, mut losses) = (Vec::<u8>::new(), 0);
    let mut buffer = Vec::with_capacity(1 << 16);
    loop {
        buffer.clear();
        match all.receive(&mut buffer) {
            Ok(received) => {
                assert_eq!(received.source.namespace, Some(NUMBER));
                kept.extend(&buffer);
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
            Err(error) => {
                assert_eq!(error.raw_os_error(), Some(105));
                assert!(buffer.is_empty());
                losses += 1;
            }
        }
    }
    assert_eq!(losses, 1);
    assert!(!kept.is_empty() && kept.len() < sent.into());
    assert!(
        (0..).zip(&kept).all(|(number, byte)| number == *byte),
        "the first, in order: {kept:?}"
    );
}

#[test]
fn tasks_are_told_the_namespace_as_well() {
    let Some(other) = two_namespaces("task") else { return };
    let there = Namespace::named(other.name()).unwrap();
    let sender = Socket::options().open_in::<Usersock>(&there).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut all = nlkit::tokio::Socket::new::<Usersock>().unwrap();
        all.get_ref().set_listen_all_namespaces(true).unwrap();
        all.join(5).unwrap();
        sender.send_to_group(&[1], 5).unwrap();
        let (_, received) = crate::tasks::receive(&mut all).await.unwrap();
        assert_eq!(received.source.namespace, Some(NUMBER));
    });
}
