//! What a program that runs for months has to rely on, shown on the real kernel by numbers: dumps while
//! links come and go, storms of notifications, memory, routes that are longer than a datagram of a
//! dump. Each test has a network namespace of its own.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "these are tests"
)]

mod flapping;
mod large;
mod meanwhile;
mod memory;
mod storm;
mod tasks;
mod traffic;

use std::time::Duration;

use nlkit::{Connection, Modifiers, Route};
use nlkit_specs::rt_link::{
    LinkinfoAttrs, LinkinfoDataMsg, LinkinfoPeerMsg, LinkinfoPeerMsgLinkAttrs, LinkinfoVethAttrs,
    NewlinkRequest,
};
use nlkit_tests::namespace::in_namespace;

/// What ends a test that would hang: far longer than any of these waits.
const FOREVER: Duration = Duration::from_secs(120);

/// Requests in one datagram: their ACKs fit into the receive buffer.
const BATCH: usize = 100;

/// For a request that makes something and must not find it there.
fn brand_new() -> Modifiers {
    Modifiers::CREATE | Modifiers::EXCL
}

/// A connection in a new namespace; `None` where there may be none.
fn alone() -> Option<Connection<Route>> {
    in_namespace().then(connection)
}

/// A connection whose waits end, so that what is never told fails a test instead of blocking it.
fn connection() -> Connection<Route> {
    let mut conn = Connection::route().unwrap();
    conn.set_timeout(Some(FOREVER));
    conn
}

/// A pair of devices.
fn veth(name: &str, peer: &str) -> NewlinkRequest {
    let peer = LinkinfoPeerMsgLinkAttrs::new().with_ifname(peer);
    let veth = LinkinfoVethAttrs::new().with_peer(LinkinfoPeerMsg::Veth(Box::new(peer)));
    let data = LinkinfoDataMsg::Veth(Box::new(veth));
    let info = LinkinfoAttrs::new().with_kind("veth").with_data(data);
    NewlinkRequest::new().with_ifname(name).with_linkinfo(info)
}

/// Makes pairs of devices, `a0` and `b0` and so on.
fn make_veths(conn: &mut Connection<Route>, pairs: usize) {
    let requests = (0..pairs).map(|pair| veth(&format!("a{pair}"), &format!("b{pair}")));
    let requests: Vec<_> = requests.collect();
    for some in requests.chunks(BATCH) {
        let mut batch = conn.batch();
        for request in some {
            batch.add(request, brand_new()).unwrap();
        }
        batch.send().unwrap().into_iter().for_each(|outcome| outcome.unwrap());
    }
}
