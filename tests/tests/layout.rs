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
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use nlkit_codegen::ir::{Family, MemberType, Number, Scalar, Struct};
use nlkit_tests::skip::skip;

const HEADERS: &[&str] = &[
    "asm/types.h",
    "linux/genetlink.h",
    "linux/gen_stats.h",
    "linux/if_addr.h",
    "linux/if_addrlabel.h",
    "linux/if_bridge.h",
    "linux/if_link.h",
    "linux/neighbour.h",
    "linux/netfilter/nf_conntrack_tcp.h",
    "linux/netfilter/nfnetlink.h",
    "linux/netfilter/nfnetlink_conntrack.h",
    "linux/nl80211.h",
    "linux/openvswitch.h",
    "linux/pkt_sched.h",
    "linux/fib_rules.h",
    "linux/pkt_cls.h",
    "linux/rtnetlink.h",
    "linux/tc_act/tc_bpf.h",
    "linux/tc_act/tc_connmark.h",
    "linux/tc_act/tc_csum.h",
    "linux/tc_act/tc_ct.h",
    "linux/tc_act/tc_ctinfo.h",
    "linux/tc_act/tc_defact.h",
    "linux/tc_act/tc_gact.h",
    "linux/tc_act/tc_gate.h",
    "linux/tc_act/tc_ife.h",
    "linux/tc_act/tc_mirred.h",
    "linux/tc_act/tc_mpls.h",
    "linux/tc_act/tc_nat.h",
    "linux/tc_act/tc_pedit.h",
    "linux/tc_act/tc_sample.h",
    "linux/tc_act/tc_skbedit.h",
    "linux/tc_act/tc_skbmod.h",
    "linux/tc_act/tc_tunnel_key.h",
    "linux/tc_act/tc_vlan.h",
    "linux/tc_ematch/tc_em_cmp.h",
    "linux/tc_ematch/tc_em_meta.h",
    "linux/tc_ematch/tc_em_nbyte.h",
    "linux/time_types.h",
    "linux/wireguard.h",
];

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

/// Compiles a program that answers the questions, each in a line of its own.
fn compile(folder: &Path, questions: &BTreeMap<usize, &Question>) -> Output {
    let mut text =
        String::from("#include <stddef.h>\n#include <stdio.h>\n#include <sys/socket.h>\n");
    for header in HEADERS {
        // A header that this machine does not have is of a newer kernel.
        writeln!(text, "#if __has_include(<{header}>)\n#include <{header}>\n#endif").unwrap();
    }
    text.push_str("int main(void) {\n#line 0 \"questions\"\n");
    let last = questions.keys().max().map_or(0, |last| last + 1);
    for line in 0..last {
        if let Some(Question { expression, .. }) = questions.get(&line) {
            write!(text, "printf(\"{line} %zu\\n\", {expression});").unwrap();
        }
        text.push('\n');
    }
    text.push_str("return 0; }\n");
    let source = folder.join("layout.c");
    fs::write(&source, text).unwrap();
    let mut cc = Command::new("cc");
    cc.arg("-w").arg("-o").arg(folder.join("layout")).arg(&source).output().expect("a C compiler")
}

/// The answers of C, by the index of the question. What the headers do not have, a struct or a
/// member of this name, has none: the compiler's errors tell which these are.
fn in_c(folder: &Path, questions: &[Question]) -> BTreeMap<usize, usize> {
    let mut open: BTreeMap<_, _> = questions.iter().enumerate().collect();
    loop {
        let output = compile(folder, &open);
        if output.status.success() {
            break;
        }
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        let before = open.len();
        for error in errors.lines().filter_map(|line| line.strip_prefix("questions:")) {
            // Notes of where it is have no number.
            let line = error.split(':').next().and_then(|line| line.parse::<usize>().ok());
            line.and_then(|line| open.remove(&line));
        }
        assert!(open.len() < before, "{errors}");
    }
    let output = Command::new(folder.join("layout")).output().unwrap();
    let rows = String::from_utf8(output.stdout).unwrap();
    let numbers = |row: &str| {
        let (line, number) = row.split_once(' ').unwrap();
        (line.parse().unwrap(), number.parse().unwrap())
    };
    rows.lines().map(numbers).collect()
}

#[test]
fn structs_lie_as_in_c() {
    if Command::new("cc").arg("--version").output().is_err() {
        return skip("there is no C compiler");
    }
    let folder: PathBuf = std::env::temp_dir().join(format!("nlkit-layout-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let structs = structs();
    let questions = questions(&structs);
    let answers = in_c(&folder, &questions);
    fs::remove_dir_all(&folder).unwrap();
    let (mut failures, mut proved, mut unknown) = (Vec::new(), BTreeSet::new(), Vec::new());
    for (number, Question { of, member, .. }) in questions.iter().enumerate() {
        let (family, item, (size, members)) = &structs[*of];
        let place = format!("{family} {}", item.name);
        match (member, answers.get(&number)) {
            (None, None) => unknown.push(place),
            (None, Some(in_c)) => {
                let grown = GROWN.iter().any(|(name, _)| *name == item.name) && size > in_c;
                if size != in_c && !grown {
                    failures.push(format!("{place}: {size} bytes, in C {in_c}"));
                }
                proved.insert(item.name.as_str());
            }
            (Some(member), Some(in_c)) if members[member] != *in_c => {
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
