//! Linux netlink families, ready to use: one module and one cargo feature each.
//!
//! The modules are generated from the YAML in `families/` and expanded, so that this crate's users
//! build neither a YAML reader nor a proc macro. What they hold:
//!
//! - `XRequest` and `XReply`, the messages of operation `x`; `XDump`, what to ask its dump with. All
//!   have public fields, `new()` and `with_` setters. A later version may add fields.
//! - Enums and flags that keep values which they do not know.
//! - Constants for multicast groups, and `Notification`, what is told there.
//!
//! Operations, attributes, entries of enums, constants and groups are found by their C names in the
//! search of these docs: `ETHTOOL_A_RINGS_RX`.
//!
//! ```no_run
//! # #[cfg(feature = "netdev")] {
//! use nlkit_specs::netdev;
//!
//! let mut conn = nlkit::Connection::generic()?;
//! for device in conn.dump(&netdev::DevGetDump::new())? {
//!     let device = device?;
//!     println!("{:?}: {:?}", device.ifindex, device.xdp_features);
//! }
//! # }
//! # Ok::<(), nlkit::Error>(())
//! ```

pub use nlkit;

#[cfg(feature = "binder")]
#[rustfmt::skip]
pub mod binder;
#[cfg(feature = "conntrack")]
#[rustfmt::skip]
pub mod conntrack;
#[cfg(feature = "dev-energymodel")]
#[rustfmt::skip]
pub mod dev_energymodel;
#[cfg(feature = "devlink")]
#[rustfmt::skip]
pub mod devlink;
#[cfg(feature = "dpll")]
#[rustfmt::skip]
pub mod dpll;
#[cfg(feature = "drm_ras")]
#[rustfmt::skip]
pub mod drm_ras;
#[cfg(feature = "ethtool")]
#[rustfmt::skip]
pub mod ethtool;
#[cfg(feature = "fou")]
#[rustfmt::skip]
pub mod fou;
#[cfg(feature = "handshake")]
#[rustfmt::skip]
pub mod handshake;
#[cfg(any(feature = "nftables", feature = "wireguard"))]
pub mod helpers;
#[cfg(feature = "lockd")]
#[rustfmt::skip]
pub mod lockd;
#[cfg(feature = "mptcp_pm")]
#[rustfmt::skip]
pub mod mptcp_pm;
#[cfg(feature = "net_shaper")]
#[rustfmt::skip]
pub mod net_shaper;
#[cfg(feature = "netdev")]
#[rustfmt::skip]
pub mod netdev;
#[cfg(feature = "nfsd")]
#[rustfmt::skip]
pub mod nfsd;
#[cfg(feature = "nftables")]
#[rustfmt::skip]
pub mod nftables;
#[cfg(feature = "nl80211")]
#[rustfmt::skip]
pub mod nl80211;
#[cfg(feature = "nlctrl")]
#[rustfmt::skip]
pub mod nlctrl;
#[cfg(feature = "ovpn")]
#[rustfmt::skip]
pub mod ovpn;
#[cfg(feature = "ovs_datapath")]
#[rustfmt::skip]
pub mod ovs_datapath;
#[cfg(feature = "ovs_flow")]
#[rustfmt::skip]
pub mod ovs_flow;
#[cfg(feature = "ovs_packet")]
#[rustfmt::skip]
pub mod ovs_packet;
#[cfg(feature = "ovs_vport")]
#[rustfmt::skip]
pub mod ovs_vport;
#[cfg(feature = "psp")]
#[rustfmt::skip]
pub mod psp;
#[cfg(feature = "rt-addr")]
#[rustfmt::skip]
pub mod rt_addr;
#[cfg(feature = "rt-link")]
#[rustfmt::skip]
pub mod rt_link;
#[cfg(feature = "rt-neigh")]
#[rustfmt::skip]
pub mod rt_neigh;
#[cfg(feature = "rt-route")]
#[rustfmt::skip]
pub mod rt_route;
#[cfg(feature = "rt-rule")]
#[rustfmt::skip]
pub mod rt_rule;
#[cfg(feature = "sunrpc_cache")]
#[rustfmt::skip]
pub mod sunrpc;
#[cfg(feature = "tc")]
#[rustfmt::skip]
pub mod tc;
#[cfg(feature = "tcp_metrics")]
#[rustfmt::skip]
pub mod tcp_metrics;
#[cfg(feature = "team")]
#[rustfmt::skip]
pub mod team;
#[cfg(feature = "wireguard")]
#[rustfmt::skip]
pub mod wireguard;
#[cfg(feature = "yaml")]
pub mod yaml;
