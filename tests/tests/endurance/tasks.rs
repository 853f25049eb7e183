//! A runtime of tokio in the test's own thread: that is the one in its network namespace, and the one
//! whose memory is counted.

use nlkit::Route;

use super::FOREVER;

pub(crate) fn on_tokio<V>(future: impl Future<Output = V>) -> V {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(future)
}

/// A connection whose waits end.
pub(crate) fn connection() -> nlkit::tokio::Connection<Route> {
    nlkit::tokio::Connection::route().unwrap().with_timeout(FOREVER)
}
