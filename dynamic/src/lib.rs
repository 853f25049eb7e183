//! Netlink by spec at run time: a resolved family turns JSON into messages and back, without generated
//! code.

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
mod tables;
mod tap;
mod text;

pub use serde_json::Value;

pub use crate::annotate::Piece;
pub use crate::connection::{
    Batch, Connection, Entries, Error, Notification, protocol_number, raw_operation,
};
pub use crate::error::EncodeError;
pub use crate::family::{Family, Mode, Operation};
pub use crate::format::Format;
pub use crate::tap::{Direction, Tap};
