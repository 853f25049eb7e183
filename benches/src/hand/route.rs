//! RTM_NEWROUTE: what the kernel says of a simple IPv4 or IPv6 route.

use std::net::IpAddr;

use super::{u32, walk};

/// A route with its attributes.
#[derive(Default)]
#[expect(missing_docs, reason = "the attributes' names say what they are")]
pub struct Route {
    pub header: [u8; 8],
    pub flags: u32,
    pub dst: Option<IpAddr>,
    pub iif: Option<u32>,
    pub oif: Option<u32>,
    pub gateway: Option<IpAddr>,
    pub priority: Option<u32>,
    pub prefsrc: Option<IpAddr>,
    pub table: Option<u32>,
}

/// Decodes a message from its fixed header on.
pub fn decode(bytes: &[u8]) -> Option<Route> {
    let (header, rest) = bytes.split_first_chunk()?;
    let (flags, attrs) = rest.split_first_chunk()?;
    let flags = u32::from_ne_bytes(*flags);
    let mut route = Route { header: *header, flags, ..Route::default() };
    walk(attrs, |id, payload| {
        match id {
            1 => route.dst = Some(address(payload)?),
            3 => route.iif = Some(u32(payload)?),
            4 => route.oif = Some(u32(payload)?),
            5 => route.gateway = Some(address(payload)?),
            6 => route.priority = Some(u32(payload)?),
            7 => route.prefsrc = Some(address(payload)?),
            15 => route.table = Some(u32(payload)?),
            _ => {}
        }
        Some(())
    })?;
    Some(route)
}

fn address(payload: &[u8]) -> Option<IpAddr> {
    if let Ok(octets) = <[u8; 4]>::try_from(payload) {
        return Some(octets.into());
    }
    <[u8; 16]>::try_from(payload).ok().map(IpAddr::from)
}
