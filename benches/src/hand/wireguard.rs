//! `wireguard set-device`.

use std::net::IpAddr;

use super::{nest, put, put_u32};

/// A device to configure.
#[expect(missing_docs, reason = "the attributes' names say what they are")]
pub struct Device {
    pub name: String,
    pub private_key: [u8; 32],
    pub listen_port: u16,
    pub flags: u32,
    pub peers: Vec<Peer>,
}

/// One of its peers.
#[expect(missing_docs, reason = "the attributes' names say what they are")]
pub struct Peer {
    pub public_key: [u8; 32],
    pub preshared_key: [u8; 32],
    pub flags: u32,
    pub endpoint: Vec<u8>,
    pub keepalive: u16,
    pub allowed: Vec<(IpAddr, u8)>,
}

/// Appends the attributes of a request.
pub fn encode(out: &mut Vec<u8>, device: &Device) {
    put_text(out, 2, &device.name);
    put(out, 3, &device.private_key);
    put_u32(out, 5, device.flags);
    put(out, 6, &device.listen_port.to_ne_bytes());
    nest(out, 8, |out| {
        for (peer, index) in device.peers.iter().zip(1..) {
            nest(out, index, |out| encode_peer(out, peer));
        }
    });
}

fn encode_peer(out: &mut Vec<u8>, peer: &Peer) {
    put(out, 1, &peer.public_key);
    put(out, 2, &peer.preshared_key);
    put_u32(out, 3, peer.flags);
    put(out, 4, &peer.endpoint);
    put(out, 5, &peer.keepalive.to_ne_bytes());
    nest(out, 9, |out| {
        for ((address, mask), index) in peer.allowed.iter().zip(1..) {
            nest(out, index, |out| encode_allowed(out, address, *mask));
        }
    });
}

fn encode_allowed(out: &mut Vec<u8>, address: &IpAddr, mask: u8) {
    let (family, v4, v6);
    let octets = match address {
        IpAddr::V4(address) => {
            (family, v4) = (2u16, address.octets());
            v4.as_slice()
        }
        IpAddr::V6(address) => {
            (family, v6) = (10u16, address.octets());
            v6.as_slice()
        }
    };
    put(out, 1, &family.to_ne_bytes());
    put(out, 2, octets);
    put(out, 3, &[mask]);
}

fn put_text(out: &mut Vec<u8>, id: u16, text: &str) {
    let len = 4 + text.len() + 1;
    out.extend_from_slice(&(len as u16).to_ne_bytes());
    out.extend_from_slice(&id.to_ne_bytes());
    out.extend_from_slice(text.as_bytes());
    out.push(0);
    out.resize(out.len().next_multiple_of(4), 0);
}
