//! Routes that are longer than what a first dump, or any dump, has room for: what each kernel has to
//! show, in a network namespace of the test's own.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    reason = "it fails a test"
)]

use std::net::{IpAddr, Ipv4Addr};

use crate::namespace::kernel_error;
use nlkit::{Connection, Error, Modifiers, NlAttrs, NlStruct, Route};
use nlkit_specs::rt_link::{GetlinkDump, IfinfoFlags, Ifinfomsg, NewlinkRequest};
use nlkit_specs::rt_route::{
    DelrouteRequest, GetrouteDump, NewrouteRequest, Notification, RTNLGRP_IPV4_ROUTE, RtmType,
    Rtmsg,
};

/// `AF_INET`.
const INET: u8 = 2;
/// Bytes of a next hop.
const HOP: usize = 16;
/// Next hops of a route of 11 KiB.
const HOPS: usize = 700;
/// More than the 32 KiB that a datagram of a dump can have.
const TOO_MANY_HOPS: usize = 2_500;

/// `struct rtnexthop` and its gateway.
#[derive(Default, NlAttrs)]
struct NextHop {
    #[nl(header)]
    header: Rtnexthop,
    #[nl(id = 5)]
    gateway: Option<Ipv4Addr>,
}

#[derive(Clone, Copy, Debug, Default, NlStruct)]
struct Rtnexthop {
    len: u16,
    flags: u8,
    hops: u8,
    ifindex: i32,
}

/// So many next hops through `lo`, each with another gateway.
fn next_hops(count: usize) -> Vec<u8> {
    const ONLINK: u8 = 4;
    let hops = (0..count as u32).map(|hop| {
        let header = Rtnexthop { len: HOP as u16, flags: ONLINK, hops: 0, ifindex: 1 };
        let gateway = Some(Ipv4Addr::from(0x0a01_0000 + hop));
        nlkit::encode(&NextHop { header, gateway }).unwrap()
    });
    hops.collect::<Vec<_>>().concat()
}

/// A route to `192.0.2.0`, or so, with so many next hops.
fn route(last: u8, hops: usize) -> NewrouteRequest {
    let header = Rtmsg::new()
        .with_rtm_family(INET)
        .with_rtm_dst_len(32)
        .with_rtm_table(254)
        .with_rtm_protocol(3)
        .with_rtm_type(RtmType::UNICAST);
    let to = Ipv4Addr::new(192, 0, 2, last);
    NewrouteRequest::new().with_header(header).with_dst(to).with_multipath(next_hops(hops))
}

/// A connection where `lo` is up: it takes routes then.
fn with_lo() -> Connection<Route> {
    let mut conn = Connection::route().unwrap();
    lo_up(&mut conn);
    conn
}

/// Sets `lo` up.
pub fn lo_up(conn: &mut Connection<Route>) {
    let up = IfinfoFlags::UP;
    let header = Ifinfomsg::new().with_ifi_index(1).with_ifi_flags(up).with_ifi_change(up.0);
    conn.request(&NewlinkRequest::new().with_header(header)).unwrap();
}

/// The routes that a dump shows to `192.0.2.0/24`, by how many next hops they have.
fn hops_in_dump(conn: &mut Connection<Route>, family: u8) -> Result<Vec<usize>, Error> {
    let request = GetrouteDump::new().with_header(Rtmsg::new().with_rtm_family(family));
    let routes: Vec<_> = conn.dump(&request)?.collect::<Result<_, _>>()?;
    let of_ours = routes.iter().filter(
        |route| matches!(route.dst, Some(IpAddr::V4(to)) if to.octets()[..3] == [192, 0, 2]),
    );
    Ok(of_ours.map(|route| route.multipath.as_ref().map_or(0, |hops| hops.len() / HOP)).collect())
}

/// The kernel sizes the first dump of a socket by its first receive: other clients got none of these
/// routes, or none the first time.
pub fn an_11_kib_route_is_in_every_dump_of_a_fresh_socket() {
    let mut conn = with_lo();
    for last in 1..=4 {
        conn.request_with(&route(last, HOPS), Modifiers::CREATE | Modifiers::EXCL).unwrap();
    }
    for family in [INET, 0] {
        let mut fresh = Connection::route().unwrap();
        for _ in 0..3 {
            assert_eq!(hops_in_dump(&mut fresh, family).unwrap(), [HOPS; 4]);
        }
        assert_eq!(fresh.counters().losses, 0);
    }
}

/// Its notification is a single message: no buffer of 8 KiB holds it, nor one of 32 KiB the longer one.
pub fn a_notification_of_a_long_route_is_whole() {
    let mut conn = with_lo();
    let mut listener = Connection::route().unwrap();
    let mut events = listener.subscribe(RTNLGRP_IPV4_ROUTE).unwrap();
    for hops in [HOPS, TOO_MANY_HOPS] {
        let long = route(1, hops);
        conn.request_with(&long, Modifiers::CREATE | Modifiers::EXCL).unwrap();
        let Notification::NewrouteNtf(told) = events.next().unwrap().unwrap() else { panic!() };
        assert_eq!((told.dst, told.multipath), (long.dst, long.multipath));
        let gone = DelrouteRequest::new().with_header(long.header).with_dst(long.dst.unwrap());
        conn.request(&gone).unwrap();
        let gone = events.next().unwrap().unwrap();
        assert!(matches!(gone, Notification::DelrouteNtf(_)), "{gone:?}");
    }
}

/// What no datagram of a dump has room for ends the dump with an error, inside of NLMSG_DONE; the next
/// requests are answered. (A dump of IPv4 alone leaves such a route out, and says nothing.)
pub fn a_route_that_no_dump_has_room_for_is_an_error_of_the_dump() {
    const EMSGSIZE: i32 = 90;
    let mut conn = with_lo();
    let links = |conn: &mut Connection<Route>| {
        conn.dump(&GetlinkDump::new()).unwrap().map(Result::unwrap).count()
    };
    let there = links(&mut conn);
    conn.request_with(&route(1, TOO_MANY_HOPS), Modifiers::CREATE | Modifiers::EXCL).unwrap();
    for _ in 0..3 {
        let error = kernel_error(hops_in_dump(&mut conn, 0));
        assert_eq!(error.errno, EMSGSIZE, "{error}");
        assert_eq!(links(&mut conn), there);
    }
}
