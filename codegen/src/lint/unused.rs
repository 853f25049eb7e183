//! Sets, definitions and sub-messages that nothing refers to. A constant is for people too.

use std::collections::BTreeSet;

use crate::catalogue::{Code, Errors, texts};
use crate::place;
use crate::spec::{Attribute, DefinitionType, IntOrName, Spec, Word};

pub(super) fn lint(spec: &Spec, found: &mut Errors) {
    let used = Used::of(spec);
    for (index, set) in spec.attribute_sets.iter().flatten().enumerate() {
        if !used.sets.contains(set.name.as_str()) {
            let at = place::set(index);
            found.push(texts::unused(Code::UnusedSet, "attribute set", &set.name, &at));
        }
    }
    for (index, definition) in spec.definitions.iter().enumerate() {
        let noun = match definition.ty {
            Some(Word::Known(DefinitionType::Enum)) => "enum",
            Some(Word::Known(DefinitionType::Flags)) => "flags",
            Some(Word::Known(DefinitionType::Struct)) => "struct",
            _ => continue,
        };
        if !used.definitions.contains(definition.name.as_str()) {
            let at = place::definition(index);
            found.push(texts::unused(Code::UnusedDefinition, noun, &definition.name, &at));
        }
    }
    for (index, message) in spec.sub_messages.iter().enumerate() {
        if !used.sub_messages.contains(message.name.as_str()) {
            let at = place::sub_message(index);
            found.push(texts::unused(Code::UnusedSubMessage, "sub-message", &message.name, &at));
        }
    }
}

/// The names that something refers to; what refers to itself does not count.
#[derive(Default)]
struct Used<'s> {
    sets: BTreeSet<&'s str>,
    definitions: BTreeSet<&'s str>,
    sub_messages: BTreeSet<&'s str>,
}

impl<'s> Used<'s> {
    fn of(spec: &'s Spec) -> Self {
        let mut used = Self::default();
        for definition in &spec.definitions {
            let members = definition.members.iter();
            let names = members.flat_map(|member| [&member.enumeration, &member.structure]);
            let names = names.flatten().filter(|name| **name != definition.name);
            used.definitions.extend(names.map(String::as_str));
        }
        for set in spec.attribute_sets.iter().flatten() {
            used.sets.extend(set.subset_of.as_deref());
            for attribute in set.attributes.iter().flatten() {
                used.attribute(attribute, &set.name);
            }
        }
        for format in spec.sub_messages.iter().flat_map(|message| &message.formats) {
            used.sets.extend(format.attribute_set.as_deref());
            used.definitions.extend(format.fixed_header.as_deref());
        }
        if let Some(operations) = &spec.operations {
            used.definitions.extend(operations.fixed_header.as_deref());
            for operation in &operations.list {
                used.sets.extend(operation.attribute_set.as_deref());
                used.definitions.extend(operation.fixed_header.as_deref());
            }
        }
        used
    }

    fn attribute(&mut self, attribute: &'s Attribute, set: &str) {
        let nested = attribute.nested_attributes.as_deref();
        self.sets.extend(nested.filter(|name| *name != set));
        self.definitions.extend(attribute.enumeration.as_deref());
        self.definitions.extend(attribute.structure.as_deref());
        self.sub_messages.extend(attribute.sub_message.as_deref());
        let mask = attribute.checks.as_ref().and_then(|checks| checks.flags_mask.as_ref());
        if let Some(IntOrName::Name(name)) = mask {
            self.definitions.insert(name);
        }
    }
}
