//! `ethtool rings-get`, `rings-set` and `features-get`.

use nlkit::NlString;

use super::{nest, put_u32, text, u32, walk};

/// A reply with all attributes up to 16.
#[derive(Default)]
pub struct Rings {
    /// Index of the device, from its header.
    pub dev_index: Option<u32>,
    /// Name of the device, with zeros behind.
    pub dev_name: Option<[u8; 16]>,
    /// `flags` of the header.
    pub flags: Option<u32>,
    /// `phy-index` of the header.
    pub phy_index: Option<u32>,
    /// `rx-max` to `tx`.
    pub sizes: [Option<u32>; 8],
    /// `rx-buf-len`.
    pub rx_buf_len: Option<u32>,
    /// `tcp-data-split`.
    pub tcp_data_split: Option<u8>,
    /// `cqe-size`.
    pub cqe_size: Option<u32>,
    /// `tx-push` and `rx-push`.
    pub push: [Option<u8>; 2],
    /// `tx-push-buf-len` and its maximum.
    pub push_buf: [Option<u32>; 2],
}

/// Decodes the attributes of a reply.
pub fn decode_rings(bytes: &[u8]) -> Option<Rings> {
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

/// Appends a request with a device and two sizes.
pub fn encode_rings(out: &mut Vec<u8>, name: &str, index: u32, rx: u32, tx: u32) {
    nest(out, 1, |out| {
        put_u32(out, 1, index);
        let len = 4 + name.len() + 1;
        out.extend_from_slice(&(len as u16).to_ne_bytes());
        out.extend_from_slice(&2u16.to_ne_bytes());
        out.extend_from_slice(name.as_bytes());
        out.push(0);
        out.resize(out.len().next_multiple_of(4), 0);
    });
    put_u32(out, 6, rx);
    put_u32(out, 9, tx);
}

/// Features of a device.
#[derive(Default)]
pub struct Features {
    /// Index of the device.
    pub dev_index: Option<u32>,
    /// Name of the device.
    pub dev_name: Option<NlString>,
    /// `hw`, `wanted`, `active`, `nochange`.
    pub sets: [Option<Bitset>; 4],
}

/// A set of bits as a list.
#[derive(Default)]
pub struct Bitset {
    /// Whether it has no mask.
    pub nomask: bool,
    /// How many bits there are.
    pub size: Option<u32>,
    /// Those that are listed.
    pub bits: Vec<Bit>,
}

/// A bit of a set.
#[derive(Default)]
pub struct Bit {
    /// Its index.
    pub index: Option<u32>,
    /// Its name.
    pub name: Option<NlString>,
    /// Whether it is on.
    pub value: bool,
}

/// Decodes the attributes of a reply.
pub fn decode_features(bytes: &[u8]) -> Option<Features> {
    let mut features = Features::default();
    walk(bytes, |id, payload| {
        match id {
            1 => walk(payload, |id, payload| {
                match id {
                    1 => features.dev_index = Some(u32(payload)?),
                    2 => features.dev_name = Some(text(payload)),
                    _ => {}
                }
                Some(())
            })?,
            2..=5 => *features.sets.get_mut(usize::from(id) - 2)? = Some(bitset(payload)?),
            _ => {}
        }
        Some(())
    })?;
    Some(features)
}

fn bitset(bytes: &[u8]) -> Option<Bitset> {
    let mut set = Bitset::default();
    walk(bytes, |id, payload| {
        match id {
            1 => set.nomask = true,
            2 => set.size = Some(u32(payload)?),
            3 => walk(payload, |_, payload| {
                set.bits.push(bit(payload)?);
                Some(())
            })?,
            _ => {}
        }
        Some(())
    })?;
    Some(set)
}

fn bit(bytes: &[u8]) -> Option<Bit> {
    let mut bit = Bit::default();
    walk(bytes, |id, payload| {
        match id {
            1 => bit.index = Some(u32(payload)?),
            2 => bit.name = Some(text(payload)),
            3 => bit.value = true,
            _ => {}
        }
        Some(())
    })?;
    Some(bit)
}
