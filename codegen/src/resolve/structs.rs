//! Structs: what each member holds, and how long the whole is.

use std::collections::BTreeMap;

use crate::catalogue::{Errors, texts};
use crate::ir::{self, MemberType, Number, StructRef, Width};
use crate::place::Place;
use crate::resolve::definitions::{Definitions, ItemKind, Placed};
use crate::resolve::names;
use crate::resolve::recursion::components;
use crate::resolve::uses::{AllUses, NumberKeys};
use crate::spec::{Definition, DisplayHint, IntOrName, Member, MemberType as Ty, Word};

/// Greatest length: that of an attribute's payload.
const MAX_LEN: i128 = 65_531;

/// The longest hardware address that the runtime holds.
const MAX_ADDRESS: usize = 32;

/// The longest bytes that are an array: longer ones have none of the std traits.
pub(crate) const MAX_ARRAY: usize = 32;

/// The structs of a family, in the order of the spec.
#[derive(Debug, Default)]
pub(super) struct Structs {
    pub(super) items: Vec<Placed<ir::Struct>>,
    by_name: BTreeMap<String, usize>,
}

pub(super) fn resolve(
    definitions: &Definitions<'_>,
    uses: &mut AllUses,
    errors: &mut Errors,
) -> Structs {
    let mut members = Members { definitions, uses, errors };
    let items: Vec<Placed<ir::Struct>> = definitions
        .structs
        .iter()
        .map(|placed| members.structure(placed.item, &placed.at))
        .collect();
    let index = items.iter().zip(0..).map(|(placed, index)| (placed.item.name.clone(), index));
    let mut structs = Structs { by_name: index.collect(), items };
    let depths = structs.depths();
    if !report_recursion(&structs, &depths, errors) {
        report_repeats(&structs, errors);
        measure(&mut structs, &depths, errors);
    }
    structs
}

impl Structs {
    fn get(&self, name: &str) -> Option<&Placed<ir::Struct>> {
        self.items.get(*self.by_name.get(name)?)
    }

    /// How deep each struct is: one that holds another is deeper, if neither holds itself.
    fn depths(&self) -> Vec<usize> {
        let inner = |placed: &Placed<ir::Struct>| {
            let members = placed.item.members.iter();
            members.filter_map(|it| self.by_name.get(held(&it.ty)?).copied()).collect()
        };
        components(&self.items.iter().map(inner).collect::<Vec<_>>())
    }

    /// Whether a struct has a member of this name.
    pub(super) fn has_member(&self, of: &StructRef, name: &str) -> bool {
        let members = self.get(&of.name).into_iter().flat_map(|placed| &placed.item.members);
        members.into_iter().any(|member| member.name == name)
    }

    /// The struct that a message or sub-message begins with.
    pub(super) fn header(
        &self,
        name: &str,
        at: Place,
        definitions: &Definitions<'_>,
        errors: &mut Errors,
    ) -> Option<StructRef> {
        let header = reference(name, at.clone(), definitions, errors)?;
        if let Some((of, member)) = self.get(name).and_then(repeat) {
            errors.push(texts::misplaced_repeat("a fixed header", &of.item.name, at, &member));
        }
        Some(header)
    }
}

/// The struct of a name; an error says where there is none.
pub(super) fn reference(
    name: &str,
    at: Place,
    definitions: &Definitions<'_>,
    errors: &mut Errors,
) -> Option<StructRef> {
    match definitions.get(name) {
        Some(item) if matches!(item.kind, ItemKind::Struct) => {
            Some(StructRef { name: name.to_owned(), rust: names::ty(name) })
        }
        Some(item) => {
            errors.push(texts::wrong_kind(name, "a struct", at, &item.at));
            None
        }
        None => {
            let names = definitions.names(|kind| matches!(kind, ItemKind::Struct));
            errors.push(texts::unknown_name("struct", name, at, names));
            None
        }
    }
}

struct Members<'a, 's> {
    definitions: &'a Definitions<'s>,
    uses: &'a mut AllUses,
    errors: &'a mut Errors,
}

impl Members<'_, '_> {
    fn structure(&mut self, definition: &Definition, at: &Place) -> Placed<ir::Struct> {
        if definition.members.is_empty() {
            self.errors.push(texts::missing_key("members", "struct", at));
        }
        let mut seen: BTreeMap<&str, Place> = BTreeMap::new();
        let mut members = Vec::new();
        for (keys, index) in definition.members.iter().zip(0..) {
            let at = at.key("members").index(index);
            let ty = self.ty(keys, &at);
            // Pads have no field, and C has no names for them: several may be called `pad`.
            if !matches!(ty, MemberType::Pad(_))
                && let Some(first) = seen.insert(&keys.name, at.clone())
            {
                let (first, at) = (first.key("name"), at.key("name"));
                self.errors.push(texts::duplicate_name("member", &keys.name, &first, &at));
                continue;
            }
            members.push(ir::Member {
                name: keys.name.clone(),
                rust: names::field(&keys.name),
                doc: keys.doc.clone().unwrap_or_default(),
                ty,
                hint: known(&keys.display_hint),
            });
        }
        let item = ir::Struct {
            name: definition.name.clone(),
            rust: names::ty(&definition.name),
            c_name: c_name(definition),
            doc: definition.doc.clone().unwrap_or_default(),
            // Known once all structs have been seen.
            len: 0,
            copy: false,
            members,
        };
        Placed { item, at: at.clone() }
    }

    /// What a member holds. Where it cannot be told, an error says so, and a pad stands in.
    fn ty(&mut self, keys: &Member, at: &Place) -> MemberType {
        const UNTOLD: MemberType = MemberType::Pad(0);
        let Some(ty) = known(&keys.ty) else {
            return UNTOLD;
        };
        self.report_meaningless(keys, ty, at);
        if let Some(number) = number_of(ty) {
            return self.number(keys, number, at);
        }
        if let (Ty::Binary, Some(name)) = (ty, &keys.structure) {
            let of = reference(name, at.key("struct"), self.definitions, self.errors);
            return of.map_or(UNTOLD, |of| match keys.multi {
                Some(true) => MemberType::Repeated(of),
                _ => MemberType::Struct(of),
            });
        }
        let Some(len) = self.len(keys, at) else {
            return UNTOLD;
        };
        match ty {
            Ty::Pad => MemberType::Pad(len),
            Ty::String => MemberType::Text(len),
            _ => self.binary(keys, len, at),
        }
    }

    fn number(&mut self, keys: &Member, number: Number, at: &Place) -> MemberType {
        let number_keys = NumberKeys::of_member(keys, at);
        let scalar = self.uses.scalar(&number_keys, number, self.definitions, self.errors);
        match (known(&keys.display_hint), number) {
            (None | Some(DisplayHint::Hex), _) => MemberType::Scalar(scalar),
            (Some(DisplayHint::Ipv4), Number::Unsigned(Width::W32)) if scalar.of.is_none() => {
                MemberType::Ipv4Scalar(scalar)
            }
            _ => {
                let at = at.key("display-hint");
                self.errors.push(texts::bad_hint_of_member(&keys.display_hint, at));
                MemberType::Scalar(scalar)
            }
        }
    }

    fn binary(&mut self, keys: &Member, len: usize, at: &Place) -> MemberType {
        match (known(&keys.display_hint), len) {
            (None | Some(DisplayHint::Hex | DisplayHint::Fddi | DisplayHint::Uuid), _) => {
                MemberType::Bytes(len)
            }
            (Some(DisplayHint::Mac), ..=MAX_ADDRESS) => MemberType::HwAddr(len),
            (Some(DisplayHint::Ipv4), 4) => MemberType::Ipv4,
            (Some(DisplayHint::Ipv6), 16) => MemberType::Ipv6,
            _ => {
                let at = at.key("display-hint");
                self.errors.push(texts::bad_hint_of_member(&keys.display_hint, at));
                MemberType::Bytes(len)
            }
        }
    }

    /// The length of a member, a number or a constant.
    fn len(&mut self, keys: &Member, at: &Place) -> Option<usize> {
        let place = at.key("len");
        let len = match &keys.len {
            Some(IntOrName::Int(len)) => *len,
            Some(IntOrName::Name(name)) => match self.definitions.constant(name) {
                Some(item) => match item.kind {
                    ItemKind::Number { value, .. } => value,
                    _ => {
                        let wanted = "a constant number";
                        self.errors.push(texts::wrong_kind(name, wanted, place, &item.at));
                        return None;
                    }
                },
                None => {
                    let is_number = |kind: &ItemKind| matches!(kind, ItemKind::Number { .. });
                    let names = self.definitions.names(is_number);
                    self.errors.push(texts::unknown_name("constant", name, place, names));
                    return None;
                }
            },
            None => {
                self.errors.push(texts::missing_key("len", "member of this type", at));
                return None;
            }
        };
        match usize::try_from(len) {
            Ok(bytes) if (1..=MAX_LEN).contains(&len) => Some(bytes),
            _ => {
                let range = format!("1..={MAX_LEN}");
                self.errors.push(texts::value_out_of_range("length", len, place, &range));
                None
            }
        }
    }

    /// Reports keys that mean nothing for the type.
    fn report_meaningless(&mut self, keys: &Member, ty: Ty, at: &Place) {
        let number = number_of(ty).is_some();
        let binary = ty == Ty::Binary;
        let structure = binary && keys.structure.is_some();
        let meanings = [
            ("len", keys.len.is_some(), !number && !structure),
            // On bytes it changes nothing, and kernels' specs have it there.
            ("byte-order", keys.byte_order.is_some(), number || binary),
            ("enum", keys.enumeration.is_some(), number),
            ("enum-as-flags", keys.enum_as_flags == Some(true), keys.enumeration.is_some()),
            ("display-hint", keys.display_hint.is_some(), (number || binary) && !structure),
            ("struct", keys.structure.is_some(), binary),
            ("multi", keys.multi == Some(true), structure),
        ];
        for (key, given, meant) in meanings {
            if given && !meant {
                let why = match (key, structure) {
                    ("enum-as-flags", _) => "there is no `enum`".to_owned(),
                    ("multi", _) => "only a `struct` can repeat".to_owned(),
                    (_, true) => "the struct says it".to_owned(),
                    (_, false) => format!("type {} has none", texts::word(&keys.ty)),
                };
                self.errors.push(texts::meaningless_key(at, key, &why));
            }
        }
    }
}

/// Reports structs that hold themselves. Says whether there are any.
fn report_recursion(structs: &Structs, depths: &[usize], errors: &mut Errors) -> bool {
    let before = errors.drafts.len();
    for (Placed { item, at }, depth) in structs.items.iter().zip(depths) {
        for (member, index) in item.members.iter().zip(0..) {
            let inner = held(&member.ty).and_then(|name| structs.by_name.get(name));
            if inner.and_then(|inner| depths.get(*inner)) == Some(depth) {
                let at = at.key("members").index(index).key("struct");
                errors.push(texts::recursive_struct(&item.name, at));
            }
        }
    }
    errors.drafts.len() > before
}

/// Reports members that repeat where the end of the payload is not their end.
fn report_repeats(structs: &Structs, errors: &mut Errors) {
    for Placed { item, at } in &structs.items {
        for (member, index) in item.members.iter().zip(0..) {
            let at = at.key("members").index(index);
            let last = index + 1 == item.members.len();
            if matches!(member.ty, MemberType::Repeated(_)) && !last {
                errors.push(texts::repeat_not_last(&member.name, &at));
            }
            let inner = held(&member.ty).and_then(|name| structs.get(name)).and_then(repeat);
            if let Some((of, repeated)) = inner {
                let (at, of) = (at.key("struct"), &of.item.name);
                errors.push(texts::misplaced_repeat("a member", of, at, &repeated));
            }
        }
    }
}

/// The place of the member of a struct that repeats.
fn repeat(placed: &Placed<ir::Struct>) -> Option<(&Placed<ir::Struct>, Place)> {
    let repeats = |member: &ir::Member| matches!(member.ty, MemberType::Repeated(_));
    let index = placed.item.members.iter().position(repeats)?;
    Some((placed, placed.at.key("members").index(index)))
}

/// The struct that a member holds.
fn held(ty: &MemberType) -> Option<&str> {
    match ty {
        MemberType::Struct(of) | MemberType::Repeated(of) => Some(&of.name),
        _ => None,
    }
}

/// Gives each struct its length, and says whether it can be copied: inner structs first.
fn measure(structs: &mut Structs, depths: &[usize], errors: &mut Errors) {
    let mut inner_first: Vec<usize> = (0..structs.items.len()).collect();
    inner_first.sort_by_key(|index| depths.get(*index));
    for index in inner_first {
        let Some(members) = structs.items.get(index).map(|placed| &placed.item.members) else {
            continue;
        };
        let sizes: Vec<_> = members.iter().map(|member| size(&member.ty, structs)).collect();
        let Some(Placed { item, at }) = structs.items.get_mut(index) else {
            continue;
        };
        item.len = sizes.iter().fold(0, |sum, (len, _)| sum.saturating_add(*len));
        item.copy = sizes.iter().all(|(_, copy)| *copy);
        let len = i128::try_from(item.len).unwrap_or(i128::MAX);
        if len > MAX_LEN {
            let (noun, range) = ("length of the struct", format!("0..={MAX_LEN}"));
            errors.push(texts::value_out_of_range(noun, len, at.key("name"), &range));
        }
    }
}

/// The length of a member, and whether it can be copied.
fn size(ty: &MemberType, structs: &Structs) -> (usize, bool) {
    match ty {
        MemberType::Scalar(scalar) | MemberType::Ipv4Scalar(scalar) => {
            let bits = match scalar.number {
                Number::Unsigned(width) | Number::Signed(width) => width.bits(),
                Number::Uint | Number::Sint => Width::W64.bits(),
            };
            (usize::try_from(bits / 8).unwrap_or_default(), true)
        }
        MemberType::Bytes(len) => (*len, *len <= MAX_ARRAY),
        MemberType::HwAddr(len) | MemberType::Pad(len) => (*len, true),
        MemberType::Ipv4 => (4, true),
        MemberType::Ipv6 => (16, true),
        MemberType::Text(len) => (*len, false),
        MemberType::Struct(of) => {
            structs.get(&of.name).map_or((0, false), |inner| (inner.item.len, inner.item.copy))
        }
        MemberType::Repeated(_) => (0, false),
    }
}

/// The C name of a struct.
fn c_name(definition: &Definition) -> String {
    let own = definition.enum_name.as_ref().filter(|name| !name.is_empty());
    own.unwrap_or(&definition.name).replace('-', "_")
}

fn known<T: Copy>(word: &Option<Word<T>>) -> Option<T> {
    word.as_ref().and_then(Word::known)
}

/// The number that a type of a member is.
fn number_of(ty: Ty) -> Option<Number> {
    Some(match ty {
        Ty::U8 => Number::Unsigned(Width::W8),
        Ty::U16 => Number::Unsigned(Width::W16),
        Ty::U32 => Number::Unsigned(Width::W32),
        Ty::U64 => Number::Unsigned(Width::W64),
        Ty::S8 => Number::Signed(Width::W8),
        Ty::S16 => Number::Signed(Width::W16),
        Ty::S32 => Number::Signed(Width::W32),
        Ty::S64 => Number::Signed(Width::W64),
        Ty::String | Ty::Binary | Ty::Pad => return None,
    })
}
