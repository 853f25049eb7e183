//! What the kernel remembers of TCP connections.

use std::io::{Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, Shutdown, TcpListener, TcpStream};

use nlkit::Connection;
use nlkit_specs::tcp_metrics::{DelRequest, GetDump, GetReply, GetRequest};
use nlkit_tests::namespace::kernel_error;
use serde_json::Value;

use crate::witness::{in_namespace, run_json};

const ESRCH: i32 = 3;
const SERVER: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 2);
/// That the clients come from: the system's choice for addresses of `lo`.
const CLIENT: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 1);

/// A connection with some data, closed by both sides. The client closes first, so that it has
/// written its metrics down when it sees the end of the other side; that side has when it is told of
/// it by an ACK, which on `lo` comes before.
fn connect(address: IpAddr) {
    let listener = TcpListener::bind((address, 0)).unwrap();
    let mut client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let (mut server, _) = listener.accept().unwrap();
    let mut all = Vec::new();
    client.write_all(&[1; 5000]).unwrap();
    client.shutdown(Shutdown::Write).unwrap();
    server.read_to_end(&mut all).unwrap();
    drop(server);
    client.read_to_end(&mut all).unwrap();
}

/// Whether there are namespaces; then with metrics of one connection over IPv4 and one over IPv6.
fn with_metrics() -> bool {
    if !in_namespace(&[]) {
        return false;
    }
    connect(SERVER.into());
    connect(Ipv6Addr::LOCALHOST.into());
    true
}

/// What iproute2 shows of the metrics for a remote address.
fn shown(remote: &str) -> Option<Value> {
    let all = run_json("ip", "-j tcp_metrics show");
    all.as_array().unwrap().iter().find(|entry| entry["dst"] == remote).cloned()
}

/// A time in units of `unit` seconds, from iproute2's seconds.
fn time(value: &Value, unit: f64) -> f64 {
    (value.as_f64().unwrap() / unit).round()
}

fn assert_shown(metrics: &GetReply, shown: &Value) {
    let values = metrics.vals.as_ref().unwrap();
    assert_eq!(values.cwnd.map(u64::from), shown["cwnd"].as_u64());
    // The kernel counts eighths and quarters of a microsecond.
    assert_eq!(f64::from(values.rtt_us.unwrap() >> 3), time(&shown["rtt"], 1e-6));
    assert_eq!(f64::from(values.rttvar_us.unwrap() >> 2), time(&shown["rttvar"], 1e-6));
}

#[test]
fn the_metrics_of_a_connection_are_got_and_deleted() {
    if !with_metrics() {
        return;
    }
    let mut conn = Connection::generic().unwrap();
    let get = GetRequest::new().with_addr_ipv4(SERVER);
    let metrics = conn.request(&get).unwrap();
    assert_eq!((metrics.addr_ipv4, metrics.saddr_ipv4), (Some(SERVER), Some(CLIENT)));
    assert!(metrics.age.is_some());
    assert_shown(&metrics, &shown("127.0.0.2").unwrap());
    let elsewhere = get.clone().with_saddr_ipv4(Ipv4Addr::new(10, 0, 0, 1));
    assert_eq!(kernel_error(conn.request(&elsewhere)).errno, ESRCH, "of another local address");

    conn.request(&DelRequest::new().with_addr_ipv4(SERVER).with_saddr_ipv4(CLIENT)).unwrap();
    let error = kernel_error(conn.request(&get));
    assert_eq!(error.errno, ESRCH);
    assert_eq!(error.to_string(), "tcp_metrics get: No such process (3)");
    assert_eq!(shown("127.0.0.2"), None);
    assert!(shown("127.0.0.1").is_some(), "of the server");
}

#[test]
fn metrics_of_both_families_are_dumped_and_flushed() {
    if !with_metrics() {
        return;
    }
    let mut conn = Connection::generic().unwrap();
    let all: Vec<_> = conn.dump(&GetDump::new()).unwrap().map(Result::unwrap).collect();
    let by_address = |address: Ipv4Addr| all.iter().find(|entry| entry.addr_ipv4 == Some(address));
    assert_shown(by_address(SERVER).unwrap(), &shown("127.0.0.2").unwrap());
    assert_shown(by_address(CLIENT).unwrap(), &shown("127.0.0.1").unwrap());
    let six = all.iter().find(|entry| entry.addr_ipv6.is_some()).unwrap();
    assert_eq!(
        (six.addr_ipv6, six.saddr_ipv6),
        (Some(Ipv6Addr::LOCALHOST), Some(Ipv6Addr::LOCALHOST))
    );
    assert_eq!((six.addr_ipv4, six.saddr_ipv4), (None, None));
    assert_shown(six, &shown("::1").unwrap());
    assert_eq!(
        conn.request(&GetRequest::new().with_addr_ipv6(Ipv6Addr::LOCALHOST)).unwrap().vals,
        six.vals
    );

    conn.request(&DelRequest::new()).unwrap();
    assert_eq!(conn.dump(&GetDump::new()).unwrap().count(), 0);
    assert_eq!(run_json("ip", "-j tcp_metrics show"), serde_json::json!([]));
}

#[test]
fn a_request_without_an_address_is_refused() {
    let mut conn = Connection::generic().unwrap();
    assert_eq!(kernel_error(conn.request(&GetRequest::new())).errno, 97, "EAFNOSUPPORT");
}
