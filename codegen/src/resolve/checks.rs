//! Checks: limits as numbers, each within what its attribute can hold.

use crate::catalogue::{Errors, texts};
use crate::ir::{self, Checks, Limit, Number, Type};
use crate::place::Place;
use crate::resolve::definitions::{Definitions, ItemKind};
use crate::spec::{self, IntOrName};

/// Greatest length of a payload: the length field has 16 bits and counts the header of 4 bytes.
const MAX_LEN: i128 = 65_531;

pub(super) fn resolve(
    keys: &spec::Attribute,
    ty: &Type,
    definitions: &Definitions<'_>,
    at: &Place,
    errors: &mut Errors,
) -> Checks {
    let Some(checks) = &keys.checks else {
        return Checks::default();
    };
    let at = at.key("checks");
    report_meaningless(checks, ty, &at, errors);
    let mut limits = Limits { definitions, at: &at, errors };
    let (values, lengths) = (range(ty), (0, MAX_LEN));
    let resolved = Checks {
        min: limits.get("min", &checks.min, values),
        max: limits.get("max", &checks.max, values),
        min_len: limits.get("min-len", &checks.min_len, lengths),
        max_len: limits.get("max-len", &checks.max_len, lengths),
        exact_len: limits.get("exact-len", &checks.exact_len, lengths),
        mask: limits.mask(&checks.flags_mask),
        unterminated_ok: checks.unterminated_ok == Some(true),
    };
    limits.report_empty("min", &resolved.min, "max", &resolved.max);
    limits.report_empty("min-len", &resolved.min_len, "max-len", &resolved.max_len);
    resolved
}

/// Reports checks that the type cannot have.
fn report_meaningless(checks: &spec::Checks, ty: &Type, at: &Place, errors: &mut Errors) {
    let element = match ty {
        Type::IndexedArray(element) => element,
        ty => ty,
    };
    let number = matches!(ty, Type::Scalar(_) | Type::Ipv4Scalar(_));
    let text = matches!(element, Type::String);
    let nest = matches!(
        element,
        Type::Nest { .. } | Type::InOrder { .. } | Type::Keyed(_) | Type::SubMessage { .. }
    );
    let bytes = !number && !nest && !matches!(element, Type::Flag | Type::Pad | Type::Unused);
    let meanings = [
        ("min", checks.min.is_some(), number, "only a number has values to limit"),
        ("max", checks.max.is_some(), number, "only a number has values to limit"),
        ("flags-mask", checks.flags_mask.is_some(), number, "only a number has bits to limit"),
        ("min-len", checks.min_len.is_some(), bytes, "only bytes and text have a length to limit"),
        ("max-len", checks.max_len.is_some(), bytes, "only bytes and text have a length to limit"),
        ("exact-len", checks.exact_len.is_some(), bytes, "only bytes and text have a length"),
        ("unterminated-ok", checks.unterminated_ok.is_some(), text, "only text ends with a NUL"),
    ];
    for (key, given, meant, why) in meanings {
        if given && !meant {
            errors.push(texts::meaningless_key(at, key, why));
        }
    }
}

/// The values that a number can have. Of what is no number, the widest range: it has been reported.
fn range(ty: &Type) -> (i128, i128) {
    let (Type::Scalar(scalar) | Type::Ipv4Scalar(scalar)) = ty else {
        return (i64::MIN.into(), u64::MAX.into());
    };
    match scalar.number {
        Number::Unsigned(width) => bounds(width.bits(), false),
        Number::Signed(width) => bounds(width.bits(), true),
        Number::Uint => bounds(64, false),
        Number::Sint => bounds(64, true),
    }
}

fn bounds(bits: u32, signed: bool) -> (i128, i128) {
    match signed {
        true => (-(1 << (bits - 1)), (1 << (bits - 1)) - 1),
        false => (0, (1 << bits) - 1),
    }
}

struct Limits<'a, 's> {
    definitions: &'a Definitions<'s>,
    at: &'a Place,
    errors: &'a mut Errors,
}

impl Limits<'_, '_> {
    fn get(&mut self, key: &str, limit: &Option<IntOrName>, range: (i128, i128)) -> Option<Limit> {
        let limit = self.limit(key, limit.as_ref()?)?;
        // The number of a constant of the kernel is only a stand-in.
        if limit.kernel.is_none() && !(range.0..=range.1).contains(&limit.number) {
            let at = self.at.key(key);
            self.errors.push(texts::limit_out_of_range(key, limit.number, range, at));
            return None;
        }
        Some(limit)
    }

    fn limit(&mut self, key: &str, limit: &IntOrName) -> Option<Limit> {
        let text = match limit {
            IntOrName::Int(number) => {
                return Some(Limit { number: *number, kernel: None });
            }
            IntOrName::Name(text) => text,
        };
        if let Some(number) = named_bound(text) {
            return Some(Limit { number, kernel: None });
        }
        let (name, minus) = match text.strip_suffix(" - 1") {
            Some(name) => (name, 1),
            None => (text.as_str(), 0),
        };
        let at = self.at.key(key);
        let Some(item) = self.definitions.constant(name) else {
            let names = self.definitions.names(|kind| matches!(kind, ItemKind::Number { .. }));
            self.errors.push(texts::unknown_name("constant", name, at, names));
            return None;
        };
        let ItemKind::Number { value, kernel } = item.kind else {
            let wanted = "a constant number";
            self.errors.push(texts::wrong_kind(name, wanted, at, &item.at));
            return None;
        };
        let kernel = kernel.then(|| text.clone());
        Some(Limit { number: value.saturating_sub(minus), kernel })
    }

    /// All bits of the flags named, or the number given.
    fn mask(&mut self, mask: &Option<IntOrName>) -> Option<u64> {
        let at = self.at.key("flags-mask");
        let name = match mask.as_ref()? {
            IntOrName::Int(number) => {
                let mask = u64::try_from(*number).ok();
                if mask.is_none() {
                    let range = (0, u64::MAX.into());
                    self.errors.push(texts::limit_out_of_range("flags-mask", *number, range, at));
                }
                return mask;
            }
            IntOrName::Name(name) => name,
        };
        let Some(item) = self.definitions.get(name) else {
            let names = self.definitions.names(|kind| matches!(kind, ItemKind::Enum { .. }));
            self.errors.push(texts::unknown_name("flags", name, at, names));
            return None;
        };
        let ItemKind::Enum { index, flags: true } = item.kind else {
            self.errors.push(texts::wrong_kind(name, "flags", at, &item.at));
            return None;
        };
        let entries: &[ir::Entry] = &self.definitions.enumeration(index)?.entries;
        let bit = |entry: &ir::Entry| {
            u32::try_from(entry.value).ok().and_then(|bit| 1u64.checked_shl(bit))
        };
        Some(entries.iter().filter_map(bit).fold(0, |mask, bit| mask | bit))
    }

    fn report_empty(&mut self, low: &str, min: &Option<Limit>, high: &str, max: &Option<Limit>) {
        let (Some(min), Some(max)) = (min, max) else {
            return;
        };
        if min.kernel.is_none() && max.kernel.is_none() && min.number > max.number {
            let (low_at, high_at) = (self.at.key(low), self.at.key(high));
            self.errors
                .push(texts::empty_range((low, min.number, low_at), (high, max.number, high_at)));
        }
    }
}

/// The number of `u32-max`, `s8-min` and the like.
fn named_bound(text: &str) -> Option<i128> {
    let (ty, end) = text.split_once('-')?;
    let (signed, bits) = match ty {
        "u8" => (false, 8),
        "u16" => (false, 16),
        "u32" => (false, 32),
        "u64" => (false, 64),
        "s8" => (true, 8),
        "s16" => (true, 16),
        "s32" => (true, 32),
        "s64" => (true, 64),
        _ => return None,
    };
    let (min, max) = bounds(bits, signed);
    match end {
        "min" => Some(min),
        "max" => Some(max),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::named_bound;

    #[test]
    fn bounds_have_names() {
        assert_eq!(named_bound("u8-max"), Some(255));
        assert_eq!(named_bound("u64-max"), Some(u64::MAX.into()));
        assert_eq!(named_bound("s32-min"), Some(i32::MIN.into()));
        assert_eq!(named_bound("s64-max"), Some(i64::MAX.into()));
        assert_eq!(named_bound("u7-max"), None);
        assert_eq!(named_bound("u8"), None);
    }
}
