//! Policies of the kernel, the checks of specs, requests checked by either, messages in one line.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "these are tests"
)]

mod any;
mod captures;
mod describe;
mod live;
mod spec;
mod supports;
mod tree;

use nlkit::nlctrl::{FamilyInfo, OpInfo, OpPolicyInfo, PolicyInfo, PolicyMessage};
use nlkit::{Error, Kind, Policies, Violation};

/// A family with these operations: number and flags of each.
fn family(maxattr: u32, ops: &[(u32, u32)]) -> FamilyInfo {
    let ops = ops.iter().map(|&(id, flags)| OpInfo { id: Some(id), flags: Some(flags) });
    FamilyInfo {
        name: Some("made-up".into()),
        maxattr: Some(maxattr),
        ops: Some(ops.collect()),
        ..FamilyInfo::default()
    }
}

/// The message that tells the policies of operations: number, that of its do, that of its dump.
fn op_policies(ops: &[(u16, Option<u32>, Option<u32>)]) -> PolicyMessage {
    let ops = ops.iter().map(|&(cmd, of_do, of_dump)| (cmd, OpPolicyInfo { of_do, of_dump }));
    PolicyMessage { op_policy: Some(ops.collect()), policy: None }
}

/// The message that tells an attribute of a policy.
fn attribute(policy: u16, id: u16, info: PolicyInfo) -> PolicyMessage {
    PolicyMessage { policy: Some(vec![(policy, vec![(id, info)])]), op_policy: None }
}

fn of_kind(kind: Kind) -> PolicyInfo {
    PolicyInfo { kind: Some(kind.number()), ..PolicyInfo::default() }
}

fn nest(policy: u32, highest: u32) -> PolicyInfo {
    PolicyInfo { policy: Some(policy), policy_maxattr: Some(highest), ..of_kind(Kind::Nested) }
}

/// A family with one operation that can be done and dumped, 1, under policy 0.
fn of_one_op(attributes: Vec<PolicyMessage>) -> Policies {
    let ops = op_policies(&[(1, Some(0), Some(0))]);
    Policies::from_messages(family(0, &[(1, 2 | 4 | 8)]), [vec![ops], attributes].concat())
}

fn violation<T: std::fmt::Debug>(result: Result<T, Error>) -> Violation {
    match result {
        Err(Error::Invalid(violation)) => *violation,
        other => panic!("this should break a rule: {other:?}"),
    }
}
