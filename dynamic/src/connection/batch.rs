//! Several requests in one datagram.

use std::fmt;

use nlkit::{Modifiers, RawOperation, Ticket, Transport};
use nlkit_codegen::ir::Protocol;

use super::{Call, Connection, Error, either};
use crate::{Family, Mode, Operation, Value};

/// Requests that go to the kernel in one datagram, each with an outcome of its own: see [`nlkit::Batch`].
///
/// # Examples
/// ```no_run
/// # fn f(links: &'static nlkit_dynamic::Family) -> Result<(), Box<dyn std::error::Error>> {
/// # let newlink = links.operation("newlink").ok_or("no such operation")?;
/// # let mut conn = nlkit_dynamic::Connection::open(links)?;
/// use serde_json::json;
///
/// let mut batch = conn.batch();
/// for name in ["left", "right"] {
///     let link = json!({"ifname": name, "linkinfo": {"kind": "dummy"}});
///     batch.add(links, newlink, &link, nlkit::Modifiers::CREATE)?;
/// }
/// for outcome in batch.send()? {
///     outcome?;
/// }
/// # Ok(())
/// # }
/// ```
#[must_use = "nothing is sent before `send`"]
pub struct Batch<'c, T: Transport> {
    conn: &'c mut Connection<T>,
    requests: Vec<Request>,
}

struct Request {
    call: Call,
    body: Vec<u8>,
    modifiers: Modifiers,
}

impl Request {
    /// Whether the kernel says so when it is done. The begin and the end of a transaction of nftables it
    /// acknowledges from 6.10 on at most.
    fn is_acknowledged(&self) -> bool {
        const NETFILTER: Protocol = Protocol::Raw(12);
        const BATCH: [u16; 2] = [0x10, 0x11];
        self.call.family.ir().protocol != NETFILTER || !BATCH.contains(&self.call.raw.cmd)
    }
}

impl<'c, T: Transport> Batch<'c, T> {
    pub(super) fn new(conn: &'c mut Connection<T>) -> Self {
        Self { conn, requests: Vec::new() }
    }

    /// Adds a request.
    ///
    /// # Errors
    /// JSON that does not fit the spec; an operation without a do. The batch is as before.
    pub fn add(
        &mut self,
        family: &'static Family,
        operation: &'static Operation,
        request: &Value,
        modifiers: Modifiers,
    ) -> Result<(), Error> {
        let call = Call::new(family, operation, Mode::Do)?;
        let body = self.conn.body(&call, request)?;
        self.requests.push(Request { call, body, modifiers });
        Ok(())
    }

    /// Sends the requests and gives the outcome of each, in their order: its replies, or why it failed.
    ///
    /// # Errors
    /// Where the datagram cannot be sent, or a family is not there; then nothing was done.
    pub fn send(self) -> Result<Vec<Result<Vec<Value>, Error>>, Error> {
        either!(&mut self.conn.link, conn => {
            let mut batch = conn.batch();
            let mut tickets: Vec<Ticket<RawOperation>> = Vec::new();
            for request in &self.requests {
                let Request { call, body, modifiers } = request;
                tickets.push(match request.is_acknowledged() {
                    true => batch.add_raw(&call.raw, body, *modifiers)?,
                    false => batch.add_unacknowledged_raw(&call.raw, body, *modifiers)?,
                });
            }
            let mut outcomes = batch.send()?;
            let outcomes = self.requests.iter().zip(tickets).map(|(request, ticket)| {
                let replies = outcomes.take_raw(ticket)?;
                replies.iter().map(|reply| request.call.decode_bytes(reply)).collect()
            });
            Ok(outcomes.collect())
        })
    }
}

impl<T: Transport> fmt::Debug for Batch<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.requests.iter().map(|request| request.call.name())).finish()
    }
}
