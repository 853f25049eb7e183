//! RTM_NEWLINK: all that the kernel says of a veth device.

use nlkit::{HwAddr, NlString};

use super::{text, u16, u32, u32s, u64, u64s, walk};

/// A link with its attributes.
#[derive(Default)]
#[expect(missing_docs, reason = "the attributes' names say what they are")]
pub struct Link {
    pub kind: u16,
    pub index: i32,
    pub flags: u32,
    pub change: u32,
    pub name: Option<NlString>,
    pub txqlen: Option<u32>,
    pub operstate: Option<u8>,
    pub linkmode: Option<u8>,
    pub netns_immutable: Option<u8>,
    pub mtu: Option<u32>,
    pub min_mtu: Option<u32>,
    pub max_mtu: Option<u32>,
    pub group: Option<u32>,
    pub promiscuity: Option<u32>,
    pub allmulti: Option<u32>,
    pub num_tx_queues: Option<u32>,
    pub num_rx_queues: Option<u32>,
    pub gso_max_segs: Option<u32>,
    pub gso_max_size: Option<u32>,
    pub gro_max_size: Option<u32>,
    pub gso_ipv4_max_size: Option<u32>,
    pub gro_ipv4_max_size: Option<u32>,
    pub tso_max_size: Option<u32>,
    pub tso_max_segs: Option<u32>,
    pub pacing_horizon: Option<u64>,
    pub master: Option<u32>,
    pub carrier: Option<u8>,
    pub carrier_changes: Option<u32>,
    pub carrier_up_count: Option<u32>,
    pub carrier_down_count: Option<u32>,
    pub headroom: Option<u16>,
    pub tailroom: Option<u16>,
    pub proto_down: Option<u8>,
    pub map: Option<Map>,
    pub address: Option<HwAddr>,
    pub broadcast: Option<HwAddr>,
    pub perm_address: Option<HwAddr>,
    pub stats64: Option<[u64; 25]>,
    pub stats: Option<[u32; 24]>,
    pub xdp_attached: Option<u8>,
    pub info_kind: Option<NlString>,
    pub link: Option<u32>,
    pub link_netnsid: Option<i32>,
    pub qdisc: Option<NlString>,
    pub inet_conf: Option<Vec<u32>>,
    pub inet6: Option<Inet6>,
    pub devlink_port: bool,
    pub dpll_pin: bool,
}

/// `struct rtnl_link_ifmap`.
#[derive(Default)]
#[expect(missing_docs, reason = "C's names")]
pub struct Map {
    pub mem_start: u64,
    pub mem_end: u64,
    pub base_addr: u64,
    pub irq: u16,
    pub dma: u8,
    pub port: u8,
}

/// IPv6 of a link.
#[derive(Default)]
#[expect(missing_docs, reason = "the attributes' names say what they are")]
pub struct Inet6 {
    pub flags: Option<u32>,
    pub conf: Option<Vec<u32>>,
    pub stats: Option<Vec<u64>>,
    pub cacheinfo: Option<[u32; 4]>,
    pub icmp6stats: Option<Vec<u64>>,
    pub token: Option<Vec<u8>>,
    pub addr_gen_mode: Option<u8>,
}

/// Decodes a message from its fixed header on.
pub fn decode(bytes: &[u8]) -> Option<Link> {
    let (&[_, _, k0, k1, i0, i1, i2, i3, f0, f1, f2, f3, c0, c1, c2, c3], attrs) =
        bytes.split_first_chunk()?;
    let mut link = Link {
        kind: u16::from_ne_bytes([k0, k1]),
        index: i32::from_ne_bytes([i0, i1, i2, i3]),
        flags: u32::from_ne_bytes([f0, f1, f2, f3]),
        change: u32::from_ne_bytes([c0, c1, c2, c3]),
        ..Link::default()
    };
    walk(attrs, |id, payload| set(&mut link, id, payload))?;
    Some(link)
}

#[inline]
fn set(link: &mut Link, id: u16, payload: &[u8]) -> Option<()> {
    match id {
        1 => link.address = Some(HwAddr::new(payload)?),
        2 => link.broadcast = Some(HwAddr::new(payload)?),
        3 => link.name = Some(text(payload)),
        4 => link.mtu = Some(u32(payload)?),
        5 => link.link = Some(u32(payload)?),
        6 => link.qdisc = Some(text(payload)),
        7 => link.stats = Some(numbers32(payload)),
        10 => link.master = Some(u32(payload)?),
        13 => link.txqlen = Some(u32(payload)?),
        14 => link.map = Some(map(payload)?),
        16 => link.operstate = Some(u8(payload)?),
        17 => link.linkmode = Some(u8(payload)?),
        18 => walk(payload, |id, payload| {
            if id == 1 {
                link.info_kind = Some(text(payload));
            }
            Some(())
        })?,
        23 => link.stats64 = Some(numbers64(payload)),
        26 => walk(payload, |id, payload| {
            match id {
                2 => walk(payload, |id, payload| {
                    if id == 1 {
                        link.inet_conf = Some(u32s(payload));
                    }
                    Some(())
                })?,
                10 => link.inet6 = Some(inet6(payload)?),
                _ => {}
            }
            Some(())
        })?,
        27 => link.group = Some(u32(payload)?),
        30 => link.promiscuity = Some(u32(payload)?),
        31 => link.num_tx_queues = Some(u32(payload)?),
        32 => link.num_rx_queues = Some(u32(payload)?),
        33 => link.carrier = Some(u8(payload)?),
        35 => link.carrier_changes = Some(u32(payload)?),
        37 => link.link_netnsid = Some(u32(payload)?.cast_signed()),
        39 => link.proto_down = Some(u8(payload)?),
        40 => link.gso_max_segs = Some(u32(payload)?),
        41 => link.gso_max_size = Some(u32(payload)?),
        43 => walk(payload, |id, payload| {
            if id == 2 {
                link.xdp_attached = Some(u8(payload)?);
            }
            Some(())
        })?,
        47 => link.carrier_up_count = Some(u32(payload)?),
        48 => link.carrier_down_count = Some(u32(payload)?),
        50 => link.min_mtu = Some(u32(payload)?),
        51 => link.max_mtu = Some(u32(payload)?),
        54 => link.perm_address = Some(HwAddr::new(payload)?),
        58 => link.gro_max_size = Some(u32(payload)?),
        59 => link.tso_max_size = Some(u32(payload)?),
        60 => link.tso_max_segs = Some(u32(payload)?),
        61 => link.allmulti = Some(u32(payload)?),
        62 => link.devlink_port = true,
        63 => link.gso_ipv4_max_size = Some(u32(payload)?),
        64 => link.gro_ipv4_max_size = Some(u32(payload)?),
        65 => link.dpll_pin = true,
        66 => link.pacing_horizon = Some(uint(payload)?),
        67 => link.netns_immutable = Some(u8(payload)?),
        68 => link.headroom = Some(u16(payload)?),
        69 => link.tailroom = Some(u16(payload)?),
        _ => {}
    }
    Some(())
}

fn inet6(payload: &[u8]) -> Option<Inet6> {
    let mut inet6 = Inet6::default();
    walk(payload, |id, payload| {
        match id {
            1 => inet6.flags = Some(u32(payload)?),
            2 => inet6.conf = Some(u32s(payload)),
            3 => inet6.stats = Some(u64s(payload)),
            5 => inet6.cacheinfo = Some(numbers32(payload)),
            6 => inet6.icmp6stats = Some(u64s(payload)),
            7 => inet6.token = Some(payload.to_vec()),
            8 => inet6.addr_gen_mode = Some(u8(payload)?),
            _ => {}
        }
        Some(())
    })?;
    Some(inet6)
}

fn map(payload: &[u8]) -> Option<Map> {
    let (numbers, rest) = payload.as_chunks::<8>();
    let [mem_start, mem_end, base_addr] =
        [0, 1, 2].map(|at| numbers.get(at).map(|number| u64::from_ne_bytes(*number)));
    let &[i0, i1, dma, port, ..] = numbers.get(3).map_or(rest, |last| last.as_slice()) else {
        return None;
    };
    Some(Map {
        mem_start: mem_start?,
        mem_end: mem_end?,
        base_addr: base_addr?,
        irq: u16::from_ne_bytes([i0, i1]),
        dma,
        port,
    })
}

/// The members of a struct of equal numbers, zero behind its end.
fn numbers64<const N: usize>(payload: &[u8]) -> [u64; N] {
    let mut numbers = [0; N];
    for (number, bytes) in numbers.iter_mut().zip(payload.as_chunks().0) {
        *number = u64::from_ne_bytes(*bytes);
    }
    numbers
}

fn numbers32<const N: usize>(payload: &[u8]) -> [u32; N] {
    let mut numbers = [0; N];
    for (number, bytes) in numbers.iter_mut().zip(payload.as_chunks().0) {
        *number = u32::from_ne_bytes(*bytes);
    }
    numbers
}

fn uint(payload: &[u8]) -> Option<u64> {
    u32(payload).map(u64::from).or_else(|| u64(payload))
}

fn u8(payload: &[u8]) -> Option<u8> {
    let [number] = payload.try_into().ok()?;
    Some(number)
}
