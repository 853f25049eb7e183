//! The commands that talk to the kernel, and what all commands have in common.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "it fails a test"
)]

mod changes;
mod completions;
mod dump;
mod formats;
mod input;
mod interrupt;
mod man;
mod multi;
mod netns;
mod request;
mod run;
mod subscribe;
