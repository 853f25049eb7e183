//! A WireGuard device out of the several messages of its dump.
//!
//! The kernel fills messages of a few KiB. The first has what there is to say of the device, the
//! others only more peers, and a peer with many allowed addresses goes on in the next message,
//! under the same public key and with nothing but further addresses.

use crate::wireguard::{GetDeviceReply, Wgpeer};

/// The device that a dump tells of, whole: every peer stands once, with all of its addresses.
///
/// ```no_run
/// use nlkit_specs::{helpers, wireguard::GetDeviceDump};
///
/// let mut conn = nlkit::Connection::generic()?;
/// let request = GetDeviceDump::new().with_ifname("wg0");
/// let device = helpers::wireguard::device(conn.dump(&request)?)?;
/// for peer in device.peers.unwrap_or_default() {
///     println!("{:?} has {:?}", peer.public_key, peer.allowedips);
/// }
/// # Ok::<(), nlkit::Error>(())
/// ```
///
/// Without a message the device is empty. A real kernel sends one at least.
///
/// # Errors
/// The first one among the messages: `ENODEV` where there is no such device, or
/// `Error::DumpInterrupted` where the device changed meanwhile, so that peers may be missing or stand
/// twice.
pub fn device<E>(
    messages: impl IntoIterator<Item = Result<GetDeviceReply, E>>,
) -> Result<GetDeviceReply, E> {
    let mut device = GetDeviceReply::default();
    for message in messages {
        append(&mut device, message?);
    }
    Ok(device)
}

/// Adds the next message of a dump to what those before it told.
///
/// ```
/// use nlkit_specs::helpers::wireguard::append;
/// use nlkit_specs::wireguard::{GetDeviceReply, Wgallowedip, Wgpeer};
///
/// let peer = |key: u8, mask: u8| {
///     let range = Wgallowedip::new().with_cidr_mask(mask);
///     Wgpeer::new().with_public_key([key; 32]).with_allowedips([range])
/// };
/// let mut device = GetDeviceReply::new().with_peers([peer(1, 8), peer(2, 16)]);
/// append(&mut device, GetDeviceReply::new().with_peers([peer(2, 24), peer(3, 32)]));
///
/// let peers = device.peers.unwrap_or_default();
/// let ranges = peers.iter().map(|peer| peer.allowedips.as_ref().map_or(0, Vec::len));
/// assert_eq!(ranges.collect::<Vec<_>>(), [1, 2, 1]);
/// ```
pub fn append(device: &mut GetDeviceReply, message: GetDeviceReply) {
    // Each by its name, so that a new attribute does not compile before it is considered here.
    let GetDeviceReply {
        ifindex,
        ifname,
        private_key,
        public_key,
        flags,
        listen_port,
        fwmark,
        peers,
    } = message;
    fill(&mut device.ifindex, ifindex);
    fill(&mut device.ifname, ifname);
    fill(&mut device.private_key, private_key);
    fill(&mut device.public_key, public_key);
    fill(&mut device.flags, flags);
    fill(&mut device.listen_port, listen_port);
    fill(&mut device.fwmark, fwmark);
    if let Some(peers) = peers {
        append_peers(device.peers.get_or_insert_default(), peers);
    }
}

/// Keeps what is there.
fn fill<T>(value: &mut Option<T>, new: Option<T>) {
    if value.is_none() {
        *value = new;
    }
}

/// Only the first peer of a message can be one that goes on: the last one of the message before.
fn append_peers(known: &mut Vec<Wgpeer>, new: Vec<Wgpeer>) {
    let mut new = new.into_iter();
    let key = new.as_slice().first().and_then(|peer| peer.public_key.as_ref());
    let goes_on = |last: &&mut Wgpeer| key.is_some() && last.public_key.as_ref() == key;
    if let Some(last) = known.last_mut().filter(goes_on) {
        let more = new.next().and_then(|peer| peer.allowedips).unwrap_or_default();
        last.allowedips.get_or_insert_default().extend(more);
    }
    known.extend(new);
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::*;
    use crate::wireguard::Wgallowedip;

    /// A peer with these ranges of addresses, told apart by the lengths of their prefixes.
    fn peer(key: u8, masks: &[u8]) -> Wgpeer {
        let ranges = masks.iter().map(|mask| Wgallowedip::new().with_cidr_mask(*mask));
        Wgpeer::new().with_public_key([key; 32]).with_allowedips(ranges.collect::<Vec<_>>())
    }

    fn message(peers: &[Wgpeer]) -> GetDeviceReply {
        GetDeviceReply::new().with_peers(peers)
    }

    fn merged(messages: &[GetDeviceReply]) -> GetDeviceReply {
        let Ok(device) = device(messages.iter().cloned().map(Ok::<_, Infallible>));
        device
    }

    /// Key and ranges of each peer.
    fn peers(device: &GetDeviceReply) -> Vec<(u8, Vec<u8>)> {
        let shown = device.peers.iter().flatten().map(|peer| {
            let masks = peer.allowedips.iter().flatten().filter_map(|range| range.cidr_mask);
            let key = peer.public_key.as_ref().and_then(|key| key.first().copied());
            (key.unwrap_or_default(), masks.collect())
        });
        shown.collect()
    }

    #[test]
    fn what_the_first_message_says_of_the_device_stays() {
        let first = message(&[]).with_ifname("wg0").with_listen_port(51820).with_fwmark(7);
        let device = merged(&[first.clone(), message(&[peer(1, &[8])])]);
        assert_eq!(device, first.with_peers([peer(1, &[8])]));
    }

    #[test]
    fn a_later_message_fills_in_what_is_missing_and_overwrites_nothing() {
        let late = GetDeviceReply::new().with_ifindex(3_u32).with_ifname("other");
        let device = merged(&[GetDeviceReply::new().with_ifname("wg0"), late]);
        assert_eq!(device, GetDeviceReply::new().with_ifname("wg0").with_ifindex(3_u32));
    }

    #[test]
    fn a_peer_goes_on_over_several_messages() {
        let device = merged(&[
            message(&[peer(1, &[1]), peer(2, &[2, 3])]),
            message(&[peer(2, &[4])]),
            message(&[peer(2, &[5, 6]), peer(3, &[7])]),
            message(&[peer(4, &[])]),
        ]);
        let expected = [(1, vec![1]), (2, vec![2, 3, 4, 5, 6]), (3, vec![7]), (4, Vec::new())];
        assert_eq!(peers(&device), expected);
    }

    #[test]
    fn what_is_said_of_a_peer_once_is_kept_when_it_goes_on() {
        let whole = peer(1, &[1]).with_persistent_keepalive_interval(25).with_rx_bytes(9);
        let device = merged(&[message(&[whole]), message(&[peer(1, &[2])])]);
        let expected = peer(1, &[1, 2]).with_persistent_keepalive_interval(25).with_rx_bytes(9);
        assert_eq!(device.peers, Some(vec![expected]));
    }

    #[test]
    fn a_peer_without_a_key_is_one_of_its_own() {
        let device = merged(&[message(&[Wgpeer::new()]), message(&[Wgpeer::new()])]);
        assert_eq!(device.peers.map(|peers| peers.len()), Some(2));
    }

    #[test]
    fn no_peers_and_an_empty_list_of_them_are_told_apart() {
        assert_eq!(merged(&[GetDeviceReply::new()]).peers, None);
        assert_eq!(merged(&[GetDeviceReply::new(), message(&[])]).peers, Some(Vec::new()));
    }

    #[test]
    fn an_error_among_the_messages_is_the_outcome() {
        let messages = [Ok(message(&[peer(1, &[1])])), Err("interrupted"), Ok(message(&[]))];
        assert_eq!(device(messages), Err("interrupted"));
    }
}
