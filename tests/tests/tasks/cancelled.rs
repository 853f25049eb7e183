//! Futures that are dropped: the connection stays usable, and nothing is left of them.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use nlkit::nlctrl::GetFamily;
use nlkit::{AsyncTransport, Error, Generic, asynchronous::Connection};

use super::{ids, on_both};

async fn a_request_that_is_dropped_leaves_the_connection_usable<T: AsyncTransport>(
    conn: Connection<Generic, T>,
) {
    let all = ids(&conn).await.unwrap();
    for polled in [false, true] {
        let request = GetFamily { id: Some(16), name: None };
        {
            let mut unheard = pin!(conn.request(&request));
            if polled {
                poll_fn(|cx| {
                    let _ = unheard.as_mut().poll(cx);
                    Poll::Ready(())
                })
                .await;
            }
        }
        assert_eq!(conn.request(&request).await.unwrap().id, Some(16));
        let mut dump = conn.dump(&GetFamily::default()).await.unwrap();
        dump.next().await.unwrap().unwrap();
        drop(dump);
        assert_eq!(ids(&conn).await.unwrap(), all);
    }
}

async fn a_wait_for_nothing_ends_in_time<T: AsyncTransport>(conn: Connection<Generic, T>) {
    let hasty = conn.with_timeout(Duration::from_millis(1));
    assert!(conn.try_notification().unwrap().is_none());
    let error = hasty.notification().await.unwrap_err();
    assert!(matches!(error, Error::Timeout { .. }), "{error:?}");
    assert!(ids(&hasty).await.unwrap().contains(&16), "and it is usable");
}

on_both! { a_request_that_is_dropped_leaves_the_connection_usable a_wait_for_nothing_ends_in_time }
