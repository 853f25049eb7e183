//! The notifications of one family, as they come.

use std::marker::PhantomData;

use crate::connection::Connection;
use crate::error::Error;
use crate::family::{Generic, Notification};
use crate::transport::Transport;

/// An iterator over the notifications of one family; it waits for the next one and never ends.
///
/// [`Error::Overrun`] tells that notifications were lost, a decode error that one was malformed;
/// both are items like others, and the next one goes on. An error of the socket repeats.
#[derive(Debug)]
pub struct Subscription<'c, N, T> {
    conn: &'c mut Connection<Generic, T>,
    notification: PhantomData<fn() -> N>,
}

impl<'c, N, T> Subscription<'c, N, T> {
    pub(crate) fn new(conn: &'c mut Connection<Generic, T>) -> Self {
        Self { conn, notification: PhantomData }
    }
}

impl<N: Notification, T: Transport> Iterator for Subscription<'_, N, T> {
    type Item = Result<N, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Some(kept) = self.conn.kept_notification() {
            return Some(kept);
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
