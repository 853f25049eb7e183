//! Changes of nftables, which take effect together or not at all.

use nlkit::{Batch, Connection, Do, Error, Modifiers, Netfilter, NlAttrs, Transport};

use crate::nftables::{BatchBeginRequest, BatchEndRequest, Family, Nfgenmsg};

/// The number of nftables among the subsystems of nfnetlink, `NFNL_SUBSYS_NFTABLES`.
const SUBSYSTEM: u16 = 10;

/// Carries out the requests that `fill` adds as one transaction: all of them, or none.
///
/// ```no_run
/// use nlkit::Modifiers;
/// use nlkit_specs::helpers::nftables::transaction;
/// use nlkit_specs::nftables::{NewchainRequest, NewtableRequest, Nfgenmsg};
///
/// let inet = || Nfgenmsg::new().with_nfgen_family(1);
/// let table = NewtableRequest::new().with_header(inet()).with_name("t");
/// let chain = NewchainRequest::new().with_header(inet()).with_table("t").with_name("c");
///
/// let mut conn = nlkit::Connection::netfilter()?;
/// transaction(&mut conn, |changes| {
///     changes.add(&table, Modifiers::CREATE)?;
///     changes.add(&chain, Modifiers::CREATE)
/// })?;
/// # Ok::<(), nlkit::Error>(())
/// ```
///
/// # Errors
/// The first request that the kernel refuses, with its words and its position among those of `fill`
/// ([`KernelError::index`](nlkit::KernelError::index)); what `fill` returns, where it fails, and then
/// nothing was sent; an error of the socket.
pub fn transaction<T: Transport>(
    conn: &mut Connection<Netfilter, T>,
    fill: impl FnOnce(&mut Transaction<'_, T>) -> Result<(), Error>,
) -> Result<(), Error> {
    let header = Nfgenmsg::new().with_res_id(SUBSYSTEM);
    let none = Modifiers::default();
    let mut changes = Transaction { batch: conn.batch() };
    changes.batch.add_unacknowledged(&BatchBeginRequest::new().with_header(header), none)?;
    fill(&mut changes)?;
    changes.batch.add_unacknowledged(&BatchEndRequest::new().with_header(header), none)?;
    let outcomes = changes.batch.send()?;
    let last = outcomes.len().saturating_sub(1);
    for (index, outcome) in outcomes.into_iter().enumerate() {
        let request = index.checked_sub(1).filter(|_| index < last);
        outcome.map_err(|error| number(error, request))?;
    }
    Ok(())
}

/// The error with the position of the request among those of the caller.
fn number(mut error: Error, index: Option<usize>) -> Error {
    if let Error::Kernel(refusal) = &mut error {
        refusal.index = index;
    }
    error
}

/// The changes of a [`transaction`] while it is put together.
#[derive(Debug)]
pub struct Transaction<'c, T: Transport> {
    batch: Batch<'c, Netfilter, T>,
}

impl<T: Transport> Transaction<'_, T> {
    /// Adds a request.
    ///
    /// # Errors
    /// Where it cannot be put into a message.
    pub fn add<'r, R>(&mut self, request: &R, modifiers: Modifiers) -> Result<(), Error>
    where
        R: Do<Family = Family> + NlAttrs<'r>,
    {
        // An ACK for each would not say more, and a thousand of them overrun the receive buffer.
        self.batch.add_unacknowledged(request, modifiers).map(drop)
    }
}
