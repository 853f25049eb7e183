//! Sockets that tasks wait on, under tokio and under smol.

use std::future::{Future, poll_fn};
use std::io;
use std::pin::pin;
use std::process::Command;
use std::task::Poll;
use std::time::Duration;

use nlkit::nlctrl::{self, FamilyInfo, GetFamily};
use nlkit::wire::{GENL_HEADER_LEN, flag, kind};
use nlkit::{AsyncTransport, Generic, Received, Route};
use nlkit_tests::namespace::in_namespace;

use crate::datagram::{messages, request};

/// RTNLGRP_LINK.
const LINK: u32 = 1;
/// RTM_NEWLINK.
const NEWLINK: u16 = 16;

fn on_tokio<F: Future>(task: F) -> F::Output {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(task)
}

pub(crate) async fn receive<T: AsyncTransport>(socket: &mut T) -> io::Result<(Vec<u8>, Received)> {
    let mut buffer = Vec::with_capacity(1 << 16);
    let received = poll_fn(|cx| socket.poll_receive(cx, &mut buffer)).await?;
    Ok((buffer, received))
}

/// The answer comes during `send`, so this asks no reactor.
async fn asks<T: AsyncTransport>(mut socket: T) {
    let get = GetFamily { name: Some("nlctrl".into()), id: None };
    socket.send(&request(nlctrl::ID, 0, &[3, 1, 0, 0], &get)).unwrap();
    let (datagram, received) = receive(&mut socket).await.unwrap();
    assert_eq!((received.len, received.source.port), (datagram.len(), 0));
    let (header, body) = messages(&datagram)[0];
    assert_eq!(header.port, socket.port());
    let family: FamilyInfo = nlkit::decode(&body[GENL_HEADER_LEN..]).unwrap();
    assert_eq!(family.id, Some(nlctrl::ID));
}

#[test]
fn an_answer_is_received_in_a_task_of_tokio() {
    on_tokio(async { asks(nlkit::tokio::Socket::new::<Generic>().unwrap()).await });
}

#[test]
fn an_answer_is_received_in_a_task_of_smol() {
    async_io::block_on(asks(nlkit::smol::Socket::new::<Generic>().unwrap()));
}

/// More than once: what woke the task before must neither wake it again nor keep it asleep.
async fn wakes<T: AsyncTransport>(mut socket: T) {
    socket.join(LINK).unwrap();
    for state in ["up", "down", "up"] {
        let mut command = Command::new("ip");
        command.args(["link", "set", "lo", state]);
        let mut buffer = Vec::with_capacity(1 << 16);
        let mut waits = 0;
        poll_fn(|cx| {
            let polled = socket.poll_receive(cx, &mut buffer);
            if polled.is_pending() && waits == 0 {
                assert!(command.status().unwrap().success());
            }
            waits += u32::from(polled.is_pending());
            polled
        })
        .await
        .unwrap();
        assert_eq!(messages(&buffer)[0].0.kind, NEWLINK);
        assert!(waits > 0, "nothing was there before");
    }
}

#[test]
fn a_multicast_that_comes_later_wakes_a_task_of_tokio() {
    if in_namespace() {
        on_tokio(async { wakes(nlkit::tokio::Socket::new::<Route>().unwrap()).await });
    }
}

#[test]
fn a_multicast_that_comes_later_wakes_a_task_of_smol() {
    if in_namespace() {
        async_io::block_on(wakes(nlkit::smol::Socket::new::<Route>().unwrap()));
    }
}

/// Nothing comes, so only the time can end this.
async fn sleeps<T: AsyncTransport>(mut socket: T) {
    let mut sleep = pin!(socket.sleep(Duration::from_millis(5)));
    let mut buffer = Vec::with_capacity(1 << 16);
    poll_fn(|cx| {
        assert!(socket.poll_receive(cx, &mut buffer).is_pending());
        sleep.as_mut().poll(cx)
    })
    .await;
}

#[test]
fn a_time_to_wait_ends_under_tokio() {
    on_tokio(async { sleeps(nlkit::tokio::Socket::new::<Generic>().unwrap()).await });
}

#[test]
fn a_time_to_wait_ends_under_smol() {
    async_io::block_on(sleeps(nlkit::smol::Socket::new::<Generic>().unwrap()));
}

/// 200 acknowledgements that are there at once.
async fn takes_turns<T: AsyncTransport>(mut socket: T) {
    const ACKS: usize = 200;
    socket.send(&request(kind::NOOP, flag::ACK, &[], &()).repeat(ACKS)).unwrap();
    let mut buffer = Vec::with_capacity(1 << 16);
    let (mut received, mut turns) = (0, 1);
    poll_fn(|cx| {
        while received < ACKS {
            if socket.poll_turn(cx).is_pending() {
                turns += 1;
                return Poll::Pending;
            }
            assert!(socket.receive(&mut buffer).unwrap().len > 0);
            received += 1;
            buffer.clear();
        }
        Poll::Ready(())
    })
    .await;
    assert!((2..ACKS).contains(&turns), "{turns} turns");
}

#[test]
fn a_task_of_tokio_that_finds_much_lets_others_have_their_turn() {
    on_tokio(async { takes_turns(nlkit::tokio::Socket::new::<Generic>().unwrap()).await });
}

#[test]
fn a_task_of_smol_that_finds_much_lets_others_have_their_turn() {
    async_io::block_on(takes_turns(nlkit::smol::Socket::new::<Generic>().unwrap()));
}

#[test]
fn no_socket_of_tokio_outside_of_a_runtime() {
    let error = nlkit::tokio::Socket::new::<Generic>().unwrap_err();
    assert!(error.to_string().contains("no tokio runtime here"), "{error}");
}

#[test]
fn neither_runtime_comes_unless_asked_for() {
    let tree = |features: &[&str]| {
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args(["tree", "-p", "nlkit", "-e", "normal", "--prefix", "none", "--locked"]);
        let output = cargo.args(features).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        let text = String::from_utf8(output.stdout).unwrap();
        ["tokio v", "async-io v"].map(|name| text.lines().any(|line| line.starts_with(name)))
    };
    assert_eq!(tree(&[]), [false, false]);
    assert_eq!(tree(&["--features", "derive,serde"]), [false, false]);
    assert_eq!(tree(&["--features", "tokio"]), [true, false]);
    assert_eq!(tree(&["--features", "smol"]), [false, true]);
}
