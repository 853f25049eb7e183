//! OpenVPN's data channel, in kernels from 6.16 on.

use std::net::{Ipv4Addr, UdpSocket};
use std::os::fd::AsRawFd;

use nlkit::Connection;
use nlkit_specs::ovpn::{
    self, CipherAlg, DelPeerReason, KeyDelRequest, KeyGetRequest, KeyNewRequest, KeySlot,
    KeySwapRequest, Keyconf, KeyconfDelInput, KeyconfGet, KeyconfSwapInput, Keydir, Notification,
    Peer, PeerDelInput, PeerDelRequest, PeerGetDump, PeerGetRequest, PeerNewInput, PeerNewRequest,
    PeerSetInput, PeerSetRequest,
};
use nlkit_specs::rt_link::{LinkinfoAttrs, LinkinfoDataMsg, LinkinfoOvpnAttrs, OvpnMode};
use nlkit_tests::lab::since;
use nlkit_tests::namespace::{in_namespace, ip, kernel_error};

use crate::make_link;

const REMOTE: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 2);

/// A device for several peers with one of them, number 9, over a socket that has to stay.
fn make_peer() -> (Connection, u32, UdpSocket) {
    assert!(in_namespace());
    ip("link set lo up");
    let data = LinkinfoOvpnAttrs::new().with_mode(OvpnMode::MP);
    let info =
        LinkinfoAttrs::new().with_kind("ovpn").with_data(LinkinfoDataMsg::Ovpn(Box::new(data)));
    let index = make_link("tun0", info);
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let peer = PeerNewInput::new()
        .with_id(9)
        .with_remote_ipv4(REMOTE)
        .with_remote_port(1194)
        .with_socket(u32::try_from(socket.as_raw_fd()).unwrap())
        .with_vpn_ipv4(Ipv4Addr::new(10, 8, 0, 9));
    let mut conn = Connection::generic().unwrap();
    conn.request(&PeerNewRequest::new().with_ifindex(index).with_peer(peer)).unwrap();
    (conn, index, socket)
}

fn get(conn: &mut Connection, index: u32, id: u32) -> Result<Peer, nlkit::Error> {
    let request = PeerGetRequest::new().with_ifindex(index).with_peer(Peer::new().with_id(id));
    conn.request(&request).map(|reply| reply.peer.unwrap())
}

#[test]
#[ignore = "runs in the lab"]
fn a_peer_is_made_changed_and_removed() {
    if !since(7, 2) {
        return;
    }
    let (mut conn, index, socket) = make_peer();
    conn.join(ovpn::PEERS).unwrap();
    let peer = get(&mut conn, index, 9).unwrap();
    assert_eq!((peer.remote_ipv4, peer.remote_port), (Some(REMOTE), Some(1194)));
    assert_eq!(peer.vpn_ipv4, Some(Ipv4Addr::new(10, 8, 0, 9)));
    assert_eq!(peer.local_port, Some(socket.local_addr().unwrap().port()));
    assert_eq!((peer.vpn_rx_bytes, peer.link_tx_packets), (Some(0), Some(0)));

    let change =
        PeerSetInput::new().with_id(9).with_keepalive_interval(60).with_keepalive_timeout(120);
    conn.request(&PeerSetRequest::new().with_ifindex(index).with_peer(change)).unwrap();
    let dump = conn.dump(&PeerGetDump::new().with_ifindex(index)).unwrap();
    let [found] = &dump.map(Result::unwrap).collect::<Vec<_>>()[..] else { panic!("one peer") };
    let found = found.peer.as_ref().unwrap();
    assert_eq!((found.keepalive_interval, found.keepalive_timeout), (Some(60), Some(120)));
    assert_eq!(found.remote_ipv4, Some(REMOTE), "as it was");

    let which = PeerDelInput::new().with_id(9);
    conn.request(&PeerDelRequest::new().with_ifindex(index).with_peer(which)).unwrap();
    let told = conn.subscribe(ovpn::PEERS).unwrap().next().unwrap().unwrap();
    let Notification::PeerDelNtf(told) = told else { panic!("{told:?}") };
    let peer = told.peer.unwrap();
    assert_eq!((told.ifindex, peer.id), (Some(index), Some(9)));
    assert_eq!(peer.del_reason, Some(DelPeerReason::USERSPACE));
    assert_eq!(kernel_error(get(&mut conn, index, 9)).errno, 2, "ENOENT");
}

#[test]
#[ignore = "runs in the lab"]
fn keys_are_put_in_swapped_and_removed() {
    if !since(7, 2) {
        return;
    }
    let (mut conn, index, _socket) = make_peer();
    for (slot, id) in [(KeySlot::PRIMARY, 1), (KeySlot::SECONDARY, 2)] {
        let direction = || Keydir::new().with_cipher_key([id as u8; 32]).with_nonce_tail([3; 8]);
        let key = Keyconf::new()
            .with_peer_id(9)
            .with_slot(slot)
            .with_key_id(id)
            .with_cipher_alg(CipherAlg::AES_GCM)
            .with_encrypt_dir(direction())
            .with_decrypt_dir(direction());
        conn.request(&KeyNewRequest::new().with_ifindex(index).with_keyconf(key)).unwrap();
    }
    let key_of = |conn: &mut Connection, slot| {
        let which = KeyconfGet::new().with_peer_id(9).with_slot(slot);
        conn.request(&KeyGetRequest::new().with_ifindex(index).with_keyconf(which))
            .map(|reply| reply.keyconf.unwrap())
    };
    let primary = key_of(&mut conn, KeySlot::PRIMARY).unwrap();
    assert_eq!((primary.key_id, primary.cipher_alg), (Some(1), Some(CipherAlg::AES_GCM)));

    let swap = KeyconfSwapInput::new().with_peer_id(9);
    conn.request(&KeySwapRequest::new().with_ifindex(index).with_keyconf(swap)).unwrap();
    assert_eq!(key_of(&mut conn, KeySlot::PRIMARY).unwrap().key_id, Some(2));
    assert_eq!(key_of(&mut conn, KeySlot::SECONDARY).unwrap().key_id, Some(1));

    let which = KeyconfDelInput::new().with_peer_id(9).with_slot(KeySlot::SECONDARY);
    conn.request(&KeyDelRequest::new().with_ifindex(index).with_keyconf(which)).unwrap();
    assert_eq!(kernel_error(key_of(&mut conn, KeySlot::SECONDARY)).errno, 2, "ENOENT");
}

#[test]
#[ignore = "runs in the lab"]
fn what_is_refused_is_told() {
    if !since(7, 2) {
        return;
    }
    let (mut conn, index, _socket) = make_peer();
    let peer = PeerNewInput::new().with_id(1 << 24);
    let refused = conn.request(&PeerNewRequest::new().with_ifindex(index).with_peer(peer));
    let error = kernel_error(refused);
    assert_eq!((error.errno, error.attribute.as_deref()), (34, Some(".peer.id")), "{error}");
    let peer = PeerNewInput::new().with_id(3).with_vpn_ipv4(REMOTE);
    let error =
        kernel_error(conn.request(&PeerNewRequest::new().with_ifindex(index).with_peer(peer)));
    assert_eq!(error.missing.as_deref(), Some(".peer.socket"), "{error}");
    let error = kernel_error(get(&mut conn, index, 4));
    assert_eq!(error.errno, 2, "{error}");
}
