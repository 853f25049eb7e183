//! The layout of our specs' structs against that of C: a program is compiled with the kernel's UAPI
//! headers of this machine, and its sizes and offsets are compared.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "these are tests"
)]

use std::collections::BTreeMap;
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
    "linux/netfilter/nfnetlink.h",
    "linux/netfilter/nfnetlink_conntrack.h",
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
    ("rtnl-link-ifmap", "rtnl_link_ifmap"),
    ("if-stats-msg", "if_stats_msg"),
    ("br-boolopt-multi", "br_boolopt_multi"),
    ("--kernel-timespec", "__kernel_timespec"),
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

/// Structs that are longer here than in the headers of an older kernel: they grew at their end.
const GROWN: &[&str] = &[];

fn specs() -> Vec<Family> {
    let families = Path::new(env!("CARGO_MANIFEST_DIR")).join("../specs/families");
    let mut files: Vec<_> = fs::read_dir(families).unwrap().map(|e| e.unwrap().path()).collect();
    files.sort();
    files.iter().map(|file| nlkit_codegen::Builder::new().resolve(file).unwrap()).collect()
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
    assert_eq!(at, item.len, "{}: {}", family.name, item.name);
    (at, offsets)
}

fn compile(folder: &Path, body: &str) -> Output {
    let source = folder.join("layout.c");
    let includes = HEADERS.iter().fold(String::new(), |mut text, header| {
        // A header that this machine does not have is of a newer kernel.
        writeln!(text, "#if __has_include(<{header}>)\n#include <{header}>\n#endif").unwrap();
        text
    });
    let start = "#include <stddef.h>\n#include <stdio.h>\n#include <sys/socket.h>\n";
    fs::write(&source, format!("{start}{includes}int main(void) {{\n{body}return 0; }}\n"))
        .unwrap();
    let mut gcc = Command::new("cc");
    gcc.arg("-w").arg("-o").arg(folder.join("layout")).arg(&source).output().expect("a C compiler")
}

/// The layout in C; `None` where the headers do not have the struct. Members that they call
/// otherwise are left out.
fn in_c(folder: &Path, name: &str, members: &[&String]) -> Option<Layout> {
    let mut body = format!("printf(\" %zu\\n\", sizeof(struct {name}));\n");
    if !compile(folder, &body).status.success() {
        return None;
    }
    let mut members = members.to_vec();
    loop {
        let lines = members.iter().map(|member| {
            format!("printf(\"{member} %zu\\n\", offsetof(struct {name}, {member}));\n")
        });
        let whole: String = std::iter::once(body.clone()).chain(lines).collect();
        let output = compile(folder, &whole);
        if output.status.success() {
            break;
        }
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        let before = members.len();
        members.retain(|member| {
            !errors.contains(&format!("named ‘{member}’"))
                && !errors.contains(&format!("named '{member}'"))
        });
        assert!(members.len() < before, "{name}: {errors}");
    }
    body.clear();
    let output = Command::new(folder.join("layout")).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let mut rows = text.lines().map(|line| line.split_once(' ').unwrap());
    let size = rows.next()?.1.parse().unwrap();
    Some((size, rows.map(|(name, at)| (name.to_owned(), at.parse().unwrap())).collect()))
}

#[test]
fn structs_lie_as_in_c() {
    if Command::new("cc").arg("--version").output().is_err() {
        return skip("there is no C compiler");
    }
    let folder: PathBuf = std::env::temp_dir().join(format!("nlkit-layout-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let (mut failures, mut proved, mut unknown) = (Vec::new(), Vec::new(), Vec::new());
    let mut offsets = 0;
    for family in specs() {
        for item in &family.structs {
            let renamed = RENAMED.iter().find(|(name, _)| *name == item.name);
            let name =
                renamed.map_or_else(|| item.name.replace('-', "_"), |(_, c)| (*c).to_owned());
            let (size, members) = ours(&family, item);
            let Some((c_size, c_members)) =
                in_c(&folder, &name, &members.keys().collect::<Vec<_>>())
            else {
                unknown.push(format!("{} {}", family.name, item.name));
                continue;
            };
            let grown = GROWN.contains(&item.name.as_str()) && size > c_size;
            if size != c_size && !grown {
                failures
                    .push(format!("{} {}: {size} bytes, in C {c_size}", family.name, item.name));
            }
            for (member, at) in &c_members {
                if members[member] != *at {
                    let ours = members[member];
                    let place = format!("{} {}.{member}", family.name, item.name);
                    failures.push(format!("{place}: at {ours}, in C at {at}"));
                }
            }
            offsets += c_members.len();
            proved.push(item.name.clone());
        }
    }
    fs::remove_dir_all(&folder).unwrap();
    println!("{} structs and {offsets} offsets are as in C", proved.len());
    println!("not in this machine's headers: {}", unknown.join(", "));
    assert!(failures.is_empty(), "{} differences\n{}", failures.len(), failures.join("\n"));
    for name in PADDED {
        assert!(proved.iter().any(|it| it == name), "{name} was not compared");
    }
    for name in GROWN {
        assert!(proved.iter().any(|it| it == name), "{name} was not compared");
    }
}
