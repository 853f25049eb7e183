//! The tree of policies, sound and not.

use nlkit::nlctrl::PolicyInfo;
use nlkit::{Kind, Policies};

use crate::{attribute, family, nest, of_kind, of_one_op, op_policies};

/// A policy in which each of so many policies leads to all of them.
fn all_to_all(count: u16) -> Policies {
    let nests = (0..count).flat_map(|from| {
        (0..count).map(move |to| attribute(from, to + 1, nest(to.into(), count.into())))
    });
    of_one_op(nests.collect())
}

#[test]
fn a_cyclic_policy_is_walked_once() {
    let policies = of_one_op(vec![
        attribute(0, 1, of_kind(Kind::U32)),
        attribute(0, 2, nest(1, 2)),
        attribute(1, 1, of_kind(Kind::Flag)),
        attribute(1, 2, nest(0, 2)),
    ]);
    let policy = policies.operation(1).unwrap().of_do().unwrap();
    let steps: Vec<_> =
        policy.walk().map(|step| (step.depth, step.attribute.id(), step.repeated)).collect();
    assert_eq!(steps, [(0, 1, false), (0, 2, false), (1, 1, false), (1, 2, true)]);
    // By hand one can go round as long as one likes.
    let around = policy.attribute(2).unwrap().inside().unwrap().attribute(2).unwrap();
    assert_eq!(around.inside().unwrap().index(), policy.index());
    let shown = policies.operation(1).unwrap().to_string();
    let of_do =
        "1 do\n  1: u32\n  2: nested, policy 1\n    1: flag\n    2: nested, policy 0, as above\n";
    assert_eq!(shown, format!("{of_do}{}", of_do.replace("1 do", "1 dump")));
}

#[test]
fn policies_that_all_lead_to_all_are_walked_in_their_number() {
    let policies = all_to_all(60);
    let policy = policies.operation(1).unwrap().of_do().unwrap();
    assert_eq!(policy.walk().count(), 60 * 60);
    assert!(policies.to_string().lines().count() > 60 * 60);
}

#[test]
fn dump_only_operations_that_are_called_0_find_their_number() {
    let has = |flags: u32| flags | 8;
    let ops = [(1, has(2 | 4)), (2, has(4)), (3, 4), (4, has(2)), (5, has(4)), (6, has(4))];
    let messages = [op_policies(&[
        (1, Some(0), Some(1)),
        (0, None, Some(2)),
        (4, Some(3), None),
        (0, None, Some(4)),
        (0, None, Some(5)),
    ])];
    let policies = Policies::from_messages(family(0, &ops), messages);
    let of_dump = |id| policies.operation(id).unwrap().of_dump().map(|policy| policy.index());
    assert_eq!([1, 2, 3, 4, 5, 6].map(of_dump), [Some(1), Some(2), None, None, Some(4), Some(5)]);
    assert_eq!(policies.operation(4).unwrap().of_do().unwrap().index(), 3);
    assert!(policies.operation(0).is_none());
}

#[test]
fn an_operation_whose_number_is_0_keeps_it() {
    let ops = [(0, 2 | 8), (1, 4 | 8)];
    let messages = [op_policies(&[(0, Some(0), None), (1, None, Some(1))])];
    let policies = Policies::from_messages(family(0, &ops), messages);
    assert_eq!(policies.operation(0).unwrap().of_do().unwrap().index(), 0);
    assert_eq!(policies.operation(1).unwrap().of_dump().unwrap().index(), 1);
}

#[test]
fn what_a_newer_kernel_says_is_kept_and_breaks_nothing() {
    let newer = PolicyInfo { kind: Some(99), min: Some(1), ..PolicyInfo::default() };
    let policies = of_one_op(vec![attribute(0, 1, newer.clone()), attribute(0, 2, nest(77, 1))]);
    let policy = policies.operation(1).unwrap().of_do().unwrap();
    assert_eq!(policy.attribute(1).unwrap().kind(), None);
    assert_eq!(policy.attribute(1).unwrap().info(), &newer);
    assert!(policy.attribute(2).unwrap().inside().is_some_and(|it| it.attributes().count() == 0));
    assert!(policies.to_string().contains("1: unknown type, 1 or more\n"), "{policies}");
}

#[test]
fn a_family_that_is_absent_shows_as_such() {
    assert_eq!(Policies::absent().to_string(), "no such family\n");
    assert_eq!(Policies::absent().operations().count(), 0);
}
