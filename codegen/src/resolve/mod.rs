//! From the spec to a family with nothing left to decide, in passes that are named for what they
//! look at. Each collects all errors that it finds, and what it cannot tell it leaves out or fills
//! with a stand-in, so that a bad section does not hide the errors of the next.

mod checks;
mod definitions;
mod groups;
mod keys;
mod keys_of_types;
mod names;
mod naming;
mod numbers;
mod operations;
mod recursion;
mod sets;
mod support;
mod types;
mod version;
mod widths;

use crate::catalogue::Errors;
use crate::ir;
use crate::spec::Spec;
use definitions::Placed;
use naming::Named;

/// Resolves a spec.
///
/// # Errors
/// All that is wrong with it, as far as one mistake does not hide another.
pub(crate) fn resolve(spec: &Spec, allow_unknown_keys: bool) -> Result<ir::Family, Errors> {
    let mut errors = Errors::default();
    let e = &mut errors;
    keys::check(spec, allow_unknown_keys, e);
    names::check(spec, e);
    if !support::check(spec, e) {
        return Err(errors);
    }
    let version = version::resolve(spec, e);
    let definitions = definitions::resolve(spec, e);
    let sets = sets::resolve(spec, e);
    let mut typed = types::resolve(&sets, &definitions, e);
    recursion::mark_boxes(&mut typed.sets);
    let enums = widths::resolve(definitions.enums, &typed.uses, e);
    let groups = groups::resolve(spec, e);
    let numbers = spec.operations.as_ref().map(|operations| numbers::resolve(operations, e));
    let numbers = numbers.unwrap_or_default();
    let resolved = operations::resolve(spec, &typed.sets, &groups, &numbers, e);
    let named = Named {
        spec,
        groups: &groups,
        consts: &definitions.consts,
        enums: &enums,
        sets: &sets,
        structs: &typed.sets,
        resolved: &resolved,
    };
    let hidden = naming::check(&named, e);
    let tells = naming::tells(&named);
    if !errors.drafts.is_empty() {
        return Err(errors);
    }
    let default = || format!("{}-family-name", spec.name);
    Ok(ir::Family {
        name: spec.name.clone(),
        module: names::module(&spec.name),
        c_name: names::c("", &spec.c_family_name.clone().unwrap_or_else(default)),
        version,
        doc: spec.doc.clone().unwrap_or_default(),
        groups: items(groups),
        consts: items(definitions.consts),
        enums: items(enums),
        sets: typed.sets,
        operations: items(resolved.operations),
        notifications: tells.then(|| items(resolved.notifications)),
        hidden,
    })
}

fn items<T>(placed: Vec<Placed<T>>) -> Vec<T> {
    placed.into_iter().map(|placed| placed.item).collect()
}
