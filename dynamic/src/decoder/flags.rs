//! Flags of messages by name (`NLM_F_*` in linux/netlink.h).

use nlkit::wire::kind;

use super::message::{Decoded, Direction};
use crate::Mode;

/// Flags of all messages.
const ALL: [(u16, &str); 6] = [
    (0x01, "request"),
    (0x02, "multi"),
    (0x04, "ack"),
    (0x08, "echo"),
    (0x10, "dump-intr"),
    (0x20, "dump-filtered"),
];
/// Of requests for data. Both of the first two are a dump.
const GET: [(u16, &str); 4] =
    [(0x300, "dump"), (0x100, "root"), (0x200, "match"), (0x400, "atomic")];
/// Of requests that make something, and of what is told of them.
const NEW: [(u16, &str); 4] =
    [(0x100, "replace"), (0x200, "excl"), (0x400, "create"), (0x800, "append")];
/// Of requests that delete something.
const DEL: [(u16, &str); 2] = [(0x100, "nonrec"), (0x200, "bulk")];
/// Of ends.
const END: [(u16, &str); 2] = [(0x100, "capped"), (0x200, "ack-tlvs")];

pub(super) fn names(message: &Decoded<'_>) -> Vec<String> {
    let Some(header) = message.header else { return Vec::new() };
    let own: &[(u16, &str)] = match header.kind {
        kind::ERROR | kind::DONE => &END,
        _ if message.mode == Some(Mode::Dump) => &GET,
        _ => own(message),
    };
    let mut rest = header.flags;
    let mut names = Vec::new();
    for (bits, name) in ALL.iter().chain(own) {
        if rest & bits == *bits {
            rest &= !bits;
            names.push((*name).to_owned());
        }
    }
    if rest != 0 {
        names.push(format!("{rest:#x}"));
    }
    names
}

/// By what the operation does, which its name tells.
fn own(message: &Decoded<'_>) -> &'static [(u16, &'static str)] {
    let flags = message.header.map_or(0, |header| header.flags);
    match message.operation {
        Some(name) if name.starts_with("del") || name.ends_with("-del") => &DEL,
        Some(name) if name.starts_with("get") || name.ends_with("-get") => &GET,
        Some(_) => &NEW,
        None if message.direction == Some(Direction::ToKernel) && flags & 0x300 == 0x300 => &GET,
        None => &NEW,
    }
}
