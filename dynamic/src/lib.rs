//! Netlink by spec at run time: a resolved family turns JSON into messages and back, without generated
//! code.

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
mod structs;
mod text;

pub use serde_json::Value;

pub use crate::error::EncodeError;
pub use crate::family::{Family, Mode, Operation};
pub use crate::format::Format;
