//! Netlink by spec at run time: a resolved family turns JSON into messages and back, without generated
//! code.

pub mod agreement;
mod batch;
mod connection;
#[expect(missing_docs, reason = "the codec brings it")]
mod contract;
mod dump;
mod error;
mod notification;
mod selector;
mod tables;
mod tap;

pub use crate::batch::Batch;
pub use crate::connection::{Connection, protocol_number, raw_operation};
pub use crate::contract::{EncodeError, Family, Format, Mode, Operation};
pub use crate::dump::Entries;
pub use crate::error::Error;
pub use crate::notification::Notification;
pub use crate::tap::{Direction, Tap};
