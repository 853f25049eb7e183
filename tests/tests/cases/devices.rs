//! Devices as netdev and ethtool show and change them.

use nlkit::{Connection, Modifiers};
use nlkit_specs::rt_link::{
    self, LinkinfoAttrs, LinkinfoPeerMsg, LinkinfoPeerMsgLinkAttrs, LinkinfoVethAttrs,
    NewlinkRequest,
};
use nlkit_specs::{ethtool, netdev};
use nlkit_tests::namespace::{in_namespace, index_of, ip, ip_can, kernel_error};
use nlkit_tests::skip::absent;

const EOPNOTSUPP: i32 = 95;

fn of(device: &str) -> ethtool::Header {
    ethtool::Header::new().with_dev_name(device)
}

/// A namespace where `v0` and `v1` are a pair of devices with four queues each way, and up.
fn with_queues() -> Option<Connection> {
    let conn = in_namespace().then(|| Connection::generic().unwrap())?;
    let queues = "numrxqueues 4 numtxqueues 4";
    ip(&format!("link add v0 {queues} type veth peer name v1 {queues}"));
    ip("link set v0 up");
    ip("link set v1 up");
    Some(conn)
}

#[test]
fn a_device_has_its_queues() {
    let Some(mut conn) = with_queues() else { return };
    let v0 = index_of("v0");
    let queues = conn.dump(&netdev::QueueGetDump::new().with_ifindex(v0)).unwrap();
    let queues: Vec<_> = queues.map(Result::unwrap).collect();
    assert!(queues.iter().all(|queue| queue.ifindex == Some(v0)), "{queues:?}");
    for direction in [netdev::QueueType::RX, netdev::QueueType::TX] {
        let ids = queues.iter().filter(|queue| queue.r#type == Some(direction)).map(|it| it.id);
        assert_eq!(ids.collect::<Vec<_>>(), [0, 1, 2, 3].map(Some), "{direction:?}");
    }
    let request = netdev::QueueGetRequest::new().with_ifindex(v0).with_id(3);
    let error = kernel_error(conn.request(&request));
    assert_eq!(error.missing.as_deref(), Some(".type"), "{error}");
    let found = conn.request(&request.with_type(netdev::QueueType::TX)).unwrap();
    assert_eq!((found.ifindex, found.id), (Some(v0), Some(3)));
}

/// GRO gives the queues of a veth device a NAPI instance each.
#[test]
fn a_napi_instance_gets_a_thread() {
    let Some(mut conn) = with_queues() else { return };
    let wanted = with_bit("rx-gro", true);
    let request = ethtool::FeaturesSetRequest::new().with_header(of("v0")).with_wanted(wanted);
    conn.request(&request).unwrap();
    let v0 = index_of("v0");
    let of_device = netdev::NapiGetDump::new().with_ifindex(v0);
    let instances: Vec<_> = conn.dump(&of_device).unwrap().map(Result::unwrap).collect();
    assert_eq!(instances.len(), 4, "{instances:?}");
    assert!(instances.iter().all(|it| it.ifindex == Some(v0) && it.pid.is_none()));

    let id = instances[0].id.unwrap();
    let request = netdev::NapiSetRequest::new().with_id(id).with_gro_flush_timeout(20_000_u64);
    conn.request(&request.with_threaded(netdev::NapiThreaded::ENABLED)).unwrap();
    let found = conn.request(&netdev::NapiGetRequest::new().with_id(id)).unwrap();
    assert_eq!(found.gro_flush_timeout, Some(20_000));
    let Some(threaded) = found.threaded else { return absent("threads of NAPI instances") };
    assert_eq!(threaded, netdev::NapiThreaded::ENABLED);
    assert!(found.pid.is_some_and(|pid| pid > 0), "{found:?}");
    let nosuch = netdev::NapiGetRequest::new().with_id(u32::MAX);
    assert_eq!(kernel_error(conn.request(&nosuch)).attribute.as_deref(), Some(".id"));
}

fn with_bit(name: &str, value: bool) -> ethtool::Bitset {
    let bit = ethtool::BitsetBit::new().with_name(name).with_value(value);
    ethtool::Bitset::new().with_bits(ethtool::BitsetBits::new().with_bit(vec![bit]))
}

fn active(conn: &mut Connection, device: &str) -> Vec<ethtool::BitsetBit> {
    let request = ethtool::FeaturesGetRequest::new().with_header(of(device));
    conn.request(&request).unwrap().active.unwrap().bits.unwrap().bit
}

#[test]
fn the_feature_with_bit_0_is_listed_and_switched() {
    let Some(mut conn) = with_queues() else { return };
    let mut listener = Connection::generic().unwrap();
    let mut events = listener.subscribe(ethtool::MONITOR).unwrap();
    let first = active(&mut conn, "v0").into_iter().find(|bit| bit.index == Some(0)).unwrap();
    assert_eq!(first.name.as_ref().unwrap(), "tx-scatter-gather");

    let wanted = with_bit("tx-scatter-gather", false);
    let request = ethtool::FeaturesSetRequest::new().with_header(of("v0")).with_wanted(wanted);
    let changed = conn.request(&request).unwrap().active.unwrap().bits.unwrap().bit;
    assert!(changed.iter().any(|bit| bit.index == Some(0) && !bit.value), "{changed:?}");
    assert!(active(&mut conn, "v0").iter().all(|bit| bit.index != Some(0)));

    let told = events.find_map(|event| match event.unwrap() {
        ethtool::Notification::FeaturesNtf(features) => Some(features),
        _ => None,
    });
    let told = told.unwrap();
    assert_eq!(told.header.unwrap().dev_name.unwrap(), "v0");
    // Bits without names are told in words of 32.
    let bits = told.active.unwrap().value.unwrap();
    let first = u32::from_ne_bytes(bits[..4].try_into().unwrap());
    assert!(first & 1 == 0 && first != 0, "{first:#x}");
}

#[test]
fn channels_are_shown_and_set() {
    let Some(mut conn) = with_queues() else { return };
    let request = ethtool::ChannelsSetRequest::new().with_header(of("v0")).with_rx_count(3);
    conn.request(&request).unwrap();
    let all = conn.dump(&ethtool::ChannelsGetDump::new()).unwrap().map(Result::unwrap);
    let mut found: Vec<_> = all
        .map(|it| (it.header.unwrap().dev_name.unwrap().to_string(), it.rx_count, it.rx_max))
        .collect();
    found.sort();
    let expected = [("v0", 3), ("v1", 4)].map(|(name, rx)| (name.to_owned(), Some(rx), Some(4)));
    assert_eq!(found, expected);
    let too_many = ethtool::ChannelsSetRequest::new().with_header(of("v0")).with_rx_count(5);
    let error = kernel_error(conn.request(&too_many));
    assert_eq!(error.attribute.as_deref(), Some(".rx-count"), "{error}");
    assert!(error.message.is_some(), "{error}");
}

#[test]
fn coalescing_is_shown_and_set() {
    if !in_namespace() {
        return;
    }
    if !ip_can("tuntap add t0 mode tap") {
        return absent("tap devices");
    }
    let mut conn = Connection::generic().unwrap();
    let set = ethtool::CoalesceSetRequest::new().with_header(of("t0"));
    conn.request(&set.clone().with_rx_max_frames(17)).unwrap();
    let request = ethtool::CoalesceGetRequest::new().with_header(of("t0"));
    let found = conn.request(&request).unwrap();
    assert_eq!((found.rx_max_frames, found.tx_max_frames), (Some(17), None));
    let error = kernel_error(conn.request(&set.with_tx_max_frames(9)));
    assert_eq!(
        error.to_string(),
        "ethtool coalesce-set: .tx-max-frames: Invalid argument (22): cannot modify an unsupported \
         parameter"
    );
}

#[test]
fn what_is_known_of_a_device_and_its_link_is_shown() {
    let Some(mut conn) = with_queues() else { return };
    let link = conn.request(&ethtool::LinkinfoGetRequest::new().with_header(of("v0"))).unwrap();
    assert_eq!(link.header.unwrap().dev_index, Some(index_of("v0")));
    assert_eq!(link.port, Some(0), "twisted pair, says the driver");
    let state = conn.request(&ethtool::LinkstateGetRequest::new().with_header(of("v0"))).unwrap();
    assert_eq!(state.link, Some(1));
    let stamps = conn.request(&ethtool::TsinfoGetRequest::new().with_header(of("v0"))).unwrap();
    let stamps = stamps.timestamping.unwrap().bits.unwrap().bit;
    let names: Vec<_> = stamps.iter().map(|bit| bit.name.as_ref().unwrap().to_string()).collect();
    assert!(names.contains(&"software-receive".to_owned()), "{names:?}");
    let groups = with_bit("eth-mac", true);
    let request = ethtool::StatsGetRequest::new().with_header(of("v0")).with_groups(groups);
    let stats = conn.request(&request).unwrap();
    assert_eq!(stats.header.unwrap().dev_name.unwrap(), "v0");
}

/// No driver here has settings of pause frames or a device that hashes.
#[test]
fn what_a_device_cannot_do_is_told() {
    let Some(mut conn) = with_queues() else { return };
    let pause = ethtool::PauseSetRequest::new().with_header(of("v0")).with_rx(1);
    assert_eq!(kernel_error(conn.request(&pause)).errno, EOPNOTSUPP);
    let rss = ethtool::RssSetRequest::new().with_header(of("v0")).with_indir(vec![0, 1]);
    let error = kernel_error(conn.request(&rss));
    assert_eq!(error.errno, EOPNOTSUPP, "{error}");
    let nosuch = ethtool::RingsGetRequest::new().with_header(of("nosuch"));
    assert_eq!(
        kernel_error(conn.request(&nosuch)).to_string(),
        "ethtool rings-get: .header.dev-name: No such device (19): no device matches name"
    );
}

/// Those of the machine's own devices, which this does not change.
#[test]
fn rings_are_shown() {
    let mut listing = Connection::generic().unwrap();
    let mut conn = Connection::generic().unwrap();
    let all = listing.dump(&ethtool::RingsGetDump::new()).unwrap();
    let mut seen = 0;
    for rings in all {
        let rings = rings.unwrap();
        let name = rings.header.as_ref().unwrap().dev_name.clone().unwrap();
        let request = ethtool::RingsGetRequest::new().with_header(of(&name.to_string()));
        assert_eq!(conn.request(&request).unwrap(), rings);
        assert!(rings.rx.unwrap_or(0) <= rings.rx_max.unwrap_or(0), "{rings:?}");
        seen += 1;
    }
    if seen == 0 {
        absent("device with rings");
    }
}

#[test]
fn a_device_that_is_echoed_is_told_by_another_family() {
    if !in_namespace() {
        return;
    }
    let mut listener = Connection::generic().unwrap();
    let mut events = listener.subscribe(netdev::MGMT).unwrap();
    let mut conn = Connection::route().unwrap();
    let peer = LinkinfoPeerMsgLinkAttrs::new().with_ifname("v1");
    let veth = LinkinfoVethAttrs::new().with_peer(LinkinfoPeerMsg::Veth(Box::new(peer)));
    let info = LinkinfoAttrs::new().with_data(rt_link::LinkinfoDataMsg::Veth(Box::new(veth)));
    let request = NewlinkRequest::new().with_ifname("v0").with_linkinfo(info);
    let told = conn.request_echo(&request, Modifiers::CREATE | Modifiers::EXCL).unwrap();
    let [rt_link::Notification::NewlinkNtf(link)] = &told[..] else { panic!("{told:?}") };
    let index = u32::try_from(link.header.ifi_index).unwrap();
    assert_eq!(link.ifname.as_ref().unwrap(), "v0");
    let mut added = events.by_ref().take(2).map(|event| match event.unwrap() {
        netdev::Notification::DevAddNtf(device) => device.ifindex.unwrap(),
        other => panic!("{other:?}"),
    });
    assert!(added.any(|added| added == index));
}

#[test]
fn page_pools_of_a_device_that_there_is_not_are_none_or_refused_by_name() {
    if !in_namespace() {
        return;
    }
    let mut conn = Connection::generic().unwrap();
    let request = netdev::PagePoolGetDump::new().with_ifindex(4711);
    let pools: Result<Vec<_>, _> = conn.dump(&request).unwrap().collect();
    match pools {
        Ok(pools) => assert_eq!(pools, []),
        // Kernels that do not know the attribute pass over it, or say that.
        refused => assert_eq!(
            kernel_error(refused).to_string(),
            "netdev page-pool-get: .ifindex: Invalid argument (22): Unknown attribute type"
        ),
    }
    let all = conn.dump(&netdev::PagePoolGetDump::new()).unwrap();
    assert_eq!(all.collect::<Result<Vec<_>, _>>().unwrap(), []);
}
