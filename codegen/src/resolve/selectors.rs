//! Selectors: the attribute that chooses the format of a sub-message, in the same set or in one
//! around it.

use std::collections::{BTreeMap, BTreeSet};

use crate::catalogue::{Errors, texts};
use crate::ir::{self, EnumKind, Payload, Selector, Type};
use crate::place::Place;
use crate::resolve::definitions::Placed;
use crate::resolve::sets::{Attr, Sets};
use crate::resolve::sub_messages;

/// The attributes through which sub-messages look for their selector in the set that they are of:
/// names of sets and numbers of attributes.
#[derive(Debug, Default)]
pub(super) struct Scopes {
    through: BTreeSet<(String, u16)>,
}

impl Scopes {
    /// Whether a message with these attributes of a set holds a sub-message that looks for its
    /// selector among them.
    pub(super) fn open(&self, set: &ir::Set, attributes: &[ir::Attribute]) -> bool {
        attributes.iter().any(|it| self.through.contains(&(set.name.clone(), it.id)))
    }
}

/// Finds the selector of each sub-message, and says of what kind it is.
pub(super) fn resolve(
    origins: &Sets<'_>,
    sets: &mut [ir::Set],
    messages: &mut [Placed<ir::SubMessage>],
    enums: &[Placed<ir::Enum>],
    errors: &mut Errors,
) -> Scopes {
    let search = Search { origins, sets, parents: parents(sets, messages), enums };
    let mut found: Vec<Found> = Vec::new();
    let mut kinds: BTreeMap<String, (Selector, Place)> = BTreeMap::new();
    for (set, origin) in origins.sets.iter().enumerate() {
        for attr in &origin.attributes {
            // What a subset has from its parent is reported there.
            let before = errors.drafts.len();
            found.extend(search.selector(set, attr, &mut kinds, errors));
            if attr.inherited {
                errors.drafts.truncate(before);
            }
        }
    }
    for message in messages {
        if let Some((kind, _)) = kinds.remove(&message.item.name) {
            sub_messages::number(message, kind, enums, errors);
        }
    }
    let mut scopes = Scopes::default();
    for found in &found {
        found.mark(sets, &mut scopes);
    }
    for found in &found {
        found.report_hidden(origins, sets, errors);
    }
    scopes
}

/// The sets that nest each set, and the numbers of the attributes that do.
fn parents(sets: &[ir::Set], messages: &[Placed<ir::SubMessage>]) -> Vec<Vec<(usize, u16)>> {
    let mut parents = vec![Vec::new(); sets.len()];
    let index: BTreeMap<&str, usize> =
        sets.iter().zip(0..).map(|(set, index)| (set.name.as_str(), index)).collect();
    let by_name: BTreeMap<&str, &ir::SubMessage> =
        messages.iter().map(|placed| (placed.item.name.as_str(), &placed.item)).collect();
    for (parent, set) in sets.iter().enumerate() {
        for attribute in &set.attributes {
            for name in nested(&attribute.ty, &by_name) {
                let nested = index.get(name).and_then(|nested| parents.get_mut(*nested));
                if let Some(parents) = nested {
                    parents.push((parent, attribute.id));
                }
            }
        }
    }
    parents
}

/// The sets that an attribute nests.
fn nested<'a>(ty: &'a Type, messages: &BTreeMap<&str, &'a ir::SubMessage>) -> Vec<&'a str> {
    match ty {
        Type::Nest { set, .. } | Type::InOrder { set, .. } => vec![set],
        Type::IndexedArray(entry) | Type::Keyed(entry) => nested(entry, messages),
        Type::SubMessage { name, .. } => {
            let message = messages.get(name.as_str()).copied();
            let formats = message.into_iter().flat_map(|message| &message.formats);
            formats
                .filter_map(|format| match &format.payload {
                    Payload::Attributes { set, .. } | Payload::Both { set, .. } => {
                        Some(set.as_str())
                    }
                    Payload::Nothing | Payload::Header(_) => None,
                })
                .collect()
        }
        _ => Vec::new(),
    }
}

struct Search<'a, 's> {
    origins: &'a Sets<'s>,
    sets: &'a [ir::Set],
    parents: Vec<Vec<(usize, u16)>>,
    enums: &'a [Placed<ir::Enum>],
}

/// A sub-message with the selector that was found for it.
struct Found {
    /// Set and name of the attribute that is the sub-message.
    set: usize,
    attribute: String,
    at: Place,
    selector: u16,
    /// The sets around with the selector, and the attribute that leads from there; none where it is
    /// in the same set.
    outer: Vec<(usize, u16)>,
    /// The sets between, its own among them.
    between: Vec<usize>,
}

impl Search<'_, '_> {
    /// The selector of an attribute that is a sub-message.
    fn selector(
        &self,
        set: usize,
        attr: &Attr,
        kinds: &mut BTreeMap<String, (Selector, Place)>,
        errors: &mut Errors,
    ) -> Option<Found> {
        let resolved = self.sets.get(set)?;
        let this = resolved.attributes.iter().find(|it| it.name == attr.keys.name)?;
        let (Type::SubMessage { name: message, .. }, Some(name)) = (&this.ty, &attr.keys.selector)
        else {
            return None;
        };
        let (mut outer, mut between) = (Vec::new(), Vec::new());
        if self.find(set, name).is_none() {
            (outer, between) = self.around(set, name);
        }
        let holders = outer.iter().map(|(set, _)| *set);
        let mut holders = if outer.is_empty() { vec![set] } else { holders.collect() };
        holders.dedup();
        let mut selectors = holders.iter().filter_map(|set| self.find(*set, name));
        let at = attr.at.key("selector");
        let Some(first) = selectors.next() else {
            let names = resolved.attributes.iter().map(|it| it.name.as_str());
            errors.push(texts::no_selector(name, &resolved.name, at, names));
            return None;
        };
        for other in selectors {
            if other.id != first.id {
                let places = [(&first.at, first.id), (&other.at, other.id)];
                errors.push(texts::ambiguous_selector(name, &at, places));
                return None;
            }
        }
        for holder in holders {
            self.note_kind(holder, name, message, &at, kinds, errors);
        }
        let attribute = attr.keys.name.clone();
        Some(Found { set, attribute, at, selector: first.id, outer, between })
    }

    fn find(&self, set: usize, name: &str) -> Option<&Attr> {
        self.origins.sets.get(set)?.attributes.iter().find(|attr| attr.keys.name == name)
    }

    /// The nearest sets around `set` that have the attribute `name`, with the attributes that lead
    /// there, and the sets up to there.
    fn around(&self, set: usize, name: &str) -> (Vec<(usize, u16)>, Vec<usize>) {
        let (mut outer, mut between, mut seen) = (Vec::new(), vec![set], BTreeSet::from([set]));
        let mut waiting = vec![set];
        while let Some(inner) = waiting.pop() {
            for (parent, through) in self.parents.get(inner).into_iter().flatten() {
                if self.find(*parent, name).is_some() {
                    outer.push((*parent, *through));
                } else if seen.insert(*parent) {
                    between.push(*parent);
                    waiting.push(*parent);
                }
            }
        }
        outer.sort_unstable();
        (outer, between)
    }

    /// Notes down what kind of selector a sub-message has: all must be of one kind.
    fn note_kind(
        &self,
        holder: usize,
        name: &str,
        message: &str,
        at: &Place,
        kinds: &mut BTreeMap<String, (Selector, Place)>,
        errors: &mut Errors,
    ) {
        let set = self.sets.get(holder);
        let attribute = set.and_then(|set| set.attributes.iter().find(|it| it.name == name));
        let place = self.find(holder, name).map(|attr| attr.at.clone());
        let (Some(attribute), Some(place)) = (attribute, place) else {
            return;
        };
        let Some(kind) = self.kind(attribute) else {
            errors.push(texts::bad_selector(name, at.clone(), &place));
            return;
        };
        match kinds.get(message) {
            Some((first, first_place)) if *first != kind => {
                errors.push(texts::selectors_differ(message, at.clone(), &place, first_place));
            }
            Some(_) => {}
            None => {
                kinds.insert(message.to_owned(), (kind, place));
            }
        }
    }

    /// What kind of selector an attribute is, if it can be one.
    fn kind(&self, attribute: &ir::Attribute) -> Option<Selector> {
        match &attribute.ty {
            _ if attribute.multi => None,
            Type::String => Some(Selector::Text),
            Type::Scalar(scalar) => {
                let of = scalar.of.as_ref()?;
                let of = self.enums.iter().find(|placed| placed.item.rust == of.rust)?;
                (of.item.kind == EnumKind::Enum).then(|| Selector::Number(scalar.clone()))
            }
            _ => None,
        }
    }
}

impl Found {
    /// Writes down what was found.
    fn mark(&self, sets: &mut [ir::Set], scopes: &mut Scopes) {
        let set = sets.get_mut(self.set);
        let attributes = set.into_iter().flat_map(|set| &mut set.attributes);
        for attribute in attributes.filter(|attribute| attribute.name == self.attribute) {
            if let Type::SubMessage { selector, outer, .. } = &mut attribute.ty {
                *selector = self.selector;
                *outer = !self.outer.is_empty();
            }
        }
        for (set, through) in &self.outer {
            if let Some(set) = sets.get_mut(*set) {
                set.scope = true;
                scopes.through.insert((set.name.clone(), *through));
            }
        }
    }

    /// Reports sets between the sub-message and its selector, its own set among them, that have
    /// selectors themselves: the search ends there.
    fn report_hidden(&self, origins: &Sets<'_>, sets: &[ir::Set], errors: &mut Errors) {
        for between in &self.between {
            let (Some(set), Some(origin)) = (sets.get(*between), origins.sets.get(*between)) else {
                continue;
            };
            let mut types = set.attributes.iter().map(|attribute| &attribute.ty);
            if set.scope || types.any(|ty| matches!(ty, Type::SubMessage { outer: false, .. })) {
                let (set, place) = (&set.name, origin.at.key("name"));
                errors.push(texts::hidden_selector(&self.attribute, self.at.clone(), set, place));
            }
        }
    }
}
