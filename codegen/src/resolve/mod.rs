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
mod protocol;
mod quirks;
mod recursion;
mod selectors;
mod sets;
pub(crate) mod structs;
mod sub_messages;
mod types;
mod uses;
mod widths;

use crate::catalogue::Errors;
use crate::ir;
use crate::spec::{Spec, Word};
use definitions::Placed;
use naming::Named;
use operations::Parts;
use uses::AllUses;

/// Resolves a spec.
///
/// # Errors
/// All that is wrong with it, as far as one mistake does not hide another.
pub(crate) fn resolve(spec: &Spec, allow_unknown_keys: bool) -> Result<ir::Family, Errors> {
    let mut errors = Errors::default();
    let e = &mut errors;
    keys::check(spec, allow_unknown_keys, e);
    names::check(spec, e);
    // Nobody can break the rules of a protocol or a model that is not known.
    let mut unheard = Errors::default();
    let told = !matches!(spec.protocol, Some(Word::Unknown(_)));
    let of_protocol = if told { &mut *e } else { &mut unheard };
    let protocol = protocol::resolve(spec, of_protocol);
    let version = protocol::version(spec, protocol, of_protocol);
    let definitions = definitions::resolve(spec, e);
    let mut uses = AllUses::default();
    let structs = structs::resolve(&definitions, &mut uses, e);
    let origins = sets::resolve(spec, e);
    let mut sets = types::resolve(spec, &origins, &definitions, &mut uses, e);
    recursion::mark_boxes(&mut sets);
    let mut sub_messages = sub_messages::resolve(spec, &mut sets, &definitions, &structs, e);
    let enums = widths::resolve(&definitions.enums, &uses, e);
    let scopes = selectors::resolve(&origins, &mut sets, &mut sub_messages, &enums, e);
    let of_protocol = if told { &mut *e } else { &mut unheard };
    let groups = groups::resolve(spec, protocol, of_protocol);
    let model = spec.operations.as_ref().and_then(|it| it.enum_model.as_ref());
    let counted = told && !matches!(model, Some(Word::Unknown(_)));
    let of_model = if counted { &mut *e } else { &mut unheard };
    let numbers = spec.operations.as_ref().map(|it| numbers::resolve(it, protocol, of_model));
    let parts = Parts {
        spec,
        protocol,
        definitions: &definitions,
        structs: &structs,
        sets: &sets,
        scopes: &scopes,
        groups: &groups,
        numbers: numbers.as_deref().unwrap_or_default(),
    };
    let resolved = operations::resolve(&parts, e);
    let named = Named {
        spec,
        groups: &groups,
        consts: &definitions.consts,
        enums: &enums,
        structs: &structs.items,
        origins: &origins,
        sets: &sets,
        sub_messages: &sub_messages,
        resolved: &resolved,
    };
    let hidden = naming::check(&named, e);
    let tells = naming::tells(&named);
    if !errors.drafts.is_empty() {
        return Err(errors);
    }
    let c_name = match (&spec.c_family_name, protocol) {
        (Some(name), _) => names::c("", name),
        (None, ir::Protocol::Generic) => names::c("", &format!("{}-family-name", spec.name)),
        // The kernel knows it by no name.
        (None, ir::Protocol::Raw(_)) => String::new(),
    };
    Ok(ir::Family {
        name: spec.name.clone(),
        module: names::module(&spec.name),
        protocol,
        c_name,
        version,
        doc: spec.doc.clone().unwrap_or_default(),
        groups: items(groups),
        consts: items(definitions.consts),
        enums: items(enums),
        structs: items(structs.items),
        sets,
        sub_messages: items(sub_messages),
        operations: items(resolved.operations),
        notifications: tells.then(|| items(resolved.notifications)),
        hidden,
    })
}

fn items<T>(placed: Vec<Placed<T>>) -> Vec<T> {
    placed.into_iter().map(|placed| placed.item).collect()
}
