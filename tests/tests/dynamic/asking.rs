//! A connection that asks by spec: the running kernel, JSON in and out.

use nlkit::{Error as NetlinkError, Modifiers, Namespace, Support};
use nlkit_dynamic::{Connection, Error, Family, Mode, Operation, Tap, raw_operation};
use nlkit_specs::netdev;
use nlkit_tests::namespace::{in_namespace, ip_json};
use nlkit_tests::skip::absent;
use serde_json::{Value, json};

use crate::families::{family, resolve};

fn operation(family: &'static Family, name: &str) -> &'static Operation {
    family.operation(name).unwrap_or_else(|| panic!("no {name}"))
}

/// A connection for a family; `None`, said aloud, where the running kernel does not have it.
fn connected(family: &'static Family) -> Option<Connection> {
    let mut conn = Connection::open(family).unwrap();
    match conn.family(family) {
        Err(Error::Netlink(NetlinkError::UnknownFamily { family })) => {
            absent(&format!("family {family}"));
            None
        }
        known => {
            known.unwrap();
            Some(conn)
        }
    }
}

fn kernel(error: Error) -> nlkit::KernelError {
    match error {
        Error::Netlink(NetlinkError::Kernel(error)) => *error,
        error => panic!("{error:?}"),
    }
}

#[test]
fn a_request_and_a_dump_say_what_typed_ones_say() {
    let family = family("netdev");
    let dev_get = operation(family, "dev-get");
    let Some(mut conn) = connected(family) else { return };
    let replies = conn.request(family, dev_get, &json!({"ifindex": 1}), Modifiers::default());
    let [lo] = &replies.unwrap()[..] else { panic!("one reply") };
    let request = netdev::DevGetRequest::new().with_ifindex(1_u32);
    let typed = nlkit::Connection::generic().unwrap().request(&request).unwrap();
    assert_eq!(lo["ifindex"], json!(typed.ifindex));
    assert_eq!(lo["xdp-features"], json!([]), "names of flags");
    let dump = conn.dump(family, dev_get, &json!({})).unwrap();
    let entries: Vec<Value> = dump.collect::<Result<_, _>>().unwrap();
    assert!(entries.contains(lo), "{entries:?}");
    assert_eq!(conn.dump_consistent(family, dev_get, &json!({}), 3).unwrap(), entries);
}

#[test]
fn a_refusal_has_the_path_of_the_attribute() {
    let netdev = family("netdev");
    let Some(mut conn) = connected(netdev) else { return };
    let request = json!({"ifindex": 0});
    let dev_get = operation(netdev, "dev-get");
    let error = conn.request(netdev, dev_get, &request, Modifiers::default()).unwrap_err();
    assert_eq!(kernel(error).attribute.as_deref(), Some(".ifindex"));

    // Another family of the same protocol, over the same socket.
    let ethtool = family("ethtool");
    if connected(ethtool).is_none() {
        return;
    }
    let request = json!({"header": {"dev-name": "a-name-too-long-for-any-interface"}});
    let rings_get = operation(ethtool, "rings-get");
    let error = conn.request(ethtool, rings_get, &request, Modifiers::default()).unwrap_err();
    let error = kernel(error);
    assert_eq!(error.attribute.as_deref(), Some(".header.dev-name"));
    assert!(error.to_string().starts_with("ethtool rings-get: .header.dev-name: "), "{error}");
}

#[test]
fn a_family_that_the_kernel_does_not_have_is_told() {
    let spec = "
name: nobody
doc: Nobody.
attribute-sets: []
operations: { list: [ { name: get, doc: Get., do: {} } ] }
";
    let ir = nlkit_codegen::Builder::new().resolve_str("nobody.yaml", spec).unwrap();
    let nobody = Family::new(ir);
    let mut conn = Connection::open(nobody).unwrap();
    let get = operation(nobody, "get");
    let error = conn.request(nobody, get, &json!({}), Modifiers::default()).unwrap_err();
    assert!(matches!(error, Error::Netlink(NetlinkError::UnknownFamily { family: "nobody" })));
    let error = conn.dump(nobody, get, &json!({})).unwrap_err();
    assert_eq!(error.to_string(), "nobody get: the operation has no `dump`, only a do");
    let error = conn.join(nobody, "all").unwrap_err();
    assert!(matches!(error, Error::Netlink(NetlinkError::UnknownFamily { family: "nobody" })));
}

#[test]
fn json_that_does_not_fit_is_not_sent() {
    let family = family("netdev");
    let mut conn = Connection::open(family).unwrap();
    let request = json!({"ifindx": 1});
    let dev_get = operation(family, "dev-get");
    let error = conn.request(family, dev_get, &request, Modifiers::default()).unwrap_err();
    assert!(matches!(error, Error::Encode { .. }), "{error:?}");
    assert!(error.to_string().starts_with("netdev dev-get: .ifindx: "), "{error}");
    assert!(error.to_string().contains("`ifindex`"), "{error}");
    assert_eq!(conn.counters().requests, 0);
}

#[test]
fn a_family_of_another_protocol_is_refused() {
    let (netdev, links) = (family("netdev"), family("rt-link"));
    let mut conn = Connection::open(netdev).unwrap();
    let getlink = operation(links, "getlink");
    let error = conn.dump(links, getlink, &json!({})).unwrap_err();
    let text = "family `rt-link` is spoken over another protocol than the connection";
    assert_eq!(error.to_string(), text);
    assert!(Connection::open(links).unwrap().generic().is_none());
}

#[test]
fn the_kernels_policies_go_with_operations_of_specs() {
    let family = family("netdev");
    let dev_get = operation(family, "dev-get");
    let Some(mut conn) = connected(family) else { return };
    let policies = conn.policies(family).unwrap().unwrap();
    let raw = raw_operation(family, dev_get, Mode::Do).unwrap();
    assert_eq!(policies.of_raw_do(&raw).attribute("ifindex"), Support::Yes);
    let body = [8, 0, 1, 0, 0, 0, 0, 0];
    let error = policies.validate_raw(&raw, &body).unwrap_err();
    assert!(
        error.to_string().starts_with("netdev dev-get: .ifindex: 0 is out of range"),
        "{error}"
    );
    assert_eq!(nlkit::describe(&body, raw.request).to_string(), "ifindex=0");
    let info = conn.family(family).unwrap().unwrap();
    assert_eq!(info.name.as_ref().unwrap(), "netdev");

    conn.validate_by_spec(true);
    let sent = conn.counters().requests;
    let request = json!({"ifindex": 0});
    let error = conn.request(family, dev_get, &request, Modifiers::default()).unwrap_err();
    assert!(matches!(error, Error::Netlink(NetlinkError::Invalid(_))), "{error:?}");
    assert_eq!(conn.counters().requests, sent, "it was not sent");
}

fn bridge(name: &str) -> Value {
    json!({"ifname": name, "linkinfo": {"kind": "bridge"}})
}

fn names(links: &[Value]) -> Vec<&str> {
    links.iter().filter_map(|link| link["ifname"].as_str()).collect()
}

#[test]
fn links_are_made_told_of_and_removed() {
    if !in_namespace() {
        return;
    }
    // The kernel's own spec does not list the notification of links that go.
    let mut ir = resolve("rt-link");
    ir.notifications.as_mut().unwrap().retain(|it| it.name != "dellink-ntf");
    let links = Family::new(ir);
    let [newlink, getlink, dellink] =
        ["newlink", "getlink", "dellink"].map(|name| operation(links, name));
    let mut told = Connection::open(links).unwrap();
    told.join(links, "rtnlgrp-link").unwrap();
    assert!(told.try_notification().unwrap().is_none());

    let mut conn = Connection::open(links).unwrap();
    let make = Modifiers::CREATE | Modifiers::EXCL;
    assert!(conn.request(links, newlink, &bridge("left"), make).unwrap().is_empty());
    let error = kernel(conn.request(links, newlink, &bridge("left"), make).unwrap_err());
    assert_eq!(error.errno, libc::EEXIST);
    let witness = ip_json("link show left");
    let by_name = json!({"ifname": "left"});
    let found = conn.request(links, getlink, &by_name, Modifiers::default()).unwrap();
    assert_eq!(found[0]["ifi-index"], witness[0]["ifindex"]);
    assert_eq!(found[0]["linkinfo"]["kind"], "bridge");
    let dump: Result<Vec<_>, _> = conn.dump(links, getlink, &json!({})).unwrap().collect();
    assert_eq!(names(&dump.unwrap()), ["lo", "left"]);
    conn.request(links, dellink, &by_name, Modifiers::default()).unwrap();

    let new = told.notification().unwrap();
    assert_eq!((new.family, new.name), (Some("rt-link"), Some("newlink-ntf")));
    assert_eq!(new.value.unwrap()["ifname"], "left");
    let gone = std::iter::repeat_with(|| told.notification().unwrap());
    let gone = { gone }.find(|it| it.name != Some("newlink-ntf")).unwrap();
    assert_eq!((gone.name, gone.message.message().cmd()), (Some("dellink"), 17));
    assert_eq!(gone.value.unwrap()["ifname"], "left");
    told.leave(links, "rtnlgrp-link").unwrap();
}

#[test]
fn a_batch_has_an_outcome_for_each_request() {
    if !in_namespace() {
        return;
    }
    let links = family("rt-link");
    let (newlink, getlink) = (operation(links, "newlink"), operation(links, "getlink"));
    let mut conn = Connection::open(links).unwrap();
    let mut batch = conn.batch();
    let make = Modifiers::CREATE | Modifiers::EXCL;
    for name in ["left", "left", "right"] {
        batch.add(links, newlink, &bridge(name), make).unwrap();
    }
    batch.add(links, getlink, &json!({"ifname": "right"}), Modifiers::default()).unwrap();
    let wrong = batch.add(links, newlink, &json!({"ifnam": 1}), make).unwrap_err();
    assert!(matches!(wrong, Error::Encode { .. }), "{wrong}");
    let mut outcomes = batch.send().unwrap().into_iter();
    assert!(outcomes.next().unwrap().unwrap().is_empty());
    let error = kernel(outcomes.next().unwrap().unwrap_err());
    assert_eq!((error.errno, error.index), (libc::EEXIST, Some(1)));
    assert!(outcomes.next().unwrap().is_ok());
    assert_eq!(names(&outcomes.next().unwrap().unwrap()), ["right"]);
    assert!(outcomes.next().is_none());
}

#[test]
fn an_echo_tells_what_listeners_are_told() {
    if !in_namespace() {
        return;
    }
    let links = family("rt-link");
    let mut conn = Connection::open(links).unwrap();
    let newlink = operation(links, "newlink");
    let echoes = conn.request_echo(links, newlink, &bridge("left"), Modifiers::CREATE).unwrap();
    // Kernels before 6.2 do not echo new links.
    for echo in echoes {
        assert_eq!(echo.name, Some("newlink-ntf"));
        assert_eq!(echo.value.unwrap()["ifname"], "left");
    }
}

#[test]
fn a_connection_is_opened_in_another_namespace() {
    if !in_namespace() {
        return;
    }
    let links = family("rt-link");
    let there = Namespace::current().unwrap();
    let mut conn = Connection::open(links).unwrap();
    let newlink = operation(links, "newlink");
    conn.request(links, newlink, &bridge("there"), Modifiers::CREATE).unwrap();
    assert!(in_namespace(), "and this thread goes on to another");
    let getlink = operation(links, "getlink");
    let all = |mut conn: Connection| {
        let dump = conn.dump(links, getlink, &json!({})).unwrap();
        names(&dump.collect::<Result<Vec<_>, _>>().unwrap()).join(" ")
    };
    assert_eq!(all(Connection::open(links).unwrap()), "lo");
    assert_eq!(all(Connection::open_in(links, &there).unwrap()), "lo there");
}

#[test]
fn a_tap_sees_the_bytes_of_both_directions() {
    let family = family("netdev");
    if connected(family).is_none() {
        return;
    }
    let socket = nlkit::Socket::options().open_protocol(16).unwrap();
    let mut seen = Vec::new();
    let tap = Tap::new(socket, |direction, datagram: &[u8]| {
        seen.push((direction, datagram.to_vec()));
    });
    let mut conn = Connection::with_transport(family, tap);
    let dev_get = operation(family, "dev-get");
    conn.request(family, dev_get, &json!({"ifindex": 1}), Modifiers::default()).unwrap();
    drop(conn);
    let directions: Vec<_> = seen.iter().map(|(direction, _)| format!("{direction:?}")).collect();
    // The question for the family's id first.
    assert_eq!(directions, ["ToKernel", "FromKernel", "ToKernel", "FromKernel"]);
    let (_, request) = &seen[2];
    assert_eq!(request.get(20..), Some(&[8, 0, 1, 0, 1, 0, 0, 0][..]), "ifindex=1");
}
