//! What `do`, `dump`, `multi` and `subscribe` share.

mod request;

pub(crate) use request::{Request, Way, operation};
