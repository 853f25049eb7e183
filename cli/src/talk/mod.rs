//! What `do`, `dump`, `multi` and `subscribe` share.

mod request;
mod takes;

pub(crate) use request::{Request, Way, operation};
