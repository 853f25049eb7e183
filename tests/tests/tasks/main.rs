//! Async connections on the real kernel, under tokio and smol.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "these are tests")]

mod bounds;
mod cancelled;
mod concurrent;
mod raw_operations;

use nlkit::nlctrl::GetFamily;
use nlkit::{AsyncTransport, Error, Generic, asynchronous::Connection};

/// The ids of the families of this kernel.
async fn ids<T: AsyncTransport>(conn: &Connection<Generic, T>) -> Result<Vec<u16>, Error> {
    let families = conn.dump(&GetFamily::default()).await?.collect().await?;
    Ok(families.into_iter().filter_map(|family| family.id).collect())
}

/// Runs a test under both runtimes.
macro_rules! on_both {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        mod $name {
            #[test]
            fn on_tokio() {
                let runtime = tokio::runtime::Builder::new_multi_thread()
                    .worker_threads(2)
                    .enable_all()
                    .build()
                    .unwrap();
                runtime.block_on(async {
                    super::$name(nlkit::tokio::Connection::generic().unwrap()).await;
                });
            }

            #[test]
            fn on_smol() {
                async_io::block_on(async {
                    super::$name(nlkit::smol::Connection::generic().unwrap()).await;
                });
            }
        }
    )*};
}
pub(crate) use on_both;
