//! Sockets: what they send and receive, in tasks and in threads, with no connection above.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "these are tests"
)]

mod all_namespaces;
mod datagram;
mod named;
mod namespaces;
mod processes;
mod tasks;
