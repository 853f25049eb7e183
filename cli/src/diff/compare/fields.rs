//! Which attributes have a field in Rust: those of nested sets, and those that a message lists.

use std::collections::BTreeSet;

use nlkit_codegen::ir::{Attribute, Call, Family, Message, Set};

/// The attributes of a family that have a field in Rust.
pub(super) struct Fields<'f> {
    /// Numbers and names of those that some message lists.
    listed: BTreeSet<(u16, &'f str)>,
}

impl<'f> Fields<'f> {
    pub(super) fn of(family: &'f Family) -> Self {
        let attributes = messages(family).into_iter().flat_map(|message| &message.attributes);
        Self { listed: attributes.map(|it| (it.id, it.name.as_str())).collect() }
    }

    /// Whether the attribute of this set has one.
    pub(super) fn has(&self, set: &Set, attribute: &Attribute) -> bool {
        let listed = self.listed.contains(&(attribute.id, attribute.name.as_str()));
        attribute.is_field() && (set.nested || listed)
    }
}

fn messages(family: &Family) -> Vec<&Message> {
    let calls = family.operations.iter().flat_map(|it| [&it.once, &it.dump]).flatten();
    let asked = calls.flat_map(|Call { request, reply, .. }| [Some(request), reply.as_ref()]);
    let told = family.notifications.iter().flatten().map(|it| Some(&it.message));
    asked.chain(told).flatten().collect()
}
