//! Definitions: values of constants, values and bits of enums and flags. Structs have a pass of
//! their own.

use std::collections::BTreeMap;

use crate::catalogue::{Errors, texts};
use crate::ir;
use crate::place::{self, Place};
use crate::resolve::names;
use crate::spec::{Definition, DefinitionType, Entry, IntOrName, Scope, Spec, Word};

/// The definitions of a family, by name.
#[derive(Debug, Default)]
pub(super) struct Definitions<'s> {
    by_name: BTreeMap<&'s str, Item>,
    /// What becomes part of the family, in the order of the spec.
    pub(super) consts: Vec<Placed<ir::Const>>,
    pub(super) enums: Vec<Placed<ir::Enum>>,
    /// For `structs` to resolve.
    pub(super) structs: Vec<Placed<&'s Definition>>,
}

/// Something of the IR with the place that it comes from.
#[derive(Clone, Debug)]
pub(super) struct Placed<T> {
    pub(super) item: T,
    pub(super) at: Place,
}

/// What a name stands for.
#[derive(Clone, Debug)]
pub(super) struct Item {
    pub(super) kind: ItemKind,
    /// The definition.
    pub(super) at: Place,
}

#[derive(Clone, Debug)]
pub(super) enum ItemKind {
    /// A constant number, and whether only the kernel has it.
    Number { value: i128, kernel: bool },
    /// A constant text.
    Text,
    /// An enum or flags, by its index in `enums`.
    Enum { index: usize, flags: bool },
    /// A struct.
    Struct,
    /// What could not be resolved.
    Other,
}

impl<'s> Definitions<'s> {
    pub(super) fn get(&self, name: &str) -> Option<&Item> {
        self.by_name.get(name)
    }

    /// A constant, by its name or, as the kernel's own tools have it, by its C name in lower case
    /// (`wg-key-len`).
    pub(super) fn constant(&self, name: &str) -> Option<&Item> {
        let c_name = names::c("", name);
        let by_c_name = || self.consts.iter().find(|placed| placed.item.c_name == c_name);
        self.get(name).or_else(|| self.get(&by_c_name()?.item.name))
    }

    /// The names for which `wanted` holds, to offer them.
    pub(super) fn names(
        &self,
        wanted: impl Fn(&ItemKind) -> bool,
    ) -> impl Iterator<Item = &'s str> {
        self.by_name.iter().filter(move |(_, item)| wanted(&item.kind)).map(|(name, _)| *name)
    }

    /// The enum or flags at `index`.
    pub(super) fn enumeration(&self, index: usize) -> Option<&ir::Enum> {
        self.enums.get(index).map(|placed| &placed.item)
    }

    /// The number of a constant.
    fn number(&self, name: &str) -> Option<i128> {
        match self.get(name)?.kind {
            ItemKind::Number { value, .. } => Some(value),
            _ => None,
        }
    }
}

pub(super) fn resolve<'s>(spec: &'s Spec, errors: &mut Errors) -> Definitions<'s> {
    let mut definitions = Definitions::default();
    let placed = || spec.definitions.iter().zip((0..).map(place::definition));
    // Constants first: an enum can start with one that is defined below it.
    for (definition, at) in placed() {
        if kind_of(definition) == Some(DefinitionType::Const) {
            constant(definition, at, spec, &mut definitions, errors);
        }
    }
    for (definition, at) in placed() {
        match kind_of(definition) {
            Some(DefinitionType::Enum) => {
                enumeration(definition, at, false, spec, &mut definitions, errors);
            }
            Some(DefinitionType::Flags) => {
                enumeration(definition, at, true, spec, &mut definitions, errors);
            }
            Some(DefinitionType::Struct) => {
                if insert(&mut definitions, definition, at.clone(), ItemKind::Struct, errors) {
                    definitions.structs.push(Placed { item: definition, at });
                }
            }
            None => {
                insert(&mut definitions, definition, at, ItemKind::Other, errors);
            }
            Some(DefinitionType::Const) => {}
        }
    }
    definitions
}

fn kind_of(definition: &Definition) -> Option<DefinitionType> {
    definition.ty.as_ref().and_then(Word::known)
}

fn insert<'s>(
    definitions: &mut Definitions<'s>,
    definition: &'s Definition,
    at: Place,
    kind: ItemKind,
    errors: &mut Errors,
) -> bool {
    if definition.name.is_empty() {
        return false;
    }
    if let Some(other) = definitions.get(&definition.name) {
        // Not in the order of the file: constants come first.
        let (first, second) = (other.at.clone().min(at.clone()), other.at.clone().max(at));
        let (first, second) = (first.key("name"), second.key("name"));
        errors.push(texts::duplicate_name("definition", &definition.name, &first, &second));
        return false;
    }
    definitions.by_name.insert(&definition.name, Item { kind, at });
    true
}

fn constant<'s>(
    definition: &'s Definition,
    at: Place,
    spec: &Spec,
    definitions: &mut Definitions<'s>,
    errors: &mut Errors,
) {
    let entries = (!definition.entries.is_empty(), "entries");
    let start = (definition.value_start.is_some(), "value-start");
    for (_, key) in [entries, start].into_iter().filter(|(given, _)| *given) {
        errors.push(texts::meaningless_key(&at, key, "a constant has a `value`"));
    }
    let kernel = definition.scope == Some(Word::Known(Scope::Kernel));
    let (kind, value) = match &definition.value {
        Some(IntOrName::Int(number)) => {
            let unsigned = u64::try_from(*number).map(ir::Value::Unsigned);
            let value = unsigned.or_else(|_| i64::try_from(*number).map(ir::Value::Signed));
            if value.is_err() {
                let range = format!("{}..={}", i64::MIN, u64::MAX);
                errors.push(texts::value_out_of_range(
                    "constant",
                    *number,
                    at.key("value"),
                    &range,
                ));
            }
            (ItemKind::Number { value: *number, kernel }, value.ok())
        }
        Some(IntOrName::Name(text)) => (ItemKind::Text, Some(ir::Value::Text(text.clone()))),
        None => {
            errors.push(texts::missing_key("value", "constant", &at));
            (ItemKind::Other, None)
        }
    };
    if !insert(definitions, definition, at.clone(), kind, errors) || kernel {
        return;
    }
    let Some(value) = value else { return };
    let prefix = definition.name_prefix.clone().unwrap_or_else(|| format!("{}-", spec.name));
    let item = ir::Const {
        name: definition.name.clone(),
        rust: names::constant(&definition.name),
        c_name: names::c(&prefix, &definition.name),
        doc: definition.doc.clone().unwrap_or_default(),
        value,
    };
    definitions.consts.push(Placed { item, at });
}

fn enumeration<'s>(
    definition: &'s Definition,
    at: Place,
    flags: bool,
    spec: &Spec,
    definitions: &mut Definitions<'s>,
    errors: &mut Errors,
) {
    if definition.value.is_some() {
        errors.push(texts::meaningless_key(&at, "value", "its entries have values"));
    }
    let start = start(definition, &at, definitions, errors);
    let entries = entries(definition, &at, flags, start, spec, errors);
    let kind = ItemKind::Enum { index: definitions.enums.len(), flags };
    if !insert(definitions, definition, at.clone(), kind, errors) {
        return;
    }
    let item = ir::Enum {
        name: definition.name.clone(),
        rust: names::ty(&definition.name),
        doc: definition.doc.clone().unwrap_or_default(),
        kind: if flags { ir::EnumKind::Flags } else { ir::EnumKind::Enum },
        // Set for good by `widths`, once all uses are known.
        repr: ir::Width::W32,
        narrow: Vec::new(),
        entries,
    };
    definitions.enums.push(Placed { item, at });
}

/// The value of the first entry.
fn start(
    definition: &Definition,
    at: &Place,
    definitions: &Definitions<'_>,
    errors: &mut Errors,
) -> i128 {
    match &definition.value_start {
        None => 0,
        Some(IntOrName::Int(number)) => *number,
        Some(IntOrName::Name(name)) => definitions.number(name).unwrap_or_else(|| {
            let names = definitions.names(|kind| matches!(kind, ItemKind::Number { .. }));
            errors.push(texts::unknown_name("constant", name, at.key("value-start"), names));
            0
        }),
    }
}

fn entries(
    definition: &Definition,
    at: &Place,
    flags: bool,
    start: i128,
    spec: &Spec,
    errors: &mut Errors,
) -> Vec<ir::Entry> {
    let default = || format!("{}-{}-", spec.name, definition.name);
    let prefix = definition.name_prefix.clone().unwrap_or_else(default);
    let mut by_name = BTreeMap::new();
    let mut by_value: BTreeMap<u64, (&str, Place)> = BTreeMap::new();
    let mut next = start;
    let mut entries = Vec::new();
    for (index, entry) in definition.entries.iter().enumerate() {
        let at = at.key("entries").index(index);
        let (name, value, doc) = match entry {
            Entry::Name(name) => (name, None, None),
            Entry::Map(entry) => (&entry.name, entry.value, entry.doc.clone()),
        };
        let number = value.unwrap_or(next);
        next = number.saturating_add(1);
        if name.is_empty() {
            continue;
        }
        if let Some(first) = by_name.insert(name.as_str(), at.clone()) {
            errors.push(texts::duplicate_name("entry", name, &first.key("name"), &at.key("name")));
            continue;
        }
        let highest = if flags { 63 } else { u64::MAX };
        let Some(value) = u64::try_from(number).ok().filter(|value| *value <= highest) else {
            let noun = if flags { "bit number" } else { "value" };
            let at = at.key("value");
            errors.push(texts::value_out_of_range(noun, number, at, &format!("0..={highest}")));
            continue;
        };
        if let Some((first, place)) = by_value.insert(value, (name, at.clone())) {
            let noun = if flags { "bit" } else { "value" };
            errors.push(texts::duplicate_value(noun, number, name, &at, first, &place));
        }
        entries.push(ir::Entry {
            name: name.clone(),
            rust: names::constant(name),
            c_name: names::c(&prefix, name),
            doc: doc.unwrap_or_default(),
            value,
        });
    }
    entries
}
