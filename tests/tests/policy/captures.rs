//! The policies that real kernels told, against another reading of the same bytes.

use std::fs;
use std::path::Path;

use nlkit::nlctrl::{FamilyInfo, PolicyMessage};
use nlkit::wire::{GENL_HEADER_LEN, HEADER_LEN, Header, align};
use nlkit::{Attribute, Kind, NlAttrs, Policies, Policy};
use nlkit_tests::skip::folder;
use serde_json::Value;

/// The messages of a capture, without the control messages at its end.
fn messages<T: for<'a> NlAttrs<'a>>(file: &Path) -> Vec<T> {
    let bytes = fs::read(file).unwrap();
    let mut rest = bytes.as_slice();
    let mut messages = Vec::new();
    while let Some(header) = Header::parse(rest) {
        let len = usize::try_from(header.len).unwrap();
        if header.kind >= 16 {
            messages.push(nlkit::decode(&rest[HEADER_LEN + GENL_HEADER_LEN..len]).unwrap());
        }
        rest = rest.get(align(len)..).unwrap_or_default();
    }
    messages
}

/// All families of the kernel whose answers are in `folder`.
pub(crate) fn families(folder: &Path) -> Vec<(String, Policies)> {
    let infos = messages::<FamilyInfo>(&folder.join("getfamily.bin"));
    let families = infos.into_iter().map(|info| {
        let name = info.name.as_ref().unwrap().to_string();
        let file = format!("policy-{}.bin", name.replace(['/', ' '], "_"));
        let answer = messages::<PolicyMessage>(&folder.join(file));
        (name, Policies::from_messages(info, answer))
    });
    families.collect()
}

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
    let (Some(captures), Some(theirs)) = (folder("NLKIT_CAPTURES"), folder("NLKIT_POLICIES"))
    else {
        return;
    };
    let mut kernels: Vec<_> =
        fs::read_dir(captures).unwrap().map(|it| it.unwrap().path()).collect();
    kernels.sort();
    for kernel in kernels {
        let mut facts = 0;
        let families = families(&kernel);
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
    let Some(captures) = folder("NLKIT_CAPTURES") else { return };
    let mut repeated = 0;
    for kernel in fs::read_dir(captures).unwrap() {
        for (name, policies) in families(&kernel.unwrap().path()) {
            let shown = policies.to_string();
            assert!(shown.starts_with(&format!("{name}\n")), "{shown}");
            repeated += shown.matches(", as above").count();
        }
    }
    // The policies of nl80211 lead back into themselves.
    assert!(repeated > 10, "{repeated}");
}
