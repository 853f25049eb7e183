//! Whether two types are the same bytes: an enum, a hint or a name make no difference there.

use nlkit_codegen::ir::{
    Attribute, Family, MemberType, Number, Order, Payload, Scalar, Type, Width, Word,
};

use super::matching::normal;
use super::names::Names;
use crate::diff::model::Item;

/// Two families, and which names mean the same in both.
pub(super) struct Wire<'f> {
    old: &'f Family,
    new: &'f Family,
    pub(super) names: Names,
}

impl<'f> Wire<'f> {
    pub(super) fn of(old: &'f Family, new: &'f Family) -> Self {
        Self { old, new, names: Names::of(old, new) }
    }

    /// Whether attributes of the two types are the same bytes.
    pub(super) fn is_same(&self, old: &Type, new: &Type) -> bool {
        self.is_same_with(old, new, &|old, new| self.is_same_set(old, new))
    }

    fn is_same_with(&self, old: &Type, new: &Type, sets: &dyn Fn(&str, &str) -> bool) -> bool {
        match (old, new) {
            (
                Type::Scalar(old) | Type::Ipv4Scalar(old),
                Type::Scalar(new) | Type::Ipv4Scalar(new),
            )
            | (Type::Array(old), Type::Array(new)) => is_same_number(old, new),
            (Type::Ipv4, Type::Ipv4Scalar(number)) | (Type::Ipv4Scalar(number), Type::Ipv4) => {
                number.order == Order::Big && number.number == Number::Unsigned(Width::W32)
            }
            (Type::Bitfield32 { .. }, Type::Bitfield32 { .. }) => true,
            (
                Type::Nest { set: old, .. } | Type::InOrder { set: old, .. },
                Type::Nest { set: new, .. } | Type::InOrder { set: new, .. },
            ) => sets(old, new),
            (Type::Struct(old), Type::Struct(new)) => {
                self.names.is_same(Item::Struct, &old.name, &new.name)
            }
            // Both are nests of entries with a number each.
            (
                Type::IndexedArray(old) | Type::Keyed(old),
                Type::IndexedArray(new) | Type::Keyed(new),
            ) => self.is_same_with(old, new, sets),
            (Type::SubMessage { name: old, .. }, Type::SubMessage { name: new, .. }) => {
                self.names.is_same(Item::SubMessage, old, new)
            }
            (Type::Ip, Type::Ipv4 | Type::Ipv6) | (Type::Ipv4 | Type::Ipv6, Type::Ip) => true,
            (Type::Binary, other) | (other, Type::Binary) => is_payload(other),
            (old, new) => old == new,
        }
    }

    /// Whether members of the two types are the same bytes.
    pub(super) fn is_same_member(&self, old: &MemberType, new: &MemberType) -> bool {
        match (old, new) {
            (
                MemberType::Scalar(old) | MemberType::Ipv4Scalar(old),
                MemberType::Scalar(new) | MemberType::Ipv4Scalar(new),
            ) => is_same_number(old, new),
            (MemberType::Struct(old), MemberType::Struct(new))
            | (MemberType::Repeated(old), MemberType::Repeated(new)) => {
                self.names.is_same(Item::Struct, &old.name, &new.name)
            }
            // What is in so many bytes has a name now, or has none any more.
            (MemberType::Bytes(_), _) | (_, MemberType::Bytes(_)) => {
                old.size(self.old) == new.size(self.new)
            }
            (old, new) => old == new,
        }
    }

    /// Whether two formats are the same bytes; of one that held nothing nobody knew any.
    pub(super) fn is_same_payload(&self, old: &Payload, new: &Payload) -> bool {
        match (old, new) {
            (Payload::Nothing, _) => true,
            (Payload::Header(old), Payload::Header(new)) => {
                self.names.is_same(Item::Struct, &old.name, &new.name)
            }
            (Payload::Attributes { set: old, .. }, Payload::Attributes { set: new, .. }) => {
                self.is_same_set(old, new)
            }
            (
                Payload::Both { header: old_header, set: old, .. },
                Payload::Both { header: new_header, set: new, .. },
            ) => {
                let same = self.names.is_same(Item::Struct, &old_header.name, &new_header.name);
                same && self.is_same_set(old, new)
            }
            _ => false,
        }
    }

    /// Whether the two sets have the same numbers: those of the set that they are part of, or all of the
    /// old one, where the new one took its place.
    pub(super) fn is_same_set(&self, old: &str, new: &str) -> bool {
        self.is_called_same(old, new) || self.is_covered(old, new)
    }

    fn is_called_same(&self, old: &str, new: &str) -> bool {
        self.names.is_same(Item::Set, root(old, self.old), root(new, self.new))
    }

    fn is_covered(&self, old: &str, new: &str) -> bool {
        let find = |name: &str, family: &'f Family| family.sets.iter().find(|it| it.name == name);
        let (Some(old), Some(new)) = (find(old, self.old), find(new, self.new)) else {
            return false;
        };
        let covers = |attribute: &Attribute| {
            let same = new.attributes.iter().find(|it| it.id == attribute.id);
            let sets = |old: &str, new: &str| self.is_called_same(old, new);
            same.is_some_and(|it| self.is_same_with(&attribute.ty, &it.ty, &sets))
        };
        old.attributes.iter().filter(|it| it.is_field()).all(covers)
    }

    /// Whether two types are the same in words, but for names that mean the same.
    pub(super) fn is_same_in_words(&self, old: &[Word<'_>], new: &[Word<'_>]) -> bool {
        let same = |(old, new): (&Word<'_>, &Word<'_>)| match (old, new) {
            (Word::Set(old), Word::Set(new)) => self.names.is_same(Item::Set, old, new),
            (Word::Struct(old), Word::Struct(new)) => self.names.is_same(Item::Struct, old, new),
            (Word::Enum(old), Word::Enum(new)) => {
                self.names.is_same(Item::Enum, &old.name, &new.name)
            }
            (Word::SubMessage(old), Word::SubMessage(new)) => {
                self.names.is_same(Item::SubMessage, old, new)
            }
            (old, new) => old == new,
        };
        old.len() == new.len() && old.iter().zip(new).all(same)
    }

    /// Whether a type names something that is called otherwise now.
    pub(super) fn names_renamed(&self, old: &[Word<'_>], new: &[Word<'_>]) -> bool {
        old.iter().zip(new).any(|(old, new)| normal(&old.to_string()) != normal(&new.to_string()))
    }
}

/// Whether a spec that says no more may call it `binary`: bytes, whatever they are.
fn is_payload(ty: &Type) -> bool {
    !matches!(
        ty,
        Type::Flag
            | Type::Nest { .. }
            | Type::InOrder { .. }
            | Type::IndexedArray(_)
            | Type::Keyed(_)
            | Type::Bitfield32 { .. }
    )
}

/// Whether two numbers are the same bytes.
fn is_same_number(old: &Scalar, new: &Scalar) -> bool {
    // One byte has no order.
    old.number == new.number && (old.order == new.order || old.number.size() == 1)
}

/// The set that a set is part of, or the set itself.
fn root<'n>(set: &'n str, family: &'n Family) -> &'n str {
    let mut name = set;
    // No set is part of itself.
    while let Some(found) = family.sets.iter().find(|other| other.name == name)
        && let Some(parent) = &found.subset_of
    {
        name = parent;
    }
    name
}
