//! Widths: the number that each enum's Rust type holds.

use crate::catalogue::{Errors, texts};
use crate::ir::{Enum, EnumKind, Width};
use crate::place::Place;
use crate::resolve::definitions::Placed;
use crate::resolve::names;
use crate::resolve::uses::{AllUses, Uses};

/// Gives each enum the widest number that it is used in, and adds the flags of enums whose values
/// are used as bits too.
pub(super) fn resolve(
    enums: &[Placed<Enum>],
    uses: &AllUses,
    errors: &mut Errors,
) -> Vec<Placed<Enum>> {
    let mut resolved = Vec::new();
    for (index, placed) in enums.iter().enumerate() {
        let uses = uses.of.get(&index);
        let flags = uses
            .filter(|uses| !uses.as_flags.is_empty())
            .and_then(|uses| flags_of(placed, uses, errors));
        let Placed { mut item, at } = placed.clone();
        let plain: Vec<Width> = uses.into_iter().flat_map(|uses| &uses.plain).copied().collect();
        report_misfits(&item, &at, &plain, errors);
        set_width(&mut item, &plain);
        resolved.push(Placed { item, at });
        resolved.extend(flags);
    }
    resolved
}

/// The flags whose bits are the values of an enum.
fn flags_of(placed: &Placed<Enum>, uses: &Uses, errors: &mut Errors) -> Option<Placed<Enum>> {
    let Placed { item, at } = placed;
    let too_high = item.entries.iter().find(|entry| entry.value > 63);
    if let (Some(entry), Some(place)) = (too_high, &uses.first_as_flags) {
        let place = place.clone();
        errors.push(texts::value_out_of_range("bit number", entry.value.into(), place, "0..=63"));
        return None;
    }
    let mut item = Enum {
        rust: names::ty_with(&item.name, "Flags"),
        kind: EnumKind::FlagsOfEnum,
        ..item.clone()
    };
    let widths: Vec<Width> = uses.as_flags.iter().copied().collect();
    report_misfits(&item, at, &widths, errors);
    set_width(&mut item, &widths);
    Some(Placed { item, at: at.clone() })
}

/// Reports entries that no attribute with the enum can have; `used` is in ascending order.
fn report_misfits(item: &Enum, at: &Place, used: &[Width], errors: &mut Errors) {
    let Some(widest) = used.last().map(|width| width.bits()) else {
        return;
    };
    for (entry, index) in item.entries.iter().zip(0..) {
        if bits(item.kind, entry.value) > widest {
            let at = at.key("entries").index(index);
            errors.push(texts::entry_too_large(&entry.name, at, &item.name, widest));
        }
    }
}

/// The bits that an entry takes.
fn bits(kind: EnumKind, value: u64) -> u32 {
    match kind {
        EnumKind::Enum => 64 - value.leading_zeros(),
        EnumKind::Flags | EnumKind::FlagsOfEnum => {
            u32::try_from(value).map_or(64, |bit| bit.saturating_add(1))
        }
    }
}

/// The widest of `used`, in ascending order, but not so narrow that an entry would not fit.
fn set_width(item: &mut Enum, used: &[Width]) {
    let needed = item.entries.iter().map(|entry| bits(item.kind, entry.value));
    let needed = needed.max().unwrap_or(0);
    let widths = [Width::W8, Width::W16, Width::W32, Width::W64];
    let fits = widths.into_iter().find(|width| width.bits() >= needed).unwrap_or(Width::W64);
    item.repr = used.last().copied().unwrap_or(Width::W32).max(fits);
    item.narrow = used.iter().rev().copied().filter(|width| *width < item.repr).collect();
}
