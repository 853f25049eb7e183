//! What a connection has done so far.

/// What went over a connection since it was made.
///
/// ```no_run
/// let mut conn = nlkit::Connection::generic()?;
/// let family = conn.request(&nlkit::nlctrl::GetFamily { id: Some(16), name: None })?;
/// assert_eq!(conn.counters().requests, 1);
/// # Ok::<(), nlkit::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Counters {
    /// Requests that were sent, those that ask for a family's id and those sent again among them.
    pub requests: u64,
    /// Messages that answered them, besides ACKs, errors and the ends of dumps.
    pub replies: u64,
    /// Notifications that came.
    pub notifications: u64,
    /// Bytes that were sent.
    pub bytes_sent: u64,
    /// Bytes that came.
    pub bytes_received: u64,
    /// Requests that were sent again: the family's id was stale, or the answer was lost.
    pub retries: u64,
    /// How often something was lost: the receive buffer was full, or a datagram was malformed or too
    /// long; and each notification that was dropped, since too many were kept for who does not read.
    pub losses: u64,
    /// Messages that were skipped, since they answer no request that is under way.
    pub skipped: u64,
}
