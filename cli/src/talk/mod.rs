//! What `do`, `dump`, `multi` and `subscribe` share.

mod flags;
mod link;
mod progress;
mod raw;
mod request;

pub(crate) use flags::Flags;
pub(crate) use link::{Link, RECEIVE_BUFFER, Wire, tell_warnings};
pub(crate) use progress::{Progress, clear as clear_progress};
pub(crate) use request::{Request, call, operation};
