//! The answer to GETPOLICY, from the tables of the types that operations have.

use crate::attrs::{Entry, Set};
use crate::checks::Rule;
use crate::kind::Kind;
use crate::nlctrl::{OpPolicyInfo, PolicyInfo, PolicyMessage};
use crate::serve::{Core, info_of};
use crate::shape::Shape;

/// What the requests of an operation consist of.
#[derive(Clone, Copy)]
pub(super) struct OpSets {
    pub(super) cmd: u16,
    of_do: Option<&'static Set>,
    of_dump: Option<&'static Set>,
}

/// The sets of all operations of a service.
pub(super) fn op_sets(core: &Core) -> Vec<OpSets> {
    let ops = core.operations.iter().map(|(cmd, operation)| OpSets {
        cmd: *cmd,
        of_do: operation.once.as_ref().map(|mode| mode.set),
        of_dump: operation.dump.as_ref().map(|mode| mode.set),
    });
    ops.collect()
}

/// The messages of the answer: which policies operations have, then the attributes of each policy. Sets
/// may hold each other, or themselves.
pub(super) fn messages(ops: &[OpSets], wanted: Option<u32>) -> Vec<PolicyMessage> {
    let mut policies = Policies(Vec::new());
    let wanted = ops.iter().filter(|op| wanted.is_none_or(|cmd| u32::from(op.cmd) == cmd));
    let mut messages: Vec<PolicyMessage> = wanted
        .map(|op| {
            let of_do = op.of_do.map(|set| policies.index_of(set));
            let of_dump = op.of_dump.map(|set| policies.index_of(set));
            let op = (op.cmd, OpPolicyInfo { of_do, of_dump });
            PolicyMessage { op_policy: Some(vec![op]), policy: None }
        })
        .collect();
    let mut index = 0;
    while let Some(set) = policies.0.get(usize::from(index)).copied() {
        for entry in set.entries {
            let Some(info) = policies.info(entry) else { continue };
            let attribute = (index, vec![(entry.id, info)]);
            messages.push(PolicyMessage { policy: Some(vec![attribute]), op_policy: None });
        }
        index += 1;
    }
    messages
}

/// The sets that have an index.
struct Policies(Vec<&'static Set>);

impl Policies {
    fn index_of(&mut self, set: &'static Set) -> u32 {
        let known = self.0.iter().position(|known| std::ptr::eq(*known, set));
        let index = known.unwrap_or_else(|| {
            self.0.push(set);
            self.0.len() - 1
        });
        u32::try_from(index).unwrap_or(u32::MAX)
    }

    fn info(&mut self, entry: &Entry) -> Option<PolicyInfo> {
        let (kind, inside) = match entry.shape {
            Shape::Nest(set) | Shape::InOrder(set) => (Kind::Nested, set.get()),
            Shape::Array(Shape::Nest(set)) => (Kind::NestedArray, set.get()),
            _ => return info_of(&Rule::of(entry.shape, entry.checks)),
        };
        let highest = inside.entries.iter().map(|entry| entry.id).max();
        Some(PolicyInfo {
            kind: Some(kind.number()),
            policy: Some(self.index_of(inside)),
            policy_maxattr: Some(highest.unwrap_or(0).into()),
            ..PolicyInfo::default()
        })
    }
}
