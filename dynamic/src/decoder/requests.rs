//! Requests that were seen, so that their answers can be understood.

use std::collections::VecDeque;

use nlkit::wire::Header;

use super::role::Meaning;

/// So many are remembered. Who has more of them unanswered loses names, nothing else.
const MAX: usize = 4096;

/// A request that was seen.
#[derive(Clone, Debug)]
pub(super) struct Sent {
    pub(super) protocol: u16,
    pub(super) header: Header,
    /// All of it, for the offsets in errors.
    pub(super) message: Vec<u8>,
    /// Where its fixed header or first attribute begins.
    pub(super) attrs: usize,
    pub(super) meaning: Meaning,
}

/// Requests, the newest last.
#[derive(Debug, Default)]
pub(super) struct Requests(VecDeque<Sent>);

impl Requests {
    pub(super) fn remember(&mut self, sent: Sent) {
        if self.0.len() == MAX {
            self.0.pop_front();
        }
        self.0.push_back(sent);
    }

    /// The request that a message with this header answers: the newest with its number. A request does not
    /// have to name its port id.
    pub(super) fn answered(&self, protocol: Option<u16>, answer: Header) -> Option<&Sent> {
        let answers = |sent: &&Sent| {
            let Header { seq, port, .. } = sent.header;
            seq == answer.seq
                && (port == 0 || port == answer.port)
                && protocol.is_none_or(|protocol| protocol == sent.protocol)
        };
        self.0.iter().rev().find(answers)
    }
}
