//! What a spec cannot say, written by hand: how the messages of a family belong together.

#[cfg(feature = "nftables")]
pub mod nftables;
#[cfg(feature = "wireguard")]
pub mod wireguard;
