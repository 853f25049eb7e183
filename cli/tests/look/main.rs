//! The commands that look: what this kernel has, what is told, what messages say.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "these are tests"
)]

mod captures;
mod decode;
mod examples;
mod families;
mod monitor;
mod nlmon;
mod run;
mod strace;
