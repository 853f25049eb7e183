//! Docs that are missing. Those of families and operations are asked for anyway.

use crate::catalogue::{Errors, texts};
use crate::place;
use crate::spec::Spec;

pub(super) fn lint(spec: &Spec, found: &mut Errors) {
    let definitions = spec.definitions.iter().zip((0..).map(place::definition));
    let definitions = definitions.map(|(it, at)| ("definition", &it.name, &it.doc, at));
    let sets = spec.attribute_sets.iter().flatten().zip((0..).map(place::set));
    let sets = sets.map(|(it, at)| ("attribute set", &it.name, &it.doc, at));
    let messages = spec.sub_messages.iter().zip((0..).map(place::sub_message));
    let messages = messages.map(|(it, at)| ("sub-message", &it.name, &it.doc, at));
    let groups = spec.mcast_groups.iter().flat_map(|groups| &groups.list);
    let groups = groups.zip((0..).map(place::group));
    let groups = groups.map(|(it, at)| ("multicast group", &it.name, &it.doc, at));
    for (noun, name, doc, at) in definitions.chain(sets).chain(messages).chain(groups) {
        if doc.as_ref().is_none_or(|doc| doc.trim().is_empty()) {
            found.push(texts::missing_doc(noun, name, &at));
        }
    }
}
