//! Types: what the payload of each attribute is.

use std::collections::BTreeSet;

use crate::catalogue::{Errors, texts};
use crate::ir::{self, Number, Scalar, Type, Width};
use crate::place::Place;
use crate::resolve::definitions::Definitions;
use crate::resolve::sets::{Attr, Set, Sets};
use crate::resolve::uses::{AllUses, NumberKeys};
use crate::resolve::{checks, keys_of_types, names, structs};
use crate::spec::{AttrType, Attribute, DisplayHint, Spec, Word};

/// Deepest nest-type-value: none in the kernel goes beyond 2.
const MAX_DEPTH: usize = 8;

/// The sets with their types, in the order of the spec.
pub(super) fn resolve(
    spec: &Spec,
    sets: &Sets<'_>,
    definitions: &Definitions<'_>,
    uses: &mut AllUses,
    errors: &mut Errors,
) -> Vec<ir::Set> {
    let mut types = Types {
        spec,
        sets,
        definitions,
        structs: struct_names(spec, sets, definitions),
        nested: BTreeSet::new(),
        uses,
        errors: Errors::default(),
    };
    let mut resolved: Vec<ir::Set> =
        sets.sets.iter().zip(0..).map(|(set, index)| types.set(set, index)).collect();
    for (index, set) in resolved.iter_mut().enumerate() {
        set.nested = types.nested.contains(&index);
    }
    errors.drafts.append(&mut types.errors.drafts);
    resolved
}

/// The name of each set's Rust struct. A set that has the name of an enum, a struct or a sub-message
/// yields: those are part of what a family means, sets only hold it.
fn struct_names(spec: &Spec, sets: &Sets<'_>, definitions: &Definitions<'_>) -> Vec<String> {
    let enums = definitions.enums.iter().map(|placed| placed.item.rust.clone());
    let structs = definitions.structs.iter().map(|placed| names::ty(&placed.item.name));
    let sub_messages = spec.sub_messages.iter().map(|message| names::ty(&message.name));
    let taken: BTreeSet<String> = enums.chain(structs).chain(sub_messages).collect();
    let name = |set: &Set<'_>| match names::ty(&set.spec.name) {
        name if taken.contains(&name) => names::ty_with(&set.spec.name, "Attrs"),
        free => free,
    };
    sets.sets.iter().map(name).collect()
}

struct Types<'a, 's> {
    spec: &'a Spec,
    sets: &'a Sets<'s>,
    definitions: &'a Definitions<'s>,
    structs: Vec<String>,
    nested: BTreeSet<usize>,
    uses: &'a mut AllUses,
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
            scope: false,
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
            hint: known(&attr.keys.display_hint),
            keys: attr.keys.type_value.clone().unwrap_or_default(),
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
                let keys = NumberKeys::of_attribute(keys, at);
                let (definitions, errors) = (self.definitions, &mut self.errors);
                let of = self.uses.enumeration(&keys, Width::W32, true, definitions, errors);
                Type::Bitfield32 { of }
            }
            AttrType::Nest => self.nest(keys, at),
            AttrType::NestTypeValue => self.keyed(keys, sub_type, at),
            AttrType::SubMessage => self.sub_message(keys, at),
            // The numbers are above, and arrays have been taken apart.
            AttrType::Uint | AttrType::Sint | AttrType::IndexedArray => Type::Binary,
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
        let keys = NumberKeys::of_attribute(keys, at);
        self.uses.scalar(&keys, number, self.definitions, &mut self.errors)
    }

    fn binary(&mut self, keys: &Attribute, sub_type: Option<AttrType>, at: &Place) -> Type {
        if let Some(name) = &keys.structure {
            let place = at.key("struct");
            let of = structs::reference(name, place, self.definitions, &mut self.errors);
            return of.map_or(Type::Binary, Type::Struct);
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
        let set = name.clone();
        match keys.in_order {
            Some(true) => Type::InOrder { set, rust },
            // Boxes are for `recursion` to set.
            _ => Type::Nest { set, rust, boxed: false },
        }
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

    /// What another attribute chooses; which one that is, is for `sub_messages` to say.
    fn sub_message(&mut self, keys: &Attribute, at: &Place) -> Type {
        if keys.selector.is_none() {
            self.errors.push(texts::missing_key("selector", "sub-message", at));
        }
        let Some(name) = &keys.sub_message else {
            self.errors.push(texts::missing_key("sub-message", "sub-message", at));
            return Type::Binary;
        };
        let names = || self.spec.sub_messages.iter().map(|message| message.name.as_str());
        if !names().any(|other| other == name) {
            let at = at.key("sub-message");
            self.errors.push(texts::unknown_name("sub-message", name, at, names()));
            return Type::Binary;
        }
        Type::SubMessage { name: name.clone(), rust: names::ty(name), selector: 0, outer: false }
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
