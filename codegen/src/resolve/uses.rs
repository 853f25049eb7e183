//! Numbers of attributes and members, and the enums that they are of: which enum lies in which
//! number decides what the enum's Rust type holds.

use std::collections::{BTreeMap, BTreeSet};

use crate::catalogue::{Errors, texts};
use crate::ir::{EnumRef, Number, Order, Scalar, Width};
use crate::place::Place;
use crate::resolve::definitions::{Definitions, ItemKind};
use crate::resolve::names;
use crate::spec::{Attribute, ByteOrder, Member, Word};

/// The numbers that each enum lies in, by the enum's index.
#[derive(Debug, Default)]
pub(super) struct AllUses {
    pub(super) of: BTreeMap<usize, Uses>,
}

/// The numbers that an enum lies in.
#[derive(Debug, Default)]
pub(super) struct Uses {
    /// As values, or as bits if it is flags.
    pub(super) plain: BTreeSet<Width>,
    /// As bits although it is an enum, and where that is asked for first.
    pub(super) as_flags: BTreeSet<Width>,
    pub(super) first_as_flags: Option<Place>,
}

/// The keys that say what a number is, of an attribute or of a member.
pub(super) struct NumberKeys<'k> {
    order: Order,
    enumeration: Option<&'k String>,
    as_flags: bool,
    at: &'k Place,
}

impl<'k> NumberKeys<'k> {
    pub(super) fn of_attribute(keys: &'k Attribute, at: &'k Place) -> Self {
        let (order, as_flags) = (order(&keys.byte_order), keys.enum_as_flags == Some(true));
        Self { order, enumeration: keys.enumeration.as_ref(), as_flags, at }
    }

    pub(super) fn of_member(keys: &'k Member, at: &'k Place) -> Self {
        let (order, as_flags) = (order(&keys.byte_order), keys.enum_as_flags == Some(true));
        Self { order, enumeration: keys.enumeration.as_ref(), as_flags, at }
    }
}

fn order(word: &Option<Word<ByteOrder>>) -> Order {
    match word.as_ref().and_then(Word::known) {
        None => Order::Native,
        Some(ByteOrder::BigEndian) => Order::Big,
        Some(ByteOrder::LittleEndian) => Order::Little,
    }
}

impl AllUses {
    /// A number as it lies on the wire.
    pub(super) fn scalar(
        &mut self,
        keys: &NumberKeys<'_>,
        number: Number,
        definitions: &Definitions<'_>,
        errors: &mut Errors,
    ) -> Scalar {
        let of = match number {
            Number::Unsigned(width) => self.enumeration(keys, width, false, definitions, errors),
            Number::Uint => self.enumeration(keys, Width::W64, false, definitions, errors),
            Number::Signed(_) | Number::Sint => {
                if keys.enumeration.is_some() {
                    errors.push(texts::signed_enum(keys.at.key("enum")));
                }
                None
            }
        };
        Scalar { number, order: keys.order, of }
    }

    /// The enum or flags of a number of `width`, noted down as used there.
    pub(super) fn enumeration(
        &mut self,
        keys: &NumberKeys<'_>,
        width: Width,
        bits: bool,
        definitions: &Definitions<'_>,
        errors: &mut Errors,
    ) -> Option<EnumRef> {
        let name = keys.enumeration?;
        let place = keys.at.key("enum");
        let Some(item) = definitions.get(name) else {
            let names = definitions.names(|kind| matches!(kind, ItemKind::Enum { .. }));
            errors.push(texts::unknown_name("enum", name, place, names));
            return None;
        };
        let ItemKind::Enum { index, flags } = item.kind else {
            errors.push(texts::wrong_kind(name, "an enum or flags", place, &item.at));
            return None;
        };
        let rust = &definitions.enumeration(index)?.rust;
        let as_flags = !flags && (bits || keys.as_flags);
        let uses = self.of.entry(index).or_default();
        let (widths, rust) = match as_flags {
            true => (&mut uses.as_flags, names::ty_with(name, "Flags")),
            false => (&mut uses.plain, rust.clone()),
        };
        widths.insert(width);
        if as_flags {
            uses.first_as_flags.get_or_insert(place);
        }
        Some(EnumRef { name: name.clone(), rust })
    }
}
