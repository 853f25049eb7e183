//! The rules of our own tables, as the kernel tells its own.

use crate::checks::{Checks, Rule};
use crate::kind::Kind;
use crate::nlctrl::PolicyInfo;

/// What the kernel would say of an attribute with this rule. Nothing where its kind is not known, or its
/// bytes lie the other way round than the host's.
pub(crate) fn info_of(rule: &Rule) -> Option<PolicyInfo> {
    let kind = rule.kind.filter(|_| !rule.swapped)?;
    let Checks { min, max, min_len, max_len, mask } = rule.checks;
    let info = PolicyInfo { kind: Some(kind.number()), ..PolicyInfo::default() };
    let Some((lowest, highest)) = kind.range() else {
        let bitfield32_mask = mask.and_then(|mask| u32::try_from(mask).ok());
        return Some(match kind {
            Kind::Bitfield32 => PolicyInfo { bitfield32_mask, ..info },
            _ => PolicyInfo { min_len, max_len, ..info },
        });
    };
    // Where nothing is checked the kernel tells the whole range.
    let (min, max) = (min.unwrap_or(lowest), max.unwrap_or(highest));
    let (unsigned, signed) = (|limit| u64::try_from(limit).ok(), |limit| i64::try_from(limit).ok());
    Some(match (mask, lowest < 0) {
        (Some(mask), _) => PolicyInfo { mask: Some(mask), ..info },
        (None, true) => PolicyInfo { min_signed: signed(min), max_signed: signed(max), ..info },
        (None, false) => PolicyInfo { min: unsigned(min), max: unsigned(max), ..info },
    })
}
