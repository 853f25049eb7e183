//! `diff` of the kernel's own specs, of 6.12 and of 7.3. What is expected was read from the YAML of both
//! by hand, with `diff -u`; the totals were counted by another reader of these files.

use std::path::Path;

use nlkit_tests::skip::folder;
use serde_json::{Value, json};

use super::{nlkit_in, root};

/// The two kernels.
pub(crate) const KERNELS: [&str; 2] = ["linux-6.12", "linux-7.3"];

/// The files of families that both have, under whichever names.
pub(crate) fn pairs(specs: &Path, kernels: [&str; 2]) -> Vec<(String, String)> {
    let files = |kernel: &str| {
        let entries = std::fs::read_dir(specs.join(kernel)).unwrap();
        let mut paths: Vec<String> =
            entries.map(|it| it.unwrap().path().display().to_string()).collect();
        paths.sort();
        paths
    };
    let (old, new) = (files(kernels[0]), files(kernels[1]));
    let stem = |path: &str| path.rsplit('/').next().unwrap().replace('-', "_");
    let same = |old: &String| new.iter().find(|new| stem(new) == stem(old)).cloned();
    let pairs: Vec<_> = old.iter().filter_map(|old| Some((old.clone(), same(old)?))).collect();
    assert_eq!(pairs.len(), old.len(), "families that are in the newer one too");
    pairs
}

fn diff(specs: &Path, args: &[&str]) -> Value {
    let [old, new] = KERNELS.map(|kernel| specs.join(kernel).display().to_string());
    let args: Vec<&str> = ["diff", &old, &new, "-o", "json"].iter().chain(args).copied().collect();
    nlkit_in(&root(), &args).exits(0).json()
}

/// The one family that was asked for.
fn family(specs: &Path, name: &str) -> (Value, Value) {
    let mut found = diff(specs, &["--family", name]);
    let families = found["families"].as_array_mut().unwrap();
    assert_eq!(families.len(), 1);
    (families.remove(0), found["summary"].take())
}

/// The changes of a kind, an item and a class: `attribute page-pool.io-uring`.
fn names(family: &Value, change: &str, class: &str) -> Vec<String> {
    let changes = family["changes"].as_array().unwrap().iter();
    let changes = changes.filter(|it| it["change"] == change && it["implied"] == false);
    let changes = changes.filter(|it| it["classes"].as_array().unwrap().contains(&json!(class)));
    let name = |it: &Value| {
        let text = |key: &str| it[key].as_str().map(str::to_owned);
        let of = text("of").map_or(String::new(), |of| of + ".");
        let aspect = text("aspect").map_or(String::new(), |aspect| format!(" {aspect}"));
        format!("{} {of}{}{aspect}", it["item"].as_str().unwrap(), it["name"].as_str().unwrap())
    };
    changes.map(name).collect()
}

fn items(summary: &Value, item: &str, kind: &str) -> u64 {
    summary["items"][item][kind].as_u64().unwrap_or(0)
}

#[test]
fn the_newer_kernel_has_fourteen_families_and_half_as_many_attributes_more() {
    let Some(specs) = folder("NLKIT_KERNEL_SPECS") else { return };
    let found = diff(&specs, &[]);
    let summary = &found["summary"];
    assert_eq!(summary["families"]["added"], 14);
    assert_eq!(summary["families"]["removed"], 0);
    let families = found["families"].as_array().unwrap();
    let added = families.iter().filter(|it| it["fate"] == "added");
    let added: Vec<&str> = added.map(|it| it["family"].as_str().unwrap()).collect();
    let expected = [
        "binder",
        "conntrack",
        "dev-energymodel",
        "drm-ras",
        "lockd",
        "net-shaper",
        "nl80211",
        "ovpn",
        "ovs_packet",
        "psp",
        "rt-neigh",
        "rt-rule",
        "sunrpc",
        "wireguard",
    ];
    assert_eq!(added, expected);
    let totals = [
        ("attributes", 2056, 3142),
        ("sets", 297, 414),
        ("structs", 113, 125),
        ("sub-messages", 7, 7),
        ("formats", 104, 116),
    ];
    for (item, old, new) in totals {
        assert_eq!(
            (&summary["old"][item], &summary["new"][item]),
            (&json!(old), &json!(new)),
            "{item}"
        );
    }
    // Nobody counts a thing as new that the totals do not have.
    let (old, new) = (&summary["old"]["sets"], &summary["new"]["sets"]);
    let (added, removed) = (items(summary, "sets", "added"), items(summary, "sets", "removed"));
    assert_eq!(new.as_u64().unwrap() + removed, old.as_u64().unwrap() + added);
}

#[test]
fn files_and_sets_with_other_names_are_the_same_families_and_sets() {
    let Some(specs) = folder("NLKIT_KERNEL_SPECS") else { return };
    let [old, new] = KERNELS.map(|kernel| specs.join(kernel).display().to_string());
    let text = nlkit_in(&root(), &["diff", &old, &new]).exits(0).stdout;
    for name in ["addr", "link", "route"] {
        let line = format!("\nrt-{name}  (rt_{name}.yaml is rt-{name}.yaml now)\n");
        assert!(text.contains(&line), "{line}");
    }
    // The sets of tc lost `tc-` in front: no attribute of them is new or gone for that.
    let (tc, summary) = family(&specs, "tc");
    let renamed = names(&tc, "renamed", "api");
    assert!(renamed.contains(&"set flower-attrs".to_owned()), "{renamed:?}");
    assert!(items(&summary, "attributes", "removed") < 40, "{summary}");
}

#[test]
fn netdev() {
    let Some(specs) = folder("NLKIT_KERNEL_SPECS") else { return };
    let (family, summary) = family(&specs, "netdev");
    let added = names(&family, "added", "added");
    let parts = |item: &str| -> Vec<&str> {
        added.iter().filter_map(|it| it.strip_prefix(&format!("{item} "))).collect()
    };
    assert_eq!(parts("operation"), ["napi-set", "bind-tx", "queue-create"]);
    assert_eq!(parts("set"), ["io-uring-provider-info", "xsk-info", "lease"]);
    let attributes = [
        "page-pool.io-uring",
        "napi.defer-hard-irqs",
        "napi.gro-flush-timeout",
        "napi.irq-suspend-timeout",
        "napi.threaded",
        "queue.io-uring",
        "queue.xsk",
        "queue.lease",
        "dmabuf.rx-page-size",
    ];
    assert_eq!(parts("attribute"), attributes);
    assert_eq!(parts("enum"), ["napi-threaded"]);
    assert_eq!(parts("entry"), ["xsk-flags.tx-launch-time-fifo"]);
    // 23 counters, and what other replies and requests got.
    assert_eq!(parts("listed").len(), 34);
    assert_eq!(parts("listed").iter().filter(|it| it.starts_with("qstats-get.")).count(), 23);
    // With those of the new sets.
    assert_eq!(items(&summary, "attributes", "added"), 13);
    assert_eq!(names(&family, "changed", "other"), ["operation bind-rx permission"]);
    let classes = &summary["classes"];
    assert_eq!((&classes["wire"], &classes["api"]), (&json!(0), &json!(0)));
}

#[test]
fn ethtool() {
    let Some(specs) = folder("NLKIT_KERNEL_SPECS") else { return };
    let (family, summary) = family(&specs, "ethtool");
    let added = names(&family, "added", "added");
    let parts = |item: &str| -> Vec<&str> {
        added.iter().filter_map(|it| it.strip_prefix(&format!("{item} "))).collect()
    };
    let operations =
        ["tsconfig-get", "tsconfig-set", "rss-set", "rss-create-act", "rss-delete-act", "mse-get"];
    assert_eq!(parts("operation"), operations);
    let told = ["phy-ntf", "pse-ntf", "rss-ntf", "rss-create-ntf", "rss-delete-ntf"];
    assert_eq!(parts("notification"), told);
    let sets = [
        "ts-hwtstamp-provider",
        "fec-hist",
        "flow",
        "tsconfig",
        "pse-ntf",
        "mse-capabilities",
        "mse-snapshot",
        "mse",
    ];
    assert_eq!(parts("set"), sets);
    let enums = ["tcp-data-split", "hwtstamp-source", "pse-event", "input-xfrm", "rxfh-fields"];
    assert_eq!(parts("enum"), enums);
    assert_eq!(parts("group"), ["monitor"]);
    // 55 numbers that mean nothing, two of them in new sets.
    let unspec = parts("attribute").iter().filter(|it| it.ends_with(".unspec")).count();
    assert_eq!(unspec, 53);
    let meant: Vec<&str> =
        parts("attribute").into_iter().filter(|it| !it.ends_with(".unspec")).collect();
    let expected = [
        "rings.hds-thresh",
        "rings.hds-thresh-max",
        "coalesce.rx-cqe-frames",
        "coalesce.rx-cqe-nsecs",
        "pause-stat.tx-pause-storm-events",
        "ts-stat.tx-onestep-pkts-unconfirmed",
        "tsinfo.hwtstamp-provider",
        "tsinfo.hwtstamp-source",
        "tsinfo.hwtstamp-phyindex",
        "fec-stat.hist",
        "pse.pse-pw-d-id",
        "pse.pse-prio-max",
        "pse.pse-prio",
        "rss.flow-hash",
    ];
    assert_eq!(meant, expected);
    let renamed = ["attribute rss.input-xfrm", "entry module-fw-flash-status.in-progress"];
    assert_eq!(names(&family, "renamed", "other"), renamed);
    let typed = ["attribute rings.tcp-data-split type", "attribute rss.input-xfrm type"];
    assert_eq!(names(&family, "changed", "api"), typed);
    assert_eq!(summary["classes"]["wire"], 0);
}

#[test]
fn nlctrl() {
    let Some(specs) = folder("NLKIT_KERNEL_SPECS") else { return };
    let (family, _) = family(&specs, "nlctrl");
    assert_eq!((&family["fate"], &family["changes"]), (&json!("same"), &json!([])));
}

#[test]
fn ovs_flow() {
    let Some(specs) = folder("NLKIT_KERNEL_SPECS") else { return };
    let (family, summary) = family(&specs, "ovs_flow");
    let members = [
        "member ovs-key-nd.nd-target",
        "member ovs-action-push-vlan.vlan-tpid",
        "member ovs-action-push-vlan.vlan-tci",
    ];
    // Spelled in another way, and the same in Rust.
    assert_eq!(names(&family, "renamed", "other"), members);
    assert_eq!(family["changes"].as_array().unwrap().len(), 3, "{summary}");
}

#[test]
fn rt_link() {
    let Some(specs) = folder("NLKIT_KERNEL_SPECS") else { return };
    let (family, summary) = family(&specs, "rt-link");
    // 18 in sets that were there, and 21 + 6 + 6 + 8 + 14 + 1 of the new ones.
    assert_eq!(items(&summary, "attributes", "added"), 74);
    assert_eq!(items(&summary, "attributes", "removed"), 0);
    assert_eq!(items(&summary, "sets", "added"), 6);
    assert_eq!(items(&summary, "formats", "added"), 6);
    assert_eq!(items(&summary, "enums", "added"), 8);
    assert_eq!(
        (items(&summary, "structs", "added"), items(&summary, "structs", "removed")),
        (1, 4)
    );
    let wire = names(&family, "changed", "wire");
    let number =
        |set: &str| wire.iter().filter(|it| it.starts_with(&format!("attribute {set}."))).count();
    let sets = ["linkinfo-gre-attrs", "linkinfo-geneve-attrs", "linkinfo-iptun-attrs"];
    assert_eq!(sets.map(number), [8, 2, 4]);
    assert_eq!(["link-attrs", "ifla-attrs", "ifla6-attrs"].map(number), [2, 1, 3]);
    assert_eq!(wire.len(), 20, "{wire:?}");
    assert!(wire.contains(&"attribute linkinfo-gre-attrs.encap-limit type".to_owned()));
    let renamed = [
        "attribute linkinfo-bridge-attrs.nf-call-ip6tables",
        "attribute linkinfo-vlan-attrs.flags",
        "attribute ifla6-attrs.icmp6stats",
    ];
    assert_eq!(names(&family, "renamed", "api"), renamed);
    assert_eq!(names(&family, "renamed", "other"), ["struct if-stats-msg"]);
}
