//! Datagrams of hosts with the other byte order.

use nlkit::wire::{GENL_HEADER_LEN, HEADER_LEN, Header, align, flag, kind};

use super::message::{Decoded, Direction};
use super::{Context, Decoder, GENERIC, Lookup, MIN_TYPE};
use crate::decode::Scope;
use crate::swap::{self, Inside};

/// Length of the code that ends begin with.
const CODE_LEN: usize = 4;
/// Of the attributes of an extended ACK: the number that is text, that is bytes, that is a nest.
const TEXT: u16 = 1;
const COOKIE: u16 = 3;
const POLICY: u16 = 4;

impl<L: Lookup> Decoder<L> {
    /// A datagram of a host with the other byte order, in that of ours, so that [`Decoder::feed`] can read it.
    /// Its protocol must be known. What no spec tells to be numbers stays as it is.
    pub fn to_native(&mut self, datagram: &[u8], context: &Context) -> Vec<u8> {
        let mut datagram = datagram.to_vec();
        let mut rest = datagram.as_mut_slice();
        while let Some(header) = turn_header(rest) {
            let len = usize::try_from(header.len).unwrap_or(usize::MAX).min(rest.len());
            let Some((message, behind)) = rest.split_at_mut_checked(align(len).min(rest.len()))
            else {
                break;
            };
            if let Some(body) = message.get_mut(HEADER_LEN..len) {
                self.turn(header, body, context);
            }
            rest = behind;
        }
        datagram
    }

    fn turn(&mut self, header: Header, body: &mut [u8], context: &Context) {
        match header.kind {
            kind::ERROR | kind::DONE => self.turn_end(header, body, context),
            control if control < MIN_TYPE => {}
            _ => self.turn_body(header, body, context),
        }
    }

    /// What stands behind the header of a message of a family.
    fn turn_body(&mut self, header: Header, body: &mut [u8], context: &Context) {
        let direction = context.direction.unwrap_or_else(|| Direction::of(header));
        let protocol = context.protocol;
        let mut asked = Decoded { direction: Some(direction), protocol, ..Decoded::empty(0, &[]) };
        let (mut cmd, mut attrs) = (header.kind, body);
        if protocol == Some(GENERIC) {
            let Some((generic, behind)) = attrs.split_first_chunk_mut::<GENL_HEADER_LEN>() else {
                return;
            };
            let [command, _, r0, r1] = generic;
            std::mem::swap(r0, r1);
            (cmd, attrs) = ((*command).into(), behind);
            asked.family = self.name_of(header.kind, context);
        }
        let families = match protocol {
            Some(protocol) => self.families(protocol, asked.family.as_deref(), context),
            None => Vec::new(),
        };
        let meaning = self.meaning(&families, header, cmd, &asked, context.told);
        match meaning.and_then(|meaning| meaning.format) {
            Some(format) => format.turn(attrs),
            None if protocol == Some(GENERIC) => {
                swap::attributes(Inside::UNKNOWN, attrs, &Scope::nothing(), 0)
            }
            None => {}
        }
    }

    /// A code, and behind that of an error the request, and attributes.
    fn turn_end(&mut self, header: Header, body: &mut [u8], context: &Context) {
        let Some((code, mut rest)) = body.split_first_chunk_mut::<CODE_LEN>() else { return };
        code.reverse();
        if header.kind == kind::ERROR {
            let Some(request) = turn_header(rest) else { return };
            let whole = header.flags & flag::CAPPED == 0;
            let len = usize::try_from(request.len).unwrap_or(usize::MAX);
            let len = if whole { len.max(HEADER_LEN) } else { HEADER_LEN }.min(rest.len());
            if let Some(body) = rest.get_mut(HEADER_LEN..len) {
                let direction = Some(Direction::ToKernel);
                self.turn(request, body, &Context { direction, ..*context });
            }
            rest = rest.get_mut(align(len)..).unwrap_or_default();
        }
        if header.flags & flag::ACK_TLVS != 0 {
            turn_ext_ack(rest);
        }
    }
}

/// Turns the header that a message begins with; `None` where there are too few bytes.
fn turn_header(message: &mut [u8]) -> Option<Header> {
    let header = message.first_chunk_mut::<HEADER_LEN>()?;
    for (at, len) in [(0, 4), (4, 2), (6, 2), (8, 4), (12, 4)] {
        header.get_mut(at..at + len)?.reverse();
    }
    Header::parse(header).filter(|header| header.len >= 16)
}

/// All but texts and bytes are numbers there, those of the policy within a nest.
fn turn_ext_ack(bytes: &mut [u8]) {
    swap::each(bytes, |id, payload| match id {
        TEXT | COOKIE => {}
        POLICY => swap::each(payload, |_, number| number.reverse()),
        _ => payload.reverse(),
    });
}
