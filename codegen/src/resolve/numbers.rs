//! Numbers of operations, counted as the kernel's own tools count them.
//!
//! Unified: one counter for everything, from 1 on; `value` sets it. Directional: one counter for
//! what is sent to the kernel and one for what comes from it, both from 1 on; `value` of a request
//! or reply sets them. What is told unasked takes a number of the second. An operation without a
//! reply takes none of it.
//!
//! A notification may have the number of a reply, since unasked it comes to another socket or with
//! another sequence number: rtnetlink tells of a link as it answers a question for it.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use crate::catalogue::{Errors, texts};
use crate::ir::Protocol;
use crate::place::{self, Place};
use crate::spec::{EnumModel, Mode, Operation, Operations, Word};

/// Highest number of an operation in generic netlink: its field there has 8 bits.
const MAX_GENERIC: i128 = 255;

/// Numbers of operations that are message types themselves: those below are for control messages.
const RAW: RangeInclusive<i128> = 16..=65_535;

/// The numbers of one operation.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Numbers {
    pub(super) once: Pair,
    pub(super) dump: Pair,
    /// Of a notification or event.
    pub(super) told: u16,
}

/// The numbers of a request and of its reply.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Pair {
    pub(super) request: u16,
    pub(super) reply: u16,
}

/// The numbers of each operation, in the order of the spec.
pub(super) fn resolve(
    operations: &Operations,
    protocol: Protocol,
    errors: &mut Errors,
) -> Vec<Numbers> {
    let model = operations.enum_model.as_ref().and_then(Word::known);
    let range = match protocol {
        Protocol::Generic => 0..=MAX_GENERIC,
        Protocol::Raw(_) => RAW,
    };
    let mut counter = Counter { next: 1, reply: 1, range, seen: BTreeMap::new(), errors };
    let list = operations.list.iter().zip((0..).map(place::operation));
    list.map(|(operation, at)| match model {
        Some(EnumModel::Directional) => counter.directional(operation, &at),
        Some(EnumModel::Unified) | None => counter.unified(operation, &at),
    })
    .collect()
}

struct Counter<'s, 'e> {
    /// Of the unified model, and of requests.
    next: i128,
    /// Of replies and of what is told.
    reply: i128,
    /// What is possible.
    range: RangeInclusive<i128>,
    /// What has each number already. In the directional model several replies may share one.
    seen: BTreeMap<(Side, u16), (&'s str, Place)>,
    errors: &'e mut Errors,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Side {
    Sent,
    Told,
}

impl<'s> Counter<'s, '_> {
    fn unified(&mut self, operation: &'s Operation, at: &Place) -> Numbers {
        for (mode, key) in [(&operation.once, "do"), (&operation.dump, "dump")] {
            let lists =
                mode.iter().flat_map(|mode| [(&mode.request, "request"), (&mode.reply, "reply")]);
            for (list, direction) in lists {
                if list.as_ref().is_some_and(|list| list.value.is_some()) {
                    let at = at.key(key).key(direction).key("value");
                    self.errors.push(texts::misplaced_number_of_message(at));
                }
            }
        }
        let asked = operation.once.is_some() || operation.dump.is_some();
        let told = operation.notify.is_some() || operation.event.is_some();
        // One without a set just reserves a number.
        if operation.attribute_set.is_some() && !asked && !told {
            self.errors.push(texts::unused_set(&operation.name, at));
        }
        let number = operation.value.unwrap_or(self.next);
        self.next = number.saturating_add(1);
        let number = self.take(Side::Sent, number, operation, at, at);
        let pair = Pair { request: number, reply: number };
        Numbers { once: pair, dump: pair, told: number }
    }

    fn directional(&mut self, operation: &'s Operation, at: &Place) -> Numbers {
        let told = operation.notify.is_some() || operation.event.is_some();
        if told {
            let number = operation.value.unwrap_or(self.reply);
            self.reply = number.saturating_add(1);
            let told = self.take(Side::Told, number, operation, at, at);
            return Numbers { told, ..Numbers::default() };
        }
        if operation.value.is_some() {
            self.errors.push(texts::misplaced_number_of_operation(at.key("value")));
        }
        let (main, place) = match (&operation.once, &operation.dump) {
            (Some(once), _) => (once, at.key("do")),
            (None, Some(dump)) => (dump, at.key("dump")),
            (None, None) => {
                self.errors.push(texts::no_mode(&operation.name, at));
                return Numbers::default();
            }
        };
        let request = value(&main.request).unwrap_or(self.next);
        let reply = value(&main.reply).unwrap_or(self.reply);
        self.next = request.saturating_add(1);
        self.reply = reply.saturating_add(main.reply.is_some().into());
        let main = Pair {
            request: self.take(Side::Sent, request, operation, at, &place.key("request")),
            reply: match main.reply {
                Some(_) => self.checked(reply, operation, &place.key("reply")),
                None => 0,
            },
        };
        let dump = match (&operation.once, &operation.dump) {
            (Some(once), Some(dump)) => self.dump_after_do(once, dump, main, operation, at),
            _ => main,
        };
        Numbers { once: main, dump, told: 0 }
    }

    /// The numbers of a dump beside a do: the same, unless it has numbers of its own.
    fn dump_after_do(
        &mut self,
        once: &Mode,
        dump: &Mode,
        main: Pair,
        operation: &'s Operation,
        at: &Place,
    ) -> Pair {
        let request = match value(&dump.request) {
            Some(own) if own != main.request.into() => {
                let place = at.key("dump").key("request");
                self.take(Side::Sent, own, operation, &place.key("value"), &place)
            }
            _ => main.request,
        };
        let reply = match value(&dump.reply) {
            Some(own) => self.checked(own, operation, &at.key("dump").key("reply")),
            None => main.reply,
        };
        if once.reply.is_none() && dump.reply.is_some() && value(&dump.reply).is_none() {
            let at = at.key("dump").key("reply");
            self.errors.push(texts::missing_reply_number(&operation.name, at));
        }
        Pair { request, reply }
    }

    /// Takes a number that no other operation of the same side may have; it stands in `holder`.
    fn take(
        &mut self,
        side: Side,
        number: i128,
        operation: &'s Operation,
        at: &Place,
        holder: &Place,
    ) -> u16 {
        let id = self.checked(number, operation, holder);
        if let Some((first, place)) = self.seen.insert((side, id), (&operation.name, at.clone()))
            && self.range.contains(&number)
        {
            let name = &operation.name;
            self.errors.push(texts::duplicate_value("number", number, name, at, first, &place));
        }
        id
    }

    fn checked(&mut self, number: i128, operation: &Operation, holder: &Place) -> u16 {
        match u16::try_from(number) {
            Ok(id) if self.range.contains(&number) => id,
            _ => {
                let name = &operation.name;
                let range = &self.range;
                self.errors.push(texts::operation_number_out_of_range(name, number, holder, range));
                0
            }
        }
    }
}

fn value(list: &Option<crate::spec::AttributeList>) -> Option<i128> {
    list.as_ref().and_then(|list| list.value)
}
