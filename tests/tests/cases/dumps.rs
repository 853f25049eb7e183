//! Dumps that the running kernel refuses, and connections that end during one.

use std::os::fd::AsFd;

use nlkit::wire::{HEADER_LEN, Header, flag, kind};
use nlkit::{Connection, Dump, Error, NlAttrs, Route, Transport};
use nlkit_specs::rt_link::{GetlinkDump, GetlinkReply};
use nlkit_specs::{netdev, nlctrl, rt_neigh};
use nlkit_tests::namespace::{in_namespace, ip, kernel_error};
use nlkit_tests::raw;

/// The first error of a dump.
fn refused<R, P: nlkit::Protocol>(conn: &mut Connection<P>, request: &R) -> nlkit::KernelError
where
    R: Dump + for<'a> NlAttrs<'a>,
    R::Family: nlkit::Family<Protocol = P>,
    R::Reply: std::fmt::Debug,
{
    let outcome: Result<Vec<_>, Error> = conn.dump(request).unwrap().collect();
    kernel_error(outcome)
}

/// A dump of NAPI instances that asks for one of them, which it does not take.
#[derive(Default, NlAttrs)]
struct OneOfAll {
    #[nl(id = 2, name = "id")]
    id: Option<u32>,
}

impl Dump for OneOfAll {
    type Family = netdev::Family;
    type Reply = netdev::NapiGetReply;
    const NAME: &'static str = "napi-get";
    const CMD: u16 = <netdev::NapiGetDump as Dump>::CMD;
}

#[test]
fn an_attribute_that_a_dump_does_not_take_is_named() {
    let mut conn = Connection::generic().unwrap();
    assert_eq!(
        refused(&mut conn, &OneOfAll { id: Some(1) }).to_string(),
        "netdev napi-get: .id: Invalid argument (22): Unknown attribute type"
    );
    let devices = conn.dump(&netdev::DevGetDump::new()).unwrap();
    assert!(devices.map(Result::unwrap).any(|it| it.ifindex == Some(1)), "usable after it");
}

/// A dump of neighbours with an attribute that there is not.
#[derive(Default, NlAttrs)]
struct Nonsense {
    #[nl(header)]
    header: rt_neigh::Ndmsg,
    #[nl(id = 200, name = "nonsense")]
    nonsense: Option<u32>,
}

impl Dump for Nonsense {
    type Family = rt_neigh::Family;
    type Reply = rt_neigh::GetneighReply;
    const NAME: &'static str = "getneigh";
    const CMD: u16 = RTM_GETNEIGH;
}

const RTM_GETNEIGH: u16 = 30;
const EINVAL: i32 = 22;
const EBUSY: i32 = 16;
const ENOBUFS: i32 = 105;
/// `NLMSGERR_ATTR_OFFS`
const OFFS: u16 = 2;

#[test]
fn the_end_of_a_dump_names_the_attribute_behind_a_fixed_header() {
    let mut conn = Connection::route().unwrap();
    let request = Nonsense { nonsense: Some(1), ..Nonsense::default() };
    let error = refused(&mut conn, &request);
    assert_eq!((error.errno, error.attribute.as_deref()), (EINVAL, Some(".nonsense")), "{error}");
}

/// What is received, up to the end of what is there.
#[derive(Default)]
struct Told {
    errnos: Vec<i32>,
    /// The errno, and where the attribute at fault stands.
    ends: Vec<(i32, Option<u32>)>,
}

fn read_all(conn: &mut Connection<Route>) -> Told {
    let mut told = Told::default();
    let mut datagram = Vec::with_capacity(1 << 16);
    loop {
        datagram.clear();
        match conn.transport_mut().receive(&mut datagram) {
            Ok(_) => told.note(&datagram),
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => return told,
            Err(error) => told.errnos.push(error.raw_os_error().unwrap()),
        }
    }
}

impl Told {
    fn note(&mut self, datagram: &[u8]) {
        let mut rest = datagram;
        while let Some(header) = Header::parse(rest) {
            let len = usize::try_from(header.len).unwrap();
            let body = &rest[HEADER_LEN..len];
            let errno = -i32::from_ne_bytes(body[..4].try_into().unwrap());
            match header.kind {
                kind::ERROR => self.errnos.push(errno),
                kind::DONE => {
                    let mut attrs = nlkit::wire::Attrs::new(&body[4..]).map(Result::unwrap);
                    let offset = attrs.find(|it| it.id == OFFS);
                    let number = |bytes: &[u8]| u32::from_ne_bytes(bytes.try_into().unwrap());
                    self.ends.push((errno, offset.map(|it| number(it.payload))));
                }
                other => panic!("a message of type {other}"),
            }
            rest = rest.get(nlkit::wire::align(len)..).unwrap_or_default();
        }
    }
}

/// As a program does that sends on and on without reading: the buffer is full, the dump that waits for
/// room makes the others fail.
#[test]
fn bad_dumps_whose_errors_nobody_reads_do_no_harm() {
    if !in_namespace() {
        return;
    }
    let mut conn = Connection::route().unwrap();
    conn.transport().set_receive_buffer(4096).unwrap();
    let request = Nonsense { nonsense: Some(1), ..Nonsense::default() };
    let attrs = nlkit::encode(&request).unwrap();
    let flags = flag::REQUEST | flag::DUMP | flag::ACK;
    let send = |conn: &mut Connection<Route>| {
        for seq in 1..=80 {
            let header = raw::header(RTM_GETNEIGH, flags, seq, 0, attrs.len());
            conn.transport_mut().send(&raw::message(header, &attrs)).unwrap();
        }
    };
    send(&mut conn);
    let told = read_all(&mut conn);
    assert!(told.errnos.contains(&ENOBUFS), "{:?}", told.errnos);
    assert!(told.errnos.iter().all(|errno| [EBUSY, ENOBUFS].contains(errno)), "{:?}", told.errnos);
    // 16 bytes of nlmsghdr and 12 of ndmsg stand before it.
    assert!(told.ends.contains(&(EINVAL, Some(28))), "{:?}", told.ends);

    send(&mut conn);
    assert_eq!(links(&mut conn), ["lo"], "what nobody read is passed over");
    let error = refused(&mut conn, &request);
    assert_eq!(error.attribute.as_deref(), Some(".nonsense"), "{error}");
    assert_eq!(links(&mut conn), ["lo"]);
}

fn links(conn: &mut Connection<Route>) -> Vec<String> {
    let links = conn.dump_consistent(&GetlinkDump::new(), 5).unwrap();
    links.iter().map(|link: &GetlinkReply| link.ifname.as_ref().unwrap().to_string()).collect()
}

/// One message of 8 KiB does not hold it.
#[test]
fn a_policy_comes_in_many_messages() {
    let mut conn = Connection::generic().unwrap();
    let request = nlctrl::GetpolicyDump::new().with_family_name("ethtool");
    let before = conn.counters();
    let policy = conn.dump(&request).unwrap().collect::<Result<Vec<_>, _>>().unwrap();
    let bytes = conn.counters().bytes_received - before.bytes_received;
    assert!(bytes > 8192, "{bytes} bytes");
    let numbers = policy.iter().filter_map(|part| part.policy.as_ref()).flatten();
    let mut policies: Vec<_> = numbers.map(|(number, _)| *number).collect();
    policies.dedup();
    let in_order = policies.clone();
    policies.sort_unstable();
    policies.dedup();
    assert_eq!(in_order, policies, "each policy whole, one after the other");
    assert!(policies.len() > 30, "{policies:?}");
}

#[test]
fn a_connection_that_ends_during_a_dump_harms_no_other() {
    if !in_namespace() {
        return;
    }
    for number in 0..40 {
        ip(&format!("link add d{number} type veth peer name e{number}"));
    }
    let ended_during_a_dump = || {
        let mut conn = Connection::route().unwrap();
        let held = conn.as_fd().try_clone_to_owned().unwrap();
        let mut dump = conn.dump(&GetlinkDump::new()).unwrap();
        dump.next().unwrap().unwrap();
        let one_datagram = 32 * 1024;
        drop(dump);
        assert!(conn.counters().bytes_received <= one_datagram, "the rest is not read");
        held
    };
    for _ in 0..100 {
        ended_during_a_dump();
    }
    // The socket lives on in another descriptor.
    let held = ended_during_a_dump();
    let mut conn = Connection::route().unwrap();
    assert_eq!(links(&mut conn).len(), 81);
    assert!(conn.counters().bytes_received > 64 * 1024, "several datagrams");
    drop(held);
    assert_eq!(links(&mut conn).len(), 81);
}
