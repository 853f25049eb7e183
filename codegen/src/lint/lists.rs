//! What the messages of operations list.

use std::collections::BTreeMap;

use crate::catalogue::{Errors, texts};
use crate::ir::Family;
use crate::place::{self, Place};
use crate::spec::{Operation, Operations, Spec};

pub(super) fn lint(spec: &Spec, family: &Family, found: &mut Errors) {
    let Some(operations) = &spec.operations else {
        return;
    };
    let grouped = spec.mcast_groups.as_ref().is_some_and(|groups| !groups.list.is_empty());
    for (index, operation) in operations.list.iter().enumerate() {
        let at = place::operation(index);
        for (names, at) in lists(operation, &at) {
            twice(names, &at, found);
            no_attributes(names, &at, operation, operations, family, found);
        }
        let told = operation.notify.is_some() || operation.event.is_some();
        if grouped && told && operation.mcgrp.is_none() {
            found.push(texts::no_group(&operation.name, at.key("name")));
        }
    }
}

/// The lists of an operation, each with its place.
fn lists<'o>(operation: &'o Operation, at: &Place) -> Vec<(&'o [String], Place)> {
    let mut lists = Vec::new();
    for (mode, key) in [(&operation.once, "do"), (&operation.dump, "dump")] {
        let Some(mode) = mode else { continue };
        for (list, direction) in [(&mode.request, "request"), (&mode.reply, "reply")] {
            let at = at.key(key).key(direction).key("attributes");
            lists.extend(list.iter().map(|list| (list.attributes.as_slice(), at.clone())));
        }
    }
    let at = at.key("event").key("attributes");
    lists.extend(operation.event.iter().map(|event| (event.attributes.as_slice(), at.clone())));
    lists
}

fn twice(names: &[String], at: &Place, found: &mut Errors) {
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    for (index, name) in names.iter().enumerate() {
        match seen.get(name.as_str()) {
            Some(first) => {
                found.push(texts::listed_twice(name, at.index(index), at.index(*first)));
            }
            None => {
                seen.insert(name, index);
            }
        }
    }
}

/// Names that resolving has passed over: the others would have been errors.
fn no_attributes(
    names: &[String],
    at: &Place,
    operation: &Operation,
    operations: &Operations,
    family: &Family,
    found: &mut Errors,
) {
    let set = family.sets.iter().find(|set| Some(&set.name) == operation.attribute_set.as_ref());
    let Some(set) = set else { return };
    let header = operation.fixed_header.as_ref().or(operations.fixed_header.as_ref());
    let header = family.structs.iter().find(|item| Some(&item.name) == header);
    for (index, name) in names.iter().enumerate() {
        if set.attributes.iter().any(|attribute| attribute.name == *name) {
            continue;
        }
        let at = at.index(index);
        let is_member =
            header.is_some_and(|header| header.members.iter().any(|it| it.name == *name));
        found.push(match is_member {
            true => texts::member_in_list(name, at),
            false => texts::not_in_set(name, &set.name, at),
        });
    }
}
