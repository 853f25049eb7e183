//! What the tests share.

pub mod golden;
pub mod kernel;
pub mod messages;
pub mod skip;
