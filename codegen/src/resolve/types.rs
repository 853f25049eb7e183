//! Types: what the payload of each attribute is.

use std::collections::{BTreeMap, BTreeSet};

use crate::catalogue::{Errors, texts};
use crate::ir::{self, EnumRef, Number, Order, Scalar, Type, Width};
use crate::place::Place;
use crate::resolve::definitions::{Definitions, ItemKind};
use crate::resolve::sets::{Attr, Set, Sets};
use crate::resolve::{checks, keys_of_types, names};
use crate::spec::{AttrType, Attribute, ByteOrder, DisplayHint, Word};

/// Deepest nest-type-value: none in the kernel goes beyond 2.
const MAX_DEPTH: usize = 8;

/// The sets with their types, and what the types refer to.
#[derive(Debug, Default)]
pub(super) struct Typed {
    /// In the order of the spec.
    pub(super) sets: Vec<ir::Set>,
    /// Uses of enums, by index.
    pub(super) uses: BTreeMap<usize, Uses>,
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

pub(super) fn resolve(
    sets: &Sets<'_>,
    definitions: &Definitions<'_>,
    errors: &mut Errors,
) -> Typed {
    let mut types = Types {
        sets,
        definitions,
        structs: struct_names(sets, definitions),
        nested: BTreeSet::new(),
        uses: BTreeMap::new(),
        errors: Errors::default(),
    };
    let mut resolved: Vec<ir::Set> =
        sets.sets.iter().zip(0..).map(|(set, index)| types.set(set, index)).collect();
    for (index, set) in resolved.iter_mut().enumerate() {
        set.nested = types.nested.contains(&index);
    }
    errors.drafts.append(&mut types.errors.drafts);
    Typed { sets: resolved, uses: types.uses }
}

/// The name of each set's struct. A set that has the name of an enum yields: enums are part of
/// what a family means, sets only hold it.
fn struct_names(sets: &Sets<'_>, definitions: &Definitions<'_>) -> Vec<String> {
    let enums: BTreeSet<&str> =
        definitions.enums.iter().map(|placed| placed.item.rust.as_str()).collect();
    let name = |set: &Set<'_>| match names::ty(&set.spec.name) {
        taken if enums.contains(taken.as_str()) => names::ty_with(&set.spec.name, "Attrs"),
        free => free,
    };
    sets.sets.iter().map(name).collect()
}

struct Types<'a, 's> {
    sets: &'a Sets<'s>,
    definitions: &'a Definitions<'s>,
    structs: Vec<String>,
    nested: BTreeSet<usize>,
    uses: BTreeMap<usize, Uses>,
    errors: Errors,
}

impl Types<'_, '_> {
    fn set(&mut self, set: &Set<'_>, index: usize) -> ir::Set {
        let mut attributes: Vec<ir::Attribute> =
            set.attributes.iter().map(|attr| self.attribute(attr)).collect();
        attributes.sort_by_key(|attribute| attribute.id);
        ir::Set {
            name: set.spec.name.clone(),
            rust: self.structs.get(index).cloned().unwrap_or_default(),
            doc: set.spec.doc.clone().unwrap_or_default(),
            subset_of: set.spec.subset_of.clone(),
            // Known once all sets have been seen.
            nested: false,
            attributes,
        }
    }

    fn attribute(&mut self, attr: &Attr) -> ir::Attribute {
        let before = self.errors.drafts.len();
        let Attribute { name, doc, multi_attr, .. } = &attr.keys;
        let ty = self.ty(&attr.keys, &attr.at);
        let checks = checks::resolve(&attr.keys, &ty, self.definitions, &attr.at, &mut self.errors);
        if attr.inherited {
            // Reported once, in the set that the attribute comes from.
            self.errors.drafts.truncate(before);
        }
        ir::Attribute {
            id: attr.id,
            name: name.clone(),
            rust: names::field(name),
            c_name: attr.c_name.clone(),
            doc: doc.clone().unwrap_or_default(),
            ty,
            multi: *multi_attr == Some(true),
            checks,
        }
    }

    /// The type of an attribute. Where it cannot be told, an error says so, and bytes stand in.
    fn ty(&mut self, keys: &Attribute, at: &Place) -> Type {
        let Some(ty) = known(&keys.ty) else {
            return Type::Binary;
        };
        keys_of_types::check(keys, ty, at, &mut self.errors);
        let sub_type = known(&keys.sub_type);
        match ty {
            AttrType::IndexedArray => {
                let Some(sub_type) = sub_type else {
                    if keys.sub_type.is_none() {
                        self.errors.push(texts::missing_key("sub-type", "indexed-array", at));
                    }
                    return Type::Binary;
                };
                if !can_be_indexed(sub_type) {
                    let (key, noun) = (at.key("sub-type"), "indexed-array");
                    self.errors.push(texts::bad_sub_type(&keys.sub_type, noun, key));
                    return Type::Binary;
                }
                Type::IndexedArray(Box::new(self.payload(keys, sub_type, None, at)))
            }
            _ => self.payload(keys, ty, sub_type, at),
        }
    }

    fn payload(
        &mut self,
        keys: &Attribute,
        ty: AttrType,
        sub_type: Option<AttrType>,
        at: &Place,
    ) -> Type {
        if let Some(number) = number_of(ty) {
            return self.scalar(keys, number, at);
        }
        match ty {
            AttrType::Unused => Type::Unused,
            AttrType::Pad => Type::Pad,
            AttrType::Flag => Type::Flag,
            AttrType::String => Type::String,
            AttrType::Binary => self.binary(keys, sub_type, at),
            AttrType::Bitfield32 => {
                Type::Bitfield32 { of: self.enumeration(keys, Width::W32, true, at) }
            }
            AttrType::Nest => self.nest(keys, at),
            AttrType::NestTypeValue => self.keyed(keys, sub_type, at),
            // The numbers are above, arrays have been taken apart, and sub-messages are reported
            // where all is that is not supported.
            AttrType::Uint | AttrType::Sint | AttrType::IndexedArray | AttrType::SubMessage => {
                Type::Binary
            }
            AttrType::U8 | AttrType::U16 | AttrType::U32 | AttrType::U64 => Type::Binary,
            AttrType::S8 | AttrType::S16 | AttrType::S32 | AttrType::S64 => Type::Binary,
        }
    }

    fn scalar(&mut self, keys: &Attribute, number: Number, at: &Place) -> Type {
        let scalar = self.number(keys, number, at);
        let hint = known(&keys.display_hint);
        match (hint, number) {
            (None | Some(DisplayHint::Hex | DisplayHint::Fddi | DisplayHint::Uuid), _) => {
                Type::Scalar(scalar)
            }
            (Some(DisplayHint::Ipv4), Number::Unsigned(Width::W32)) => Type::Ipv4Scalar(scalar),
            _ => {
                let at = at.key("display-hint");
                self.errors.push(texts::bad_display_hint(&keys.display_hint, at));
                Type::Scalar(scalar)
            }
        }
    }

    fn number(&mut self, keys: &Attribute, number: Number, at: &Place) -> Scalar {
        let order = match known(&keys.byte_order) {
            None => Order::Native,
            Some(ByteOrder::BigEndian) => Order::Big,
            Some(ByteOrder::LittleEndian) => Order::Little,
        };
        let of = match number {
            Number::Unsigned(width) => self.enumeration(keys, width, false, at),
            Number::Uint => self.enumeration(keys, Width::W64, false, at),
            Number::Signed(_) | Number::Sint => {
                if keys.enumeration.is_some() {
                    self.errors.push(texts::signed_enum(at.key("enum")));
                }
                None
            }
        };
        Scalar { number, order, of }
    }

    fn binary(&mut self, keys: &Attribute, sub_type: Option<AttrType>, at: &Place) -> Type {
        if let Some(name) = &keys.structure {
            let place = at.key("struct");
            match self.definitions.get(name) {
                // A struct is reported where it is defined.
                Some(item) if matches!(item.kind, ItemKind::Other) => {}
                Some(item) => {
                    self.errors.push(texts::wrong_kind(name, "a struct", place, &item.at));
                }
                None => {
                    let names = self.definitions.names(|kind| matches!(kind, ItemKind::Other));
                    self.errors.push(texts::unknown_name("struct", name, place, names));
                }
            }
            return Type::Binary;
        }
        let hint = known(&keys.display_hint);
        if let Some(sub_type) = sub_type {
            let Some(number) = fixed_number(sub_type) else {
                let key = at.key("sub-type");
                self.errors.push(texts::bad_sub_type(&keys.sub_type, "binary", key));
                return Type::Binary;
            };
            if !matches!(hint, None | Some(DisplayHint::Hex)) {
                let at = at.key("display-hint");
                self.errors.push(texts::bad_display_hint(&keys.display_hint, at));
            }
            return Type::Array(self.number(keys, number, at));
        }
        match hint {
            None | Some(DisplayHint::Hex | DisplayHint::Fddi | DisplayHint::Uuid) => Type::Binary,
            Some(DisplayHint::Mac) => Type::HwAddr,
            Some(DisplayHint::Ipv4) => Type::Ipv4,
            Some(DisplayHint::Ipv6) => Type::Ipv6,
            Some(DisplayHint::Ipv4OrV6) => Type::Ip,
        }
    }

    fn nest(&mut self, keys: &Attribute, at: &Place) -> Type {
        let Some(name) = &keys.nested_attributes else {
            self.errors.push(texts::missing_key("nested-attributes", "nest", at));
            return Type::Binary;
        };
        let Some(index) = self.sets.index(name) else {
            let at = at.key("nested-attributes");
            self.errors.push(texts::unknown_name("attribute set", name, at, self.sets.names()));
            return Type::Binary;
        };
        self.nested.insert(index);
        let rust = self.structs.get(index).cloned().unwrap_or_default();
        // Boxes are for `recursion` to set.
        Type::Nest { set: name.clone(), rust, boxed: false }
    }

    /// A nest whose numbers are data. Its entries are nests, or what `sub-type` says: upstream has
    /// no such key there, but the kernel has such attributes.
    fn keyed(&mut self, keys: &Attribute, sub_type: Option<AttrType>, at: &Place) -> Type {
        let depth = keys.type_value.as_ref().map_or(0, Vec::len);
        if depth == 0 {
            self.errors.push(texts::missing_key("type-value", "nest-type-value", at));
        } else if depth > MAX_DEPTH {
            self.errors.push(texts::too_deep(depth, MAX_DEPTH, at.key("type-value")));
        }
        let entry = match sub_type {
            Some(sub_type) if can_be_indexed(sub_type) => self.payload(keys, sub_type, None, at),
            Some(_) => {
                let key = at.key("sub-type");
                self.errors.push(texts::bad_sub_type(&keys.sub_type, "nest-type-value", key));
                Type::Binary
            }
            None => self.nest(keys, at),
        };
        (0..depth.min(MAX_DEPTH)).fold(entry, |inner, _| Type::Keyed(Box::new(inner)))
    }

    /// The enum or flags of an attribute, noted down as used on a number of `width`.
    fn enumeration(
        &mut self,
        keys: &Attribute,
        width: Width,
        bits: bool,
        at: &Place,
    ) -> Option<EnumRef> {
        let name = keys.enumeration.as_ref()?;
        let place = at.key("enum");
        let Some(item) = self.definitions.get(name) else {
            let names = self.definitions.names(|kind| matches!(kind, ItemKind::Enum { .. }));
            self.errors.push(texts::unknown_name("enum", name, place, names));
            return None;
        };
        let ItemKind::Enum { index, flags } = item.kind else {
            self.errors.push(texts::wrong_kind(name, "an enum or flags", place, &item.at));
            return None;
        };
        let rust = &self.definitions.enumeration(index)?.rust;
        let as_flags = !flags && (bits || keys.enum_as_flags == Some(true));
        let uses = self.uses.entry(index).or_default();
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

fn known<T: Copy>(word: &Option<Word<T>>) -> Option<T> {
    word.as_ref().and_then(Word::known)
}

/// The number that a scalar type is.
pub(super) fn number_of(ty: AttrType) -> Option<Number> {
    Some(match ty {
        AttrType::U8 => Number::Unsigned(Width::W8),
        AttrType::U16 => Number::Unsigned(Width::W16),
        AttrType::U32 => Number::Unsigned(Width::W32),
        AttrType::U64 => Number::Unsigned(Width::W64),
        AttrType::S8 => Number::Signed(Width::W8),
        AttrType::S16 => Number::Signed(Width::W16),
        AttrType::S32 => Number::Signed(Width::W32),
        AttrType::S64 => Number::Signed(Width::W64),
        AttrType::Uint => Number::Uint,
        AttrType::Sint => Number::Sint,
        AttrType::Unused | AttrType::Pad | AttrType::Flag | AttrType::Binary => return None,
        AttrType::String | AttrType::Bitfield32 | AttrType::Nest => return None,
        AttrType::IndexedArray | AttrType::NestTypeValue | AttrType::SubMessage => return None,
    })
}

/// The number that a scalar type of a fixed width is.
fn fixed_number(ty: AttrType) -> Option<Number> {
    number_of(ty).filter(|number| !matches!(number, Number::Uint | Number::Sint))
}

/// Whether an entry of an indexed-array or nest-type-value can be of this type.
fn can_be_indexed(ty: AttrType) -> bool {
    let others = [AttrType::Nest, AttrType::String, AttrType::Binary, AttrType::Bitfield32];
    number_of(ty).is_some() || others.contains(&ty)
}
