//! From the kernel's messages to tables.

use std::collections::BTreeMap;

use super::{Op, Policies, Table};
use crate::nlctrl::{FamilyInfo, GetPolicy, OpInfo, OpPolicyInfo, PolicyMessage};

impl Policies {
    /// The request whose answer [`Policies::from_messages`] takes.
    ///
    /// It asks for the whole family, not for one operation: kernels up to 6.18 keep quiet of the policy
    /// of a dump that takes no attribute when they are asked for one.
    pub fn request(family: &str) -> GetPolicy {
        GetPolicy { name: Some(family.into()), ..GetPolicy::default() }
    }

    /// The policies of a family, from what the kernel says of it and the answer to
    /// [`Policies::request`]. The answer is empty where the kernel refused it: with `ENODATA` for a family
    /// without policies, `EOPNOTSUPP` before 5.7.
    pub fn from_messages(
        family: FamilyInfo,
        messages: impl IntoIterator<Item = PolicyMessage>,
    ) -> Self {
        let mut operations = BTreeMap::new();
        for op in family.ops.iter().flatten() {
            let op_of = Op { flags: op.flags, ..Op::default() };
            operations.insert(op.id.unwrap_or_default(), op_of);
        }
        let mut policies = Self { operations, ..Self::default() };
        let mut position = 0;
        for message in messages {
            for (cmd, of_op) in message.op_policy.into_iter().flatten() {
                let id = number_of_op(&family, cmd.into(), &of_op, &mut position);
                policies.add_op(id, &of_op);
            }
            for (index, attributes) in message.policy.into_iter().flatten() {
                let table: &mut Table = policies.tables.entry(index.into()).or_default();
                table.attributes.extend(attributes);
            }
        }
        policies.tell_highest(&family);
        policies.family = Some(family);
        policies
    }

    /// The policies of a family that the running kernel does not have: it supports nothing of it.
    pub fn absent() -> Self {
        Self::default()
    }

    fn add_op(&mut self, id: u32, of_op: &OpPolicyInfo) {
        let op = self.operations.entry(id).or_default();
        (op.of_do, op.of_dump) = (of_op.of_do.or(op.of_do), of_op.of_dump.or(op.of_dump));
        for index in [of_op.of_do, of_op.of_dump].into_iter().flatten() {
            // One that takes no attribute has no message.
            self.tables.entry(index).or_default();
        }
    }

    /// Notes the highest attribute number of each policy, as far as the kernel tells it.
    fn tell_highest(&mut self, family: &FamilyInfo) {
        let nests = self.tables.values().flat_map(|table| table.attributes.values());
        let nests: Vec<_> =
            nests.filter_map(|info| Some((info.policy?, info.policy_maxattr?))).collect();
        for (index, highest) in nests {
            self.tables.entry(index).or_default().highest = Some(highest);
        }
        let of_ops = self.operations.values().flat_map(|op| [op.of_do, op.of_dump]).flatten();
        let mut of_ops: Vec<u32> = of_ops.collect();
        of_ops.sort_unstable();
        of_ops.dedup();
        match (family.maxattr, of_ops.as_slice()) {
            // Each operation has its own, and the kernel tells no number of theirs. Policies that
            // belong to an operation end with an attribute that they list.
            (Some(0), of_ops) => {
                for index in of_ops {
                    let table = self.tables.entry(*index).or_default();
                    let last = table.attributes.keys().next_back();
                    let last = last.map_or(0, |last| u32::from(*last));
                    table.highest.get_or_insert(last);
                }
            }
            // One for the whole family.
            (Some(highest), [index]) => {
                self.tables.entry(*index).or_default().highest.get_or_insert(highest);
            }
            // Some operations have one of their own, and nothing tells which.
            _ => {}
        }
    }
}

/// The number of the operation that an entry of the answer is of.
///
/// Kernels up to 6.18 call every operation that can only be dumped 0. The entries come in the order of
/// the family's operations, and those that have a policy are marked, so it can be told.
fn number_of_op(family: &FamilyInfo, cmd: u32, of_op: &OpPolicyInfo, position: &mut usize) -> u32 {
    let ops = || family.ops.iter().flatten().enumerate().skip(*position);
    let flags = |op: &OpInfo| op.flags.unwrap_or_default();
    let is_misnamed = |op: &OpInfo| {
        let dump_only = flags(op) & (OpInfo::CAN_DO | OpInfo::CAN_DUMP) == OpInfo::CAN_DUMP;
        dump_only && flags(op) & OpInfo::HAS_POLICY != 0
    };
    let by_number = ops().find(|(_, op)| op.id == Some(cmd));
    let found = match cmd {
        0 if of_op.of_do.is_none() => by_number.or_else(|| ops().find(|(_, op)| is_misnamed(op))),
        _ => by_number,
    };
    match found {
        Some((at, op)) => {
            *position = at + 1;
            op.id.unwrap_or(cmd)
        }
        None => cmd,
    }
}
