//! Whole datagrams, of which only the bytes are known: what a capture holds, what a socket hears.

mod end;
mod flags;
mod message;
mod order;
mod requests;
mod role;

use std::collections::HashMap;

use nlkit::nlctrl::{self, FamilyInfo};
use nlkit::wire::{GENL_HEADER_LEN, HEADER_LEN, Header, align, kind};

use crate::{Family, Format, Operation};

pub use self::message::{Body, Decoded, Direction, End, GenericHeader, Role};
use self::requests::{Requests, Sent};

/// NETLINK_GENERIC.
pub(crate) const GENERIC: u16 = 16;
/// The protocols that datagrams of an unknown one may be of.
const GUESSES: [u16; 3] = [GENERIC, 0, 12];
/// Message types below this are the same in all protocols, `NLMSG_MIN_TYPE`.
pub(crate) const MIN_TYPE: u16 = 16;
/// CTRL_CMD_NEWFAMILY and CTRL_CMD_DELFAMILY.
const NEW_FAMILY: u8 = 1;
const DEL_FAMILY: u8 = 2;

/// Where a [`Decoder`] finds specs, and the families behind ids.
pub trait Lookup {
    /// The spec of a family of generic netlink, by its name.
    fn generic(&mut self, name: &str) -> Option<&'static Family>;

    /// The name of the family of generic netlink that has this id, where the datagrams did not tell.
    fn name_of(&mut self, id: u16) -> Option<String>;

    /// The specs of all families of a protocol without generic netlink.
    fn raw(&mut self, protocol: u16) -> Vec<&'static Family>;
}

/// What is known of a datagram beside its bytes.
#[derive(Clone, Copy, Debug, Default)]
pub struct Context {
    /// The netlink protocol; `None` lets the messages tell, as far as they can.
    pub protocol: Option<u16>,
    /// Which way it goes; `None` lets the flags of its messages tell.
    pub direction: Option<Direction>,
    /// Whether it is known to have been multicast: then it answers nothing, whatever its numbers are.
    pub told: bool,
    /// The family that all of its messages are of, whatever their types say.
    pub family: Option<&'static Family>,
    /// The operation of that family that they are of, whatever their numbers say.
    pub operation: Option<&'static Operation>,
    /// Its length, where it was captured only in part.
    pub cut_from: Option<usize>,
}

/// Decodes datagrams, one after the other, by specs.
///
/// It remembers requests, so that answers are decoded by the operation that was asked for, and errors name
/// the attribute at fault. It learns ids of families from what the controller says.
///
/// # Examples
/// ```
/// use nlkit_dynamic::decoder::{Context, Decoder, Lookup};
/// use nlkit_dynamic::Family;
///
/// struct Nothing;
/// impl Lookup for Nothing {
///     fn generic(&mut self, _: &str) -> Option<&'static Family> { None }
///     fn name_of(&mut self, _: u16) -> Option<String> { None }
///     fn raw(&mut self, _: u16) -> Vec<&'static Family> { Vec::new() }
/// }
///
/// let done = [20, 0, 0, 0, 3, 0, 2, 0, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
/// let messages = Decoder::new(Nothing).feed(&done, &Context::default());
/// assert_eq!(messages[0].header.unwrap().seq, u32::from_ne_bytes([7, 0, 0, 0]));
/// ```
#[derive(Debug)]
pub struct Decoder<L> {
    lookup: L,
    /// Names of families, as the datagrams told them.
    learnt: HashMap<u16, String>,
    requests: Requests,
}

/// One message of a datagram, before anything is known of it.
#[derive(Clone, Copy)]
struct Raw<'a> {
    at: usize,
    bytes: &'a [u8],
    header: Header,
    body: &'a [u8],
}

impl<L: Lookup> Decoder<L> {
    /// A decoder that has seen nothing yet.
    pub fn new(lookup: L) -> Self {
        Self { lookup, learnt: HashMap::new(), requests: Requests::default() }
    }

    /// Where it finds specs.
    pub fn lookup(&mut self) -> &mut L {
        &mut self.lookup
    }

    /// The messages of a datagram. It never fails: what is malformed is one of them.
    pub fn feed<'a>(&mut self, datagram: &'a [u8], context: &Context) -> Vec<Decoded<'a>> {
        let mut messages = Vec::new();
        let mut at = 0;
        while at < datagram.len() {
            let rest = datagram.get(at..).unwrap_or_default();
            match split(rest, at, context) {
                Ok(raw) => {
                    messages.push(self.message(raw, context));
                    at += align(raw.bytes.len());
                }
                Err(malformed) => {
                    messages.push(*malformed);
                    break;
                }
            }
        }
        messages
    }

    fn message<'a>(&mut self, raw: Raw<'a>, context: &Context) -> Decoded<'a> {
        let direction = context.direction.unwrap_or_else(|| Direction::of(raw.header));
        let protocol = context.protocol.or_else(|| self.guess(raw, context, direction));
        let mut decoded = Decoded {
            header: Some(raw.header),
            direction: Some(direction),
            protocol,
            body: Body::Unknown(raw.body),
            ..Decoded::empty(raw.at, raw.bytes)
        };
        match raw.header.kind {
            kind::NOOP => decoded.body = Body::Noop,
            kind::OVERRUN => decoded.body = Body::Overrun,
            kind::ERROR | kind::DONE => self.end(raw, &mut decoded),
            control if control < MIN_TYPE => {}
            _ => self.of_family(raw, context, &mut decoded),
        }
        decoded
    }

    /// A message of a family: what it is, and what it holds.
    fn of_family<'a>(&mut self, raw: Raw<'a>, context: &Context, decoded: &mut Decoded<'a>) {
        let Some(protocol) = decoded.protocol else { return };
        let mut cmd = raw.header.kind;
        let mut body = raw.body;
        if protocol == GENERIC {
            let Some((&[command, version, _, _], attrs)) =
                body.split_first_chunk::<GENL_HEADER_LEN>()
            else {
                decoded.body = Body::Malformed(format!(
                    "the generic header needs {GENL_HEADER_LEN} bytes, there are {}",
                    body.len()
                ));
                return;
            };
            cmd = command.into();
            body = attrs;
            decoded.generic = Some(GenericHeader { cmd: command, version });
            decoded.family = self.name_of(raw.header.kind, context);
            self.learn(raw.header.kind, command, attrs, decoded);
        }
        let families = self.families(protocol, decoded.family.as_deref(), context);
        let meaning = match context.family.zip(context.operation) {
            Some((family, operation)) => role::forced(family, operation, raw.header, decoded),
            None => self.meaning(&families, raw.header, cmd, decoded, context.told),
        };
        decoded.body = Body::Unknown(body_of(decoded, raw));
        let Some(meaning) = meaning else { return };
        if decoded.direction == Some(Direction::ToKernel) {
            self.requests.remember(Sent {
                protocol,
                header: raw.header,
                message: raw.bytes.to_vec(),
                attrs: raw.bytes.len() - body.len(),
                meaning,
            });
        }
        decoded.fill(meaning, body);
    }

    /// The specs of the families that a message may be of.
    fn families(
        &mut self,
        protocol: u16,
        name: Option<&str>,
        context: &Context,
    ) -> Vec<&'static Family> {
        match (context.family, name) {
            (Some(family), _) => vec![family],
            (None, Some(name)) => self.lookup.generic(name).into_iter().collect(),
            (None, None) if protocol == GENERIC => Vec::new(),
            (None, None) => self.lookup.raw(protocol),
        }
    }

    /// The name of the family of generic netlink that has this id.
    fn name_of(&mut self, id: u16, context: &Context) -> Option<String> {
        if let Some(family) = context.family {
            return Some(family.name().to_owned());
        }
        if id == nlctrl::ID {
            return Some("nlctrl".to_owned());
        }
        self.learnt.get(&id).cloned().or_else(|| self.lookup.name_of(id))
    }

    /// What the controller says of ids.
    fn learn(&mut self, id: u16, cmd: u8, attrs: &[u8], decoded: &Decoded<'_>) {
        if id != nlctrl::ID || decoded.direction != Some(Direction::FromKernel) {
            return;
        }
        let Ok(info) = nlkit::decode::<FamilyInfo>(attrs) else { return };
        let (Some(id), Some(name)) = (info.id, info.name) else { return };
        match cmd {
            NEW_FAMILY => drop(self.learnt.insert(id, name.to_string())),
            DEL_FAMILY => drop(self.learnt.remove(&id)),
            _ => {}
        }
    }

    /// The protocol of a message of which only the bytes are known: the first by which it makes sense.
    fn guess(&mut self, raw: Raw<'_>, context: &Context, direction: Direction) -> Option<u16> {
        if let Some(family) = context.family {
            return Some(protocol_of(family));
        }
        if raw.header.kind < MIN_TYPE {
            return self.requests.answered(None, raw.header).map(|sent| sent.protocol);
        }
        let whole = |format: Format, body: &[u8]| format.decode(body).is_ok();
        let guess = GUESSES.into_iter().find(|it| self.makes_sense(raw, *it, direction, whole));
        // One that no spec explains may still be of a family that is known by its id.
        let reserved = raw.body.get(2..GENL_HEADER_LEN) == Some(&[0, 0]);
        let known =
            || (reserved && self.name_of(raw.header.kind, context).is_some()).then_some(GENERIC);
        if let Some(protocol) = guess.or_else(known) {
            return Some(protocol);
        }
        let begun = |format: Format, body: &[u8]| format.decode_dump(body).is_ok();
        GUESSES.into_iter().find(|it| self.makes_sense(raw, *it, direction, begun))
    }

    /// Whether a message is one of this protocol, and `fits` what it holds.
    fn makes_sense(
        &mut self,
        raw: Raw<'_>,
        protocol: u16,
        direction: Direction,
        fits: impl Fn(Format, &[u8]) -> bool,
    ) -> bool {
        let mut decoded = Decoded {
            direction: Some(direction),
            protocol: Some(protocol),
            ..Decoded::empty(raw.at, raw.bytes)
        };
        let (mut cmd, mut body, mut name) = (raw.header.kind, raw.body, None);
        if protocol == GENERIC {
            // The reserved half of the header is 0.
            let Some((&[command, _, 0, 0], attrs)) = body.split_first_chunk::<GENL_HEADER_LEN>()
            else {
                return false;
            };
            (cmd, body) = (command.into(), attrs);
            name = self.name_of(raw.header.kind, &Context::default());
            if name.is_none() {
                return false;
            }
        }
        decoded.family.clone_from(&name);
        let families = self.families(protocol, name.as_deref(), &Context::default());
        let meaning = self.meaning(&families, raw.header, cmd, &decoded, false);
        meaning.is_some_and(|meaning| meaning.format.is_none_or(|it| fits(it, body)))
    }
}

/// The message that `rest` begins with.
fn split<'a>(rest: &'a [u8], at: usize, context: &Context) -> Result<Raw<'a>, Box<Decoded<'a>>> {
    let malformed = |header, what| {
        let body = Body::Malformed(what);
        let direction = context.direction;
        Box::new(Decoded { header, body, direction, ..Decoded::empty(at, rest) })
    };
    let Some(header) = Header::parse(rest) else {
        let what = format!("{} bytes left, a netlink header has {HEADER_LEN}", rest.len());
        return Err(malformed(None, what));
    };
    let len = usize::try_from(header.len).unwrap_or(usize::MAX);
    if len < HEADER_LEN {
        let what = format!("its length is {len}, less than that of its header");
        return Err(malformed(Some(header), what));
    }
    let Some(bytes) = rest.get(..len) else {
        let what = match context.cut_from {
            Some(_) => format!("cut: {} of its {len} bytes were captured", rest.len()),
            None => format!("its length is {len}, but {} bytes are left", rest.len()),
        };
        return Err(malformed(Some(header), what));
    };
    Ok(Raw { at, bytes, header, body: bytes.get(HEADER_LEN..).unwrap_or_default() })
}

/// What stands behind the headers of a message.
fn body_of<'a>(decoded: &Decoded<'_>, raw: Raw<'a>) -> &'a [u8] {
    let len = if decoded.generic.is_some() { GENL_HEADER_LEN } else { 0 };
    raw.body.get(len..).unwrap_or_default()
}

pub(crate) fn protocol_of(family: &Family) -> u16 {
    match family.ir().protocol {
        nlkit_codegen::ir::Protocol::Generic => GENERIC,
        nlkit_codegen::ir::Protocol::Raw(number) => number.into(),
    }
}
