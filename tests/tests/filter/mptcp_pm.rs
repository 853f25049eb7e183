//! Addresses that Multipath TCP may use, their limits, and its events.

use std::io::Read;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::process::{Command, Stdio};

use nlkit::{Connection, KernelError};
use nlkit_specs::mptcp_pm::{self as pm, Address, Notification};
use nlkit_tests::namespace::{ip, kernel_error};
use nlkit_tests::skip::skip;
use serde_json::{Value, json};

use crate::witness::{exists, in_namespace, run_json};

const AF_INET: u16 = 2;
const AF_INET6: u16 = 10;
/// Bits of `flags`.
const SIGNAL: u32 = 1;
const SUBFLOW: u32 = 2;
const BACKUP: u32 = 4;
const FULLMESH: u32 = 8;
const EINVAL: i32 = 22;

const ONE: Ipv4Addr = Ipv4Addr::new(10, 0, 0, 1);
const TWO: Ipv6Addr = Ipv6Addr::new(0xfd00, 0, 0, 0, 0, 0, 0, 2);

fn v4(address: Ipv4Addr) -> Address {
    Address::new().with_family(AF_INET).with_addr4(address)
}

fn v6(address: Ipv6Addr) -> Address {
    Address::new().with_family(AF_INET6).with_addr6(address)
}

fn number(id: u8) -> Address {
    Address::new().with_id(id)
}

fn endpoints(conn: &mut Connection) -> Vec<Address> {
    let all = conn.dump(&pm::GetAddrDump::new()).unwrap();
    all.map(|reply| reply.unwrap().addr.unwrap()).collect()
}

fn shown() -> Value {
    run_json("ip", "-j mptcp endpoint show")
}

#[test]
fn endpoints_of_ours_are_shown_changed_and_deleted() {
    if !in_namespace(&[]) {
        return;
    }
    let mut conn = Connection::generic().unwrap();
    let one = v4(ONE).with_flags(SUBFLOW | BACKUP).with_if_idx(1);
    let two = v6(TWO).with_id(9).with_flags(SUBFLOW | FULLMESH);
    conn.request(&pm::AddAddrRequest::new().with_addr(one.clone())).unwrap();
    conn.request(&pm::AddAddrRequest::new().with_addr(two.clone())).unwrap();
    let first =
        json!({ "address": "10.0.0.1", "id": 1, "subflow": true, "backup": true, "dev": "lo" });
    let second = json!({ "address": "fd00::2", "id": 9, "subflow": true, "fullmesh": true });
    assert_eq!(shown(), json!([first, second]));

    let get = pm::GetAddrRequest::new().with_addr(number(1));
    let found = conn.request(&get).unwrap().addr.unwrap();
    // Without a port it has 0.
    assert_eq!(found, one.with_id(1).with_port(0));
    assert_eq!(endpoints(&mut conn), [found, two.with_port(0)]);

    let set = pm::SetFlagsRequest::new().with_addr(number(9).with_flags(BACKUP));
    conn.request(&set).unwrap();
    assert_eq!(shown()[1]["backup"], true);
    let found = conn.request(&pm::GetAddrRequest::new().with_addr(number(9))).unwrap();
    assert_eq!(found.addr.unwrap().flags, Some(SUBFLOW | BACKUP));

    conn.request(&pm::DelAddrRequest::new().with_addr(number(1))).unwrap();
    let error = kernel_error(conn.request(&get));
    assert_eq!((error.errno, error.message.unwrap()), (EINVAL, "address not found".into()));
    assert_eq!(shown().as_array().unwrap().len(), 1);
    conn.request(&pm::FlushAddrsRequest::new()).unwrap();
    assert_eq!((shown(), endpoints(&mut conn).len()), (json!([]), 0));
}

#[test]
fn endpoints_of_iproute2_are_decoded() {
    if !in_namespace(&[]) {
        return;
    }
    ip("addr add 10.0.0.1/32 dev lo");
    ip("mptcp endpoint add 10.0.0.1 id 7 signal port 4000");
    ip("mptcp endpoint add fd00::2 dev lo subflow fullmesh");
    let mut conn = Connection::generic().unwrap();
    let one = v4(ONE).with_id(7).with_flags(SIGNAL).with_port(4000);
    let two = v6(TWO).with_flags(SUBFLOW | FULLMESH).with_if_idx(1).with_port(0);
    let mut found = endpoints(&mut conn);
    found.sort_by_key(|endpoint| endpoint.family);
    let id = found[1].id.unwrap();
    assert_eq!(found, [one, two.with_id(id)]);
}

/// Whether the kernel names this attribute, or none: older ones do not say which.
fn points_at(error: &KernelError, path: &str) -> bool {
    error.attribute.as_deref().is_none_or(|attribute| attribute == path)
}

#[test]
fn what_is_wrong_with_an_address_is_told() {
    if !in_namespace(&[]) {
        return;
    }
    let mut conn = Connection::generic().unwrap();
    let mut add = |address| {
        let request = pm::AddAddrRequest::new().with_addr(address);
        kernel_error(conn.request(&request))
    };
    let port = add(v4(ONE).with_flags(SUBFLOW).with_port(4000));
    assert!(points_at(&port, ".addr"), "{port}");
    assert!(port.message.unwrap().to_string().contains("signal"));
    let family = add(Address::new().with_addr4(ONE));
    assert_eq!(family.errno, EINVAL);
    assert!(points_at(&family, ".addr"), "{family}");
}

#[test]
fn limits_are_set_and_shown() {
    if !in_namespace(&[]) {
        return;
    }
    let mut conn = Connection::generic().unwrap();
    let get = pm::GetLimitsRequest::new();
    let before = conn.request(&get).unwrap();
    assert_eq!((before.rcv_add_addrs, before.subflows), (Some(0), Some(2)), "the kernel's own");
    let set = pm::SetLimitsRequest::new().with_rcv_add_addrs(3).with_subflows(5);
    conn.request(&set).unwrap();
    let shown = ip("mptcp limits show");
    assert!(shown.contains("add_addr_accepted 3") && shown.contains("subflows 5"), "{shown}");
    ip("mptcp limits set subflows 1 add_addr_accepted 4");
    let after = conn.request(&get).unwrap();
    assert_eq!((after.rcv_add_addrs, after.subflows), (Some(4), Some(1)));

    let error = kernel_error(conn.request(&pm::SetLimitsRequest::new().with_rcv_add_addrs(99)));
    assert!(error.errno == EINVAL && points_at(&error, ".rcv-add-addrs"), "{error}");
    assert_eq!(conn.request(&get).unwrap().rcv_add_addrs, Some(4), "as it was");
}

/// A client and a server over MPTCP, which std cannot open. It prints both ports, and waits for the end
/// of its input before it closes the connection.
const PEERS: &str = "
import socket, sys
listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, 262)
listener.bind(('127.0.0.1', 0))
listener.listen()
client = socket.socket(socket.AF_INET, socket.SOCK_STREAM, 262)
client.connect(listener.getsockname())
server, _ = listener.accept()
client.send(b'x')
server.recv(1)
print(client.getsockname()[1], listener.getsockname()[1], flush=True)
sys.stdin.read()
client.close()
server.recv(1)
server.close()
listener.close()
";

fn next(conn: &mut Connection) -> Notification {
    let message = conn.notification().unwrap();
    conn.decode_notification(&message).unwrap().unwrap()
}

#[test]
fn the_events_of_a_connection_are_told() {
    if !in_namespace(&[]) {
        return;
    }
    if !exists("python3") {
        return skip("`python3` is not installed");
    }
    let mut listener = Connection::generic().unwrap();
    listener.join(pm::MPTCP_PM_EVENTS).unwrap();
    let mut python = Command::new("python3");
    let python = python.args(["-c", PEERS]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut peers = python.spawn().unwrap();
    let (mut created, mut established, mut closed) = (Vec::new(), Vec::new(), Vec::new());
    let Notification::ListenerCreatedEvent(listening) = next(&mut listener) else {
        panic!("no listener")
    };
    assert_eq!((listening.family, listening.saddr4), (Some(AF_INET), Some(Ipv4Addr::LOCALHOST)));
    while established.len() < 2 {
        match next(&mut listener) {
            Notification::CreatedEvent(event) => created.push(event),
            Notification::EstablishedEvent(event) => established.push(event),
            other => panic!("{other:?}"),
        }
    }
    drop(peers.stdin.take());
    let mut ports = String::new();
    peers.stdout.take().unwrap().read_to_string(&mut ports).unwrap();
    assert!(peers.wait().unwrap().success());
    let ports: Vec<u16> = ports.split_whitespace().map(|port| port.parse().unwrap()).collect();

    assert_eq!((created.len(), listening.sport), (2, Some(ports[1])));
    let client = established.iter().find(|event| event.sport == Some(ports[0])).unwrap();
    let server = established.iter().find(|event| event.sport == Some(ports[1])).unwrap();
    assert_eq!((client.dport, server.dport), (Some(ports[1]), Some(ports[0])));
    assert_eq!(
        (client.saddr4, client.daddr4),
        (Some(Ipv4Addr::LOCALHOST), Some(Ipv4Addr::LOCALHOST))
    );
    assert_eq!((client.server_side.unwrap_or(0), server.server_side), (0, Some(1)));
    while closed.len() < 2 {
        if let Notification::ClosedEvent(event) = next(&mut listener) {
            closed.push(event.token);
        }
    }
    assert!(closed.contains(&client.token) && closed.contains(&server.token), "{closed:?}");
}
