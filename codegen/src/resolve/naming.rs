//! Clashes of Rust names: two things of a spec that would get the same one are an error, never
//! renamed silently.

use std::collections::BTreeMap;

use crate::catalogue::{Errors, texts};
use crate::ir::{self, Form, GroupBy, Message};
use crate::place::Place;
use crate::resolve::definitions::Placed;
use crate::resolve::names;
use crate::resolve::operations::Resolved;
use crate::resolve::sets::Sets;
use crate::spec::Spec;

/// Names of the standard prelude that generated code uses.
const PRELUDE: &[&str] = &["Option", "Vec", "Box", "Result", "Ok"];

/// All that gets a name in the module of a family.
pub(super) struct Named<'a> {
    pub(super) spec: &'a Spec,
    pub(super) groups: &'a [Placed<ir::Group>],
    pub(super) consts: &'a [Placed<ir::Const>],
    pub(super) enums: &'a [Placed<ir::Enum>],
    pub(super) structs: &'a [Placed<ir::Struct>],
    pub(super) origins: &'a Sets<'a>,
    pub(super) sets: &'a [ir::Set],
    pub(super) sub_messages: &'a [Placed<ir::SubMessage>],
    pub(super) resolved: &'a Resolved,
}

/// Reports clashes. Gives the names of the prelude that types of the family hide.
pub(super) fn check(named: &Named<'_>, errors: &mut Errors) -> Vec<String> {
    let mut types = Scope::new(errors);
    types.reserve("Family", "the type of the family itself");
    if tells(named) {
        types.reserve("Notification", "the type of what the family tells");
    }
    check_types(named, &mut types);
    let hidden = PRELUDE.iter().filter(|name| types.taken.contains_key(**name));
    let hidden = hidden.map(|name| (*name).to_owned()).collect();
    check_constants(named, errors);
    check_variants(named, errors);
    check_formats(named, errors);
    check_members(named, errors);
    check_entries(named, errors);
    check_fields(named, errors);
    hidden
}

/// Whether there is something that the family tells unasked.
pub(super) fn tells(named: &Named<'_>) -> bool {
    let heard = |group: &Placed<ir::Group>| group.item.by != GroupBy::Nothing;
    named.groups.iter().any(heard) || !named.resolved.notifications.is_empty()
}

fn check_types(named: &Named<'_>, types: &mut Scope<'_>) {
    for Placed { item, at } in named.enums {
        let noun = match item.kind {
            ir::EnumKind::Enum => "enum",
            ir::EnumKind::Flags => "flags",
            ir::EnumKind::FlagsOfEnum => "the flags of enum",
        };
        types.take(&item.rust, format!("{noun} `{}`", item.name), at);
    }
    for Placed { item, at } in named.structs {
        types.take(&item.rust, format!("struct `{}`", item.name), at);
    }
    for (set, origin) in named.sets.iter().zip(&named.origins.sets) {
        if set.nested {
            types.take(&set.rust, format!("set `{}`", set.name), &origin.at);
        }
    }
    for Placed { item, at } in named.sub_messages {
        types.take(&item.rust, format!("sub-message `{}`", item.name), at);
        for (format, index) in item.formats.iter().zip(0..) {
            if let ir::Payload::Both { rust, .. } = &format.payload {
                // Formats with the same header and set share it.
                let shared = item.formats.iter().take(index).any(|it| it.payload == format.payload);
                if !shared {
                    let at = at.key("formats").index(index).key("value");
                    types.take_at(rust, format!("format `{}`", format.value), at);
                }
            }
        }
    }
    for Placed { item, at } in &named.resolved.operations {
        for call in [&item.once, &item.dump].into_iter().flatten() {
            types.message(&call.request, &item.name, at);
            call.reply.iter().for_each(|reply| types.message(reply, &item.name, at));
        }
    }
    for Placed { item, at } in &named.resolved.notifications {
        types.message(&item.message, &item.name, at);
    }
}

fn check_constants(named: &Named<'_>, errors: &mut Errors) {
    let mut constants = Scope::new(errors);
    for Placed { item, at } in named.groups {
        constants.take(&item.rust, format!("multicast group `{}`", item.name), at);
    }
    for Placed { item, at } in named.consts {
        constants.take(&item.rust, format!("constant `{}`", item.name), at);
    }
    // The type of an enum is a function too, that makes it of a number.
    for Placed { item, at } in named.enums {
        constants.take(&item.rust, format!("enum `{}`", item.name), at);
    }
}

fn check_variants(named: &Named<'_>, errors: &mut Errors) {
    let mut variants = Scope::new(errors);
    variants.reserve("Unknown", "the variant for notifications that are not in the spec");
    for Placed { item, at } in &named.resolved.notifications {
        variants.take(&item.rust, format!("notification `{}`", item.name), at);
    }
}

/// Variants of sub-messages.
fn check_formats(named: &Named<'_>, errors: &mut Errors) {
    for Placed { item, at } in named.sub_messages {
        let mut variants = Scope::new(errors);
        variants.reserve("Unknown", "the variant for formats that are not in the spec");
        for (format, index) in item.formats.iter().zip(0..) {
            let at = at.key("formats").index(index).key("value");
            variants.take_at(&format.rust, format!("format `{}`", format.value), at);
        }
    }
}

/// Fields of structs.
fn check_members(named: &Named<'_>, errors: &mut Errors) {
    for Placed { item, at } in named.structs {
        let mut fields = Scope::new(errors);
        for (member, index) in item.members.iter().zip(0..) {
            if !matches!(member.ty, ir::MemberType::Pad(_)) {
                let at = at.key("members").index(index);
                fields.take(&member.rust, format!("member `{}`", member.name), &at);
            }
        }
    }
}

fn check_entries(named: &Named<'_>, errors: &mut Errors) {
    for Placed { item, at } in named.enums {
        if item.kind == ir::EnumKind::FlagsOfEnum {
            continue;
        }
        let mut entries = Scope::new(errors);
        let definition = named.spec.definitions.iter().find(|it| it.name == item.name);
        let originals = definition.iter().flat_map(|definition| &definition.entries);
        for (entry, index) in originals.zip(0..) {
            let name = match entry {
                crate::spec::Entry::Name(name) => name,
                crate::spec::Entry::Map(map) => &map.name,
            };
            // One that stands there twice under the same name has been reported.
            if item.entries.iter().any(|entry| entry.name == *name) {
                let at = at.key("entries").index(index);
                entries.take_once(&names::constant(name), format!("entry `{name}`"), &at);
            }
        }
    }
}

fn check_fields(named: &Named<'_>, errors: &mut Errors) {
    for set in &named.origins.sets {
        // A subset has names of its parent, where a clash has been reported.
        if set.spec.subset_of.is_some() {
            continue;
        }
        let mut fields = Scope::new(errors);
        for attr in &set.attributes {
            let name = &attr.keys.name;
            fields.take(&names::field(name), format!("attribute `{name}`"), &attr.at);
        }
    }
}

/// Names that have to differ.
struct Scope<'e> {
    taken: BTreeMap<String, Owner>,
    errors: &'e mut Errors,
}

enum Owner {
    /// Something of the spec.
    Item { what: String, at: Place },
    /// Something that each family has.
    Fixed(&'static str),
}

impl<'e> Scope<'e> {
    fn new(errors: &'e mut Errors) -> Self {
        Self { taken: BTreeMap::new(), errors }
    }

    fn reserve(&mut self, rust: &str, what: &'static str) {
        self.taken.insert(rust.to_owned(), Owner::Fixed(what));
    }

    /// Takes the type of a message that is defined with it.
    fn message(&mut self, message: &Message, operation: &str, at: &Place) {
        if message.form != Form::Elsewhere {
            self.take(&message.rust, format!("operation `{operation}`"), at);
        }
    }

    fn take_once(&mut self, rust: &str, what: String, at: &Place) {
        let same =
            |owner: &Owner| matches!(owner, Owner::Item { what: other, .. } if *other == what);
        if !self.taken.get(rust).is_some_and(same) {
            self.take(rust, what, at);
        }
    }

    /// Takes the name of something that has its own under `name`.
    fn take(&mut self, rust: &str, what: String, at: &Place) {
        self.take_at(rust, what, at.key("name"));
    }

    /// Takes the name of something that has its own at `at`.
    fn take_at(&mut self, rust: &str, what: String, at: Place) {
        match self.taken.get(rust) {
            Some(Owner::Fixed(by)) => {
                self.errors.push(texts::reserved_name(rust, &what, at, by));
            }
            Some(Owner::Item { what: first, at: place }) => {
                let place = place.clone();
                self.errors.push(texts::name_clash(rust, &what, at, first, place));
            }
            None => {
                self.taken.insert(rust.to_owned(), Owner::Item { what, at });
            }
        }
    }
}
