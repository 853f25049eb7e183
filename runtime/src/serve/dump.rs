//! A dump under way: entries, cut into datagrams as the kernel cuts them.

use super::call::{Call, Client};
use super::envelope::{Envelope, seal};
use super::refusal::{Asked, Refusal, Words};
use crate::attrs::Set;
use crate::errno;
use crate::wire::{HEADER_LEN, Header, flag, kind};

/// Appends the attributes of the next entry; `None` behind the last.
pub(crate) type Entries = Box<dyn FnMut(&mut Vec<u8>) -> Option<Result<(), Refusal>> + Send>;

/// Length of an NLMSG_DONE without extended ACK.
const DONE_LEN: usize = HEADER_LEN + 4;

/// What the dumps of a family look like.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Style {
    /// Whether the entries have NLM_F_MULTI.
    pub(super) multi: bool,
    /// Whether NLMSG_DONE comes in a datagram of its own.
    pub(super) done_apart: bool,
}

impl Default for Style {
    fn default() -> Self {
        Self { multi: true, done_apart: true }
    }
}

/// A dump under way.
pub(crate) struct Dump {
    entries: Entries,
    /// An entry that did not fit into the last datagram, as a message.
    left: Vec<u8>,
    /// There are no more entries.
    over: bool,
    /// How it ends, where not with success.
    end: Option<Refusal>,
    words: Words,
    envelope: Envelope,
    cmd: u16,
    /// The messages' flags, sequence number and port.
    header: Header,
    style: Style,
    ext_ack: bool,
    /// The request, which what it ends with may point into.
    set: &'static Set,
    attrs: Vec<u8>,
}

impl Dump {
    pub(super) fn new(entries: Entries, call: Call, form: Form<'_>) -> Self {
        let Client { port, ext_ack, .. } = call.client();
        let multi = if form.style.multi { flag::MULTI } else { 0 };
        let interrupted = if call.interrupted { flag::DUMP_INTR } else { 0 };
        Self {
            entries,
            left: Vec::new(),
            over: false,
            header: Header { flags: multi | interrupted, port, ..call.header() },
            end: call.end,
            words: call.words,
            envelope: form.envelope,
            cmd: form.cmd,
            style: form.style,
            ext_ack,
            set: form.asked.set,
            attrs: form.asked.attrs.to_vec(),
        }
    }

    /// The next datagram, of `room` bytes at most, and whether it is the last.
    pub(crate) fn next(&mut self, room: usize) -> (Vec<u8>, bool) {
        let mut datagram = Vec::new();
        self.fill(&mut datagram, room);
        let apart = self.style.done_apart && !datagram.is_empty();
        let last = self.over && !apart && datagram.len() + DONE_LEN <= room;
        if last {
            self.put_done(&mut datagram, room);
        }
        (datagram, last)
    }

    /// Appends entries as long as there is room. As in the kernel, one that does not fit waits for the
    /// next datagram, and one that does not fit into an empty one ends the dump: `EMSGSIZE`.
    fn fill(&mut self, datagram: &mut Vec<u8>, room: usize) {
        while !self.over {
            let start = datagram.len();
            if !self.put_entry(datagram) {
                datagram.truncate(start);
                self.over = true;
            } else if datagram.len() > room && start == 0 {
                datagram.clear();
                self.end = Some(Refusal::new(errno::EMSGSIZE));
                self.over = true;
            } else if datagram.len() > room {
                self.left = datagram.split_off(start);
                return;
            }
        }
    }

    /// Appends the next entry; false where there is none.
    fn put_entry(&mut self, datagram: &mut Vec<u8>) -> bool {
        if !self.left.is_empty() {
            datagram.append(&mut self.left);
            return true;
        }
        let start = self.envelope.begin(datagram, self.cmd);
        match (self.entries)(datagram) {
            Some(Ok(())) => {
                self.envelope.end(datagram, start, self.cmd, self.header);
                true
            }
            Some(Err(refusal)) => {
                self.end = Some(refusal);
                false
            }
            None => false,
        }
    }

    fn put_done(&self, datagram: &mut Vec<u8>, room: usize) {
        let start = datagram.len();
        datagram.extend_from_slice(&[0; HEADER_LEN]);
        let errno = self.end.as_ref().map_or(0, Refusal::errno);
        datagram.extend_from_slice(&errno.wrapping_neg().to_ne_bytes());
        let body = datagram.len();
        if self.ext_ack {
            let start = self.envelope.len();
            let asked = Asked { set: self.set, attrs: &self.attrs, start };
            match &self.end {
                Some(refusal) => refusal.put(Some(asked), datagram),
                None => self.words.put(datagram),
            }
        }
        if datagram.len() > room {
            datagram.truncate(body);
        }
        let tlvs = if datagram.len() > body { flag::ACK_TLVS } else { 0 };
        let interrupted = self.header.flags & flag::DUMP_INTR;
        let flags = flag::MULTI | interrupted | tlvs;
        seal(datagram, start, Header { kind: kind::DONE, flags, ..self.header });
    }
}

/// What a dump's messages look like, and what it was asked with.
pub(super) struct Form<'m> {
    pub(super) envelope: Envelope,
    pub(super) cmd: u16,
    pub(super) style: Style,
    pub(super) asked: Asked<'m>,
}
