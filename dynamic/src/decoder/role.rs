//! Which operation or notification a message is of.

use nlkit::DecodeError;
use nlkit::wire::{Header, flag};

use super::message::{Decoded, Direction, Role};
use super::{Decoder, GENERIC, Lookup};
use crate::{Family, Format, Mode, Operation, Value};

/// What the headers of a message mean.
#[derive(Clone, Copy, Debug)]
pub(super) struct Meaning {
    pub(super) family: &'static Family,
    pub(super) operation: &'static str,
    pub(super) role: Role,
    pub(super) mode: Option<Mode>,
    /// What it holds; `None` where the spec has no reply for the operation.
    pub(super) format: Option<Format>,
}

impl Meaning {
    /// What is behind the headers; `None` where nothing is known of it.
    pub(super) fn decode(&self, body: &[u8]) -> Option<Result<Value, DecodeError>> {
        let format = self.format?;
        Some(match (self.role, self.mode) {
            (Role::Request, Some(Mode::Dump)) => format.decode_dump(body),
            _ => format.decode(body),
        })
    }
}

impl<L: Lookup> Decoder<L> {
    /// What a message of one of these families is; `cmd` is the number of its operation.
    pub(super) fn meaning(
        &self,
        families: &[&'static Family],
        header: Header,
        cmd: u16,
        decoded: &Decoded<'_>,
        told: bool,
    ) -> Option<Meaning> {
        if decoded.direction == Some(Direction::ToKernel) {
            return families.iter().find_map(|family| request(family, header, cmd));
        }
        let asked = self.requests.answered(decoded.protocol, header);
        let asked = asked.filter(|sent| {
            let same = sent.protocol != GENERIC || sent.header.kind == header.kind;
            !told
                && same
                && families.iter().any(|family| std::ptr::eq(*family, sent.meaning.family))
        });
        if let Some(reply) = asked.and_then(|sent| answer(sent.meaning, cmd)) {
            return Some(reply);
        }
        // Who asked was not seen: what is told has the number of no request, or of no one.
        let is_answer = header.flags & flag::MULTI != 0 || (header.seq != 0 && header.port != 0);
        let looks_asked = !told && is_answer;
        let reply = || families.iter().find_map(|family| any_reply(family, header, cmd));
        let tells = || families.iter().find_map(|family| notification(family, cmd));
        let known = if looks_asked { reply().or_else(tells) } else { tells().or_else(reply) };
        // What specs do not list is told by the number of the request that causes it: RTM_DELLINK.
        let known =
            known.or_else(|| families.iter().find_map(|family| request(family, header, cmd)));
        known.map(|known| match told || known.role == Role::Request {
            true => Meaning { role: Role::Notification, mode: None, ..known },
            false => known,
        })
    }
}

/// A message of an operation, whatever its number is.
pub(super) fn forced(
    family: &'static Family,
    operation: &'static Operation,
    header: Header,
    decoded: &Decoded<'_>,
) -> Option<Meaning> {
    let is_request = decoded.direction == Some(Direction::ToKernel);
    let role = if is_request { Role::Request } else { Role::Reply };
    modes(role, header).into_iter().find_map(|mode| {
        let format = match is_request {
            true => family.request(operation, mode)?,
            false => family.reply(operation, mode)?,
        };
        Some(of_mode(family, operation, role, mode, format))
    })
}

/// A request. The bits of NLM_F_DUMP mean something else in one that changes something.
fn request(family: &'static Family, header: Header, cmd: u16) -> Option<Meaning> {
    modes(Role::Request, header).into_iter().find_map(|mode| {
        let (operation, format) = family.by_request(cmd, mode)?;
        Some(of_mode(family, operation, Role::Request, mode, format))
    })
}

/// The modes of a call, the one first that the flags say: an operation may not have it.
fn modes(role: Role, header: Header) -> [Mode; 2] {
    let bits = if role == Role::Request { flag::DUMP } else { flag::MULTI };
    match header.flags & bits == bits {
        true => [Mode::Dump, Mode::Do],
        false => [Mode::Do, Mode::Dump],
    }
}

fn of_mode(
    family: &'static Family,
    operation: &'static Operation,
    role: Role,
    mode: Mode,
    format: Format,
) -> Meaning {
    Meaning { family, operation: operation.name(), role, mode: Some(mode), format: Some(format) }
}

/// The reply to a request, if its number is that of one.
fn answer(sent: Meaning, cmd: u16) -> Option<Meaning> {
    let operation = sent.family.operation(sent.operation)?;
    let mode = sent.mode?;
    let call = operation.call(mode)?;
    let format = sent.family.reply(operation, mode);
    (call.reply_id == cmd && format.is_some()).then_some(Meaning {
        role: Role::Reply,
        format,
        ..sent
    })
}

/// A reply to whatever may have been asked.
fn any_reply(family: &'static Family, header: Header, cmd: u16) -> Option<Meaning> {
    modes(Role::Reply, header).into_iter().find_map(|mode| {
        let (operation, format) = family.by_reply(cmd, mode)?;
        Some(of_mode(family, operation, Role::Reply, mode, format))
    })
}

fn notification(family: &'static Family, cmd: u16) -> Option<Meaning> {
    let (told, format) = family.notification(cmd)?;
    let (operation, format) = (told.name.as_str(), Some(format));
    Some(Meaning { family, operation, role: Role::Notification, mode: None, format })
}
