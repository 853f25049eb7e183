//! Policies and sets, side by side.

use std::collections::BTreeSet;

use nlkit::{Kind, Policies, Policy};
use nlkit_codegen::ir::{Attribute, Call, Family, Set, Type};

use super::limits::{self, Said};
use super::{Aspect, Finding, Level, Place};

/// NL_ATTR_TYPE_INVALID: what cannot be set stands in policies, too.
const REJECTED: u32 = 0;

/// A way to call an operation, with the policy that the kernel has for it.
struct Use<'c> {
    /// `dev-get do`.
    name: String,
    op: &'c str,
    policy: Policy<'c>,
    set: Option<&'c Set>,
    request: &'c [Attribute],
}

pub(super) fn compare(family: &Family, policies: &Policies) -> Vec<Finding> {
    let mut comparison = Comparison { family, seen: BTreeSet::new(), findings: Vec::new() };
    let uses = comparison.uses(policies);
    let mut indexes: Vec<u32> = Vec::new();
    for of in &uses {
        comparison.request(of);
        if !indexes.contains(&of.policy.index()) {
            indexes.push(of.policy.index());
        }
    }
    for index in indexes {
        let sharing: Vec<_> = uses.iter().filter(|of| of.policy.index() == index).collect();
        comparison.policy(&sharing);
    }
    comparison.findings
}

struct Comparison<'c> {
    family: &'c Family,
    /// Policies that were held against a set already.
    seen: BTreeSet<(u32, &'c str)>,
    findings: Vec<Finding>,
}

impl<'c> Comparison<'c> {
    /// The calls of the spec that the kernel has, with the policies that they go by.
    fn uses(&mut self, policies: &'c Policies) -> Vec<Use<'c>> {
        let mut uses = Vec::new();
        for op in &self.family.operations {
            let set = self.family.sets.iter().find(|set| Some(&set.name) == op.set.as_ref());
            for (mode, call) in [("do", &op.once), ("dump", &op.dump)] {
                let Some(call) = call else { continue };
                let Some(theirs) = policies.operation(call.request_id.into()) else { continue };
                let (can, policy) = match mode {
                    "do" => (theirs.can_do(), theirs.of_do()),
                    _ => (theirs.can_dump(), theirs.of_dump()),
                };
                let (name, request) = (format!("{} {mode}", op.name), &call.request.attributes);
                match policy {
                    Some(policy) => uses.push(Use { name, op: &op.name, policy, set, request }),
                    None if can => self.untold(&name, call),
                    None => {}
                }
            }
        }
        uses
    }

    /// A call that the kernel tells no policy of.
    fn untold(&mut self, name: &str, call: &Call) {
        if !call.request.attributes.is_empty() {
            let place = Place { item: name.to_owned(), ..Place::default() };
            self.find(place, Aspect::Inside, Level::NotChecked, "its attributes", "no policy");
        }
    }

    fn find(&mut self, place: Place, aspect: Aspect, level: Level, spec: &str, kernel: &str) {
        let (spec, kernel) = (spec.to_owned(), kernel.to_owned());
        self.findings.push(Finding { place, aspect, level, spec, kernel });
    }

    /// A request takes the attributes that the spec lists for it.
    fn request(&mut self, of: &Use<'c>) {
        let newest = of.policy.attributes().map(|theirs| theirs.id()).last().unwrap_or(0);
        for ours in of.request.iter().filter(|ours| of.policy.attribute(ours.id).is_none()) {
            let level = match ours.id > newest {
                true => Level::Newer,
                false if limits::is_ordered(&ours.ty) => Level::NotChecked,
                false => Level::NotInKernel,
            };
            let place = Place {
                item: of.name.clone(),
                path: format!(".{}", ours.name),
                set: of.set.map(|set| set.name.clone()),
                ..Place::default()
            };
            let text = "none, or takes it without a check";
            self.find(place, Aspect::Presence, level, &ours.ty.to_string(), text);
        }
    }

    /// A policy, against what the requests that go by it are in the spec.
    fn policy(&mut self, sharing: &[&Use<'c>]) {
        let Some(first) = sharing.first() else { return };
        let place = Place {
            item: first.name.clone(),
            others: sharing.len() - 1,
            path: String::new(),
            set: None,
        };
        let ids = |of: &Use<'_>| of.request.iter().map(|ours| ours.id).collect::<BTreeSet<_>>();
        // One policy for operations with different lists says nothing of what each takes. That of the
        // do and the dump of one operation has what either takes.
        let telling = sharing.iter().all(|of| of.op == first.op || ids(of) == ids(first));
        let listed: BTreeSet<u16> = sharing.iter().flat_map(|of| ids(of)).collect();
        for of in sharing.iter().filter_map(|of| of.set) {
            self.seen.insert((first.policy.index(), &of.name));
        }
        for theirs in first.policy.attributes().filter(is_taken) {
            let id = theirs.id();
            // Which of several sets is meant, who lists it in a request tells.
            let requested = |of: &&Use<'c>| of.request.iter().any(|ours| ours.id == id);
            let lists = sharing.iter().copied().filter(requested);
            let mut sets = lists.chain(sharing.iter().copied()).filter_map(|of| of.set);
            let found = sets.find_map(|set| Some((set, by_id(set, id)?)));
            let Some((set, ours)) = found else {
                let set = first.set.map(|set| set.name.clone());
                self.unknown(Place { path: format!(".{id}"), set, ..place.clone() }, &theirs);
                continue;
            };
            let path = format!(".{}", ours.name);
            let place = Place { path, set: Some(set.name.clone()), ..place.clone() };
            if telling && !listed.contains(&id) {
                let kernel = format!("{} in a request", theirs.info());
                self.find(place.clone(), Aspect::Presence, Level::NotInSpec, "", &kernel);
            }
            self.attribute(&place, ours, theirs);
        }
    }

    /// An attribute that the spec does not have.
    fn unknown(&mut self, place: Place, theirs: &nlkit::Attribute<'_>) {
        let kernel = theirs.info().to_string();
        self.find(place, Aspect::Presence, Level::NotInSpec, "", &kernel);
    }

    /// The attributes of a nest, against its set.
    fn nest(&mut self, outer: &Place, set: &'c Set, policy: Policy<'c>) {
        // One policy of several sets says nothing of what each holds: nl80211 has all attributes again in
        // some nests.
        let telling = !self.seen.iter().any(|(index, _)| *index == policy.index());
        if !self.seen.insert((policy.index(), &set.name)) {
            return;
        }
        let place = |name: &str| Place {
            path: format!("{}.{name}", outer.path),
            set: Some(set.name.clone()),
            ..outer.clone()
        };
        for theirs in policy.attributes().filter(is_taken) {
            match by_id(set, theirs.id()) {
                Some(ours) => self.attribute(&place(&ours.name), ours, theirs),
                None if telling => self.unknown(place(&theirs.id().to_string()), &theirs),
                None => {}
            }
        }
        // In a reply it may be, of which the kernel tells nothing.
        let fields = set.attributes.iter().filter(|ours| ours.is_field());
        for ours in fields.filter(|ours| policy.attribute(ours.id).is_none()) {
            let (ty, text) = (ours.ty.to_string(), "none in requests, or takes it without a check");
            self.find(place(&ours.name), Aspect::Presence, Level::NotChecked, &ty, text);
        }
    }

    /// An attribute that both have.
    fn attribute(&mut self, place: &Place, ours: &'c Attribute, theirs: nlkit::Attribute<'c>) {
        let ty = ours.ty.to_string();
        let Some(kind) = theirs.kind() else {
            let kernel = "a kind that is newer than nlkit";
            return self.find(place.clone(), Aspect::Type, Level::NotChecked, &ty, kernel);
        };
        if !limits::goes_with(&ours.ty, kind) {
            return self.find(place.clone(), Aspect::Type, Level::Wrong, &ty, kind.name());
        }
        self.find(place.clone(), Aspect::Type, Level::Agrees, &ty, kind.name());
        for Said { aspect, level, spec, kernel } in
            limits::compare(self.family, ours, kind, theirs.info())
        {
            self.findings.push(Finding { place: place.clone(), aspect, level, spec, kernel });
        }
        if !matches!(kind, Kind::Nested | Kind::NestedArray) {
            return;
        }
        match (set_inside(&ours.ty, kind), theirs.inside()) {
            (Some(name), Some(policy)) => {
                if let Some(set) = self.family.sets.iter().find(|set| set.name == name) {
                    self.nest(place, set, policy);
                }
            }
            _ => self.find(place.clone(), Aspect::Inside, Level::NotChecked, &ty, "no policy"),
        }
    }
}

fn is_taken(theirs: &nlkit::Attribute<'_>) -> bool {
    theirs.info().kind != Some(REJECTED)
}

fn by_id(set: &Set, id: u16) -> Option<&Attribute> {
    set.attributes.iter().find(|ours| ours.id == id)
}

/// The set, by name, that the policy inside of an attribute is of, where the kernel calls the attribute
/// this kind.
pub fn set_inside(ty: &Type, kind: Kind) -> Option<&str> {
    match (ty, kind) {
        (Type::Nest { set, .. } | Type::InOrder { set, .. }, _) => Some(set),
        (Type::IndexedArray(entry), Kind::NestedArray) => set_inside(entry, Kind::Nested),
        _ => None,
    }
}
