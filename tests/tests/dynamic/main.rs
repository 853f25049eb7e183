//! The dynamic codec: against the kernel's client, against the typed codec, and by itself.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "these are tests"
)]

mod agreement;
mod families;
mod vectors;
