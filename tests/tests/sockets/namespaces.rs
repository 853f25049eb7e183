//! Sockets in other network namespaces.

use std::collections::BTreeSet;
use std::fs::{File, read_link};
use std::os::fd::{AsFd, OwnedFd};
use std::process::{Command, Stdio};
use std::thread;

use nlkit::{Connection, Error, Namespace, Route};
use nlkit_specs::rt_link;
use nlkit_tests::again::{as_nobody, role};
use nlkit_tests::namespace::{in_namespace, ip};
use nlkit_tests::skip::{is_root, skip};

use crate::named::Named;

/// The names of the links in a namespace, as seen by a connection opened in it.
fn links(namespace: &Namespace) -> BTreeSet<String> {
    let mut conn = Connection::<Route>::open_in(namespace).unwrap();
    let links = conn.dump(&rt_link::GetlinkDump::new()).unwrap();
    links.map(|link| link.unwrap().ifname.unwrap().to_string()).collect()
}

fn names<const N: usize>(names: [&str; N]) -> BTreeSet<String> {
    names.map(str::to_owned).into()
}

fn own() -> std::path::PathBuf {
    read_link("/proc/thread-self/ns/net").unwrap()
}

#[test]
fn a_connection_in_a_named_namespace_sees_its_links_and_moves_no_thread() {
    let Some(blue) = Named::new("blue") else { return };
    ip(&format!("-n {} link add in-blue type veth peer name to-blue", blue.name()));
    let before = own();
    let expected = names(["lo", "in-blue", "to-blue"]);
    assert_eq!(links(&Namespace::named(blue.name()).unwrap()), expected);
    assert_eq!(links(&Namespace::at(blue.path()).unwrap()), expected);
    assert_eq!(own(), before);
    let mut here = Connection::route().unwrap();
    let mut here = here.dump(&rt_link::GetlinkDump::new()).unwrap();
    assert!(
        here.all(|link| link.unwrap().ifname.unwrap() != "in-blue"),
        "it opens here by default"
    );
}

#[test]
fn a_descriptor_stands_for_a_namespace() {
    let Some(red) = Named::new("red") else { return };
    ip(&format!("-n {} link add in-red type veth peer name to-red", red.name()));
    let fd = OwnedFd::from(File::open(red.path()).unwrap());
    let expected = names(["lo", "in-red", "to-red"]);
    assert_eq!(links(&Namespace::try_from(fd.as_fd()).unwrap()), expected);
    let namespace = Namespace::from(fd);
    let path = red.path().to_owned();
    drop(red);
    assert!(!path.exists());
    assert_eq!(links(&namespace), expected, "a namespace without its name lives on");
}

#[test]
fn a_process_and_a_thread_tell_their_namespaces() {
    let inside = || {
        if !in_namespace() {
            return None;
        }
        ip("link add of-thread type veth peer name other");
        let process = Command::new("cat").stdin(Stdio::piped()).spawn().unwrap();
        Some((process, Namespace::current().unwrap()))
    };
    let Some((mut process, current)) = thread::spawn(inside).join().unwrap() else { return };
    let expected = names(["lo", "of-thread", "other"]);
    assert_eq!(links(&Namespace::of_process(process.id()).unwrap()), expected);
    assert_eq!(links(&current), expected, "the thread has ended");
    drop(process.stdin.take());
    process.wait().unwrap();
    assert_eq!(links(&current), expected, "and the process");
}

#[test]
fn many_are_opened_at_once_each_in_its_own() {
    let numbers = 0..4;
    let named: Option<Vec<_>> =
        numbers.map(|number| Named::new(&format!("many{number}"))).collect();
    let Some(named) = named else { return };
    for (number, name) in named.iter().enumerate() {
        let name = name.name();
        ip(&format!("-n {name} link add in-{number} type veth peer name to-{number}"));
    }
    let before = own();
    thread::scope(|scope| {
        for round in 0..48 {
            let number = round % named.len();
            let namespace = Namespace::named(named[number].name()).unwrap();
            scope.spawn(move || {
                let (one, other) = (format!("in-{number}"), format!("to-{number}"));
                for _ in 0..4 {
                    let before = own();
                    assert_eq!(links(&namespace), names(["lo", &one, &other]));
                    assert_eq!(own(), before);
                }
            });
        }
    });
    assert_eq!(own(), before);
}

#[test]
fn async_connections_are_opened_in_a_namespace_as_well() {
    let Some(green) = Named::new("green") else { return };
    ip(&format!("-n {} link add in-green type veth peer name to-green", green.name()));
    let green = Namespace::named(green.name()).unwrap();
    let before = own();
    let request = rt_link::GetlinkRequest::new().with_ifname("in-green");
    async_io::block_on(async {
        let conn = nlkit::smol::Connection::<Route>::open_in(&green).unwrap();
        assert_eq!(conn.request(&request).await.unwrap().ifname.unwrap(), "in-green");
    });
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
        let conn = nlkit::tokio::Connection::<Route>::open_in(&green).unwrap();
        assert_eq!(conn.request(&request).await.unwrap().ifname.unwrap(), "in-green");
    });
    assert_eq!(own(), before);
}

#[test]
fn a_process_that_is_gone_is_told() {
    let mut process = Command::new("true").spawn().unwrap();
    let pid = process.id();
    process.wait().unwrap();
    let error = Error::from(Namespace::of_process(pid).unwrap_err());
    assert_eq!(error.errno(), Some(2));
    assert_eq!(
        error.to_string(),
        format!(
            "netlink socket: network namespace of process {pid}: No such file or directory (os error \
             2): there is no such process"
        )
    );
}

#[test]
fn a_name_that_nobody_has_is_told() {
    let error = Namespace::named("nlkit-nosuch").unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::NotFound);
    assert_eq!(
        error.to_string(),
        "network namespace `nlkit-nosuch`: No such file or directory (os error 2): `ip netns list` \
         shows those that have a name"
    );
    for name in ["", ".", "..", "../netns/blue", "a\0b"] {
        let error = Namespace::named(name).unwrap_err();
        assert_eq!(error.kind(), std::io::ErrorKind::InvalidInput, "{error}");
    }
    let error = Namespace::at("/nosuch/nlkit").unwrap_err().to_string();
    assert!(error.starts_with("network namespace `/nosuch/nlkit`: No such file"), "{error}");
}

#[test]
fn a_file_that_is_no_namespace_is_told() {
    if !is_root() {
        return skip("to enter a namespace needs root");
    }
    for file in ["/dev/null", "/proc/self/ns/uts"] {
        let error = Connection::<Route>::open_in(&Namespace::at(file).unwrap()).unwrap_err();
        assert_eq!(error.errno(), Some(22));
        assert_eq!(
            error.to_string(),
            format!(
                "netlink socket: cannot enter network namespace `{file}`: Invalid argument (os error \
                 22): it is none: nothing is mounted on the file, or something else"
            )
        );
    }
}

#[test]
fn who_may_not_enter_is_told_what_it_needs() {
    if role().is_none() {
        as_nobody("namespaces::who_may_not_enter_is_told_what_it_needs", "enters");
        return;
    }
    let own = Namespace::current().unwrap();
    let error = Connection::<Route>::open_in(&own).unwrap_err();
    assert_eq!(error.errno(), Some(1));
    assert_eq!(
        error.to_string(),
        "netlink socket: cannot enter network namespace of this thread: Operation not permitted (os \
         error 1): it needs CAP_SYS_ADMIN, in the user namespace that it belongs to as well"
    );
    let error = Namespace::of_process(1).unwrap_err();
    assert_eq!(
        error.to_string(),
        "network namespace of process 1: Permission denied (os error 13): to look at a process of \
         somebody else needs CAP_SYS_PTRACE"
    );
}
