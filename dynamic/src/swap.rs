//! Messages of a host with the other byte order, in that of ours: what captures of other machines need.
//!
//! Netlink is in the order of the host that speaks it. Which bytes are numbers, and of what width, only a
//! spec tells; what it does not know stays as it is.

use nlkit::wire::{ATTR_HEADER_LEN, ATTR_ID_MASK, ATTR_NESTED, MAX_NESTING, align};
use nlkit_codegen::ir::Order;

use crate::decode::Scope;
use crate::number;
use crate::schema::{Body, EMPTY, MemberType, Number, Payload, Set, Struct, Type};

/// What stands at one level of a message.
#[derive(Clone, Copy)]
pub(crate) enum Inside {
    Set(&'static Set),
    /// Entries of a list, which stand so many nests further in.
    Entries(&'static Type, usize),
}

impl Inside {
    /// Attributes of which nothing is known.
    pub(crate) const UNKNOWN: Self = Self::Set(&EMPTY);

    fn ty(self, id: u16) -> Option<&'static Type> {
        match self {
            Self::Set(set) => set.attribute(id).map(|attribute| &attribute.ty),
            Self::Entries(entry, 0) => Some(entry),
            Self::Entries(..) => None,
        }
    }
}

/// A message: its struct, where it begins with one, and its attributes.
pub(crate) fn body(of: &'static Body, bytes: &mut [u8], scope: &Scope<'_>, depth: u8) {
    let len = of.header_len().min(bytes.len());
    let Some((header, attrs)) = bytes.split_at_mut_checked(len) else { return };
    if let Some(of) = of.header {
        structure(of, header);
    }
    attributes(Inside::Set(of.set), attrs, scope, depth);
}

/// Attributes, as far as their lengths make sense; what is behind them stays as it is.
pub(crate) fn attributes(inside: Inside, bytes: &mut [u8], scope: &Scope<'_>, depth: u8) {
    if depth > MAX_NESTING {
        return;
    }
    // First what sub-messages are chosen by, then what may hold them.
    let mut holders = Vec::new();
    let mut at = 0;
    while let Some((id, payload)) = header(bytes.get_mut(at..).unwrap_or_default()) {
        let (start, len) = (at + ATTR_HEADER_LEN, payload.len());
        match inside.ty(id & ATTR_ID_MASK) {
            Some(ty) if is_holder(ty) => holders.push((start, len, Some(ty))),
            Some(ty) => leaf(ty, payload),
            None if id & ATTR_NESTED != 0 || matches!(inside, Inside::Entries(..)) => {
                holders.push((start, len, None));
            }
            None => {}
        }
        at += align(ATTR_HEADER_LEN + len);
    }
    let own = match inside {
        Inside::Set(set) if set.scope => Some(bytes.to_vec()),
        _ => None,
    };
    let own = own.as_deref().map(Scope::new);
    let scope = own.as_ref().unwrap_or(scope);
    for (start, len, ty) in holders {
        let Some(payload) = bytes.get_mut(start..start + len) else { continue };
        match (ty, inside) {
            (Some(ty), _) => holder(ty, payload, scope, depth + 1),
            (None, Inside::Entries(entry, left)) => {
                let inner = Inside::Entries(entry, left.saturating_sub(1));
                attributes(inner, payload, scope, depth + 1);
            }
            (None, Inside::Set(_)) => attributes(Inside::UNKNOWN, payload, scope, depth + 1),
        }
    }
}

/// Turns the header of the first attribute: its type with the flags, and its payload; `None` where there is
/// none that makes sense.
pub(crate) fn header(bytes: &mut [u8]) -> Option<(u16, &mut [u8])> {
    let (header, rest) = bytes.split_first_chunk_mut::<ATTR_HEADER_LEN>()?;
    let [l0, l1, t0, t1] = *header;
    let len = usize::from(u16::from_ne_bytes([l1, l0]));
    let payload = rest.get_mut(..len.checked_sub(ATTR_HEADER_LEN)?)?;
    *header = [l1, l0, t1, t0];
    Some((u16::from_ne_bytes([t1, t0]), payload))
}

/// Gives each attribute in turn, with its header turned, to `then`.
pub(crate) fn each(bytes: &mut [u8], mut then: impl FnMut(u16, &mut [u8])) {
    let mut at = 0;
    while let Some((id, payload)) = header(bytes.get_mut(at..).unwrap_or_default()) {
        then(id & ATTR_ID_MASK, payload);
        at += align(ATTR_HEADER_LEN + payload.len());
    }
}

fn is_holder(ty: &Type) -> bool {
    matches!(
        ty,
        Type::Nest(_)
            | Type::InOrder(_)
            | Type::IndexedArray(_)
            | Type::Keyed { .. }
            | Type::SubMessage { .. }
    )
}

fn holder(ty: &'static Type, payload: &mut [u8], scope: &Scope<'_>, depth: u8) {
    match ty {
        Type::Nest(set) | Type::InOrder(set) => {
            attributes(Inside::Set(set), payload, scope, depth);
        }
        Type::IndexedArray(entry) => attributes(Inside::Entries(entry, 0), payload, scope, depth),
        Type::Keyed { keys, entry } => {
            let further = keys.len().saturating_sub(1);
            attributes(Inside::Entries(entry, further), payload, scope, depth);
        }
        Type::SubMessage { of, selector } => match scope.choose(of, *selector) {
            Some(Payload::Struct(of)) => structure(of, payload),
            Some(Payload::Body(of)) => body(of, payload, scope, depth),
            Some(Payload::Nothing) | None => {}
        },
        _ => {}
    }
}

fn leaf(ty: &'static Type, payload: &mut [u8]) {
    match ty {
        Type::Number(number) if is_native(number) => payload.reverse(),
        Type::Bitfield32(_) => payload.chunks_mut(4).for_each(<[u8]>::reverse),
        Type::Array(number) if is_native(number) => {
            payload.chunks_mut(number::len(number.wire)).for_each(<[u8]>::reverse);
        }
        Type::Struct(of) => structure(of, payload),
        _ => {}
    }
}

/// The members of a struct, as far as there are bytes.
fn structure(of: &'static Struct, bytes: &mut [u8]) {
    let mut rest = bytes;
    for member in of.members() {
        let len = match &member.ty {
            MemberType::Number(number) => number::len(number.wire),
            MemberType::Bytes(len, _) | MemberType::Text(len) | MemberType::Pad(len) => *len,
            MemberType::Struct(of) => of.ir.len,
            MemberType::Repeated(of) => {
                rest.chunks_mut(of.ir.len.max(1)).for_each(|one| structure(of, one));
                return;
            }
        };
        let Some((member_bytes, behind)) = rest.split_at_mut_checked(len) else { return };
        match &member.ty {
            MemberType::Number(number) if is_native(number) => member_bytes.reverse(),
            MemberType::Struct(of) => structure(of, member_bytes),
            _ => {}
        }
        rest = behind;
    }
}

fn is_native(number: &Number) -> bool {
    number.wire.order == Order::Native
}
