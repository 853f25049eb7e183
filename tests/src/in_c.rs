//! What C says: numbers from the kernel's UAPI headers of this machine, by a program that is compiled
//! with them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// Those with what the specs describe. One that this machine does not have is of a newer kernel.
const HEADERS: &[&str] = &[
    "asm/types.h",
    "drm/drm_ras.h",
    "linux/android/binder_netlink.h",
    "linux/can/vxcan.h",
    "linux/dev_energymodel.h",
    "linux/devlink.h",
    "linux/dpll.h",
    "linux/ethtool.h",
    "linux/ethtool_netlink.h",
    "linux/fib_rules.h",
    "linux/fou.h",
    "linux/gen_stats.h",
    "linux/genetlink.h",
    "linux/handshake.h",
    "linux/icmpv6.h",
    "linux/if.h",
    "linux/if_addr.h",
    "linux/if_addrlabel.h",
    "linux/if_bridge.h",
    "linux/if_ether.h",
    "linux/if_link.h",
    "linux/if_macsec.h",
    "linux/if_team.h",
    "linux/if_tunnel.h",
    "linux/if_vlan.h",
    "linux/ila.h",
    "linux/ioam6_iptunnel.h",
    "linux/ipv6.h",
    "linux/lockd_netlink.h",
    "linux/lwtunnel.h",
    "linux/mpls_iptunnel.h",
    "linux/mptcp.h",
    "linux/mptcp_pm.h",
    "linux/neighbour.h",
    "linux/net_shaper.h",
    "linux/netdev.h",
    "linux/netfilter/nf_conntrack_common.h",
    "linux/netfilter/nf_conntrack_sctp.h",
    "linux/netfilter/nf_conntrack_tcp.h",
    "linux/netfilter/nf_conntrack_tuple_common.h",
    "linux/netfilter/nf_log.h",
    "linux/netfilter/nf_nat.h",
    "linux/netfilter/nf_synproxy.h",
    "linux/netfilter/nf_tables.h",
    "linux/netfilter/nf_tables_compat.h",
    "linux/netfilter/nfnetlink.h",
    "linux/netfilter/nfnetlink_conntrack.h",
    "linux/netfilter/nfnetlink_queue.h",
    "linux/nfsd_netlink.h",
    "linux/nl80211.h",
    "linux/openvswitch.h",
    "linux/ovpn.h",
    "linux/pkt_cls.h",
    "linux/pkt_sched.h",
    "linux/psp.h",
    "linux/rpl_iptunnel.h",
    "linux/rtnetlink.h",
    "linux/seg6_iptunnel.h",
    "linux/seg6_local.h",
    "linux/snmp.h",
    "linux/sunrpc_netlink.h",
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
    "linux/tcp_metrics.h",
    "linux/time_types.h",
    "linux/veth.h",
    "linux/wireguard.h",
];

/// Whether there is a C compiler.
pub fn is_here() -> bool {
    Command::new("cc").arg("--version").output().is_ok()
}

/// The values of constant expressions in C, by their place among these. What the headers do not have
/// has none: the compiler's errors tell which these are.
///
/// # Panics
/// Where the headers cannot be compiled at all.
#[expect(clippy::unwrap_used, clippy::panic, reason = "it fails a test")]
pub fn answers<'a>(expressions: impl Iterator<Item = &'a str>) -> BTreeMap<usize, i128> {
    let id = format!("nlkit-in-c-{}-{:?}", std::process::id(), std::thread::current().id());
    let folder = std::env::temp_dir().join(id);
    fs::create_dir_all(&folder).unwrap();
    let known = words_of_headers();
    let mut open: BTreeMap<_, _> = expressions.enumerate().collect();
    // Compilers take long over each name that is not there.
    open.retain(|_, expression| words(expression).all(|word| known.contains(word)));
    loop {
        let output = compile(&folder, &open);
        if output.status.success() {
            break;
        }
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        let before = open.len();
        for error in errors.lines().filter_map(|line| line.strip_prefix("questions:")) {
            // Notes of where it is have no number.
            let line = error.split(':').next().and_then(|line| line.parse::<usize>().ok());
            line.and_then(|line| open.remove(&(line - 1)));
        }
        if open.len() == before {
            panic!("{errors}");
        }
    }
    let output = Command::new(folder.join("answers")).output().unwrap();
    fs::remove_dir_all(&folder).unwrap();
    let numbers = String::from_utf8(output.stdout).unwrap();
    open.into_keys().zip(numbers.lines().map(|number| number.parse().unwrap())).collect()
}

/// The words in the headers, macros included.
#[expect(clippy::unwrap_used, clippy::expect_used, reason = "it fails a test")]
fn words_of_headers() -> BTreeSet<String> {
    let mut cc = Command::new("cc");
    cc.args(["-E", "-dD", "-x", "c", "-"]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut cc = cc.spawn().expect("a C compiler");
    cc.stdin.take().unwrap().write_all(includes().as_bytes()).unwrap();
    let output = cc.wait_with_output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let own = ["sizeof", "offsetof", "struct"];
    words(&text).chain(own).map(str::to_owned).collect()
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    let words = text.split(|it: char| !it.is_ascii_alphanumeric() && it != '_');
    words.filter(|word| !word.is_empty())
}

fn includes() -> String {
    let mut text = String::from("#include <stddef.h>\n#include <stdio.h>\n");
    text.push_str("#include <sys/socket.h>\n#include <netinet/in.h>\n");
    for header in HEADERS {
        text.push_str(&format!("#if __has_include(<{header}>)\n#include <{header}>\n#endif\n"));
    }
    text
}

/// Compiles a program that prints them, each of which stands in a line of its own.
#[expect(clippy::unwrap_used, clippy::expect_used, reason = "it fails a test")]
fn compile(folder: &Path, expressions: &BTreeMap<usize, &str>) -> Output {
    let mut text = includes();
    text.push_str("static const long long answers[] = {\n#line 1 \"questions\"\n");
    let last = expressions.keys().max().map_or(0, |last| last + 1);
    for line in 0..last {
        if let Some(expression) = expressions.get(&line) {
            text.push_str(expression);
            text.push(',');
        }
        text.push('\n');
    }
    text.push_str("};\nint main(void) {\n");
    text.push_str("for (size_t at = 0; at < sizeof(answers) / sizeof(answers[0]); at++)\n");
    text.push_str("printf(\"%lld\\n\", answers[at]);\nreturn 0; }\n");
    let source = folder.join("answers.c");
    fs::write(&source, text).unwrap();
    let mut cc = Command::new("cc");
    cc.arg("-w").arg("-o").arg(folder.join("answers")).arg(&source).output().expect("a C compiler")
}
