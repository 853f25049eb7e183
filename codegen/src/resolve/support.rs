//! What the spec language has and this generator does not, yet.

use crate::catalogue::{Errors, texts};
use crate::place::{self, Place};
use crate::spec::{AttrType, DefinitionType, Protocol, Spec};

/// Reports what is not supported. Says whether the rest of the file can be looked at: of a protocol
/// that is not supported, all else would only be noise.
pub(super) fn check(spec: &Spec, errors: &mut Errors) -> bool {
    let root = Place::root();
    if spec.protocol.as_ref().and_then(|word| word.known()) == Some(Protocol::NetlinkRaw) {
        let what = "protocol `netlink-raw`";
        errors.push(texts::not_supported(what, root.key("protocol")));
        return false;
    }
    for (index, definition) in spec.definitions.iter().enumerate() {
        if definition.ty.as_ref().and_then(|word| word.known()) == Some(DefinitionType::Struct) {
            let what = format!("struct `{}`", definition.name);
            errors.push(texts::not_supported(&what, place::definition(index).key("name")));
        }
    }
    for (index, set) in spec.attribute_sets.iter().flatten().enumerate() {
        for (attribute, at) in set.attributes.iter().flatten().zip(0..) {
            if attribute.ty.as_ref().and_then(|word| word.known()) == Some(AttrType::SubMessage) {
                let at = place::set(index).key("attributes").index(at).key("type");
                errors.push(texts::not_supported("type `sub-message`", at));
            }
        }
    }
    if let Some(operations) = &spec.operations {
        let what = "`fixed-header`";
        if operations.fixed_header.is_some() {
            errors.push(texts::not_supported(what, root.key("operations").key("fixed-header")));
        }
        for (index, operation) in operations.list.iter().enumerate() {
            if operation.fixed_header.is_some() {
                let at = place::operation(index).key("fixed-header");
                errors.push(texts::not_supported(what, at));
            }
        }
    }
    true
}
