//! Calls to the running kernel. Each test has a network namespace of its own, so that what it
//! changes touches nobody.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "these are tests"
)]

use std::io;
use std::time::Duration;

use nlkit::nlctrl::GetFamily;
use nlkit::wire::{HEADER_LEN, Header, kind};
use nlkit::{Connection, Error, Received, Socket, Transport};
use nlkit_specs::{ethtool, netdev, nlctrl};
use nlkit_tests::again::{as_nobody, role};
use nlkit_tests::messages::DUMPS;
use nlkit_tests::namespace::{in_namespace, ip, ip_json, kernel_error, number};

/// Makes pairs of veth devices, `a0` and `b0` and so on.
fn make_veths(pairs: u32) {
    let batch = (0..pairs).fold(String::new(), |batch, pair| {
        batch + &format!("link add a{pair} type veth peer name b{pair}\n")
    });
    let folder = std::env::temp_dir();
    let file = folder.join(format!("nlkit-{}-{pairs}.batch", std::process::id()));
    std::fs::write(&file, batch).unwrap();
    ip(&format!("-batch {}", file.display()));
    std::fs::remove_file(file).unwrap();
}

/// Interface indices as iproute2 sees them.
fn indices() -> Vec<u32> {
    ip_json("link show").iter().map(|link| number(&link["ifindex"])).collect()
}

#[test]
fn a_family_resolves() {
    let mut conn = Connection::generic().unwrap();
    let info = conn.family::<netdev::Family>().unwrap();
    assert_eq!(info.name.as_ref().unwrap(), &"netdev");
    assert!(info.id.unwrap() > nlkit::nlctrl::ID);
    assert!(info.group("mgmt").is_some() && info.group("nosuch").is_none());
}

#[test]
fn an_unknown_family_is_told_by_name() {
    enum Nosuch {}
    impl nlkit::Family for Nosuch {
        type Protocol = nlkit::Generic;
        const NAME: &'static str = "nosuch";
    }
    let mut conn = Connection::generic().unwrap();
    let error = conn.family::<Nosuch>().unwrap_err();
    assert!(matches!(error, Error::UnknownFamily { family: "nosuch" }), "{error:?}");
    assert_eq!(
        error.to_string(),
        "the running kernel has no generic netlink family `nosuch` in this network namespace"
    );
    conn.family::<netdev::Family>().expect("usable after it");
}

#[test]
fn an_unknown_group_is_told_by_name() {
    let mut conn = Connection::generic().unwrap();
    let nosuch = nlkit::Group::<netdev::Notification>::new("nosuch");
    let error = conn.join(nosuch).unwrap_err();
    assert!(matches!(error, Error::UnknownGroup { family: "netdev", group: "nosuch" }));
}

#[test]
fn nlctrl_generated_and_by_hand_agree() {
    let mut conn = Connection::generic().unwrap();
    let by_hand = conn.request(&GetFamily { name: Some("ethtool".into()), id: None }).unwrap();
    let request = nlctrl::GetfamilyRequest::new().with_family_name("ethtool");
    let generated = conn.request(&request).unwrap();
    assert_eq!(generated.family_id, by_hand.id);
    assert_eq!(generated.maxattr, by_hand.maxattr);
    let ops = |ids: Vec<Option<u32>>| ids;
    assert_eq!(
        ops(generated.ops.unwrap().iter().map(|op| op.id).collect()),
        ops(by_hand.ops.unwrap().iter().map(|op| op.id).collect()),
    );
    let dumped = conn.dump(&nlctrl::GetfamilyDump::new()).unwrap();
    assert!(dumped.map(Result::unwrap).any(|family| family.family_id == by_hand.id));
}

#[test]
fn a_do_and_a_dump_show_what_iproute2_shows() {
    if !in_namespace() {
        return;
    }
    make_veths(3);
    let mut conn = Connection::generic().unwrap();
    let lo = conn.request(&netdev::DevGetRequest::new().with_ifindex(1)).unwrap();
    assert_eq!(lo.ifindex, Some(1));
    assert_eq!(lo.xdp_features, Some(netdev::XdpAct::default()));

    let devices = conn.dump(&netdev::DevGetDump::new()).unwrap();
    let mut found: Vec<_> = devices.map(|device| device.unwrap().ifindex.unwrap()).collect();
    let mut expected = indices();
    found.sort_unstable();
    expected.sort_unstable();
    assert_eq!(found, expected);

    let rings = conn.dump(&ethtool::LinkstateGetDump::new()).unwrap();
    let names = rings.map(|reply| reply.unwrap().header.unwrap().dev_name.unwrap().to_string());
    let names: Vec<_> = names.collect();
    assert!(names.contains(&"lo".to_owned()) && names.contains(&"b2".to_owned()), "{names:?}");
}

/// netdev's dumps lack NLM_F_MULTI and span several datagrams here.
#[test]
fn a_long_dump_is_complete_and_a_dropped_one_harms_nothing() {
    if !in_namespace() {
        return;
    }
    make_veths(700);
    let mut conn = Connection::generic().unwrap();
    let mut half = conn.dump(&netdev::DevGetDump::new()).unwrap();
    assert_eq!(half.next().unwrap().unwrap().ifindex, Some(1));
    drop(half);
    let lo = conn.request(&netdev::DevGetRequest::new().with_ifindex(1)).unwrap();
    assert_eq!(lo.ifindex, Some(1));
    let whole = conn.dump(&netdev::DevGetDump::new()).unwrap().map(Result::unwrap).count();
    assert_eq!(whole, 1401);

    #[derive(Default, nlkit::NlAttrs)]
    struct Index {
        #[nl(id = 1)]
        ifindex: Option<u32>,
    }
    let mut views = conn.dump_as::<Index, _>(&netdev::DevGetDump::new()).unwrap();
    let mut sum = 0;
    while let Some(view) = views.next() {
        sum += u64::from(view.unwrap().ifindex.unwrap());
    }
    drop(views);
    assert_eq!(sum, indices().into_iter().map(u64::from).sum::<u64>());
}

#[test]
fn an_error_names_the_attribute_and_its_policy() {
    let mut conn = Connection::generic().unwrap();
    let request = netdev::DevGetRequest::new().with_ifindex(0);
    let error = kernel_error(conn.request(&request));
    assert_eq!(error.errno, 34);
    assert_eq!(error.attribute.as_deref(), Some(".ifindex"));
    assert_eq!(error.message.as_ref().unwrap(), &"integer out of range");
    assert_eq!(error.policy.as_ref().unwrap().min, Some(1));
    assert_eq!(
        error.to_string(),
        "netdev dev-get: .ifindex: Numerical result out of range (34): integer out of range \
         (u32, 1 to 4294967295)"
    );
    let lo = conn.request(&netdev::DevGetRequest::new().with_ifindex(1));
    assert_eq!(lo.unwrap().ifindex, Some(1), "usable after it");
}

#[test]
fn an_error_names_what_is_missing_at_the_top_and_in_a_nest() {
    let mut conn = Connection::generic().unwrap();
    let error = kernel_error(conn.request(&netdev::DevGetRequest::new()));
    assert_eq!(error.missing.as_deref(), Some(".ifindex"));

    let header = ethtool::Header::new().with_dev_name("lo");
    let provider = ethtool::TsHwtstampProvider::new().with_index(1);
    let request =
        ethtool::TsinfoGetRequest::new().with_header(header).with_hwtstamp_provider(provider);
    let error = kernel_error(conn.request(&request));
    assert_eq!(error.missing.as_deref(), Some(".hwtstamp-provider.qualifier"), "{error}");
}

#[test]
fn an_error_in_a_nest_has_its_path() {
    let mut conn = Connection::generic().unwrap();
    let mut header = ethtool::Header::new().with_dev_name("lo");
    header.flags = Some(ethtool::HeaderFlags::from(1 << 7));
    let request = ethtool::FeaturesGetRequest::new().with_header(header);
    let error = kernel_error(conn.request(&request));
    assert_eq!(error.attribute.as_deref(), Some(".header.flags"), "{error}");
}

#[test]
fn a_device_that_appears_is_told() {
    if !in_namespace() {
        return;
    }
    let mut conn = Connection::generic().unwrap();
    let mut events = conn.subscribe(netdev::MGMT).unwrap();
    make_veths(1);
    let mut added = [events.next().unwrap().unwrap(), events.next().unwrap().unwrap()].map(
        |event| match event {
            netdev::Notification::DevAddNtf(device) => device.ifindex.unwrap(),
            other => panic!("{other:?}"),
        },
    );
    added.sort_unstable();
    let mut expected: Vec<_> = indices().into_iter().filter(|index| *index != 1).collect();
    expected.sort_unstable();
    assert_eq!(added.as_slice(), expected);

    ip("link del a0");
    // Changes of features come between.
    let gone = events.map(Result::unwrap).find_map(|event| match event {
        netdev::Notification::DevDelNtf(device) => device.ifindex,
        _ => None,
    });
    assert!(added.contains(&gone.unwrap()));
}

#[test]
fn two_families_are_told_on_one_connection() {
    if !in_namespace() {
        return;
    }
    ip(
        "link add v0 numrxqueues 4 numtxqueues 4 type veth peer name v1 numrxqueues 4 numtxqueues 4",
    );
    let mut listener = Connection::generic().unwrap();
    listener.join(netdev::MGMT).unwrap();
    listener.join(ethtool::MONITOR).unwrap();

    let mut conn = Connection::generic().unwrap();
    let header = ethtool::Header::new().with_dev_name("v0");
    let request = ethtool::ChannelsSetRequest::new().with_header(header).with_rx_count(2);
    conn.request(&request).unwrap();
    make_veths(1);

    let mut seen = (false, false);
    while seen != (true, true) {
        let message = listener.notification().unwrap();
        if let Some(event) = listener.decode_notification::<ethtool::Notification>(&message) {
            if let ethtool::Notification::ChannelsNtf(channels) = event.unwrap() {
                assert_eq!(channels.rx_count, Some(2));
                seen.0 = true;
            }
        } else if let Some(event) = listener.decode_notification::<netdev::Notification>(&message) {
            event.unwrap();
            seen.1 = true;
        }
    }
}

#[test]
fn a_request_that_needs_a_capability_is_refused() {
    if role().is_none() {
        as_nobody("a_request_that_needs_a_capability_is_refused", "asks");
        return;
    }
    let mut conn = Connection::generic().unwrap();
    let header = ethtool::Header::new().with_dev_name("lo");
    let request = ethtool::LinkinfoSetRequest::new().with_header(header).with_port(0);
    let error = kernel_error(conn.request(&request));
    assert_eq!(error.errno, 1, "{error}");
    assert_eq!(error.to_string(), "ethtool linkinfo-set: Operation not permitted (1)");
    conn.request(&netdev::DevGetRequest::new().with_ifindex(1)).expect("usable after it");
}

/// Gives the first GETFAMILY reply a wrong id, as if the module had been loaded anew since.
struct Stale {
    socket: Socket,
    replies: u32,
}

impl Transport for Stale {
    fn port(&self) -> u32 {
        self.socket.port()
    }

    fn send(&mut self, datagram: &[u8]) -> io::Result<()> {
        self.socket.send(datagram)
    }

    fn receive(&mut self, buffer: &mut Vec<u8>) -> io::Result<Received> {
        let start = buffer.len();
        let received = self.socket.receive(buffer)?;
        let header = Header::parse(&buffer[start..]).unwrap();
        if header.kind == nlkit::nlctrl::ID && header.kind != kind::ERROR {
            self.replies += 1;
            if self.replies == 1 {
                let info = nlkit::nlctrl::FamilyInfo { id: Some(0x3ff), ..Default::default() };
                let id = nlkit::encode(&info).unwrap();
                let attrs = &mut buffer[start + HEADER_LEN + 4..];
                let at = attrs.windows(4).position(|head| head == [6, 0, 1, 0]).unwrap();
                attrs[at..at + id.len()].copy_from_slice(&id);
            }
        }
        Ok(received)
    }

    fn wait(&mut self, timeout: Option<Duration>) -> io::Result<bool> {
        self.socket.wait(timeout)
    }

    fn join(&mut self, group: u32) -> io::Result<()> {
        self.socket.join(group)
    }

    fn leave(&mut self, group: u32) -> io::Result<()> {
        self.socket.leave(group)
    }
}

#[test]
fn a_stale_family_id_is_asked_for_again() {
    let socket = Socket::new::<nlkit::Generic>().unwrap();
    let mut conn = Connection::with_transport(Stale { socket, replies: 0 });
    assert_eq!(conn.family::<netdev::Family>().unwrap().id, Some(0x3ff), "as the fake says");
    let lo = conn.request(&netdev::DevGetRequest::new().with_ifindex(1)).unwrap();
    assert_eq!(lo.ifindex, Some(1));
    assert_eq!(conn.transport().replies, 2);
    assert_ne!(conn.family::<netdev::Family>().unwrap().id, Some(0x3ff));
}

#[test]
fn a_stale_family_id_is_asked_for_again_in_a_dump() {
    let socket = Socket::new::<nlkit::Generic>().unwrap();
    let mut conn = Connection::with_transport(Stale { socket, replies: 0 });
    conn.family::<netdev::Family>().unwrap();
    let devices = conn.dump(&netdev::DevGetDump::new()).unwrap();
    let devices = devices.collect::<Result<Vec<_>, _>>().unwrap();
    assert!(devices.iter().any(|device| device.ifindex == Some(1)), "{devices:?}");
}

/// Whatever this kernel and its devices answer, it decodes; what they refuse, they refuse in words.
#[test]
fn every_dump_decodes() {
    let (mut answered, mut raw) = (0, 0);
    for dump in DUMPS {
        match (dump.count)() {
            Ok(count) => {
                println!("{} {}: {count}", dump.family, dump.op);
                answered += 1;
                raw += usize::from(!dump.generic);
            }
            Err(Error::Kernel(error)) => println!("{error}"),
            Err(error @ Error::UnknownFamily { .. }) => println!("{error}"),
            Err(error) => panic!("{} {}: {error}", dump.family, dump.op),
        }
    }
    assert!(answered > 25 && raw > 10, "{answered} dumps answered, {raw} of raw protocols");
}
