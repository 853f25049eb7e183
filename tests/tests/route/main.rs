//! The families of rtnetlink against the running kernel, with iproute2 as an independent witness:
//! what we make it shows, and what it makes we decode. Each test has a network namespace of its own.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "these are tests"
)]

use nlkit::{Connection, Modifiers, Route};
use nlkit_specs::rt_link;
use nlkit_tests::namespace::{in_namespace, ip};

mod addresses;
mod kinds;
mod links;
mod neighbours;
mod rivals;
mod routes;
mod rules;
mod traffic;

/// `AF_INET`.
const INET: u8 = 2;
/// `AF_BRIDGE`.
const BRIDGE: u8 = 7;
/// `AF_INET6`.
const INET6: u8 = 10;

/// For a request that makes something and must not find it there.
fn brand_new() -> Modifiers {
    Modifiers::CREATE | Modifiers::EXCL
}

/// A connection in a new namespace, where `v0` and `v1` are a pair of devices and up; `None` where
/// there may be no namespace.
fn with_pair() -> Option<Connection<Route>> {
    let conn = in_namespace().then(|| Connection::route().unwrap())?;
    ip("link add v0 type veth peer name v1");
    ip("link set v0 up");
    ip("link set v1 up");
    Some(conn)
}

/// A device as the kernel describes it.
fn link(conn: &mut Connection<Route>, name: &str) -> rt_link::GetlinkReply {
    conn.request(&rt_link::GetlinkRequest::new().with_ifname(name)).unwrap()
}
