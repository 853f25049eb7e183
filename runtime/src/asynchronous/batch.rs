//! Several requests in one datagram.

use std::fmt;
use std::future::poll_fn;

use super::waiter::Waiter;
use crate::attrs::NlAttrs;
use crate::batch::Requests;
use crate::error::{Error, RequestName};
use crate::family::{Do, Family, Protocol};
use crate::modifiers::Modifiers;
use crate::outcomes::{Outcomes, Ticket};
use crate::raw::RawOperation;
use crate::transport::AsyncTransport;

/// Requests that go to the kernel in one datagram, each with an outcome of its own. See
/// [`crate::Batch`].
#[must_use = "nothing is sent before `send`"]
pub struct Batch<P: Protocol, T: AsyncTransport> {
    waiter: Waiter<P, T>,
    requests: Requests,
}

impl<P: Protocol, T: AsyncTransport> Batch<P, T> {
    pub(super) fn new(waiter: Waiter<P, T>) -> Self {
        Self { waiter, requests: Requests::default() }
    }

    /// Adds a request.
    ///
    /// # Errors
    /// Where it cannot be put into a message. The batch is as before.
    pub fn add<'r, R>(&mut self, request: &R, modifiers: Modifiers) -> Result<Ticket<R>, Error>
    where
        R: Do + NlAttrs<'r>,
        R::Family: Family<Protocol = P>,
    {
        self.requests.add::<P, R>(request, modifiers, true)
    }

    /// Adds a request that the kernel does not acknowledge. See [`crate::Batch::add_unacknowledged`].
    ///
    /// # Errors
    /// As [`Batch::add`].
    pub fn add_unacknowledged<'r, R>(
        &mut self,
        request: &R,
        modifiers: Modifiers,
    ) -> Result<Ticket<R>, Error>
    where
        R: Do + NlAttrs<'r>,
        R::Family: Family<Protocol = P>,
    {
        self.requests.add::<P, R>(request, modifiers, false)
    }

    /// Adds a request for an operation that is known only at run time. See [`crate::Batch::add_raw`].
    ///
    /// # Errors
    /// As [`crate::Batch::add_raw`].
    pub fn add_raw(
        &mut self,
        operation: &RawOperation,
        body: &[u8],
        modifiers: Modifiers,
    ) -> Result<Ticket<RawOperation>, Error> {
        self.requests.add_raw::<P>(operation, body, modifiers, true)
    }

    /// As [`Batch::add_raw`], for a request that the kernel does not acknowledge.
    ///
    /// # Errors
    /// As [`Batch::add_raw`].
    pub fn add_unacknowledged_raw(
        &mut self,
        operation: &RawOperation,
        body: &[u8],
        modifiers: Modifiers,
    ) -> Result<Ticket<RawOperation>, Error> {
        self.requests.add_raw::<P>(operation, body, modifiers, false)
    }

    /// Sends the requests and gives the outcome of each, in their order.
    ///
    /// # Errors
    /// Where the datagram cannot be sent, or a family is not there; then nothing was done.
    pub async fn send(mut self) -> Result<Outcomes, Error> {
        poll_fn(|cx| {
            let requests = &mut self.requests;
            self.waiter.poll(cx, BATCH, |engine, wait| requests.poll_outcomes(engine, wait))
        })
        .await
    }
}

const BATCH: RequestName = RequestName { family: "any", operation: "batch" };

impl<P: Protocol, T: AsyncTransport> Drop for Batch<P, T> {
    fn drop(&mut self) {
        self.requests.close(&mut self.waiter.shared.lock());
    }
}

impl<P: Protocol, T: AsyncTransport> fmt::Debug for Batch<P, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Batch").field("requests", &self.requests).finish_non_exhaustive()
    }
}
