//! Changes of nftables, which take effect together or not at all.

use nlkit::{
    AsyncTransport, Batch, Connection, Do, Error, Modifiers, Netfilter, NlAttrs, Outcomes,
    Transport, asynchronous,
};

use crate::nftables::{BatchBeginRequest, BatchEndRequest, Family, Nfgenmsg};

/// The number of nftables among the subsystems of nfnetlink, `NFNL_SUBSYS_NFTABLES`.
const SUBSYSTEM: u16 = 10;

/// Carries out the requests that `fill` adds as one transaction: all of them, or none.
///
/// It goes to the kernel as one datagram, which has to fit into the socket's send buffer: `EMSGSIZE` tells
/// that it does not. [`Socket::set_send_buffer`](nlkit::Socket::set_send_buffer) makes room for
/// thousands of changes.
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
    fill: impl FnOnce(&mut Transaction<Batch<'_, Netfilter, T>>) -> Result<(), Error>,
) -> Result<(), Error> {
    let changes = filled(conn.batch(), fill)?;
    first_error(changes.send()?)
}

/// As [`transaction`], over an async connection.
///
/// # Errors
/// As [`transaction`].
pub async fn transaction_async<T: AsyncTransport>(
    conn: &asynchronous::Connection<Netfilter, T>,
    fill: impl FnOnce(&mut Transaction<asynchronous::Batch<Netfilter, T>>) -> Result<(), Error>,
) -> Result<(), Error> {
    let changes = filled(conn.batch(), fill)?;
    first_error(changes.send().await?)
}

/// A batch with the requests of `fill` between those that begin and end a transaction.
fn filled<B: Changes>(
    batch: B,
    fill: impl FnOnce(&mut Transaction<B>) -> Result<(), Error>,
) -> Result<B, Error> {
    let header = Nfgenmsg::new().with_res_id(SUBSYSTEM);
    let mut changes = Transaction { batch };
    changes.add(&BatchBeginRequest::new().with_header(header), Modifiers::default())?;
    fill(&mut changes)?;
    changes.add(&BatchEndRequest::new().with_header(header), Modifiers::default())?;
    Ok(changes.batch)
}

/// The first refusal, with the position of its request among those of the caller: one is enough, and
/// nothing was done. Without any, the first other error.
fn first_error(outcomes: Outcomes) -> Result<(), Error> {
    let last = outcomes.len().saturating_sub(1);
    let mut first = Ok(());
    for (index, outcome) in outcomes.into_iter().enumerate() {
        match outcome {
            Ok(()) => {}
            Err(Error::Kernel(mut refusal)) => {
                refusal.index = index.checked_sub(1).filter(|_| index < last);
                return Err(Error::Kernel(refusal));
            }
            error => first = first.and(error),
        }
    }
    first
}

/// The changes of a [`transaction`] while it is put together.
#[derive(Debug)]
pub struct Transaction<B> {
    batch: B,
}

impl<B: Changes> Transaction<B> {
    /// Adds a request.
    ///
    /// # Errors
    /// Where it cannot be put into a message.
    pub fn add<'r, R>(&mut self, request: &R, modifiers: Modifiers) -> Result<(), Error>
    where
        R: Do<Family = Family> + NlAttrs<'r>,
    {
        // An ACK for each would not say more, and a thousand of them overrun the receive buffer.
        self.batch.add(request, modifiers)
    }
}

use changes::Changes;

mod changes {
    use super::{
        AsyncTransport, Batch, Do, Error, Family, Modifiers, Netfilter, NlAttrs, Transport,
        asynchronous,
    };

    /// A batch, of a blocking connection or of an async one.
    pub trait Changes {
        /// Adds a request without ACK.
        fn add<'r, R>(&mut self, request: &R, modifiers: Modifiers) -> Result<(), Error>
        where
            R: Do<Family = Family> + NlAttrs<'r>;
    }

    impl<T: Transport> Changes for Batch<'_, Netfilter, T> {
        fn add<'r, R>(&mut self, request: &R, modifiers: Modifiers) -> Result<(), Error>
        where
            R: Do<Family = Family> + NlAttrs<'r>,
        {
            self.add_unacknowledged(request, modifiers).map(drop)
        }
    }

    impl<T: AsyncTransport> Changes for asynchronous::Batch<Netfilter, T> {
        fn add<'r, R>(&mut self, request: &R, modifiers: Modifiers) -> Result<(), Error>
        where
            R: Do<Family = Family> + NlAttrs<'r>,
        {
            self.add_unacknowledged(request, modifiers).map(drop)
        }
    }
}
