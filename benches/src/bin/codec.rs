//! Decoding and encoding in memory, beside code written by hand for just that message.
//!
//! The link is a veth device in a network namespace of its own as the running kernel describes it, or
//! without root whatever link has the longest message.
//!
//! ```sh
//! cargo run --release -p nlkit-bench --bin codec
//! ```

use std::net::IpAddr;

use nlkit::NlAttrs;
use nlkit_bench::raw::Raw;
use nlkit_bench::{Contender, Effort, Result, compare, hand, namespace};
use nlkit_specs::{ethtool, netdev, rt_link, wireguard};

const EFFORT: Effort = Effort { rounds: 60, repeats: 20_000, units: 1 };

fn main() -> Result<()> {
    decode_link()?;
    decode_netdev()?;
    decode_rings()?;
    encode_netdev();
    encode_rings();
    encode_wireguard()
}

/// The attributes of `dev-get` that a table of devices needs.
#[derive(Default, NlAttrs)]
struct Brief {
    #[nl(id = 1)]
    ifindex: Option<u32>,
    #[nl(id = 3)]
    xdp_features: Option<u64>,
}

fn decode_netdev() -> Result<()> {
    let reply = netdev::DevGetReply::new()
        .with_ifindex(3)
        .with_xdp_features(netdev::XdpAct::BASIC)
        .with_xdp_rx_metadata_features(netdev::XdpRxMetadata(0))
        .with_xsk_features(netdev::XskFlags(0));
    let bytes = nlkit::encode(&reply)?;
    compare(
        &format!("decode netdev dev-get reply, {} bytes", bytes.len()),
        EFFORT,
        vec![
            Contender::new("by hand", || hand::netdev::decode(&bytes)),
            Contender::new("nlkit, generated struct", || {
                nlkit::decode::<netdev::DevGetReply>(&bytes)
            }),
            Contender::new("nlkit, projection of 2", || {
                nlkit::decode::<Brief>(&bytes).map(|brief| (brief.ifindex, brief.xdp_features))
            }),
        ],
    );
    Ok(())
}

/// The sizes alone; the name is borrowed.
#[derive(Default, NlAttrs)]
struct Rings<'a> {
    #[nl(id = 1)]
    header: Option<Header<'a>>,
    #[nl(id = 6)]
    rx: Option<u32>,
    #[nl(id = 9)]
    tx: Option<u32>,
}

#[derive(Default, NlAttrs)]
struct Header<'a> {
    #[nl(id = 2)]
    dev_name: Option<nlkit::NlStr<'a>>,
}

fn decode_rings() -> Result<()> {
    let header = ethtool::Header::new().with_dev_index(2).with_dev_name("eth0");
    let mut reply = ethtool::RingsGetReply::new()
        .with_header(header)
        .with_rx_max(4096)
        .with_tx_max(4096)
        .with_rx(256)
        .with_tx(256);
    reply.rx_push = Some(0);
    reply.tx_push = Some(0);
    let bytes = nlkit::encode(&reply)?;
    compare(
        &format!("decode ethtool rings-get reply, {} bytes", bytes.len()),
        EFFORT,
        vec![
            Contender::new("by hand", || hand::ethtool::decode_rings(&bytes)),
            Contender::new("nlkit, generated struct", || {
                nlkit::decode::<ethtool::RingsGetReply>(&bytes)
            }),
            Contender::new("nlkit, projection of 3", || {
                let rings = nlkit::decode::<Rings<'_>>(&bytes).unwrap_or_default();
                (rings.header.and_then(|header| header.dev_name), rings.rx, rings.tx)
            }),
        ],
    );
    Ok(())
}

fn encode_netdev() {
    let (mut by_hand, mut generated) = (Vec::new(), Vec::new());
    let request = netdev::DevGetRequest::new().with_ifindex(3);
    compare(
        "encode netdev dev-get request into a reused buffer",
        EFFORT,
        vec![
            Contender::new("by hand", || {
                by_hand.clear();
                hand::put_u32(&mut by_hand, 1, 3);
                by_hand.len()
            }),
            Contender::new("nlkit", || {
                generated.clear();
                nlkit::encode_into(&request, &mut generated).is_ok()
            }),
        ],
    );
}

fn encode_rings() {
    let (mut by_hand, mut generated) = (Vec::new(), Vec::new());
    let build = || {
        let header = ethtool::Header::new().with_dev_name("eth0").with_dev_index(2);
        ethtool::RingsSetRequest::new().with_header(header).with_rx(512).with_tx(1024)
    };
    let request = build();
    compare(
        "encode ethtool rings-set request, nested, into a reused buffer",
        EFFORT,
        vec![
            Contender::new("by hand", || {
                by_hand.clear();
                hand::ethtool::encode_rings(&mut by_hand, "eth0", 2, 512, 1024);
                by_hand.len()
            }),
            Contender::new("nlkit", || {
                generated.clear();
                nlkit::encode_into(&request, &mut generated).is_ok()
            }),
        ],
    );
    compare(
        "the same into a new buffer, the request built each time",
        EFFORT,
        vec![
            Contender::new("by hand", || {
                let mut bytes = Vec::with_capacity(64);
                hand::ethtool::encode_rings(&mut bytes, "eth0", 2, 512, 1024);
                bytes
            }),
            Contender::new("nlkit", || {
                let mut bytes = Vec::with_capacity(64);
                nlkit::encode_into(&build(), &mut bytes).map(|()| bytes)
            }),
        ],
    );
}

/// What a list of links shows.
#[derive(Default, NlAttrs)]
struct LinkBrief<'a> {
    #[nl(header)]
    header: rt_link::Ifinfomsg,
    #[nl(id = 3)]
    name: Option<nlkit::NlStr<'a>>,
    #[nl(id = 4)]
    mtu: Option<u32>,
    #[nl(id = 16)]
    operstate: Option<u8>,
}

fn decode_link() -> Result<()> {
    let made = namespace::enter().and_then(|()| namespace::make_veths(1));
    if let Err(error) = made {
        eprintln!("no veth device: {error}");
    }
    let bytes = longest_link()?;
    let (by_hand, generated) = (
        hand::link::decode(&bytes).ok_or("not decoded by hand")?,
        nlkit::decode::<rt_link::GetlinkReply>(&bytes)?,
    );
    let counters = generated.stats64.map(|stats| stats.rx_packets);
    let same = (by_hand.name == generated.ifname)
        && (by_hand.gro_ipv4_max_size == generated.gro_ipv4_max_size)
        && by_hand.stats64.map(|[packets, ..]| packets) == counters;
    if !same {
        return Err("the two decoders differ".into());
    }
    println!(
        "{} bytes by hand, {} generated",
        size_of::<hand::link::Link>(),
        size_of::<rt_link::GetlinkReply>()
    );
    compare(
        &format!("decode RTM_NEWLINK, {} bytes", bytes.len()),
        EFFORT,
        vec![
            Contender::new("by hand", || hand::link::decode(&bytes)),
            Contender::new("nlkit, generated struct", || {
                nlkit::decode::<rt_link::GetlinkReply>(&bytes)
            }),
            Contender::new("nlkit, projection of 4", || {
                let link = nlkit::decode::<LinkBrief<'_>>(&bytes).unwrap_or_default();
                (link.header.ifi_index, link.name, link.mtu, link.operstate)
            }),
        ],
    );
    Ok(())
}

/// The longest message of a dump of links.
fn longest_link() -> Result<Vec<u8>> {
    let mut longest = Vec::new();
    Raw::new(libc::NETLINK_ROUTE)?.dump_each(18, &[0; 16], |message| {
        if message.len() > longest.len() {
            longest = message.to_vec();
        }
    })?;
    Ok(longest)
}

const PEERS: u8 = 10;
const ALLOWED: u8 = 5;

/// A device with peers, each with addresses behind it.
fn device() -> hand::wireguard::Device {
    let allowed = |peer, at: u8| match at.is_multiple_of(2) {
        true => (IpAddr::from([10, peer, at, 0]), 24),
        false => (IpAddr::from([0xfd00, 0, 0, peer.into(), at.into(), 0, 0, 0]), 80),
    };
    let peers = (0..PEERS).map(|peer| hand::wireguard::Peer {
        public_key: [peer; 32],
        preshared_key: [0x80 | peer; 32],
        flags: wireguard::WgpeerFlags::REPLACE_ALLOWEDIPS.0,
        endpoint: vec![2, 0, 0xca, 0x6c, 192, 0, 2, peer, 0, 0, 0, 0, 0, 0, 0, 0],
        keepalive: 25,
        allowed: (0..ALLOWED).map(|at| allowed(peer, at)).collect(),
    });
    hand::wireguard::Device {
        name: "wg0".into(),
        private_key: [0x55; 32],
        listen_port: 51820,
        flags: wireguard::WgdeviceFlags::REPLACE_PEERS.0,
        peers: peers.collect(),
    }
}

/// The same as a request.
fn request(device: &hand::wireguard::Device) -> wireguard::SetDeviceRequest {
    let allowed = |&(address, mask): &(IpAddr, u8)| {
        let family = if address.is_ipv4() { 2 } else { 10 };
        wireguard::Wgallowedip::new().with_family(family).with_ipaddr(address).with_cidr_mask(mask)
    };
    let peer = |peer: &hand::wireguard::Peer| {
        wireguard::Wgpeer::new()
            .with_public_key(peer.public_key)
            .with_preshared_key(peer.preshared_key)
            .with_flags(peer.flags)
            .with_endpoint(peer.endpoint.clone())
            .with_persistent_keepalive_interval(peer.keepalive)
            .with_allowedips(peer.allowed.iter().map(allowed).collect::<Vec<_>>())
    };
    wireguard::SetDeviceRequest::new()
        .with_ifname(device.name.as_str())
        .with_private_key(device.private_key)
        .with_flags(device.flags)
        .with_listen_port(device.listen_port)
        .with_peers(device.peers.iter().map(peer).collect::<Vec<_>>())
}

fn encode_wireguard() -> Result<()> {
    let device = device();
    let request = request(&device);
    let (mut by_hand, mut generated) = (Vec::new(), nlkit::encode(&request)?);
    hand::wireguard::encode(&mut by_hand, &device);
    if by_hand != generated {
        return Err("the two encoders differ".into());
    }
    compare(
        &format!("encode wireguard set-device, {} bytes, into a reused buffer", by_hand.len()),
        Effort { repeats: 2_000, ..EFFORT },
        vec![
            Contender::new("by hand", || {
                by_hand.clear();
                hand::wireguard::encode(&mut by_hand, &device);
                by_hand.len()
            }),
            Contender::new("nlkit", || {
                generated.clear();
                nlkit::encode_into(&request, &mut generated).is_ok()
            }),
        ],
    );
    Ok(())
}
