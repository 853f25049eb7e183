//! The rules: which types of a spec go with which kinds of the kernel's, and which limits.

use nlkit::Kind;
use nlkit::nlctrl::PolicyInfo;
use nlkit_codegen::ir::{
    Attribute, Enum, EnumKind, Family, Limit, Member, MemberType, Number, Order, Scalar, Type,
    Width,
};

use super::{Aspect, Level};

/// Whether the kernel takes what the spec's type writes, in its own words: what it checks as bytes can be
/// text, an address or a struct, and a number that fits into 4 bytes is one of 32 bits.
///
/// A number of 32 or 64 bits goes with no kind of a varying width, since the kernel may answer with the
/// other width.
pub(super) fn goes_with(ty: &Type, kind: Kind) -> bool {
    match ty {
        Type::Flag => kind == Kind::Flag,
        Type::Scalar(scalar) | Type::Ipv4Scalar(scalar) => is_number(scalar.number, kind),
        Type::String => matches!(kind, Kind::String | Kind::NulString | Kind::Binary),
        Type::Binary | Type::HwAddr | Type::Ipv4 | Type::Ipv6 | Type::Ip => kind == Kind::Binary,
        Type::Array(_) | Type::Struct(_) => kind == Kind::Binary,
        Type::Bitfield32 { .. } => kind == Kind::Bitfield32,
        Type::Nest { .. } | Type::InOrder { .. } | Type::Keyed(_) => kind == Kind::Nested,
        Type::IndexedArray(_) => matches!(kind, Kind::NestedArray | Kind::Nested),
        Type::SubMessage { .. } => matches!(kind, Kind::Nested | Kind::Binary),
        // Nothing to send.
        Type::Unused | Type::Pad => false,
    }
}

fn is_number(number: Number, kind: Kind) -> bool {
    match number {
        Number::Unsigned(Width::W8) => kind == Kind::U8,
        Number::Unsigned(Width::W16) => kind == Kind::U16,
        Number::Unsigned(Width::W32) => kind == Kind::U32,
        Number::Unsigned(Width::W64) => kind == Kind::U64,
        Number::Signed(Width::W8) => kind == Kind::S8,
        Number::Signed(Width::W16) => kind == Kind::S16,
        Number::Signed(Width::W32) => kind == Kind::S32,
        Number::Signed(Width::W64) => kind == Kind::S64,
        Number::Uint => matches!(kind, Kind::Uint | Kind::U32),
        Number::Sint => matches!(kind, Kind::Sint | Kind::S32),
    }
}

/// Whether it is a number in a byte order that the kernel keeps quiet of in its policies.
pub(super) fn is_ordered(ty: &Type) -> bool {
    let (Type::Scalar(scalar) | Type::Ipv4Scalar(scalar)) = ty else { return false };
    scalar.order != Order::Native
}

/// What is said of one limit.
pub(super) struct Said {
    pub(super) aspect: Aspect,
    pub(super) level: Level,
    pub(super) spec: String,
    pub(super) kernel: String,
}

/// The limits of an attribute whose type agrees with the kernel's kind.
pub(super) fn compare(
    family: &Family,
    attribute: &Attribute,
    kind: Kind,
    info: &PolicyInfo,
) -> Vec<Said> {
    let mut limits = Limits { said: Vec::new() };
    if let Some(range) = kind.range() {
        limits.values(attribute, range, info, enum_of(family, &attribute.ty));
    }
    if kind.has_length() {
        limits.lengths(family, attribute, info);
    }
    limits.bits(attribute, info, enum_of(family, &attribute.ty));
    limits.said
}

fn enum_of<'f>(family: &'f Family, ty: &Type) -> Option<&'f Enum> {
    let of = match ty {
        Type::Scalar(Scalar { of, .. }) | Type::Bitfield32 { of } => of.as_ref()?,
        _ => return None,
    };
    family.enums.iter().find(|item| item.rust == of.rust)
}

struct Limits {
    said: Vec<Said>,
}

impl Limits {
    fn say(&mut self, aspect: Aspect, level: Level, spec: String, kernel: String) {
        self.said.push(Said { aspect, level, spec, kernel });
    }

    /// A limit that both may have; `theirs` is `None` where the kernel has none, or tells none.
    fn limit(&mut self, aspect: Aspect, ours: Option<&Limit>, theirs: Option<i128>) {
        let (level, spec, kernel) = match (ours, theirs) {
            (None, None) => return,
            (None, Some(theirs)) => (Level::NotInSpec, String::new(), theirs.to_string()),
            (Some(ours), None) => (Level::NotChecked, ours.to_string(), String::new()),
            // The true number may be another one.
            (Some(ours @ Limit { kernel: Some(_), .. }), Some(theirs)) => {
                (Level::NotChecked, ours.to_string(), theirs.to_string())
            }
            (Some(ours), Some(theirs)) => {
                let level = if ours.number == theirs { Level::Agrees } else { Level::Wrong };
                (level, ours.to_string(), theirs.to_string())
            }
        };
        self.say(aspect, level, spec, kernel);
    }

    fn values(
        &mut self,
        attribute: &Attribute,
        (lowest, highest): (i128, i128),
        info: &PolicyInfo,
        of: Option<&Enum>,
    ) {
        let (ours, of_kind) = (&attribute.checks, of.filter(|of| of.kind == EnumKind::Enum));
        let entries = || of_kind.into_iter().flat_map(|of| &of.entries);
        let entries = || entries().map(|entry| i128::from(entry.value));
        let min = info.min.map(i128::from).or(info.min_signed.map(i128::from));
        let max = info.max.map(i128::from).or(info.max_signed.map(i128::from));
        // Kernels tell the full range of a kind, too, where they check nothing.
        let told_min = min.filter(|min| *min != lowest || ours.min.is_some());
        let told_max = max.filter(|max| *max != highest || ours.max.is_some());
        match (&ours.min, told_min, entries().min()) {
            (None, Some(theirs), Some(first)) if theirs == first => {
                self.say(Aspect::Min, Level::Agrees, first.to_string(), theirs.to_string());
            }
            (ours, theirs, _) => self.limit(Aspect::Min, ours.as_ref(), theirs),
        }
        match (&ours.max, told_max, entries().max()) {
            (None, Some(theirs), Some(last)) => {
                let level = match theirs.cmp(&last) {
                    std::cmp::Ordering::Less => Level::Newer,
                    std::cmp::Ordering::Equal => Level::Agrees,
                    std::cmp::Ordering::Greater => Level::NotInSpec,
                };
                self.say(Aspect::Max, level, last.to_string(), theirs.to_string());
            }
            (ours, theirs, _) => self.limit(Aspect::Max, ours.as_ref(), theirs),
        }
    }

    fn lengths(&mut self, family: &Family, attribute: &Attribute, info: &PolicyInfo) {
        let ours = &attribute.checks;
        let min = info.min_len.filter(|min| *min > 0).map(i128::from);
        let max = info.max_len.map(i128::from);
        if let Some(exact) = &ours.exact_len {
            // Of bytes with one greatest length, kernels tell no least one.
            self.limit(Aspect::MaxLen, Some(exact), max);
            if min.is_some() {
                self.limit(Aspect::MinLen, Some(exact), min);
            }
            return;
        }
        if let Some(len) = written(family, &attribute.ty) {
            for (aspect, theirs) in [(Aspect::MinLen, min), (Aspect::MaxLen, max)] {
                let Some(theirs) = theirs else { continue };
                let fits = if aspect == Aspect::MinLen { theirs <= len } else { theirs >= len };
                let level = if fits { Level::Agrees } else { Level::Wrong };
                self.say(aspect, level, format!("{len} bytes"), theirs.to_string());
            }
            return;
        }
        self.limit(Aspect::MinLen, ours.min_len.as_ref(), min);
        self.limit(Aspect::MaxLen, ours.max_len.as_ref(), max);
    }

    fn bits(&mut self, attribute: &Attribute, info: &PolicyInfo, of: Option<&Enum>) {
        let theirs = info.mask.or(info.bitfield32_mask.map(u64::from));
        let known = of.filter(|of| of.kind != EnumKind::Enum).map(bits_of);
        let hex = |bits: Option<u64>| bits.map(|bits| format!("{bits:#x}")).unwrap_or_default();
        let (level, ours) = match (attribute.checks.mask, known, theirs) {
            (None, _, None) => return,
            (Some(ours), _, None) => (Level::NotChecked, Some(ours)),
            (Some(ours), _, Some(theirs)) if ours == theirs => (Level::Agrees, Some(ours)),
            (Some(ours), _, Some(_)) => (Level::Wrong, Some(ours)),
            (None, Some(ours), Some(theirs)) if ours == theirs => (Level::Agrees, Some(ours)),
            (None, Some(ours), Some(theirs)) if theirs & !ours == 0 => (Level::Newer, Some(ours)),
            (None, ours, Some(_)) => (Level::NotInSpec, ours),
        };
        self.say(Aspect::Bits, level, hex(ours), hex(theirs));
    }
}

/// All bits that flags have.
fn bits_of(of: &Enum) -> u64 {
    let bit = |value: u64| u32::try_from(value).ok().and_then(|bit| 1u64.checked_shl(bit));
    of.entries.iter().filter_map(|entry| bit(entry.value)).fold(0, |all, bit| all | bit)
}

/// The number of bytes that a type always has.
fn written(family: &Family, ty: &Type) -> Option<i128> {
    match ty {
        Type::Ipv4 => Some(4),
        Type::Ipv6 => Some(16),
        Type::Struct(of) => {
            let found = family.structs.iter().find(|item| item.name == of.name)?;
            let repeats = |member: &Member| matches!(member.ty, MemberType::Repeated(_));
            let fixed = !found.members.iter().any(repeats);
            fixed.then(|| i128::try_from(found.len).ok()).flatten()
        }
        _ => None,
    }
}
