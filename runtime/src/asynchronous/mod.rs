//! Connections for async tasks, on any runtime: what the blocking ones do, over the same engine.
//!
//! `nlkit::tokio::Connection` (feature `tokio`) and `nlkit::smol::Connection` (feature `smol`) are those
//! to use; these are generic over the transport.
//!
//! A connection is a handle: its clones share one socket, and any number of tasks can ask at once. A
//! future that is dropped leaves the connection usable, at any point; a request that was sent may be
//! carried out all the same. The kernel carries a request out while it is being sent to, so a future
//! is mostly ready at once; only notifications, and answers of other processes, are waited for.

mod batch;
mod connection;
mod dump;
mod families;
#[cfg(feature = "policy")]
mod guards;
mod listening;
mod open;
mod raw;
mod subscription;
mod waiter;
mod watch;

pub use self::batch::Batch;
pub use self::connection::Connection;
pub use self::dump::{Messages, Replies, Views};
pub use self::subscription::Subscription;
pub use self::watch::Watch;
