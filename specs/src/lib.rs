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

#[cfg(feature = "ethtool")]
#[rustfmt::skip]
pub mod ethtool;
#[cfg(feature = "netdev")]
#[rustfmt::skip]
pub mod netdev;
#[cfg(feature = "nlctrl")]
#[rustfmt::skip]
pub mod nlctrl;
