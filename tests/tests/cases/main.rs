//! Cases that netlink libraries are known to stumble over: `tests/CASES.md` names for each the tests
//! that show that nlkit does not. Those that are nowhere else are here, all with the running kernel.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "these are tests"
)]

mod controller;
mod devices;
mod dumps;
mod errors;
mod list;
