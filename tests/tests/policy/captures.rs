//! The policies that real kernels told, against another reading of the same bytes.

use std::fs;

use nlkit::{Attribute, Kind, Policies, Policy};
use nlkit_tests::kernel::{captured, captures};
use nlkit_tests::skip::folder;
use serde_json::Value;

fn number(entry: &Value, key: &str) -> Option<i128> {
    let value = entry.get(key)?;
    value.as_i64().map(i128::from).or_else(|| value.as_u64().map(i128::from))
}

/// Whether an attribute is as the other reading has it; the number of facts.
fn compare_attribute(attribute: &Attribute<'_>, theirs: &Value, at: &str) -> usize {
    let info = attribute.info();
    let kind = attribute.kind().map_or("invalid", Kind::name);
    assert_eq!(theirs["type"].as_str().unwrap().replace('_', "-"), kind, "{at}");
    let signed = |limit: Option<i64>| limit.map(i128::from);
    let facts = [
        ("min", info.min.map(i128::from).or(signed(info.min_signed))),
        ("max", info.max.map(i128::from).or(signed(info.max_signed))),
        ("min_len", info.min_len.map(i128::from)),
        ("max_len", info.max_len.map(i128::from)),
        ("mask", info.mask.or(info.bitfield32_mask.map(u64::from)).map(i128::from)),
        ("policy", attribute.inside().map(|policy| policy.index().into())),
        ("maxtype", info.policy_maxattr.map(i128::from)),
    ];
    for (key, ours) in facts {
        assert_eq!(ours, number(theirs, key), "{at}: {key}");
    }
    facts.len()
}

fn compare(name: &str, policies: &Policies, theirs: &Value) -> usize {
    let mut facts = 0;
    let operations: Vec<_> = policies.operations().map(|op| op.id()).collect();
    let mut cmds: Vec<u32> = Vec::new();
    for op in theirs["ops"].as_array().unwrap() {
        let cmd = u32::try_from(op["cmd"].as_u64().unwrap()).unwrap();
        cmds.push(cmd);
        let ours = policies.operation(cmd).unwrap();
        let index = |policy: Option<Policy<'_>>| policy.map(|policy| i128::from(policy.index()));
        assert_eq!(index(ours.of_do()), number(op, "do"), "{name} {cmd}");
        assert_eq!(index(ours.of_dump()), number(op, "dump"), "{name} {cmd}");
        let flags = op["flags"].as_array().unwrap();
        assert_eq!(ours.can_do(), flags.contains(&"do".into()), "{name} {cmd}");
        assert_eq!(ours.can_dump(), flags.contains(&"dump".into()), "{name} {cmd}");
        facts += 4;
    }
    cmds.sort_unstable();
    assert_eq!(operations, cmds, "{name}");
    for (index, table) in theirs["policies"].as_object().unwrap() {
        let policy = policies.policy(index.parse().unwrap()).unwrap();
        let table = table.as_object().unwrap();
        assert_eq!(policy.attributes().count(), table.len(), "{name} {index}");
        for (id, theirs) in table {
            let attribute = policy.attribute(id.parse().unwrap()).unwrap();
            facts += compare_attribute(&attribute, theirs, &format!("{name} {index} {id}"));
        }
    }
    facts
}

#[test]
fn captured_policies_are_as_another_reader_has_them() {
    let (Some(folder), Some(theirs)) = (folder("NLKIT_CAPTURES"), folder("NLKIT_POLICIES")) else {
        return;
    };
    for kernel in captures(&folder).unwrap() {
        let mut facts = 0;
        let families = captured(&kernel).unwrap();
        for (name, policies) in &families {
            let file = format!("{}.json", name.replace(['/', ' '], "_"));
            let file = theirs.join(kernel.file_name().unwrap()).join(file);
            let text = fs::read_to_string(&file).unwrap();
            facts += compare(name, policies, &serde_json::from_str(&text).unwrap());
        }
        println!("{}: {facts} facts of {} families", kernel.display(), families.len());
        assert!(facts > 2_000, "{}: {facts} facts", kernel.display());
    }
}

#[test]
fn every_captured_tree_has_an_end() {
    let Some(folder) = folder("NLKIT_CAPTURES") else { return };
    let mut repeated = 0;
    for kernel in captures(&folder).unwrap() {
        for (name, policies) in captured(&kernel).unwrap() {
            let shown = policies.to_string();
            assert!(shown.starts_with(&format!("{name}\n")), "{shown}");
            repeated += shown.matches(", as above").count();
        }
    }
    // The policies of nl80211 lead back into themselves.
    assert!(repeated > 10, "{repeated}");
}
