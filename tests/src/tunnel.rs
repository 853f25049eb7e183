//! A family that no kernel has, with nests in lists in nests: tunnels and their peers.

use std::net::IpAddr;

use nlkit as nl;
use nlkit::nlctrl::{FamilyInfo, GroupInfo};
use nlkit::script::answer;
use nlkit::{IndexedArray, NlAttrs, NlString};

/// Its id in these tests.
pub const ID: u16 = 40;
/// The id of its multicast group.
pub const PEERS_ID: u32 = 7;
/// The group of peers that come and go.
pub const PEERS: nl::Group<Notification> = nl::Group::new("peers");
/// A group that the kernel does not have.
pub const NO_GROUP: nl::Group<Notification> = nl::Group::new("weather");

/// Number of `get`, in requests and replies.
pub const GET: u8 = 1;
/// Number of `set`.
pub const SET: u8 = 2;
/// Number of the notification `peer-add`.
pub const PEER_ADD: u8 = 3;

/// The family `tunnel`.
#[derive(Debug)]
pub enum Family {}

impl nl::Family for Family {
    type Protocol = nl::Generic;
    const NAME: &'static str = "tunnel";
}

/// A tunnel: request and reply of `get`.
#[derive(Clone, Default, PartialEq, NlAttrs)]
#[nl(debug, setters)]
pub struct Tunnel {
    /// Its number.
    #[nl(id = 1)]
    pub ifindex: Option<u32>,
    /// Its name.
    #[nl(id = 2)]
    pub ifname: Option<NlString>,
    /// Bytes that came in.
    #[nl(id = 3, as = nl::Uint)]
    pub rx_bytes: Option<u64>,
    /// Its peers.
    #[nl(id = 8, as = IndexedArray)]
    pub peers: Option<Vec<Peer>>,
}

/// Values whose attribute numbers are data.
pub type ByKey<T> = Vec<(u16, T)>;

/// A peer of a tunnel.
#[derive(Clone, Default, PartialEq, NlAttrs)]
#[nl(debug, setters)]
pub struct Peer {
    /// Its key.
    #[nl(id = 1)]
    pub public_key: Option<[u8; 4]>,
    /// What it may send from.
    #[nl(id = 9, as = IndexedArray)]
    pub allowedips: Option<Vec<AllowedIp>>,
    /// Where it was seen, from the newest on.
    #[nl(id = 10)]
    pub endpoint: Vec<Endpoint>,
    /// Priorities by class and queue.
    #[nl(id = 11, as = nl::Keyed<nl::Keyed>)]
    pub classes: Option<ByKey<ByKey<Endpoint>>>,
}

/// A range of addresses.
#[derive(Clone, Default, PartialEq, NlAttrs)]
#[nl(debug, setters)]
pub struct AllowedIp {
    /// Address family.
    #[nl(id = 1)]
    pub family: Option<u16>,
    /// Its first address.
    #[nl(id = 2)]
    pub ipaddr: Option<IpAddr>,
    /// Length of its prefix in bits.
    #[nl(id = 3)]
    pub cidr_mask: Option<u8>,
}

/// An address and a port.
#[derive(Clone, Default, PartialEq, NlAttrs)]
#[nl(debug, setters)]
pub struct Endpoint {
    /// The port.
    #[nl(id = 1, as = nl::Be<u16>)]
    pub port: Option<u16>,
    /// The address.
    #[nl(id = 2)]
    pub address: Option<IpAddr>,
}

/// Just the name of a tunnel.
#[derive(Default, PartialEq, NlAttrs)]
#[nl(debug)]
pub struct Brief<'a> {
    /// Its name.
    #[nl(id = 2)]
    pub ifname: Option<nl::NlStr<'a>>,
}

/// Request of `set`, which is only acknowledged.
#[derive(Clone, Default, PartialEq, NlAttrs)]
#[nl(debug)]
pub struct Set {
    /// The tunnel's number.
    #[nl(id = 1)]
    pub ifindex: Option<u32>,
    /// Its peers.
    #[nl(id = 8, as = IndexedArray)]
    pub peers: Option<Vec<Peer>>,
}

/// Request of `swap`, which is acknowledged and may be answered with what there was before.
#[derive(Clone, Default, PartialEq, NlAttrs)]
#[nl(debug)]
pub struct Swap {
    /// The tunnel's number.
    #[nl(id = 1)]
    pub ifindex: Option<u32>,
}

impl nl::Do for Tunnel {
    type Family = Family;
    type Reply = Self;
    const NAME: &'static str = "get";
    const CMD: u16 = GET as u16;
    const ACK: bool = false;
}

impl nl::Dump for Tunnel {
    type Family = Family;
    type Reply = Self;
    const NAME: &'static str = "get";
    const CMD: u16 = GET as u16;
}

impl nl::Do for Set {
    type Family = Family;
    type Reply = ();
    const NAME: &'static str = "set";
    const CMD: u16 = SET as u16;
}

impl nl::Do for Swap {
    type Family = Family;
    type Reply = Tunnel;
    const NAME: &'static str = "swap";
    const CMD: u16 = 4;
}

/// What the family tells unasked.
#[derive(Clone, Debug, PartialEq)]
pub enum Notification {
    /// A tunnel has a new peer.
    PeerAdd(Peer),
    /// One that is not known.
    Unknown(nl::RawMessage),
}

impl nl::Notification for Notification {
    type Family = Family;

    fn decode(message: nl::Message<'_>) -> Result<Self, nl::DecodeError> {
        Ok(match message.cmd() {
            3 => Self::PeerAdd(message.decode()?),
            _ => Self::Unknown(message.to_raw()),
        })
    }

    fn encode(&self, buffer: &mut Vec<u8>) -> Result<u16, nl::EncodeError> {
        match self {
            Self::PeerAdd(peer) => nl::encode_into(peer, buffer).map(|()| PEER_ADD.into()),
            Self::Unknown(message) => message.encode(buffer),
        }
    }
}

/// The family, as nlctrl tells of it, with the id given.
pub fn info(id: u16) -> FamilyInfo {
    let peers = GroupInfo { id: Some(PEERS_ID), name: Some("peers".into()) };
    FamilyInfo {
        id: Some(id),
        name: Some("tunnel".into()),
        groups: Some(vec![peers]),
        ..FamilyInfo::default()
    }
}

/// nlctrl's answer with the family's id; `None` where the request is for another family than
/// nlctrl.
pub fn resolve(request: &[u8], id: u16) -> Option<Vec<u8>> {
    let answer = answer(request);
    let asked = answer.request().kind == nl::nlctrl::ID;
    asked.then(|| answer.reply(nl::nlctrl::ID, 1, &info(id)).into_datagram())
}

/// A tunnel with its number and name.
pub fn tunnel(ifindex: u32, ifname: &str) -> Tunnel {
    Tunnel::new().with_ifindex(ifindex).with_ifname(ifname)
}
