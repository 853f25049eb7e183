//! The entries of a dump, as they come.

use std::fmt;

use nlkit::{Generic, Messages, Transport};

use super::{ByNumber, Call, Error, Link};
use crate::Value;

/// The entries of a dump, each as JSON.
///
/// An entry that cannot be decoded is an error in its place, and the dump goes on. The last item is
/// [`nlkit::Error::DumpInterrupted`] where the data changed meanwhile. Dropping it half way leaves the
/// connection usable.
#[must_use = "entries come as it goes on, and errors among them"]
pub struct Entries<'c, T: Transport> {
    call: Call,
    messages: Either<'c, T>,
}

enum Either<'c, T: Transport> {
    Generic(Messages<'c, Generic, T>),
    Raw(Messages<'c, ByNumber, T>),
}

impl<'c, T: Transport> Entries<'c, T> {
    pub(super) fn new(link: &'c mut Link<T>, call: Call, body: &[u8]) -> Result<Self, Error> {
        let messages = match link {
            Link::Generic(conn) => Either::Generic(conn.dump_raw(&call.raw, body)?),
            Link::Raw(conn) => Either::Raw(conn.dump_raw(&call.raw, body)?),
        };
        Ok(Self { call, messages })
    }
}

impl<T: Transport> Iterator for Entries<'_, T> {
    type Item = Result<Value, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        let message = match &mut self.messages {
            Either::Generic(messages) => messages.next()?,
            Either::Raw(messages) => messages.next()?,
        };
        Some(match message {
            Ok(message) => self.call.decode(&message),
            Err(error) => Err(error.into()),
        })
    }
}

impl<T: Transport> fmt::Debug for Entries<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Entries").field("request", &self.call.name()).finish_non_exhaustive()
    }
}
