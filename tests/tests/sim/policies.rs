//! What the simulated kernel checks of requests, how it refuses, and what it tells of that.

use nlkit::nlctrl::{GetPolicy, PolicyMessage};
use nlkit::serve::Service;
use nlkit::sim::Kernel;
use nlkit::wire::{ATTR_NESTED, flag};
use nlkit::{Attr, Attrs, Connection, Error, Generic, Kind, Socket, Support, Transport};
use nlkit_specs::{ethtool, netdev, ovs_flow};
use nlkit_tests::namespace::kernel_error;
use nlkit_tests::raw;
use nlkit_tests::tunnel::{Family, Set, Swap};

use crate::{id, kernel, messages, receive, request};

/// A kernel with the family netdev, which finds no device.
fn netdev() -> Kernel {
    let kernel = Kernel::new();
    let mut service = Service::<netdev::Family>::new();
    service.on_do(|_: netdev::DevGetRequest, _| Ok(netdev::DevGetReply::new()));
    service.on_dump(|_: netdev::DevGetDump, _| Ok([]));
    kernel.add(service);
    kernel
}

#[test]
fn a_request_that_breaks_a_rule_is_refused_before_its_handler() {
    let mut conn = netdev().connect::<Generic>();
    let error = kernel_error(conn.request(&netdev::DevGetRequest::new().with_ifindex(0)));
    assert_eq!((error.errno, error.attribute.as_deref()), (libc::ERANGE, Some(".ifindex")));
    assert_eq!(error.message.unwrap(), "integer out of range");
    let policy = error.policy.unwrap();
    assert_eq!((policy.kind(), policy.min), (Some(Kind::U32), Some(1)));
    conn.request(&netdev::DevGetRequest::new().with_ifindex(1)).unwrap();
}

#[test]
fn an_unchecked_service_takes_what_comes() {
    let kernel = Kernel::new();
    let mut service = Service::<netdev::Family>::new();
    service.on_do(|request: netdev::DevGetRequest, _| {
        assert_eq!(request.ifindex, Some(0));
        Ok(netdev::DevGetReply::new())
    });
    service.unchecked();
    kernel.add(service);
    kernel.connect().request(&netdev::DevGetRequest::new().with_ifindex(0)).unwrap();
}

/// An attribute of an extended ACK: its number, and its payload in parts.
type ExtAckAttr = (u16, Vec<Vec<u8>>);

/// An error with its attributes as they are, but those of a policy in the order of their numbers.
fn in_order(error: &[u8]) -> (Vec<u8>, Vec<ExtAckAttr>) {
    const POLICY: u16 = 4;
    let (fixed, ext_ack) = error.split_at(20);
    let attrs = Attrs::new(ext_ack).map(|attr| {
        let attr = attr.unwrap();
        let mut parts = match attr.id {
            POLICY => Attrs::new(attr.payload).map(|it| raw_of(it.unwrap())).collect(),
            _ => vec![attr.payload.to_vec()],
        };
        parts.sort();
        (attr.id, parts)
    });
    (fixed.to_vec(), attrs.collect())
}

fn raw_of(attr: Attr<'_>) -> Vec<u8> {
    raw::attr(attr.id, attr.payload)
}

/// The errors' bytes, which the simulated kernel writes by our tables and the running one by its own.
#[test]
fn refusals_are_those_of_the_running_kernel() {
    let Ok(mut live) = Socket::new::<Generic>() else {
        return nlkit_tests::skip::skip("no netlink here");
    };
    let Ok(family) = Connection::generic().unwrap().family::<netdev::Family>().cloned() else {
        return nlkit_tests::skip::absent("netdev");
    };
    let kernel = netdev();
    let mut sim = kernel.socket::<Generic>();
    let sim_id = {
        let mut conn = kernel.connect::<Generic>();
        conn.family::<netdev::Family>().unwrap().id.unwrap()
    };
    let number = |number: u32| raw::attr(1, &number.to_ne_bytes());
    let cases = [
        ("out of range", number(0)),
        ("too short", raw::attr(1, &[1, 0])),
        ("too long", raw::attr(1, &[1; 8])),
        ("no such attribute", [number(1), raw::attr(77, &[1; 4])].concat()),
        ("one of replies only", raw::attr(3, &[1; 8])),
        ("marked as a nest", raw::attr(1 | ATTR_NESTED, &[1; 4])),
        ("a length beyond the message", raw::attr_of_len(60, 1, &[1; 4])),
        ("a length below a header", [number(1), raw::attr_of_len(2, 1, &[1; 4])].concat()),
    ];
    for (what, attrs) in cases {
        for flags in [0, flag::ACK] {
            let answer = |socket: &mut dyn Transport, id| {
                socket.send(&request(id, 1, flags, 7, &attrs)).unwrap();
                let mut buffer = Vec::with_capacity(4096);
                socket.receive(&mut buffer).unwrap();
                let (header, mut body) = messages(&buffer).remove(0);
                body[8..10].fill(0); // the family's id
                (header.kind, header.flags, header.seq, in_order(&body))
            };
            let theirs = answer(&mut live, family.id.unwrap());
            assert_eq!(answer(&mut sim, sim_id), theirs, "{what}");
        }
    }
}

#[test]
fn policies_are_told_from_the_same_tables() {
    let (kernel, _) = kernel();
    let mut conn = kernel.connect::<Generic>();
    let policies = conn.policy::<Family>().unwrap();
    let set = policies.operations().find(|operation| operation.id() == 2).unwrap();
    let attributes: Vec<_> = set.of_do().unwrap().attributes().map(|it| it.id()).collect();
    assert_eq!(attributes, [1, 8]);
    assert!(set.of_dump().is_none());
    policies.validate(&Set::default()).unwrap();
    assert!(matches!(policies.validate(&Swap::default()), Err(Error::Invalid(_))));
    let peers = policies.of_do::<Set>().attribute("peers.allowedips.ipaddr");
    assert_eq!(peers, Support::Yes);
}

#[test]
fn policies_that_hold_each_other_are_told_once() {
    let kernel = Kernel::new();
    let mut service = Service::<ovs_flow::Family>::new();
    service.on_do(|_: ovs_flow::NewRequest, _| Ok(()));
    kernel.add(service);
    let mut conn = kernel.connect::<Generic>();
    let request = GetPolicy { name: Some("ovs_flow".into()), ..GetPolicy::default() };
    let messages: Vec<PolicyMessage> =
        conn.dump(&request).unwrap().collect::<Result<_, _>>().unwrap();
    let mut told: Vec<(u16, u16)> = Vec::new();
    for (index, attributes) in messages.iter().flat_map(|it| it.policy.iter().flatten()) {
        told.extend(attributes.iter().map(|(attribute, _)| (*index, *attribute)));
    }
    let before = told.len();
    told.sort_unstable();
    told.dedup();
    assert_eq!(told.len(), before);
    let policies = conn.policy::<ovs_flow::Family>().unwrap();
    assert!(policies.to_string().lines().count() > 50);
}

#[test]
fn policies_can_be_asked_for_one_operation() {
    let kernel = Kernel::new();
    let mut service = Service::<ethtool::Family>::new();
    service.on_do(|_: ethtool::RingsGetRequest, _| Ok(ethtool::RingsGetReply::new()));
    service.on_do(|_: ethtool::RingsSetRequest, _| Ok(()));
    kernel.add(service);
    let mut conn = kernel.connect::<Generic>();
    let request = GetPolicy { name: Some("ethtool".into()), op: Some(16), ..GetPolicy::default() };
    let messages: Vec<PolicyMessage> =
        conn.dump(&request).unwrap().collect::<Result<_, _>>().unwrap();
    let ops: Vec<_> = messages.iter().flat_map(|it| it.op_policy.iter().flatten()).collect();
    assert_eq!(ops.iter().map(|(cmd, _)| *cmd).collect::<Vec<_>>(), [16]);
    let absent = GetPolicy { name: Some("none".into()), ..GetPolicy::default() };
    let first = |conn: &mut Connection<Generic, _>, request: &GetPolicy| {
        kernel_error(conn.dump(request).unwrap().next().unwrap()).errno
    };
    assert_eq!(first(&mut conn, &absent), libc::ENOENT);
    assert_eq!(first(&mut conn, &GetPolicy::default()), libc::EINVAL);
    let none = GetPolicy { op: Some(99), ..request };
    assert_eq!(first(&mut conn, &none), libc::ENODATA);
}

#[test]
fn a_dump_is_checked_too() {
    let (kernel, _) = kernel();
    let mut socket = kernel.socket::<Generic>();
    socket.send(&request(id(&kernel), 1, flag::DUMP, 1, &raw::attr(77, &[]))).unwrap();
    assert_eq!(crate::errno(&receive(&mut socket, 4096).unwrap().0), libc::EINVAL);
}
