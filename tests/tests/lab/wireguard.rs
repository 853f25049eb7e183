//! WireGuard, with `wg` as witness.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};

use nlkit::Connection;
use nlkit_specs::helpers;
use nlkit_specs::rt_link::LinkinfoAttrs;
use nlkit_specs::wireguard::{
    GetDeviceDump, GetDeviceReply, SetDeviceRequest, Wgallowedip, WgallowedipFlags, WgdeviceFlags,
    Wgpeer, WgpeerFlags,
};
use nlkit_tests::lab::since;
use nlkit_tests::namespace::{in_namespace, ip, kernel_error};

use crate::{make_link, run};

const AF_INET: u16 = 2;
const AF_INET6: u16 = 10;
/// A private key, with the bits as curve25519 wants them.
const PRIVATE: [u8; 32] = [0x48; 32];

fn make_device() -> Connection {
    assert!(in_namespace());
    make_link("wg0", LinkinfoAttrs::new().with_kind("wireguard"));
    Connection::generic().unwrap()
}

fn set() -> SetDeviceRequest {
    SetDeviceRequest::new().with_ifname("wg0")
}

/// The messages that tell of the device.
fn messages(conn: &mut Connection) -> Vec<GetDeviceReply> {
    let request = GetDeviceDump::new().with_ifname("wg0");
    conn.dump(&request).unwrap().collect::<Result<_, _>>().unwrap()
}

fn device(conn: &mut Connection) -> GetDeviceReply {
    let request = GetDeviceDump::new().with_ifname("wg0");
    helpers::wireguard::device(conn.dump(&request).unwrap()).unwrap()
}

fn key(number: u32) -> Vec<u8> {
    let mut key = vec![7; 32];
    key[..4].copy_from_slice(&number.to_be_bytes());
    key
}

fn range(address: IpAddr, mask: u8) -> Wgallowedip {
    let family = if address.is_ipv4() { AF_INET } else { AF_INET6 };
    Wgallowedip::new().with_family(family).with_ipaddr(address).with_cidr_mask(mask)
}

/// A single address in 10.0.0.0/8, each number another one.
fn single(number: u32) -> Wgallowedip {
    range(Ipv4Addr::from(0x0a00_0000 + number).into(), 32)
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let digits = bytes.chunks(3).flat_map(|chunk| {
        let bits = chunk.iter().fold(0, |bits, byte| bits << 8 | u32::from(*byte));
        let bits = bits << (8 * (3 - chunk.len()));
        let digit = move |place: usize| match place <= chunk.len() {
            true => char::from(DIGITS[(bits >> (18 - 6 * place) & 63) as usize]),
            false => '=',
        };
        (0..4).map(digit)
    });
    digits.collect()
}

/// `struct sockaddr_in`.
fn endpoint(address: [u8; 4], port: u16) -> Vec<u8> {
    [&AF_INET.to_ne_bytes()[..], &port.to_be_bytes(), &address, &[0; 8]].concat()
}

#[test]
#[ignore = "runs in the lab"]
fn wg_sees_what_was_set() {
    let mut conn = make_device();
    let v6: IpAddr = "fd00::".parse().unwrap();
    let peers = [
        Wgpeer::new()
            .with_public_key(key(1))
            .with_preshared_key([9; 32])
            .with_endpoint(endpoint([192, 0, 2, 1], 51820))
            .with_persistent_keepalive_interval(25)
            .with_allowedips([range(Ipv4Addr::new(10, 1, 0, 0).into(), 16), range(v6, 64)]),
        Wgpeer::new().with_public_key(key(2)),
    ];
    let request = set()
        .with_private_key(PRIVATE)
        .with_listen_port(4500)
        .with_fwmark(0x1f)
        .with_flags(WgdeviceFlags::REPLACE_PEERS)
        .with_peers(peers);
    conn.request(&request).unwrap();

    let device = device(&mut conn);
    let public = base64(&device.public_key.unwrap());
    let expected = [
        format!("{}\t{public}\t4500\t0x1f", base64(&PRIVATE)),
        format!(
            "{}\t{}\t192.0.2.1:51820\t10.1.0.0/16,fd00::/64\t0\t0\t0\t25",
            base64(&key(1)),
            base64(&[9; 32])
        ),
        format!("{}\t(none)\t(none)\t(none)\t0\t0\t0\toff", base64(&key(2))),
    ];
    let shown = run("wg", "show wg0 dump");
    assert_eq!(shown.lines().collect::<Vec<_>>(), expected);
    assert_eq!(device.private_key.unwrap(), PRIVATE);
    let peers = device.peers.unwrap();
    assert_eq!(peers[0].endpoint, Some(endpoint([192, 0, 2, 1], 51820)));
    assert_eq!(peers[0].last_handshake_time, Some(Default::default()));
    assert_eq!((peers[0].rx_bytes, peers[0].protocol_version), (Some(0), Some(1)));
    assert_eq!(peers[1].preshared_key, Some(vec![0; 32]));
}

#[test]
#[ignore = "runs in the lab"]
fn what_wg_set_decodes() {
    let mut conn = make_device();
    let (first, second) = (base64(&key(1)), base64(&key(2)));
    run("wg", "set wg0 listen-port 7777 fwmark 0x20");
    run("wg", &format!("set wg0 peer {first} endpoint [2001:db8::1]:9 allowed-ips 10.0.0.0/8"));
    run("wg", &format!("set wg0 peer {second} persistent-keepalive 5 allowed-ips ::/0,10.2.3.4"));

    let shown = device(&mut conn);
    assert_eq!((shown.listen_port, shown.fwmark), (Some(7777), Some(0x20)));
    assert_eq!((shown.ifname.unwrap().to_string(), shown.private_key), ("wg0".to_owned(), None));
    let [one, two] = &shown.peers.unwrap()[..] else { panic!("two peers") };
    assert_eq!(one.public_key, Some(key(1)));
    assert_eq!(one.allowedips, Some(vec![range(Ipv4Addr::new(10, 0, 0, 0).into(), 8)]));
    let address = one.endpoint.as_ref().unwrap();
    assert_eq!(address.len(), 28, "a struct sockaddr_in6");
    assert_eq!(address[..4], [&AF_INET6.to_ne_bytes()[..], &[0, 9]].concat());
    assert_eq!(two.persistent_keepalive_interval, Some(5));
    let all = range("::".parse().unwrap(), 0);
    assert_eq!(two.allowedips, Some(vec![all, range(Ipv4Addr::new(10, 2, 3, 4).into(), 32)]));

    let gone = Wgpeer::new().with_public_key(key(1)).with_flags(WgpeerFlags::REMOVE_ME);
    conn.request(&set().with_peers([gone])).unwrap();
    assert_eq!(run("wg", "show wg0 peers").trim(), second);
}

/// The addresses behind each peer.
type Ranges = BTreeMap<String, Vec<String>>;

fn ranges(device: GetDeviceReply) -> Ranges {
    let ranges = device.peers.unwrap().into_iter().map(|peer| {
        let shown = peer
            .allowedips
            .unwrap()
            .into_iter()
            .map(|range| format!("{}/{}", range.ipaddr.unwrap(), range.cidr_mask.unwrap()));
        (base64(&peer.public_key.unwrap()), shown.collect())
    });
    let (count, map) = ranges.fold((0, Ranges::new()), |(count, mut map), (key, ranges)| {
        map.insert(key, ranges);
        (count + 1, map)
    });
    assert_eq!(count, map.len(), "a peer stands twice");
    map
}

/// As `wg` has them, in its order.
fn ranges_of_wg() -> Ranges {
    let shown = run("wg", "show wg0 allowed-ips");
    let lines = shown.lines().map(|line| {
        let (key, ranges) = line.split_once('\t').unwrap();
        (key.to_owned(), ranges.split(' ').map(str::to_owned).collect())
    });
    lines.collect()
}

/// How often a message begins with the peer that the one before ended with.
fn continuations(messages: &[GetDeviceReply]) -> usize {
    let key = |peer: Option<&Wgpeer>| peer.and_then(|peer| peer.public_key.clone());
    let pairs = messages.windows(2).filter(|pair| {
        let last = pair[0].peers.as_ref().and_then(|peers| peers.last());
        let first = pair[1].peers.as_ref().and_then(|peers| peers.first());
        last.is_some() && key(last) == key(first)
    });
    pairs.count()
}

#[test]
#[ignore = "runs in the lab"]
fn many_peers_are_whole_after_merging() {
    let mut conn = make_device();
    let peer = |number: u32| {
        let ranges: Vec<_> = (0..40).map(|it| single(number * 40 + it)).collect();
        Wgpeer::new().with_public_key(key(number)).with_allowedips(ranges)
    };
    // A list of attributes ends at 64 KiB.
    for chunk in 0..10 {
        let peers: Vec<_> = (chunk * 30..chunk * 30 + 30).map(peer).collect();
        conn.request(&set().with_peers(peers)).unwrap();
    }
    let messages = messages(&mut conn);
    let cut = continuations(&messages);
    assert!(messages.len() > 10 && cut > 1, "{} messages, {cut} cut", messages.len());
    let merged = ranges(device(&mut conn));
    assert_eq!(merged.len(), 300);
    assert!(merged.values().all(|ranges| ranges.len() == 40));
    assert_eq!(merged, ranges_of_wg());
}

#[test]
#[ignore = "runs in the lab"]
fn a_peer_over_many_messages_is_whole_after_merging() {
    let mut conn = make_device();
    for chunk in 0..3 {
        let ranges: Vec<_> = (chunk * 1000..chunk * 1000 + 1000).map(single).collect();
        let peer = Wgpeer::new().with_public_key(key(1)).with_allowedips(ranges);
        conn.request(&set().with_peers([peer])).unwrap();
    }
    let messages = messages(&mut conn);
    assert!(messages.len() > 2, "{} messages", messages.len());
    assert_eq!(continuations(&messages), messages.len() - 1);
    let device = device(&mut conn);
    let peers = device.peers.as_ref().unwrap();
    assert_eq!((peers.len(), peers[0].allowedips.as_ref().unwrap().len()), (1, 3000));
    assert_eq!(ranges(device), ranges_of_wg());
}

#[test]
#[ignore = "runs in the lab"]
fn what_is_refused_is_told() {
    let mut conn = make_device();
    let request = GetDeviceDump::new().with_ifname("wg1");
    let refused: Result<Vec<_>, _> = conn.dump(&request).unwrap().collect();
    assert_eq!(kernel_error(refused).errno, 19, "ENODEV");
    ip("link add d0 type dummy");
    let refused = conn.request(&SetDeviceRequest::new().with_ifname("d0"));
    assert_eq!(kernel_error(refused).errno, 95, "EOPNOTSUPP: not a WireGuard device");
    let error = kernel_error(conn.request(&set().with_private_key([1; 31])));
    assert_eq!(error.attribute.as_deref(), Some(".private-key"), "{error}");
    let error = kernel_error(conn.request(&set().with_flags(WgdeviceFlags(1 << 7))));
    // Only a policy of the newer kind tells which one.
    let attribute = since(7, 2).then_some(".flags");
    assert_eq!(error.attribute.as_deref(), attribute, "{error}");
    assert_eq!(device(&mut conn).peers.unwrap_or_default(), [], "usable after it");
}

#[test]
#[ignore = "runs in the lab"]
fn an_error_has_the_positions_in_the_lists() {
    let mut conn = make_device();
    let peer = |number| Wgpeer::new().with_public_key(key(number));
    let bad = single(2).with_flags(WgallowedipFlags(1 << 7));
    let last = peer(3).with_allowedips(vec![single(1), bad]);
    let request = set().with_peers(vec![peer(1), peer(2), last]);
    let error = kernel_error(conn.request(&request));
    // Only a policy of the newer kind tells which one.
    let attribute = since(7, 2).then_some(".peers[2].allowedips[1].flags");
    assert_eq!(error.attribute.as_deref(), attribute, "{error}");
}
