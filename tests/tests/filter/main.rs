//! Packet filters, and what else the kernel keeps of connections, on the running kernel: what we make
//! other tools show, and what they make we decode. Each test has a network namespace of its own.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "these are tests"
)]

mod conntrack;
mod expressions;
mod mptcp_pm;
mod nftables;
mod sets;
mod tcp_metrics;
mod transactions;
mod witness;
