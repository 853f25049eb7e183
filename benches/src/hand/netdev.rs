//! `netdev dev-get`.

use super::{u32, u64, walk};

/// A reply with all attributes.
#[derive(Default)]
pub struct Dev {
    /// `ifindex`.
    pub ifindex: Option<u32>,
    /// `xdp-features`.
    pub xdp_features: Option<u64>,
    /// `xdp-zc-max-segs`.
    pub xdp_zc_max_segs: Option<u32>,
    /// `xdp-rx-metadata-features`.
    pub xdp_rx_metadata_features: Option<u64>,
    /// `xsk-features`.
    pub xsk_features: Option<u64>,
}

/// Decodes the attributes of a reply.
pub fn decode(bytes: &[u8]) -> Option<Dev> {
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
