//! Sub-messages: what each format holds. Which attribute chooses among them is for `selectors`.

use std::collections::BTreeMap;

use crate::catalogue::{Errors, texts};
use crate::ir::{self, EnumKind, Payload, Selector, StructRef};
use crate::place::{self, Place};
use crate::resolve::definitions::{Definitions, Placed};
use crate::resolve::names;
use crate::resolve::structs::Structs;
use crate::spec::{Format, Spec, SubMessage};

/// Resolves sub-messages with the selectors that `selectors` found, and marks the sets of their
/// formats as nested.
pub(super) fn resolve(
    spec: &Spec,
    sets: &mut [ir::Set],
    definitions: &Definitions<'_>,
    structs: &Structs,
    errors: &mut Errors,
) -> Vec<Placed<ir::SubMessage>> {
    let mut formats = Formats { sets, definitions, structs, errors };
    let mut by_name: BTreeMap<&str, Place> = BTreeMap::new();
    let mut messages = Vec::new();
    for (message, index) in spec.sub_messages.iter().zip(0..) {
        let at = place::sub_message(index);
        if message.name.is_empty() {
            continue;
        }
        if let Some(first) = by_name.insert(&message.name, at.clone()) {
            let (first, at) = (first.key("name"), at.key("name"));
            formats.errors.push(texts::duplicate_name("sub-message", &message.name, &first, &at));
            continue;
        }
        if message.formats.is_empty() {
            formats.errors.push(texts::missing_key("formats", "sub-message", &at));
        }
        let item = ir::SubMessage {
            name: message.name.clone(),
            rust: names::ty(&message.name),
            doc: message.doc.clone().unwrap_or_default(),
            // For `selectors` to set, once it has seen the attributes that choose.
            selector: Selector::Text,
            formats: formats.all(message, &at),
        };
        messages.push(Placed { item, at });
    }
    messages
}

struct Formats<'a, 's> {
    sets: &'a mut [ir::Set],
    definitions: &'a Definitions<'s>,
    structs: &'a Structs,
    errors: &'a mut Errors,
}

impl Formats<'_, '_> {
    fn all(&mut self, message: &SubMessage, at: &Place) -> Vec<ir::Format> {
        let mut by_value: BTreeMap<&str, Place> = BTreeMap::new();
        let mut formats = Vec::new();
        for (format, index) in message.formats.iter().zip(0..) {
            let at = at.key("formats").index(index);
            if format.value.is_empty() {
                continue;
            }
            if let Some(first) = by_value.insert(&format.value, at.clone()) {
                let (first, at) = (first.key("value"), at.key("value"));
                self.errors.push(texts::duplicate_name("format", &format.value, &first, &at));
                continue;
            }
            let payload = self.payload(message, format, &at, &formats);
            formats.push(ir::Format {
                value: format.value.clone(),
                number: None,
                rust: names::ty(&format.value),
                doc: format.doc.clone().unwrap_or_default(),
                payload,
            });
        }
        formats
    }

    fn payload(
        &mut self,
        message: &SubMessage,
        format: &Format,
        at: &Place,
        before: &[ir::Format],
    ) -> Payload {
        let header = format.fixed_header.as_ref().and_then(|name| {
            let at = at.key("fixed-header");
            self.structs.header(name, at, self.definitions, self.errors)
        });
        let set = format.attribute_set.as_ref().and_then(|name| {
            let index = self.sets.iter().position(|set| set.name == *name);
            if index.is_none() {
                let names = self.sets.iter().map(|set| set.name.as_str());
                let at = at.key("attribute-set");
                self.errors.push(texts::unknown_name("attribute set", name, at, names));
            }
            self.sets.get_mut(index?)
        });
        match (header, set) {
            (None, None) => Payload::Nothing,
            (Some(header), None) => Payload::Header(header),
            (None, Some(set)) => {
                set.nested = true;
                Payload::Attributes { set: set.name.clone(), rust: set.rust.clone() }
            }
            (Some(header), Some(set)) => {
                if let Some(clash) = set.attributes.iter().find(|it| it.rust == "header") {
                    let (set, header) = (at.key("attribute-set"), at.key("fixed-header"));
                    self.errors.push(texts::header_clash(&clash.name, set, header));
                }
                let rust = struct_of_both(message, format, &header, &set.name, before);
                Payload::Both { header, set: set.name.clone(), rust }
            }
        }
    }
}

/// The struct of a format that has both a header and attributes. Formats with the same ones share it,
/// so it is named for the set; for the format only where another header stands before the same set.
fn struct_of_both(
    message: &SubMessage,
    format: &Format,
    header: &StructRef,
    set: &str,
    before: &[ir::Format],
) -> String {
    let same_set = before.iter().filter_map(|other| match &other.payload {
        Payload::Both { header, set: other, rust } if other == set => Some((header, rust)),
        _ => None,
    });
    let mut same_set = same_set.peekable();
    let another_header = same_set.peek().is_some();
    match same_set.find(|(other, _)| *other == header) {
        Some((_, rust)) => rust.clone(),
        None if another_header => names::ty(&format!("{}-{}", message.name, format.value)),
        None => names::ty(&format!("{}-{set}", message.name)),
    }
}

/// Gives the formats of a sub-message the numbers that they have in an enum.
pub(super) fn number(
    message: &mut Placed<ir::SubMessage>,
    selector: Selector,
    enums: &[Placed<ir::Enum>],
    errors: &mut Errors,
) {
    let Placed { item, at } = message;
    if let Selector::Number(ir::Scalar { of: Some(of), .. }) = &selector {
        let of_name = |it: &&Placed<ir::Enum>| {
            it.item.name == of.name && it.item.kind != EnumKind::FlagsOfEnum
        };
        let entries = || enums.iter().filter(of_name).flat_map(|it| &it.item.entries);
        for (format, index) in item.formats.iter_mut().zip(0..) {
            let entry = entries().find(|entry| entry.name == format.value);
            format.number = entry.map(|entry| entry.value);
            if entry.is_none() {
                let names = entries().map(|entry| entry.name.as_str());
                let at = at.key("formats").index(index).key("value");
                errors.push(texts::unknown_entry(&format.value, &of.name, at, names));
            }
        }
    }
    item.selector = selector;
}
