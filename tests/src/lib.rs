//! What the tests share.

pub mod again;
pub mod any_bytes;
pub mod facts;
pub mod faulty;
pub mod golden;
pub mod in_c;
pub mod kernel;
pub mod lab;
pub mod long_routes;
pub mod messages;
pub mod namespace;
pub mod random;
pub mod raw;
pub mod round_trip;
pub mod scratch;
pub mod sets;
pub mod shelf;
pub mod skip;
pub mod tables;
pub mod tunnel;
pub mod vectors;
