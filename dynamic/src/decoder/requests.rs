//! Requests that were seen, so that their answers can be understood.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, VecDeque};

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

/// Requests by their numbers, of each the newest last.
#[derive(Debug, Default)]
pub(super) struct Requests {
    by_number: HashMap<u32, VecDeque<Sent>>,
    /// The numbers, the newest last.
    order: VecDeque<u32>,
}

impl Requests {
    pub(super) fn remember(&mut self, sent: Sent) {
        if self.order.len() == MAX {
            self.forget_oldest();
        }
        self.order.push_back(sent.header.seq);
        self.by_number.entry(sent.header.seq).or_default().push_back(sent);
    }

    fn forget_oldest(&mut self) {
        let Some(number) = self.order.pop_front() else { return };
        let Entry::Occupied(mut sent) = self.by_number.entry(number) else { return };
        sent.get_mut().pop_front();
        if sent.get().is_empty() {
            sent.remove();
        }
    }

    /// The request that a message with this header answers: the newest with its number. A request does not
    /// have to name its port id.
    pub(super) fn answered(&self, protocol: Option<u16>, answer: Header) -> Option<&Sent> {
        let answers = |sent: &&Sent| {
            let port = sent.header.port;
            (port == 0 || port == answer.port)
                && protocol.is_none_or(|protocol| protocol == sent.protocol)
        };
        self.by_number.get(&answer.seq)?.iter().rev().find(answers)
    }
}
