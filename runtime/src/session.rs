//! The netlink session: which message answers which request, and when an answer is complete.
//!
//! It does no I/O. Datagrams go in, events come out, and whoever moves the datagrams drives it: a
//! connection over a socket or over a script, or a test directly.
//!
//! - An answer belongs to a request by port id and sequence number. What has the number of a request
//!   that is over is skipped and counted; what has another port or no such number is a notification.
//! - A dump ends with NLMSG_DONE or NLMSG_ERROR, never because NLM_F_MULTI is missing: netdev's
//!   dumps lack it.
//! - NLMSG_ERROR with ENOBUFS does not end a dump: the receive buffer had no room for its first
//!   datagram, and the kernel begins with it all the same as soon as there is some.
//! - NLMSG_DONE can hold an error code.
//! - NLM_F_DUMP_INTR on any message of a dump marks the whole dump.

use std::ops::Range;

use crate::errno;
use crate::wire::{HEADER_LEN, Header, align, flag, kind};

/// Control messages have types below this, `NLMSG_MIN_TYPE`.
pub(crate) const MIN_TYPE: u16 = 16;
/// Distance between the sequence numbers of two requests. Some families answer a request with
/// notifications on its later progress that count on from its sequence number (ethtool's
/// module-fw-flash-ntf); they must not meet that of the next request.
const STRIDE: u32 = 1 << 10;
/// Length of the code in NLMSG_ERROR and NLMSG_DONE.
const CODE_LEN: usize = 4;

/// What ends the answer to a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ends {
    /// An ACK or an error; replies may come before.
    Ack,
    /// As [`Ends::Ack`], of a request with NLM_F_ECHO: what the kernel tells a group of it comes before.
    /// That is for the asker alone and has the request's number, but it names the group.
    Echo,
    /// The reply (several where they have NLM_F_MULTI, up to NLMSG_DONE), or an error.
    Reply,
    /// NLMSG_DONE, or an error.
    Done,
}

/// Who sent a datagram.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Source {
    /// Port id of the sender; 0 is the kernel.
    pub port: u32,
    /// Mask of the multicast groups that it was sent to; 0 for a unicast one.
    pub groups: u32,
    /// Number of the network namespace that it was multicast in, as seen from the socket's; `None` is the
    /// socket's own. Only a socket that listens to all of them gets others':
    /// [`Socket::set_listen_all_namespaces`](crate::Socket::set_listen_all_namespaces).
    pub namespace: Option<i32>,
}

/// What a datagram says. The sequence number of the request is that of the message's header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A message of the answer to a request.
    Reply(Span),
    /// A message of the answer to a request, with which it is complete.
    LastReply(Span),
    /// NLMSG_DONE or NLMSG_ERROR: the answer to a request is complete. [`Outcome::read`] tells how. A
    /// dump that is refused for want of room (`ENOBUFS`) may go on all the same.
    Finished(Span),
    /// A message that nobody asked for.
    Notification(Span),
    /// NLMSG_OVERRUN: data was lost.
    Overrun,
}

impl Event {
    /// The sequence number of the request that it answers.
    #[inline]
    pub fn answered(&self) -> Option<u32> {
        match self {
            Self::Reply(message) | Self::LastReply(message) | Self::Finished(message) => {
                Some(message.header.seq)
            }
            Self::Notification(_) | Self::Overrun => None,
        }
    }
}

/// A message in a datagram.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    /// Its header.
    pub header: Header,
    /// Where in the datagram its body stands.
    pub body: Range<usize>,
}

/// A datagram that is not a sequence of messages: the rest of it is lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed {
    /// Where the bad header stands, in bytes from the start.
    pub at: usize,
    /// The length in the header; `None` where there are too few bytes for one.
    pub len: Option<u32>,
    /// Bytes left there.
    pub left: usize,
}

/// State of the requests that are under way on one socket.
#[derive(Debug)]
pub struct Session {
    port: u32,
    peer: u32,
    last_seq: u32,
    /// The next sequence number to come that is still in use.
    taken: Option<u32>,
    open: Vec<Open>,
    skipped: u64,
}

#[derive(Debug)]
struct Open {
    seq: u32,
    ends: Ends,
    interrupted: bool,
    /// Nobody wants the answer any more, but it has to be read up to its end.
    abandoned: bool,
    /// The end of the answer will never come.
    endless: bool,
}

impl Session {
    /// A session on a socket with this port id.
    pub fn new(port: u32) -> Self {
        Self { port, peer: 0, last_seq: 0, taken: None, open: Vec::new(), skipped: 0 }
    }

    /// The session with sequence numbers from about this one on. Another process may still have answers
    /// for who had the port id before: numbers of its own keep them apart.
    pub fn with_start(self, start: u32) -> Self {
        Self { last_seq: start - start % STRIDE, ..self }
    }

    /// The session with another partner than the kernel: the process that has this port id.
    pub fn with_peer(self, peer: u32) -> Self {
        Self { peer, ..self }
    }

    /// The socket's port id.
    pub fn port(&self) -> u32 {
        self.port
    }

    /// How many messages were skipped since they answer no request of this session.
    pub fn skipped(&self) -> u64 {
        self.skipped
    }

    /// Opens a request and gives its sequence number, which is never 0.
    pub fn begin(&mut self, ends: Ends) -> u32 {
        let seq = self.next_seq();
        self.open.push(Open { seq, ends, interrupted: false, abandoned: false, endless: false });
        seq
    }

    /// They begin anew after four million requests, which a dump that is held open may outlast.
    fn next_seq(&mut self) -> u32 {
        loop {
            self.last_seq = match self.last_seq.checked_add(STRIDE) {
                Some(seq) => seq,
                None => {
                    self.taken = self.open_above(0);
                    STRIDE
                }
            };
            if self.taken != Some(self.last_seq) {
                return self.last_seq;
            }
            self.taken = self.open_above(self.last_seq);
        }
    }

    fn open_above(&self, seq: u32) -> Option<u32> {
        self.open.iter().map(|open| open.seq).filter(|open| *open > seq).min()
    }

    /// Forgets a request: one that was never sent, or whose answer nobody waits for. What still
    /// comes of it is skipped.
    pub fn cancel(&mut self, seq: u32) {
        self.open.retain(|open| open.seq != seq);
    }

    /// The answer to `seq` is not wanted any more: it gives no further event.
    pub fn abandon(&mut self, seq: u32) {
        if let Some(open) = self.open.iter_mut().find(|open| open.seq == seq) {
            open.abandoned = true;
        }
        self.open.retain(|open| !open.abandoned || !open.endless);
    }

    /// Whether a dump is under way, an abandoned one included; the kernel refuses a second one.
    pub fn dumping(&self) -> bool {
        self.open.iter().any(|open| open.ends == Ends::Done && !open.endless)
    }

    /// The ends of all dumps under way will never come: they do not hinder another one.
    pub fn give_up_dumps(&mut self) {
        self.open.retain(|open| open.ends != Ends::Done || !open.abandoned);
        let dumps = self.open.iter_mut().filter(|open| open.ends == Ends::Done);
        dumps.for_each(|open| open.endless = true);
    }

    /// The next event of `datagram` from `*at` on, which moves forward; `None` at its end.
    ///
    /// # Errors
    /// Where a message's length is shorter than its header or longer than what is left. The rest
    /// of the datagram is lost then.
    #[inline]
    pub fn feed(
        &mut self,
        datagram: &[u8],
        at: &mut usize,
        source: Source,
    ) -> Option<Result<Event, Malformed>> {
        while *at < datagram.len() {
            let start = *at;
            let (header, body) = match message_at(datagram, start) {
                Ok(found) => found,
                Err(malformed) => {
                    *at = datagram.len();
                    return Some(Err(malformed));
                }
            };
            *at = align(body.end);
            if let Some(event) = self.classify(datagram, Span { header, body }, source) {
                return Some(Ok(event));
            }
        }
        None
    }

    #[inline]
    fn classify(&mut self, datagram: &[u8], message: Span, source: Source) -> Option<Event> {
        let header = message.header;
        if source.port != self.peer {
            self.skipped += 1; // another process, not the kernel
            return None;
        }
        match header.kind {
            kind::NOOP => return None,
            kind::OVERRUN => return Some(Event::Overrun),
            _ => {}
        }
        if header.port == self.port {
            let position = self.open.iter().position(|open| {
                open.seq == header.seq && (source.groups == 0 || open.ends == Ends::Echo)
            });
            if let Some(index) = position {
                return self.answer(index, datagram, message);
            }
        }
        // What the kernel says unasked has its group (which stays 0 for groups from 33 on), the port id
        // of nobody or of whoever caused it, or a sequence number that no request had.
        let ours = source.groups == 0 && header.port == self.port;
        let unasked = !ours || header.seq == 0 || !header.seq.is_multiple_of(STRIDE);
        if header.kind >= MIN_TYPE && unasked {
            return Some(Event::Notification(message));
        }
        self.skipped += 1;
        None
    }

    /// A message with the sequence number of an open request.
    #[inline]
    fn answer(&mut self, index: usize, datagram: &[u8], mut message: Span) -> Option<Event> {
        let open = self.open.get_mut(index)?;
        let header = message.header;
        open.interrupted |= header.flags & flag::DUMP_INTR != 0;
        let abandoned = open.abandoned;
        let multi = header.flags & flag::MULTI != 0;
        let event = match header.kind {
            kind::ERROR | kind::DONE => {
                let errno = Outcome::read(datagram, &message).errno;
                // A multipart answer that an ACK is still to follow.
                let acknowledged = matches!(open.ends, Ends::Ack | Ends::Echo);
                if header.kind == kind::DONE && acknowledged && errno == 0 {
                    return None;
                }
                let full = header.kind == kind::ERROR && errno == errno::ENOBUFS;
                if full && open.ends == Ends::Done {
                    return (!abandoned).then_some(Event::Finished(message));
                }
                if open.interrupted {
                    message.header.flags |= flag::DUMP_INTR;
                }
                self.open.swap_remove(index);
                Event::Finished(message)
            }
            control if control < MIN_TYPE => return None,
            _ if open.ends == Ends::Reply && !multi => {
                self.open.swap_remove(index);
                Event::LastReply(message)
            }
            _ => Event::Reply(message),
        };
        (!abandoned).then_some(event)
    }
}

#[inline]
fn message_at(datagram: &[u8], at: usize) -> Result<(Header, Range<usize>), Malformed> {
    let rest = datagram.get(at..).unwrap_or_default();
    let Some(header) = Header::parse(rest) else {
        return Err(Malformed { at, len: None, left: rest.len() });
    };
    match usize::try_from(header.len) {
        Ok(len) if (HEADER_LEN..=rest.len()).contains(&len) => {
            Ok((header, at + HEADER_LEN..at + len))
        }
        _ => Err(Malformed { at, len: Some(header.len), left: rest.len() }),
    }
}

/// How a request ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// 0, or the error.
    pub errno: i32,
    /// Whether the data changed during the dump.
    pub interrupted: bool,
    /// Where in the datagram the extended ACK attributes stand.
    pub ext_ack: Range<usize>,
}

impl Outcome {
    /// Reads the message of [`Event::Finished`].
    #[cold]
    pub fn read(datagram: &[u8], message: &Span) -> Self {
        let Span { header, body } = message;
        let bytes = datagram.get(body.clone()).unwrap_or_default();
        let code = bytes.first_chunk::<CODE_LEN>().map(|code| i32::from_ne_bytes(*code));
        // A DONE may lack its code; an error without one is an error all the same.
        let missing = if header.kind == kind::ERROR { -errno::EBADMSG } else { 0 };
        // A positive code is no errno; dumps use it for the length of the last message.
        let errno = code.unwrap_or(missing).saturating_neg().max(0);
        let mut skip = CODE_LEN;
        if header.kind == kind::ERROR {
            let request = bytes.get(CODE_LEN..).and_then(Header::parse);
            let capped = header.flags & flag::CAPPED != 0;
            let repeated = match request {
                Some(request) if !capped => align(request.len as usize).max(HEADER_LEN),
                _ => HEADER_LEN,
            };
            skip = repeated.saturating_add(skip);
        }
        let tlvs = header.flags & flag::ACK_TLVS != 0;
        let start = if tlvs { body.end.min(body.start.saturating_add(skip)) } else { body.end };
        let interrupted = header.flags & flag::DUMP_INTR != 0;
        Self { errno, interrupted, ext_ack: start..body.end }
    }
}

impl std::fmt::Display for Malformed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { at, len, left } = self;
        match len {
            Some(len) => write!(f, "at byte {at}: a message of {len} bytes, with {left} left"),
            None => write!(f, "at byte {at}: {left} bytes are too few for a message header"),
        }
    }
}

impl std::error::Error for Malformed {}
