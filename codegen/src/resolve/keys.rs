//! Keys and words: those that no schema has, and keys that have to be there.

use serde::{Deserialize, Serialize};

use crate::catalogue::{Errors, texts};
use crate::place::{self, Place};
use crate::spec::{self, Entry, Spec, Unknown, Word};

/// Reports all unknown keys and words, and all missing keys, of the file.
pub(super) fn check(spec: &Spec, allow_unknown: bool, errors: &mut Errors) {
    let mut keys = Keys { errors, allow_unknown };
    let root = Place::root();
    keys.unknown::<Spec>(&spec.unknown, &root, "spec");
    keys.required(!spec.name.is_empty(), "name", "spec", &root);
    keys.required(spec.doc.is_some(), "doc", "spec", &root);
    keys.required(spec.attribute_sets.is_some(), "attribute-sets", "spec", &root);
    keys.required(spec.operations.is_some(), "operations", "spec", &root);
    keys.word(spec.protocol.as_ref(), "protocol", &root);
    keys.word(spec.kernel_policy.as_ref(), "kernel-policy", &root);
    for (index, definition) in spec.definitions.iter().enumerate() {
        keys.definition(definition, &place::definition(index));
    }
    for (index, set) in spec.attribute_sets.iter().flatten().enumerate() {
        keys.set(set, &place::set(index));
    }
    for (index, message) in spec.sub_messages.iter().enumerate() {
        keys.sub_message(message, &place::sub_message(index));
    }
    if let Some(operations) = &spec.operations {
        keys.operations(operations, &root.key("operations"));
    }
    if let Some(groups) = &spec.mcast_groups {
        keys.groups(groups, &root.key("mcast-groups"));
    }
    if let Some(kernel) = &spec.kernel_family {
        let at = root.key("kernel-family");
        keys.unknown::<spec::KernelFamily>(&kernel.unknown, &at, "`kernel-family`");
    }
}

struct Keys<'e> {
    errors: &'e mut Errors,
    allow_unknown: bool,
}

impl Keys<'_> {
    fn unknown<T: Default + Serialize>(&mut self, unknown: &Unknown, at: &Place, noun: &str) {
        if self.allow_unknown || unknown.keys.is_empty() {
            return;
        }
        let known = spec::keys::<T>();
        for key in &unknown.keys {
            self.errors.push(texts::unknown_key(key, noun, &at.key(key), &known));
        }
    }

    fn word<'w, T>(&mut self, word: Option<&'w Word<T>>, key: &str, at: &Place)
    where
        T: Deserialize<'w>,
    {
        self.word_at(word, key, &at.key(key));
    }

    fn word_at<'w, T>(&mut self, word: Option<&'w Word<T>>, noun: &str, at: &Place)
    where
        T: Deserialize<'w>,
    {
        if let Some(Word::Unknown(word)) = word {
            self.errors.push(texts::unknown_word(word, noun, at, spec::words::<T>()));
        }
    }

    fn words<'w, T: Deserialize<'w>>(&mut self, words: &'w [Word<T>], key: &str, at: &Place) {
        for (index, word) in words.iter().enumerate() {
            self.word_at(Some(word), key, &at.key(key).index(index));
        }
    }

    fn required(&mut self, given: bool, key: &str, noun: &str, at: &Place) {
        if !given {
            self.errors.push(texts::missing_key(key, noun, at));
        }
    }

    fn definition(&mut self, definition: &spec::Definition, at: &Place) {
        self.unknown::<spec::Definition>(&definition.unknown, at, "definition");
        self.required(!definition.name.is_empty(), "name", "definition", at);
        self.required(definition.ty.is_some(), "type", "definition", at);
        self.word(definition.ty.as_ref(), "type", at);
        self.word(definition.scope.as_ref(), "scope", at);
        for (index, entry) in definition.entries.iter().enumerate() {
            let Entry::Map(entry) = entry else { continue };
            let at = at.key("entries").index(index);
            self.unknown::<spec::EntryMap>(&entry.unknown, &at, "entry");
            self.required(!entry.name.is_empty(), "name", "entry", &at);
        }
        for (index, member) in definition.members.iter().enumerate() {
            let at = at.key("members").index(index);
            self.unknown::<spec::Member>(&member.unknown, &at, "member");
            self.required(!member.name.is_empty(), "name", "member", &at);
            self.required(member.ty.is_some(), "type", "member", &at);
            self.word(member.ty.as_ref(), "type", &at);
            self.word(member.byte_order.as_ref(), "byte-order", &at);
            self.word(member.display_hint.as_ref(), "display-hint", &at);
        }
    }

    fn set(&mut self, set: &spec::AttributeSet, at: &Place) {
        self.unknown::<spec::AttributeSet>(&set.unknown, at, "attribute set");
        self.required(!set.name.is_empty(), "name", "attribute set", at);
        self.required(set.attributes.is_some(), "attributes", "attribute set", at);
        for (index, attribute) in set.attributes.iter().flatten().enumerate() {
            let at = at.key("attributes").index(index);
            self.unknown::<spec::Attribute>(&attribute.unknown, &at, "attribute");
            self.required(!attribute.name.is_empty(), "name", "attribute", &at);
            let typed = attribute.ty.is_some() || set.subset_of.is_some();
            self.required(typed, "type", "attribute", &at);
            self.word(attribute.ty.as_ref(), "type", &at);
            self.word(attribute.sub_type.as_ref(), "sub-type", &at);
            self.word(attribute.byte_order.as_ref(), "byte-order", &at);
            self.word(attribute.display_hint.as_ref(), "display-hint", &at);
            if let Some(checks) = &attribute.checks {
                self.unknown::<spec::Checks>(&checks.unknown, &at.key("checks"), "`checks`");
            }
        }
    }

    fn sub_message(&mut self, message: &spec::SubMessage, at: &Place) {
        self.unknown::<spec::SubMessage>(&message.unknown, at, "sub-message");
        self.required(!message.name.is_empty(), "name", "sub-message", at);
        for (index, format) in message.formats.iter().enumerate() {
            let at = at.key("formats").index(index);
            self.unknown::<spec::Format>(&format.unknown, &at, "format");
            self.required(!format.value.is_empty(), "value", "format", &at);
        }
    }

    fn operations(&mut self, operations: &spec::Operations, at: &Place) {
        self.unknown::<spec::Operations>(&operations.unknown, at, "`operations`");
        self.word(operations.enum_model.as_ref(), "enum-model", at);
        for (index, operation) in operations.list.iter().enumerate() {
            self.operation(operation, &place::operation(index));
        }
    }

    fn operation(&mut self, operation: &spec::Operation, at: &Place) {
        self.unknown::<spec::Operation>(&operation.unknown, at, "operation");
        self.required(!operation.name.is_empty(), "name", "operation", at);
        self.required(operation.doc.is_some(), "doc", "operation", at);
        self.words(&operation.flags, "flags", at);
        self.words(&operation.dont_validate, "dont-validate", at);
        for (mode, key) in [(&operation.once, "do"), (&operation.dump, "dump")] {
            let Some(mode) = mode else { continue };
            let at = at.key(key);
            self.unknown::<spec::Mode>(&mode.unknown, &at, &format!("`{key}`"));
            for (list, key) in [(&mode.request, "request"), (&mode.reply, "reply")] {
                let Some(list) = list else { continue };
                let noun = format!("`{key}`");
                self.unknown::<spec::AttributeList>(&list.unknown, &at.key(key), &noun);
            }
        }
        if let Some(event) = &operation.event {
            self.unknown::<spec::Event>(&event.unknown, &at.key("event"), "`event`");
        }
    }

    fn groups(&mut self, groups: &spec::Groups, at: &Place) {
        self.unknown::<spec::Groups>(&groups.unknown, at, "`mcast-groups`");
        for (index, group) in groups.list.iter().enumerate() {
            let at = place::group(index);
            self.unknown::<spec::Group>(&group.unknown, &at, "multicast group");
            self.required(!group.name.is_empty(), "name", "multicast group", &at);
            self.words(&group.flags, "flags", &at);
        }
    }
}
