//! The notifications of one family, as they come.

use std::marker::PhantomData;

use crate::connection::{Connection, ready};
use crate::error::Error;
use crate::family::{Family, Notification, Protocol};
use crate::transport::Transport;

/// An iterator over the notifications of one family; it waits for the next one and never ends.
///
/// [`Error::Lost`] tells that notifications were lost, a decode error that one was malformed, and
/// [`Error::Timeout`] that none came in the connection's time, where it has one; all are items like
/// others, and the next one goes on. An error of the socket repeats.
pub struct Subscription<'c, N, P: Protocol, T: Transport> {
    conn: &'c mut Connection<P, T>,
    listener: u64,
    namespace: Option<i32>,
    notification: PhantomData<N>,
}

impl<'c, N: Notification, P: Protocol, T: Transport> Subscription<'c, N, P, T> {
    pub(crate) fn new(conn: &'c mut Connection<P, T>) -> Self {
        let listener = conn.engine.listen::<N>();
        Self { conn, listener, namespace: None, notification: PhantomData }
    }

    /// The network namespace that the last notification came from, by its id in that of the socket;
    /// `None` where it is the socket's own. See [`Message::namespace`](crate::Message::namespace).
    pub fn namespace(&self) -> Option<i32> {
        self.namespace
    }
}

impl<N, P, T> Iterator for Subscription<'_, N, P, T>
where
    N: Notification,
    N::Family: Family<Protocol = P>,
    P: Protocol,
    T: Transport,
{
    type Item = Result<N, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut wait = self.conn.block_told();
        let event = ready(self.conn.engine.poll_event::<N>(self.listener, &mut wait));
        Some(event.map(|event| {
            self.namespace = event.namespace;
            event.notification
        }))
    }
}

impl<N, P: Protocol, T: Transport> Drop for Subscription<'_, N, P, T> {
    fn drop(&mut self) {
        self.conn.engine.channel.listeners.close(self.listener);
    }
}

impl<N, P: Protocol, T: Transport> std::fmt::Debug for Subscription<'_, N, P, T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Subscription").field("listener", &self.listener).finish_non_exhaustive()
    }
}
