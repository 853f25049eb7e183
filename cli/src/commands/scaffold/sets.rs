//! From policies to the sets of a spec.
//!
//! A spec gives an operation one set for its do and its dump, and a nest one set wherever it stands. So
//! policies that come together in that way are one set, with the attributes of all of them; all others are
//! sets of their own.

use std::collections::{BTreeMap, BTreeSet};

use nlkit::nlctrl::PolicyInfo;
use nlkit::{Policies, Policy};
use nlkit_codegen::ir::Checks;

use crate::kernel;

/// NL_ATTR_TYPE_INVALID: what cannot be set stands in policies, too.
const REJECTED: u32 = 0;

/// The sets of a family, in the order in which its operations lead to them.
pub(super) struct Sets {
    pub(super) list: Vec<Set>,
    /// The set of each policy, by the policy's index.
    of: BTreeMap<u32, usize>,
}

/// A set.
#[derive(Default)]
pub(super) struct Set {
    pub(super) attributes: BTreeMap<u16, Attribute>,
    /// The highest number that the policies have a place for.
    pub(super) highest: u16,
}

/// An attribute, by all policies that list it.
pub(super) struct Attribute {
    /// What the first of them says.
    pub(super) info: PolicyInfo,
    /// The limits that all of them have.
    pub(super) checks: Checks,
    /// Whether others are of another kind.
    pub(super) disputed: bool,
    /// The set of what it holds.
    pub(super) inside: Option<usize>,
}

impl Sets {
    pub(super) fn new(policies: &Policies) -> Self {
        let mut groups = Groups::default();
        for op in policies.operations() {
            groups.see(op.of_do());
            groups.see(op.of_dump());
            if let (Some(once), Some(dump)) = (op.of_do(), op.of_dump()) {
                groups.join(once.index(), dump.index());
            }
        }
        groups.join_nests(policies);
        groups.into_sets(policies)
    }

    /// The number of a policy's set.
    pub(super) fn of(&self, policy: Policy<'_>) -> Option<usize> {
        self.of.get(&policy.index()).copied()
    }
}

/// Policies that are one set.
#[derive(Default)]
struct Groups {
    /// All policies, in the order in which operations lead to them.
    order: Vec<u32>,
    /// For each policy the group's first one.
    first: BTreeMap<u32, u32>,
}

/// The attributes that a request can have.
fn taken(policy: Policy<'_>) -> impl Iterator<Item = nlkit::Attribute<'_>> {
    policy.attributes().filter(|theirs| theirs.info().kind != Some(REJECTED))
}

impl Groups {
    /// Notes a policy, and those that its nests lead to.
    fn see(&mut self, policy: Option<Policy<'_>>) {
        let mut open: Vec<_> = policy.into_iter().collect();
        while let Some(policy) = open.pop() {
            let index = policy.index();
            if self.first.insert(index, index).is_some() {
                continue;
            }
            self.order.push(index);
            let inside: Vec<_> = taken(policy).filter_map(|theirs| theirs.inside()).collect();
            open.extend(inside.into_iter().rev());
        }
    }

    fn first(&self, index: u32) -> u32 {
        self.first.get(&index).copied().unwrap_or(index)
    }

    /// Makes the groups of two policies one; gives whether they were two.
    fn join(&mut self, one: u32, other: u32) -> bool {
        let (one, other) = (self.first(one), self.first(other));
        let (first, second) = (one.min(other), one.max(other));
        for group in self.first.values_mut().filter(|group| **group == second) {
            *group = first;
        }
        first != second
    }

    /// Joins what stands in one nest of a group, until there is nothing left to join.
    fn join_nests(&mut self, policies: &Policies) {
        loop {
            let mut nests: BTreeMap<(u32, u16), u32> = BTreeMap::new();
            let mut pairs = Vec::new();
            for policy in self.order.iter().filter_map(|index| policies.policy(*index)) {
                for theirs in taken(policy) {
                    let Some(inside) = theirs.inside() else { continue };
                    let place = (self.first(policy.index()), theirs.id());
                    let other = *nests.entry(place).or_insert(inside.index());
                    pairs.push((other, inside.index()));
                }
            }
            let joined = pairs.into_iter().filter(|(one, other)| self.join(*one, *other)).count();
            if joined == 0 {
                return;
            }
        }
    }

    fn into_sets(self, policies: &Policies) -> Sets {
        let mut numbers: BTreeMap<u32, usize> = BTreeMap::new();
        for index in &self.order {
            let next = numbers.len();
            numbers.entry(self.first(*index)).or_insert(next);
        }
        let number = |index: u32| numbers.get(&self.first(index)).copied();
        let of = self.order.iter().filter_map(|index| Some((*index, number(*index)?))).collect();
        let mut list: Vec<Set> = Vec::new();
        list.resize_with(numbers.len(), Set::default);
        for policy in self.order.iter().filter_map(|index| policies.policy(*index)) {
            let Some(set) = number(policy.index()).and_then(|number| list.get_mut(number)) else {
                continue;
            };
            for theirs in taken(policy) {
                set.add(&theirs, theirs.inside().and_then(|inside| number(inside.index())));
            }
        }
        let highest = self.order.iter().filter_map(|index| policies.policy(*index));
        let nests = highest.flat_map(|policy| policy.attributes().collect::<Vec<_>>());
        for (inside, highest) in
            nests.filter_map(|it| Some((it.inside()?, it.info().policy_maxattr?)))
        {
            if let Some(set) = number(inside.index()).and_then(|number| list.get_mut(number)) {
                set.highest = set.highest.max(u16::try_from(highest).unwrap_or(u16::MAX));
            }
        }
        Sets { list, of }
    }
}

impl Set {
    /// Adds an attribute, or what another policy says of it.
    fn add(&mut self, theirs: &nlkit::Attribute<'_>, inside: Option<usize>) {
        let (id, checks) = (theirs.id(), kernel::checks(theirs.info()));
        self.highest = self.highest.max(id);
        match self.attributes.get_mut(&id) {
            Some(ours) => {
                ours.disputed |= ours.info.kind != theirs.info().kind;
                ours.checks = common(&ours.checks, &checks);
                ours.inside = ours.inside.or(inside);
            }
            None => {
                let info = theirs.info().clone();
                self.attributes.insert(id, Attribute { info, checks, disputed: false, inside });
            }
        }
    }

    /// The numbers without an attribute, in ranges.
    pub(super) fn gaps(&self) -> Vec<(u16, u16)> {
        let mut gaps: Vec<(u16, u16)> = Vec::new();
        let present: BTreeSet<u16> = self.attributes.keys().copied().collect();
        for id in (1..=self.highest).filter(|id| !present.contains(id)) {
            match gaps.last_mut() {
                Some((_, end)) if *end + 1 == id => *end = id,
                _ => gaps.push((id, id)),
            }
        }
        gaps
    }
}

/// The limits that both have.
fn common(one: &Checks, other: &Checks) -> Checks {
    fn same<T: Clone + PartialEq>(one: &Option<T>, other: &Option<T>) -> Option<T> {
        one.clone().filter(|_| one == other)
    }
    Checks {
        min: same(&one.min, &other.min),
        max: same(&one.max, &other.max),
        min_len: same(&one.min_len, &other.min_len),
        max_len: same(&one.max_len, &other.max_len),
        exact_len: same(&one.exact_len, &other.exact_len),
        mask: same(&one.mask, &other.mask),
        unterminated_ok: one.unterminated_ok && other.unterminated_ok,
    }
}
