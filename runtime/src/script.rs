//! A transport that answers from a function: tests and examples without a kernel.

use std::collections::VecDeque;
use std::io;
use std::time::Duration;

use crate::family::Generic;
use crate::message::Message;
use crate::session::Source;
use crate::transport::{Received, Transport};
use crate::wire::{HEADER_LEN, Header, flag, kind};

/// The port id that a scripted connection has.
pub const PORT: u32 = 4711;

/// A kernel as a function from a datagram that is sent to the datagrams that come back.
///
/// The function may say anything, well formed or not. What is queued beforehand comes first, and who
/// waits for nothing is told so at once, as an error or as the end of the timeout: a script never
/// hangs.
///
/// # Examples
/// ```
/// use nlkit::script::{Script, answer};
/// use nlkit::nlctrl::{FamilyInfo, GetFamily};
///
/// let script = Script::new(|request: &[u8]| {
///     let lamp = FamilyInfo { id: Some(31), name: Some("lamp".into()), ..Default::default() };
///     vec![answer(request).reply(16, 1, &lamp).into_datagram()]
/// });
/// let mut conn = nlkit::Connection::with_transport(script);
/// let lamp = conn.request(&GetFamily { name: Some("lamp".into()), id: None })?;
/// assert_eq!(lamp.id, Some(31));
/// # Ok::<(), nlkit::Error>(())
/// ```
pub struct Script<F> {
    respond: F,
    queue: VecDeque<(io::Result<Vec<u8>>, Source)>,
    groups: Vec<u32>,
}

impl<F: FnMut(&[u8]) -> Vec<Vec<u8>>> Script<F> {
    /// A kernel that answers what `respond` gives.
    pub fn new(respond: F) -> Self {
        Self { respond, queue: VecDeque::new(), groups: Vec::new() }
    }

    /// Queues a datagram that nobody asked for, or an error of `receive`.
    pub fn push(&mut self, datagram: io::Result<Vec<u8>>, source: Source) {
        self.queue.push_back((datagram, source));
    }

    /// The groups that were joined and not left.
    pub fn groups(&self) -> &[u32] {
        &self.groups
    }
}

impl<F: FnMut(&[u8]) -> Vec<Vec<u8>>> Transport for Script<F> {
    fn port(&self) -> u32 {
        PORT
    }

    fn send(&mut self, datagram: &[u8]) -> io::Result<()> {
        // A real kernel acknowledges a no-op; no script has to know that connections send them.
        let replies = match Header::parse(datagram) {
            Some(Header { kind: kind::NOOP, .. }) => vec![answer(datagram).ack().into_datagram()],
            _ => (self.respond)(datagram),
        };
        self.queue.extend(replies.into_iter().map(|reply| (Ok(reply), Source::default())));
        Ok(())
    }

    fn receive(&mut self, buffer: &mut Vec<u8>) -> io::Result<Received> {
        let Some((datagram, source)) = self.queue.pop_front() else {
            return Err(io::ErrorKind::WouldBlock.into());
        };
        let datagram = datagram?;
        let room = buffer.capacity().saturating_sub(buffer.len());
        buffer.extend(datagram.iter().take(room));
        Ok(Received { len: datagram.len(), source })
    }

    fn wait(&mut self, timeout: Option<Duration>) -> io::Result<bool> {
        match (self.queue.is_empty(), timeout) {
            (false, _) => Ok(true),
            (true, Some(_)) => Ok(false),
            // Nothing can come any more.
            (true, None) => Err(io::ErrorKind::WouldBlock.into()),
        }
    }

    fn join(&mut self, group: u32) -> io::Result<()> {
        self.groups.push(group);
        Ok(())
    }

    fn leave(&mut self, group: u32) -> io::Result<()> {
        self.groups.retain(|joined| *joined != group);
        Ok(())
    }
}

impl<F> std::fmt::Debug for Script<F> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Script").field("queue", &self.queue).finish_non_exhaustive()
    }
}

/// Builds the answer to a request, message by message.
#[derive(Clone, Debug)]
pub struct Answer {
    request: Header,
    cmd: u16,
    datagram: Vec<u8>,
}

/// Begins the answer to a datagram that was sent; its sequence number is the answer's.
pub fn answer(request: &[u8]) -> Answer {
    let empty = Header { len: 0, kind: 0, flags: 0, seq: 0, port: 0 };
    let header = Header::parse(request).unwrap_or(empty);
    let body = request.get(HEADER_LEN..).unwrap_or_default();
    let cmd = Message::new::<Generic>(header, body).map_or(0, |message| message.cmd());
    Answer { request: header, cmd, datagram: Vec::new() }
}

impl Answer {
    /// The request's operation number, in generic netlink. Of a raw protocol it is the type in
    /// [`Answer::request`].
    pub fn cmd(&self) -> u16 {
        self.cmd
    }

    /// The request's header; its type is the family's id.
    pub fn request(&self) -> Header {
        self.request
    }

    /// A message of generic netlink, of family `id`. What does not encode gives an empty message.
    pub fn reply<'v, V: crate::NlAttrs<'v>>(self, id: u16, cmd: u8, attrs: &V) -> Self {
        let attrs = crate::encode(attrs).unwrap_or_default();
        self.message(id, 0, [&[cmd, 1, 0, 0], attrs.as_slice()].concat())
    }

    /// The end of a dump, with an errno or 0.
    pub fn done(self, errno: i32) -> Self {
        self.message(kind::DONE, flag::MULTI, errno.wrapping_neg().to_ne_bytes().to_vec())
    }

    /// An ACK.
    pub fn ack(self) -> Self {
        self.error(0, &[])
    }

    /// An error with extended ACK attributes, or, with errno 0, an ACK.
    pub fn error(self, errno: i32, ext_ack: &[u8]) -> Self {
        let code = errno.wrapping_neg().to_ne_bytes();
        let body = [&code, self.request.to_bytes().as_slice(), ext_ack].concat();
        let tlvs = if ext_ack.is_empty() { 0 } else { flag::ACK_TLVS };
        self.message(kind::ERROR, flag::CAPPED | tlvs, body)
    }

    /// A message with any type, flags and body.
    pub fn message(mut self, kind: u16, flags: u16, body: Vec<u8>) -> Self {
        let len = u32::try_from(HEADER_LEN + body.len()).unwrap_or(u32::MAX);
        let header = Header { len, kind, flags, seq: self.request.seq, port: PORT };
        self.datagram.extend_from_slice(&header.to_bytes());
        self.datagram.extend_from_slice(&body);
        self.datagram.resize(crate::wire::align(self.datagram.len()), 0);
        self
    }

    /// The datagram with all messages.
    pub fn into_datagram(self) -> Vec<u8> {
        self.datagram
    }
}
