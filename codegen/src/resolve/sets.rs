//! Attribute sets: numbers, and what a subset has from the set that it is part of.

use std::collections::BTreeMap;

use crate::catalogue::{Errors, texts};
use crate::place::{self, Place};
use crate::resolve::names;
use crate::spec::{self, AttributeSet, Spec};

/// The highest number of an attribute; the bits above are flags on the wire.
const MAX_ID: i128 = 0x3fff;

/// The attribute sets of a family.
#[derive(Debug, Default)]
pub(super) struct Sets<'s> {
    /// In the order of the spec.
    pub(super) sets: Vec<Set<'s>>,
    by_name: BTreeMap<&'s str, usize>,
}

#[derive(Debug)]
pub(super) struct Set<'s> {
    pub(super) spec: &'s AttributeSet,
    pub(super) at: Place,
    /// In the order of the spec.
    pub(super) attributes: Vec<Attr>,
}

/// An attribute with all its keys, those included that a subset has from its parent.
#[derive(Clone, Debug)]
pub(super) struct Attr {
    pub(super) keys: spec::Attribute,
    pub(super) id: u16,
    pub(super) c_name: String,
    pub(super) at: Place,
    /// Whether all keys but `name` and `doc` are the parent's.
    pub(super) inherited: bool,
}

impl<'s> Sets<'s> {
    pub(super) fn get(&self, name: &str) -> Option<&Set<'s>> {
        self.by_name.get(name).and_then(|index| self.sets.get(*index))
    }

    pub(super) fn index(&self, name: &str) -> Option<usize> {
        self.by_name.get(name).copied()
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &'s str> {
        self.by_name.keys().copied()
    }
}

pub(super) fn resolve<'s>(spec: &'s Spec, errors: &mut Errors) -> Sets<'s> {
    let mut sets = Sets::default();
    for (index, set) in spec.attribute_sets.iter().flatten().enumerate() {
        let at = place::set(index);
        if let Some(first) = sets.get(&set.name) {
            let first = first.at.key("name");
            errors.push(texts::duplicate_name("set", &set.name, &first, &at.key("name")));
        } else if !set.name.is_empty() {
            sets.by_name.insert(&set.name, index);
        }
        sets.sets.push(Set { spec: set, at, attributes: Vec::new() });
    }
    for index in parents_first(&sets, errors) {
        let Some(set) = sets.sets.get(index) else {
            continue;
        };
        let parent = set.spec.subset_of.as_deref().and_then(|name| sets.get(name));
        let attributes = match (parent, &set.spec.subset_of) {
            (Some(parent), _) => subset(set, parent, errors),
            // Its parent has been reported as unknown; without it nothing is known of the subset.
            (None, Some(_)) => Vec::new(),
            (None, None) => numbered(set, spec, errors),
        };
        if let Some(set) = sets.sets.get_mut(index) {
            set.attributes = attributes;
        }
    }
    sets
}

/// The indices of all sets, each set after the one that it is part of.
fn parents_first(sets: &Sets<'_>, errors: &mut Errors) -> Vec<usize> {
    let mut order = Vec::new();
    let mut done = vec![false; sets.sets.len()];
    let mut waiting = Vec::new();
    for (index, set) in sets.sets.iter().enumerate() {
        let Some(parent) = &set.spec.subset_of else {
            order.push(index);
            if let Some(done) = done.get_mut(index) {
                *done = true;
            }
            continue;
        };
        match sets.index(parent) {
            Some(parent) => waiting.push((index, parent)),
            None => {
                let at = set.at.key("subset-of");
                errors.push(texts::unknown_name("attribute set", parent, at, sets.names()));
            }
        }
    }
    loop {
        let before = waiting.len();
        waiting.retain(|(index, parent)| {
            let ready = done.get(*parent).copied().unwrap_or_default();
            if let (true, Some(done)) = (ready, done.get_mut(*index)) {
                order.push(*index);
                *done = true;
            }
            !ready
        });
        if waiting.len() == before {
            break;
        }
    }
    // What still waits has a cycle above it, or a parent that is unknown and has been reported.
    for (index, _) in &waiting {
        if let Some(set) = in_cycle(sets, *index) {
            errors.push(texts::subset_cycle(&set.spec.name, set.at.key("subset-of")));
        }
    }
    order
}

/// The set at `index`, if it is part of itself.
fn in_cycle<'a, 's>(sets: &'a Sets<'s>, index: usize) -> Option<&'a Set<'s>> {
    let mut current = index;
    for _ in 0..sets.sets.len() {
        let parent = sets.sets.get(current)?.spec.subset_of.as_deref()?;
        current = sets.index(parent)?;
        if current == index {
            return sets.sets.get(index);
        }
    }
    None
}

/// The attributes of a set that stands by itself: the first has number 1, any other one more than
/// the one before it, unless it says so.
fn numbered(set: &Set<'_>, family: &Spec, errors: &mut Errors) -> Vec<Attr> {
    let prefix = prefix(set.spec, family);
    let mut attributes: Vec<Attr> = Vec::new();
    let mut by_name = BTreeMap::new();
    let mut by_id: BTreeMap<u16, (&str, Place)> = BTreeMap::new();
    let mut next = 1;
    for (keys, index) in set.spec.attributes.iter().flatten().zip(0..) {
        let at = set.at.key("attributes").index(index);
        let number = keys.value.unwrap_or(next);
        let id = u16::try_from(number).ok().filter(|id| i128::from(*id) <= MAX_ID);
        // A number that cannot be must not make the next ones wrong, too.
        next = if id.is_some() { number } else { next }.saturating_add(1);
        if keys.name.is_empty() {
            continue;
        }
        if let Some(first) = by_name.insert(keys.name.as_str(), at.clone()) {
            let (first, at) = (first.key("name"), at.key("name"));
            errors.push(texts::duplicate_name("attribute", &keys.name, &first, &at));
            continue;
        }
        match id {
            None => errors.push(texts::attribute_id_out_of_range(&keys.name, number, &at, MAX_ID)),
            Some(id) => {
                if let Some((first, place)) = by_id.insert(id, (&keys.name, at.clone())) {
                    let (name, number) = (&keys.name, id.into());
                    errors.push(texts::duplicate_value("number", number, name, &at, first, &place));
                }
            }
        }
        // Without a number there is no code, but its name is known to the operations.
        let id = id.unwrap_or_default();
        let own = keys.name_prefix.as_deref().unwrap_or(&prefix);
        let c_name = names::c(own, &keys.name);
        attributes.push(Attr { keys: keys.clone(), id, c_name, at, inherited: false });
    }
    attributes
}

/// What the C names of a set's attributes begin with.
fn prefix(set: &AttributeSet, family: &Spec) -> String {
    match &set.name_prefix {
        Some(prefix) => prefix.clone(),
        None if set.name == family.name => format!("{}-a-", family.name),
        None => format!("{}-a-{}-", family.name, set.name),
    }
}

/// The attributes of a subset: those of the parent that it names, with the keys that it changes.
fn subset(set: &Set<'_>, parent: &Set<'_>, errors: &mut Errors) -> Vec<Attr> {
    if set.spec.name_prefix.is_some() {
        let why = "a subset has the C names of the set that it is part of";
        errors.push(texts::meaningless_key(&set.at, "name-prefix", why));
    }
    let theirs: BTreeMap<&str, &Attr> =
        parent.attributes.iter().map(|attr| (attr.keys.name.as_str(), attr)).collect();
    let mut attributes: Vec<Attr> = Vec::new();
    let mut by_name: BTreeMap<&str, (Place, bool)> = BTreeMap::new();
    for (own, index) in set.spec.attributes.iter().flatten().zip(0..) {
        let at = set.at.key("attributes").index(index);
        let Some(inherited) = theirs.get(own.name.as_str()) else {
            if !own.name.is_empty() {
                let names = theirs.keys().copied();
                let (set, parent) = (&set.spec.name, &parent.spec.name);
                errors.push(texts::not_in_parent(&own.name, set, parent, at.key("name"), names));
            }
            continue;
        };
        if own.value.is_some_and(|value| value != inherited.id.into()) {
            let theirs = &inherited.at;
            errors.push(texts::number_of_subset(&own.name, &at, inherited.id, theirs));
        }
        let bare = is_bare(own);
        if let Some((first, first_is_bare)) = by_name.insert(&own.name, (at.clone(), bare)) {
            // A subset is a list of names: one that stands there twice without more says nothing
            // new, and kernels ship such specs. Two that may differ are a mistake.
            if !(bare && first_is_bare) {
                let (first, at) = (first.key("name"), at.key("name"));
                errors.push(texts::duplicate_name("attribute", &own.name, &first, &at));
            }
            continue;
        }
        let keys = merge(own, &inherited.keys);
        let c_name = inherited.c_name.clone();
        attributes.push(Attr { keys, id: inherited.id, c_name, at, inherited: bare });
    }
    attributes
}

/// Whether the attribute of a subset changes nothing but, perhaps, its doc.
fn is_bare(own: &spec::Attribute) -> bool {
    let spec::Attribute {
        name: _,
        doc: _,
        value: _,
        unknown: _,
        ty,
        type_value,
        byte_order,
        multi_attr,
        nested_attributes,
        in_order,
        enumeration,
        enum_as_flags,
        checks,
        sub_type,
        display_hint,
        name_prefix,
        structure,
        sub_message,
        selector,
    } = own;
    let types = ty.is_none() && sub_type.is_none() && type_value.is_none() && byte_order.is_none();
    let values = enumeration.is_none() && enum_as_flags.is_none() && display_hint.is_none();
    let nests = nested_attributes.is_none() && structure.is_none() && sub_message.is_none();
    let rest =
        in_order.is_none() && multi_attr.is_none() && name_prefix.is_none() && selector.is_none();
    types && values && nests && rest && checks.is_none()
}

/// The keys of the subset, and where it has none those of the parent.
fn merge(own: &spec::Attribute, parent: &spec::Attribute) -> spec::Attribute {
    /// One over the other.
    fn or<T: Clone>(own: &Option<T>, parent: &Option<T>) -> Option<T> {
        own.clone().or_else(|| parent.clone())
    }
    spec::Attribute {
        name: own.name.clone(),
        ty: or(&own.ty, &parent.ty),
        doc: or(&own.doc, &parent.doc),
        value: or(&own.value, &parent.value),
        type_value: or(&own.type_value, &parent.type_value),
        byte_order: or(&own.byte_order, &parent.byte_order),
        multi_attr: or(&own.multi_attr, &parent.multi_attr),
        nested_attributes: or(&own.nested_attributes, &parent.nested_attributes),
        in_order: or(&own.in_order, &parent.in_order),
        enumeration: or(&own.enumeration, &parent.enumeration),
        enum_as_flags: or(&own.enum_as_flags, &parent.enum_as_flags),
        checks: or(&own.checks, &parent.checks),
        sub_type: or(&own.sub_type, &parent.sub_type),
        display_hint: or(&own.display_hint, &parent.display_hint),
        name_prefix: or(&own.name_prefix, &parent.name_prefix),
        structure: or(&own.structure, &parent.structure),
        sub_message: or(&own.sub_message, &parent.sub_message),
        selector: or(&own.selector, &parent.selector),
        unknown: own.unknown.clone(),
    }
}
