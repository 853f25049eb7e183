//! A connection that asks by spec, against kernels that do what a test wants.

use nlkit::nlctrl::{FamilyInfo, GroupInfo};
use nlkit::script::{Script, answer};
use nlkit::serve::Service;
use nlkit::session::Source;
use nlkit::sim::{Fault, Faults, Kernel};
use nlkit::wire::{flag, kind};
use nlkit::{Error as NetlinkError, Generic, Modifiers};
use nlkit_dynamic::{Connection, Error, Family};
use nlkit_specs::netdev;
use nlkit_tests::raw;
use serde_json::{Value, json};

use crate::families::family;

const ID: u16 = 40;
const MULTICAST: Source = Source { port: 0, groups: 1 << 6, namespace: None };

/// A connection to a kernel with the family netdev, whose requests `respond` answers.
#[expect(clippy::type_complexity, reason = "the type of a closure cannot be named")]
fn scripted<F>(
    mut respond: F,
) -> (&'static Family, Connection<Script<impl FnMut(&[u8]) -> Vec<Vec<u8>>>>)
where
    F: FnMut(&[u8]) -> Vec<Vec<u8>>,
{
    let netdev = family("netdev");
    let kernel = Script::new(move |request: &[u8]| {
        let answer = answer(request);
        if answer.request().kind != nlkit::nlctrl::ID {
            return respond(request);
        }
        let management = GroupInfo { id: Some(7), name: Some("mgmt".into()) };
        let info = FamilyInfo {
            id: Some(ID),
            name: Some("netdev".into()),
            groups: Some(vec![management]),
            ..FamilyInfo::default()
        };
        vec![answer.reply(nlkit::nlctrl::ID, 1, &info).into_datagram()]
    });
    (netdev, Connection::with_transport(netdev, kernel))
}

fn device(ifindex: u32) -> netdev::DevGetReply {
    netdev::DevGetReply::new().with_ifindex(ifindex)
}

fn indices(entries: &[Value]) -> Vec<u64> {
    entries.iter().filter_map(|entry| entry["ifindex"].as_u64()).collect()
}

/// Two entries, and a third where `flags` do not say that the data changed.
fn list(request: &[u8], flags: u16) -> Vec<Vec<u8>> {
    let mut answer = answer(request).reply(ID, 1, &device(1)).reply(ID, 1, &device(2));
    if flags == 0 {
        answer = answer.reply(ID, 1, &device(3));
    }
    vec![answer.message(kind::DONE, flag::MULTI | flags, vec![0; 4]).into_datagram()]
}

#[test]
fn an_interrupted_dump_says_so_and_is_asked_for_again_where_that_matters() {
    let mut asked = 0;
    let (family, mut conn) = scripted(move |request| {
        asked += 1;
        list(request, if asked < 4 { flag::DUMP_INTR } else { 0 })
    });
    let dev_get = family.operation("dev-get").unwrap();
    let mut dump = conn.dump(family, dev_get, &json!({})).unwrap();
    let entries: Vec<_> = dump.by_ref().take(2).map(Result::unwrap).collect();
    assert_eq!(indices(&entries), [1, 2]);
    let end = dump.next().unwrap().unwrap_err();
    assert!(matches!(end, Error::Netlink(NetlinkError::DumpInterrupted { .. })), "{end}");
    assert!(dump.next().is_none());
    drop(dump);
    let error = conn.dump_consistent(family, dev_get, &json!({}), 1).unwrap_err();
    assert!(matches!(error, Error::Netlink(NetlinkError::DumpInterrupted { .. })), "{error}");
    let whole = conn.dump_consistent(family, dev_get, &json!({}), 2).unwrap();
    assert_eq!(indices(&whole), [1, 2, 3]);
}

#[test]
fn an_entry_that_is_malformed_is_an_error_in_its_place() {
    let (family, mut conn) = scripted(|request| {
        let bad = [&[1, 1, 0, 0], raw::attr(1, &[1, 2]).as_slice()].concat();
        let answer = answer(request).reply(ID, 1, &device(1)).message(ID, flag::MULTI, bad);
        vec![answer.reply(ID, 1, &device(2)).done(0).into_datagram()]
    });
    let dev_get = family.operation("dev-get").unwrap();
    let dump = conn.dump(family, dev_get, &json!({})).unwrap();
    let [first, second, third] = &dump.collect::<Vec<_>>()[..] else { panic!("three") };
    assert!(first.is_ok() && third.is_ok());
    let error = second.as_ref().unwrap_err();
    assert!(matches!(error, Error::Netlink(NetlinkError::Decode(_))), "{error}");
    assert!(error.to_string().contains(".ifindex: "), "{error}");
}

#[test]
fn what_is_told_comes_with_its_name_or_as_its_bytes_or_as_an_error() {
    let (family, mut conn) = scripted(|_| Vec::new());
    conn.join(family, "mgmt").unwrap();
    assert_eq!(conn.transport().groups(), [7, 16]);
    let told = |family: u16, cmd: u8, attrs: &[u8]| raw::genl(family, 0, 0, 0, cmd, attrs);
    let ifindex = raw::attr(1, &5_u32.to_ne_bytes());
    for datagram in [
        told(ID, 2, &ifindex),
        told(ID, 99, &ifindex),
        told(ID + 1, 2, &ifindex),
        told(ID, 2, &raw::attr(1, &[1, 2])),
        told(ID, 3, &ifindex),
    ] {
        conn.transport_mut().push(Ok(datagram), MULTICAST);
    }
    let known = conn.notification().unwrap();
    assert_eq!((known.family, known.name), (Some("netdev"), Some("dev-add-ntf")));
    assert_eq!(known.namespace(), None);
    assert_eq!(known.value, Some(json!({"ifindex": 5})));
    let unknown = conn.notification().unwrap();
    assert_eq!((unknown.family, unknown.name, unknown.value), (Some("netdev"), None, None));
    assert_eq!(unknown.message.message().attrs(), ifindex);
    let other = conn.notification().unwrap();
    assert_eq!((other.family, other.name, other.value), (None, None, None));
    let error = conn.notification().unwrap_err();
    assert!(matches!(error, Error::Netlink(NetlinkError::Decode(_))), "{error}");
    assert_eq!(conn.try_notification().unwrap().unwrap().name, Some("dev-del-ntf"));
    assert!(conn.try_notification().unwrap().is_none());
}

#[test]
fn losses_are_told_among_notifications() {
    let (family, mut conn) = scripted(|_| Vec::new());
    conn.join(family, "mgmt").unwrap();
    conn.transport_mut().push(Err(nlkit::errno::error(nlkit::errno::ENOBUFS)), MULTICAST);
    let error = conn.notification().unwrap_err();
    assert!(matches!(error, Error::Netlink(NetlinkError::Lost)), "{error}");
}

#[test]
fn a_group_is_joined_by_its_number_and_one_that_nobody_has_is_told() {
    let (family, mut conn) = scripted(|_| Vec::new());
    conn.join(family, "9").unwrap();
    assert_eq!(conn.transport().groups(), [9, 16]);
    let error = conn.join(family, "weather").unwrap_err();
    let text = "family `netdev` of the running kernel has no group `weather`";
    assert_eq!(error.to_string(), text);
}

#[test]
fn operations_with_several_replies_give_them_all() {
    let (family, mut conn) = scripted(|request| {
        let body = |ifindex| {
            let attrs = nlkit::encode(&device(ifindex)).unwrap();
            [&[1, 1, 0, 0], attrs.as_slice()].concat()
        };
        let answer = answer(request).message(ID, flag::MULTI, body(1));
        vec![answer.message(ID, flag::MULTI, body(2)).done(0).into_datagram()]
    });
    let dev_get = family.operation("dev-get").unwrap();
    let replies = conn.request(family, dev_get, &json!({}), Modifiers::default()).unwrap();
    assert_eq!(indices(&replies), [1, 2]);
}

/// The begin and the end of a transaction of nftables: kernels before 6.10 do not acknowledge them.
#[test]
fn the_brackets_of_a_transaction_ask_for_no_ack() {
    let family = family("nftables");
    let mut flags = Vec::new();
    let kernel = Script::new(|batch: &[u8]| {
        let mut rest = batch;
        let mut answers = Vec::new();
        while let Some(header) = nlkit::wire::Header::parse(rest) {
            let (request, after) = rest.split_at(header.len.try_into().unwrap());
            rest = after;
            flags.push((header.kind, header.flags & flag::ACK));
            if header.flags & flag::ACK != 0 {
                answers.push(answer(request).ack().into_datagram());
            }
        }
        answers
    });
    let mut conn = Connection::with_transport(family, kernel);
    let mut batch = conn.batch();
    for (name, request) in [
        ("batch-begin", json!({"res-id": 10})),
        ("newtable", json!({"name": "t", "nfgen-family": 1, "version": 0, "res-id": 0})),
        ("batch-end", json!({"res-id": 10})),
    ] {
        let operation = family.operation(name).unwrap();
        batch.add(family, operation, &request, Modifiers::default()).unwrap();
    }
    for outcome in batch.send().unwrap() {
        assert!(outcome.unwrap().is_empty());
    }
    drop(conn);
    assert_eq!(flags, [(0x10, 0), (0xa00, flag::ACK), (0x11, 0)]);
}

#[test]
fn a_simulated_kernel_is_asked_by_spec_whatever_the_machine_has() {
    let mut service = Service::<netdev::Family>::new();
    service.on_do(|request: netdev::DevGetRequest, _| {
        Ok(device(request.ifindex.unwrap_or_default() + 1))
    });
    service.on_dump(|_: netdev::DevGetDump, _| Ok((1..=2000).map(device).collect::<Vec<_>>()));
    let kernel = Kernel::new();
    kernel.add(service);
    // The first answer is lost, and asked for again.
    kernel.set_faults(Faults::new().on_arrival(2, Fault::Overrun));
    let family = family("netdev");
    let dev_get = family.operation("dev-get").unwrap();
    let mut conn = Connection::with_transport(family, kernel.socket::<Generic>());
    let request = json!({"ifindex": 4});
    let replies = conn.request(family, dev_get, &request, Modifiers::default()).unwrap();
    assert_eq!(indices(&replies), [5]);
    let dump: Result<Vec<_>, _> = conn.dump(family, dev_get, &json!({})).unwrap().collect();
    assert_eq!(indices(&dump.unwrap()), (1..=2000).collect::<Vec<_>>());
}
