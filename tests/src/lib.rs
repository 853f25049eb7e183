//! What the tests share.

pub mod facts;
pub mod faulty;
pub mod golden;
pub mod kernel;
pub mod lab;
pub mod messages;
pub mod raw;
pub mod sets;
pub mod skip;
pub mod tunnel;
