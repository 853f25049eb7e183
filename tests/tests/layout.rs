//! The layout of our specs' structs against that of C: a program is compiled with the kernel's UAPI
//! headers of this machine, and its sizes and offsets are compared.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "these are tests"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use nlkit_codegen::ir::{Family, MemberType, Number, Scalar, Struct};
use nlkit_tests::in_c;
use nlkit_tests::skip::skip;

/// C names of structs that are not called as in the spec.
const RENAMED: &[(&str, &str)] = &[
    ("nf-ct-tcp-flags-mask", "nf_ct_tcp_flags"),
    ("pattern-support", "nl80211_pattern_support"),
    ("sta-flag-update", "nl80211_sta_flag_update"),
];

/// The structs that C pads: those that a spec gets wrong where it only lists members.
const PADDED: &[&str] = &[
    "ovs-key-arp",
    "ovs-key-ct-tuple-ipv4",
    "ovs-action-add-mpls",
    "rtnl-link-ifmap",
    "ifla-vf-guid",
    "tc-stats",
    "tc-htb-opt",
    "tc-ratespec",
    "tc-tbf-qopt",
    "gnet-stats-basic",
    "tc-u32-sel",
    "tc-police",
    "tc-pedit-sel",
];

/// Structs that are longer here than in the headers of an older kernel, because they grew at their
/// end.
const GROWN: &[(&str, &str)] =
    &[("tc-fq-qd-stats", "later kernels count packets of the fast path and of each band, too")];

fn specs() -> Vec<Family> {
    let families = Path::new(env!("CARGO_MANIFEST_DIR")).join("../specs/families");
    let mut files: Vec<_> = fs::read_dir(families).unwrap().map(|e| e.unwrap().path()).collect();
    files.sort();
    files.iter().map(|file| nlkit_codegen::Builder::new().resolve(file).unwrap()).collect()
}

/// All structs of all families.
fn structs() -> Vec<(String, Struct, Layout)> {
    let of = |family: Family| {
        let structs = family.structs.clone().into_iter();
        let structs = structs.map(|item| (family.name.clone(), item.clone(), ours(&family, &item)));
        structs.collect::<Vec<_>>()
    };
    specs().into_iter().flat_map(of).collect()
}

/// Size, and offsets by the names of members.
type Layout = (usize, BTreeMap<String, usize>);

fn ours(family: &Family, item: &Struct) -> Layout {
    let len_of = |name: &str| family.structs.iter().find(|it| it.name == name).unwrap().len;
    let scalar = |scalar: &Scalar| match scalar.number {
        Number::Unsigned(width) | Number::Signed(width) => width.bits() as usize / 8,
        Number::Uint | Number::Sint => unreachable!("no number of a struct varies"),
    };
    let (mut at, mut offsets) = (0, BTreeMap::new());
    for member in &item.members {
        if !matches!(member.ty, MemberType::Pad(_)) {
            offsets.insert(member.name.replace('-', "_"), at);
        }
        at += match &member.ty {
            MemberType::Scalar(number) | MemberType::Ipv4Scalar(number) => scalar(number),
            MemberType::Bytes(len) | MemberType::HwAddr(len) => *len,
            MemberType::Text(len) | MemberType::Pad(len) => *len,
            MemberType::Ipv4 => 4,
            MemberType::Ipv6 => 16,
            MemberType::Struct(inner) => len_of(&inner.name),
            MemberType::Repeated(_) => 0,
        };
    }
    // What repeats at the end counts for nothing, here as in C.
    assert_eq!(at, item.len, "{}: {}", family.name, item.name);
    (at, offsets)
}

/// What is asked of C: a struct or a member of one, of this number among those of a family.
struct Question {
    /// Index of the struct.
    of: usize,
    member: Option<String>,
    /// The number in C.
    expression: String,
}

fn questions(structs: &[(String, Struct, Layout)]) -> Vec<Question> {
    let mut questions = Vec::new();
    for (of, (_, item, (_, members))) in structs.iter().enumerate() {
        let name = c_name(&item.name);
        let expression = format!("sizeof(struct {name})");
        questions.push(Question { of, member: None, expression });
        questions.extend(members.keys().map(|member| {
            let expression = format!("offsetof(struct {name}, {member})");
            Question { of, member: Some(member.clone()), expression }
        }));
    }
    questions
}

fn c_name(name: &str) -> String {
    let renamed = RENAMED.iter().find(|(ours, _)| *ours == name);
    renamed.map_or_else(|| name.replace('-', "_"), |(_, in_c)| (*in_c).to_owned())
}

#[test]
fn structs_lie_as_in_c() {
    if !in_c::is_here() {
        return skip("there is no C compiler");
    }
    let structs = structs();
    let questions = questions(&structs);
    let answers = in_c::answers(questions.iter().map(|question| question.expression.as_str()));
    let (mut failures, mut proved, mut unknown) = (Vec::new(), BTreeSet::new(), Vec::new());
    for (number, Question { of, member, .. }) in questions.iter().enumerate() {
        let (family, item, (size, members)) = &structs[*of];
        let place = format!("{family} {}", item.name);
        match (member, answers.get(&number)) {
            (None, None) => unknown.push(place),
            (None, Some(in_c)) => {
                let in_c = usize::try_from(*in_c).unwrap();
                let grown = GROWN.iter().any(|(name, _)| *name == item.name) && *size > in_c;
                if *size != in_c && !grown {
                    failures.push(format!("{place}: {size} bytes, in C {in_c}"));
                }
                proved.insert(item.name.as_str());
            }
            (Some(member), Some(in_c)) if i128::try_from(members[member]) != Ok(*in_c) => {
                failures.push(format!("{place}.{member}: at {}, in C at {in_c}", members[member]));
            }
            // A member that C calls otherwise.
            (Some(_), _) => {}
        }
    }
    let offsets = answers.len() - proved.len();
    println!("{} structs and {offsets} offsets compared with C", proved.len());
    println!("not in this machine's headers: {}", unknown.join(", "));
    assert!(failures.is_empty(), "{} differences\n{}", failures.len(), failures.join("\n"));
    let listed = PADDED.iter().chain(GROWN.iter().map(|(name, _)| name));
    let missing: Vec<_> = listed.filter(|name| !proved.contains(**name)).collect();
    assert!(missing.is_empty(), "not compared: {missing:?}");
}
