//! Netlink by spec at run time: a resolved family turns JSON into messages and back, without generated
//! code.
//!
//! A [`Family`] is made of a spec, once; a [`Format`] reads and writes one sort of its messages; a
//! [`Connection`] sends and receives them.
//!
//! ```
//! use nlkit_codegen::Builder;
//! use nlkit_dynamic::{Family, Mode};
//! use serde_json::json;
//!
//! let spec = "
//! name: lamp
//! doc: Lamps.
//! definitions:
//!   - { name: mode, type: enum, entries: [dark, bright] }
//! attribute-sets:
//!   - name: lamp
//!     attributes:
//!       - { name: id, type: u32 }
//!       - { name: mode, type: u32, enum: mode }
//! operations:
//!   list:
//!     - name: get
//!       doc: Look at a lamp.
//!       attribute-set: lamp
//!       do:
//!         request: { attributes: [id] }
//!         reply: { attributes: [id, mode] }
//! ";
//! let family = Family::new(Builder::new().resolve_str("lamp.yaml", spec)?);
//! let get = family.operation("get").expect("an operation");
//!
//! let request = family.request(get, Mode::Do).expect("a request");
//! let mut bytes = Vec::new();
//! request.encode(&json!({"id": 7}), &mut bytes)?;
//! # #[cfg(target_endian = "little")]
//! assert_eq!(bytes, [8, 0, 1, 0, 7, 0, 0, 0]);
//!
//! let reply = family.reply(get, Mode::Do).expect("a reply");
//! # #[cfg(target_endian = "little")]
//! let json = reply.decode(&[8, 0, 2, 0, 1, 0, 0, 0, 5, 0, 77, 0, 0xff, 0, 0, 0])?;
//! # #[cfg(target_endian = "little")]
//! assert_eq!(json, json!({"mode": "bright", "UnknownAttr(77)": "ff"}));
//!
//! let error = request.encode(&json!({"idd": 7}), &mut bytes).unwrap_err();
//! let text = ".idd: no such attribute in set `lamp`; there is one with a similar name: `id`";
//! assert_eq!(error.to_string(), text);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![doc = ""]
#![doc = include_str!("convention.md")]

pub mod agreement;
mod annotate;
mod connection;
mod decode;
pub mod decoder;
mod encode;
mod error;
mod family;
mod format;
mod names;
mod number;
mod resolve;
mod schema;
mod selector;
mod structs;
mod swap;
mod tables;
mod tap;
mod text;

pub use serde_json::Value;

pub use crate::annotate::Piece;
pub use crate::connection::{
    Batch, Connection, Entries, Error, Notification, protocol_number, raw_operation,
};
pub use crate::decoder::Direction;
pub use crate::error::EncodeError;
pub use crate::family::{Family, Mode, Operation};
pub use crate::format::Format;
pub use crate::tap::Tap;
