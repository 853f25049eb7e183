//! Families by their specs alone: the codec against the kernel's client and against the typed one, the tables
//! against those of types, connections against kernels.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "these are tests"
)]

mod agreement;
mod any;
mod asking;
mod datagrams;
mod families;
mod scripted;
mod tables;
mod vectors;
