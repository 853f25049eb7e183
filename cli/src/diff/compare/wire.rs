//! Whether two types are the same bytes: an enum, a hint or a name make no difference there.

use nlkit_codegen::ir::{Family, MemberType, Number, Order, Scalar, Type, Width};

use super::matching::normal;

/// Whether attributes of the two types are the same bytes.
pub(super) fn is_same(old: &Type, new: &Type, of_old: &Family, of_new: &Family) -> bool {
    let same_set = |old: &str, new: &str| root(old, of_old) == root(new, of_new);
    match (old, new) {
        (Type::Scalar(old) | Type::Ipv4Scalar(old), Type::Scalar(new) | Type::Ipv4Scalar(new)) => {
            is_same_number(old, new)
        }
        (Type::Ipv4, Type::Ipv4Scalar(number)) | (Type::Ipv4Scalar(number), Type::Ipv4) => {
            number.order == Order::Big && number.number == Number::Unsigned(Width::W32)
        }
        (Type::Bitfield32 { .. }, Type::Bitfield32 { .. }) => true,
        (
            Type::Nest { set: old, .. } | Type::InOrder { set: old, .. },
            Type::Nest { set: new, .. } | Type::InOrder { set: new, .. },
        ) => same_set(old, new),
        (Type::Struct(old), Type::Struct(new)) => normal(&old.name) == normal(&new.name),
        (Type::Array(old), Type::Array(new)) => is_same_number(old, new),
        // Both are nests of entries with a number each.
        (
            Type::IndexedArray(old) | Type::Keyed(old),
            Type::IndexedArray(new) | Type::Keyed(new),
        ) => is_same(old, new, of_old, of_new),
        (Type::SubMessage { name: old, .. }, Type::SubMessage { name: new, .. }) => {
            normal(old) == normal(new)
        }
        (Type::Ip, Type::Ipv4 | Type::Ipv6) | (Type::Ipv4 | Type::Ipv6, Type::Ip) => true,
        // It says nothing of what the bytes are, so whatever they are was there before.
        (Type::Binary, other) | (other, Type::Binary) => !matches!(
            other,
            Type::Flag
                | Type::Nest { .. }
                | Type::InOrder { .. }
                | Type::IndexedArray(_)
                | Type::Keyed(_)
                | Type::SubMessage { .. }
                | Type::Bitfield32 { .. }
        ),
        (old, new) => old == new,
    }
}

/// Whether two numbers are the same bytes.
pub(super) fn is_same_number(old: &Scalar, new: &Scalar) -> bool {
    // One byte has no order.
    old.number == new.number && (old.order == new.order || old.number.size() == 1)
}

/// Whether members of the two types are the same bytes.
pub(super) fn is_same_member(
    old: &MemberType,
    new: &MemberType,
    of_old: &Family,
    of_new: &Family,
) -> bool {
    match (old, new) {
        (
            MemberType::Scalar(old) | MemberType::Ipv4Scalar(old),
            MemberType::Scalar(new) | MemberType::Ipv4Scalar(new),
        ) => is_same_number(old, new),
        (MemberType::Struct(old), MemberType::Struct(new))
        | (MemberType::Repeated(old), MemberType::Repeated(new)) => {
            normal(&old.name) == normal(&new.name)
        }
        // What is in so many bytes has a name now, or has none any more.
        (MemberType::Bytes(_), _) | (_, MemberType::Bytes(_)) => {
            old.size(of_old) == new.size(of_new)
        }
        (old, new) => old == new,
    }
}

/// The set that a set is part of, or the set itself: they have the same numbers.
pub(super) fn root(set: &str, family: &Family) -> String {
    let mut name = set;
    // No set is part of itself.
    while let Some(found) = family.sets.iter().find(|other| other.name == name)
        && let Some(parent) = &found.subset_of
    {
        name = parent;
    }
    normal(name)
}
