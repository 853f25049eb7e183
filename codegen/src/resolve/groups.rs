//! Multicast groups.

use std::collections::BTreeMap;

use crate::catalogue::{Errors, texts};
use crate::ir::{self, GroupBy, Protocol};
use crate::place::{self, Place};
use crate::resolve::definitions::Placed;
use crate::resolve::names;
use crate::spec::{Group, Spec};

pub(super) fn resolve(
    spec: &Spec,
    protocol: Protocol,
    errors: &mut Errors,
) -> Vec<Placed<ir::Group>> {
    let mut groups = Vec::new();
    let mut by_name: BTreeMap<&str, Place> = BTreeMap::new();
    let mut by_number: BTreeMap<u32, (&str, Place)> = BTreeMap::new();
    for (index, group) in spec.mcast_groups.iter().flat_map(|groups| &groups.list).enumerate() {
        let at = place::group(index);
        if group.name.is_empty() {
            continue;
        }
        if let Some(first) = by_name.get(group.name.as_str()) {
            let (first, at) = (first.key("name"), at.key("name"));
            errors.push(texts::duplicate_name("multicast group", &group.name, &first, &at));
            continue;
        }
        by_name.insert(&group.name, at.clone());
        let by = found_by(group, spec, protocol, &at, errors);
        if let GroupBy::Number(number) = by
            && let Some((first, place)) = by_number.insert(number, (&group.name, at.clone()))
        {
            let (name, number) = (&group.name, number.into());
            errors.push(texts::duplicate_value("number", number, name, &at, first, &place));
        }
        let c_name = match (&group.c_define_name, protocol) {
            (Some(name), _) => names::c("", name),
            (None, Protocol::Generic) => names::c(&format!("{}-mcgrp-", spec.name), &group.name),
            // Its name in the spec is that of the constant: `rtnlgrp-link`.
            (None, Protocol::Raw(_)) => names::c("", &group.name),
        };
        let (name, rust) = (group.name.clone(), names::constant(&group.name));
        let doc = group.doc.clone().unwrap_or_default();
        groups.push(Placed { item: ir::Group { name, rust, c_name, doc, by }, at });
    }
    groups
}

/// How a group is found: in generic netlink by its name, else by its number.
fn found_by(
    group: &Group,
    spec: &Spec,
    protocol: Protocol,
    at: &Place,
    errors: &mut Errors,
) -> GroupBy {
    match (protocol, group.value) {
        (Protocol::Generic, None) => GroupBy::Name,
        (Protocol::Generic, Some(_)) => {
            let why = "the kernel numbers the groups of generic netlink";
            errors.push(texts::meaningless_key(at, "value", why));
            GroupBy::Name
        }
        (Protocol::Raw(_), Some(number)) => match u32::try_from(number) {
            Ok(fits) if fits > 0 => GroupBy::Number(fits),
            _ => {
                let (at, range) = (at.key("value"), format!("1..={}", u32::MAX));
                errors.push(texts::value_out_of_range("number of a group", number, at, &range));
                GroupBy::Nothing
            }
        },
        (Protocol::Raw(_), None) => {
            // Kernels' specs have groups without a number where nothing is told that one could hear.
            if tells(spec) {
                errors.push(texts::missing_group_number(at));
            }
            GroupBy::Nothing
        }
    }
}

/// Whether there is a notification or an event.
fn tells(spec: &Spec) -> bool {
    let mut operations = spec.operations.iter().flat_map(|operations| &operations.list);
    operations.any(|operation| operation.notify.is_some() || operation.event.is_some())
}
