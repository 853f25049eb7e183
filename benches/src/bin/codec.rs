//! Decoding and encoding in memory, beside code written by hand for just that message.
//!
//! ```sh
//! cargo run --release -p nlkit-bench --bin codec
//! ```

use nlkit::NlAttrs;
use nlkit_bench::{Contender, Effort, compare};
use nlkit_specs::{ethtool, netdev};

const EFFORT: Effort = Effort { rounds: 60, repeats: 20_000, units: 1 };

fn main() -> Result<(), Box<dyn std::error::Error>> {
    decode_netdev()?;
    decode_rings()?;
    encode_netdev();
    encode_rings();
    Ok(())
}

/// The attributes of `dev-get` that a table of devices needs.
#[derive(Default, NlAttrs)]
struct Brief {
    #[nl(id = 1)]
    ifindex: Option<u32>,
    #[nl(id = 3)]
    xdp_features: Option<u64>,
}

fn decode_netdev() -> Result<(), nlkit::EncodeError> {
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
            Contender::new("by hand", || hand::decode_dev(&bytes)),
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

fn decode_rings() -> Result<(), nlkit::EncodeError> {
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
            Contender::new("by hand", || hand::decode_rings(&bytes)),
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
                hand::encode_rings(&mut by_hand, "eth0", 2, 512, 1024);
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
                hand::encode_rings(&mut bytes, "eth0", 2, 512, 1024);
                bytes
            }),
            Contender::new("nlkit", || {
                let mut bytes = Vec::with_capacity(64);
                nlkit::encode_into(&build(), &mut bytes).map(|()| bytes)
            }),
        ],
    );
}

/// What one writes who knows the message.
mod hand {
    #[derive(Default)]
    pub(super) struct Dev {
        ifindex: Option<u32>,
        xdp_features: Option<u64>,
        xdp_zc_max_segs: Option<u32>,
        xdp_rx_metadata_features: Option<u64>,
        xsk_features: Option<u64>,
    }

    pub(super) fn decode_dev(bytes: &[u8]) -> Option<Dev> {
        let mut dev = Dev::default();
        walk(bytes, |id, payload| {
            match id {
                1 => dev.ifindex = Some(u32(payload)?),
                3 => dev.xdp_features = Some(u64(payload)?),
                4 => dev.xdp_zc_max_segs = Some(u32(payload)?),
                5 => dev.xdp_rx_metadata_features = Some(u64(payload)?),
                6 => dev.xsk_features = Some(u64(payload)?),
                _ => {}
            }
            Some(())
        })?;
        Some(dev)
    }

    #[derive(Default)]
    pub(super) struct Rings {
        dev_index: Option<u32>,
        dev_name: Option<[u8; 16]>,
        flags: Option<u32>,
        phy_index: Option<u32>,
        sizes: [Option<u32>; 8],
        rx_buf_len: Option<u32>,
        tcp_data_split: Option<u8>,
        cqe_size: Option<u32>,
        push: [Option<u8>; 2],
        push_buf: [Option<u32>; 2],
    }

    pub(super) fn decode_rings(bytes: &[u8]) -> Option<Rings> {
        let mut rings = Rings::default();
        walk(bytes, |id, payload| {
            match id {
                1 => walk(payload, |id, payload| {
                    match id {
                        1 => rings.dev_index = Some(u32(payload)?),
                        2 => {
                            let mut name = [0; 16];
                            name.get_mut(..payload.len())?.copy_from_slice(payload);
                            rings.dev_name = Some(name);
                        }
                        3 => rings.flags = Some(u32(payload)?),
                        4 => rings.phy_index = Some(u32(payload)?),
                        _ => {}
                    }
                    Some(())
                })?,
                2..=9 => *rings.sizes.get_mut(usize::from(id) - 2)? = Some(u32(payload)?),
                10 => rings.rx_buf_len = Some(u32(payload)?),
                11 => rings.tcp_data_split = payload.first().copied(),
                12 => rings.cqe_size = Some(u32(payload)?),
                13 | 14 => *rings.push.get_mut(usize::from(id) - 13)? = payload.first().copied(),
                15 | 16 => *rings.push_buf.get_mut(usize::from(id) - 15)? = Some(u32(payload)?),
                _ => {}
            }
            Some(())
        })?;
        Some(rings)
    }

    pub(super) fn encode_rings(out: &mut Vec<u8>, name: &str, index: u32, rx: u32, tx: u32) {
        let nest = out.len();
        out.extend_from_slice(&[0, 0, 1, 0x80]);
        put_u32(out, 1, index);
        let len = 4 + name.len() + 1;
        out.extend_from_slice(&(len as u16).to_ne_bytes());
        out.extend_from_slice(&2u16.to_ne_bytes());
        out.extend_from_slice(name.as_bytes());
        out.push(0);
        out.resize(out.len().next_multiple_of(4), 0);
        let len = ((out.len() - nest) as u16).to_ne_bytes();
        if let Some(field) = out.get_mut(nest..nest + 2) {
            field.copy_from_slice(&len);
        }
        put_u32(out, 6, rx);
        put_u32(out, 9, tx);
    }

    pub(super) fn put_u32(out: &mut Vec<u8>, id: u16, value: u32) {
        let [i0, i1] = id.to_ne_bytes();
        let [v0, v1, v2, v3] = value.to_ne_bytes();
        out.extend_from_slice(&[8, 0, i0, i1, v0, v1, v2, v3]);
    }

    fn walk(mut bytes: &[u8], mut take: impl FnMut(u16, &[u8]) -> Option<()>) -> Option<()> {
        while let Some(&[l0, l1, t0, t1]) = bytes.first_chunk() {
            let len = usize::from(u16::from_ne_bytes([l0, l1]));
            take(u16::from_ne_bytes([t0, t1]) & 0x3fff, bytes.get(4..len)?)?;
            bytes = bytes.get(len.next_multiple_of(4)..).unwrap_or_default();
        }
        Some(())
    }

    fn u32(payload: &[u8]) -> Option<u32> {
        Some(u32::from_ne_bytes(payload.try_into().ok()?))
    }

    fn u64(payload: &[u8]) -> Option<u64> {
        Some(u64::from_ne_bytes(payload.try_into().ok()?))
    }
}
