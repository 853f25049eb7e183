//! The notifications of one family, as they come.

use std::marker::PhantomData;

use crate::connection::Connection;
use crate::error::Error;
use crate::family::{Family, Notification, Protocol};
use crate::transport::Transport;

/// An iterator over the notifications of one family; it waits for the next one and never ends.
///
/// [`Error::Overrun`] tells that notifications were lost, a decode error that one was malformed;
/// both are items like others, and the next one goes on. An error of the socket repeats.
#[derive(Debug)]
pub struct Subscription<'c, N, P, T> {
    conn: &'c mut Connection<P, T>,
    /// Whether one of the kept notifications may be of the family.
    kept: bool,
    notification: PhantomData<N>,
}

impl<'c, N, P, T> Subscription<'c, N, P, T> {
    pub(crate) fn new(conn: &'c mut Connection<P, T>) -> Self {
        Self { conn, kept: true, notification: PhantomData }
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
        if self.kept {
            // Only those of others join them from here on.
            let kept = self.conn.kept_notification();
            self.kept = kept.is_some();
            if kept.is_some() {
                return kept;
            }
        }
        loop {
            match self.conn.channel.next_notification(true) {
                Ok(Some(raw)) => match self.conn.decode_notification(&raw) {
                    Some(event) => return Some(event),
                    None => self.conn.channel.keep(raw),
                },
                Ok(None) => {}
                Err(error) => return Some(Err(error)),
            }
        }
    }
}
