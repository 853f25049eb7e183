//! Multicast groups.

use std::collections::BTreeMap;

use crate::catalogue::{Errors, texts};
use crate::ir;
use crate::place::{self, Place};
use crate::resolve::definitions::Placed;
use crate::resolve::names;
use crate::spec::Spec;

pub(super) fn resolve(spec: &Spec, errors: &mut Errors) -> Vec<Placed<ir::Group>> {
    let mut groups = Vec::new();
    let mut by_name: BTreeMap<&str, Place> = BTreeMap::new();
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
        let c_name = match &group.c_define_name {
            Some(name) => names::c("", name),
            None => names::c(&format!("{}-mcgrp-", spec.name), &group.name),
        };
        let rust = names::constant(&group.name);
        groups.push(Placed { item: ir::Group { name: group.name.clone(), rust, c_name }, at });
    }
    groups
}
