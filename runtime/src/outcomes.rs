//! What became of the requests of a batch.

use std::fmt;
use std::marker::PhantomData;

use crate::attrs::decode;
use crate::error::Error;
use crate::family::Do;
use crate::raw::RawOperation;

/// Which request of a batch: what its outcome is had by.
pub struct Ticket<R> {
    index: usize,
    request: PhantomData<fn() -> R>,
}

impl<R> Ticket<R> {
    pub(crate) fn new(index: usize) -> Self {
        Self { index, request: PhantomData }
    }

    /// The position of the request in the batch, from 0 on.
    pub fn index(&self) -> usize {
        self.index
    }
}

impl<R> fmt::Debug for Ticket<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Ticket({})", self.index)
    }
}

/// What became of the requests of a batch, in their order.
#[derive(Debug)]
#[must_use = "each request has an outcome of its own, which may be an error"]
pub struct Outcomes(Vec<Option<Outcome>>);

/// What became of a request; its replies as they came.
pub(crate) type Outcome = Result<Vec<Vec<u8>>, Error>;

impl Outcomes {
    pub(crate) fn new(outcomes: Vec<Option<Outcome>>) -> Self {
        Self(outcomes)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether each succeeded, in the order of the requests.
    pub fn iter(&self) -> impl Iterator<Item = Result<(), &Error>> {
        self.0.iter().map(|outcome| match outcome {
            Some(Err(error)) => Err(error),
            _ => Ok(()),
        })
    }

    /// What a request was answered with; where the kernel only acknowledged it, an empty reply.
    ///
    /// # Errors
    /// Why it failed: [`KernelError::index`](crate::KernelError::index) is its position.
    pub fn take<R: Do>(&mut self, ticket: Ticket<R>) -> Result<R::Reply, Error> {
        match self.take_replies(ticket.index)?.last() {
            Some(reply) => Ok(decode(reply)?),
            None => Ok(R::Reply::default()),
        }
    }

    /// What a request was answered with, each reply with its fixed header and attributes; nothing where the
    /// kernel only acknowledged it.
    ///
    /// # Errors
    /// As [`Outcomes::take`].
    pub fn take_raw(&mut self, ticket: Ticket<RawOperation>) -> Result<Vec<Vec<u8>>, Error> {
        self.take_replies(ticket.index)
    }

    fn take_replies(&mut self, index: usize) -> Outcome {
        self.0.get_mut(index).and_then(Option::take).unwrap_or(Ok(Vec::new()))
    }
}

/// Whether each succeeded.
impl IntoIterator for Outcomes {
    type Item = Result<(), Error>;
    type IntoIter = std::vec::IntoIter<Self::Item>;

    fn into_iter(self) -> Self::IntoIter {
        let outcomes = self.0.into_iter();
        let told: Vec<_> = outcomes.map(|it| it.unwrap_or(Ok(Vec::new())).map(drop)).collect();
        told.into_iter()
    }
}
