//! Vectors that do not come back, each with the reason.

use nlkit_tests::vectors::Exception;

/// Where the spec that the vectors were made from is wrong, and ours is not: such a vector is no
/// message of a kernel.
pub(crate) const OURS: &[Exception] = &[
    Exception {
        family: "conntrack",
        message: "get",
        path: &["nat-src"],
        why: "the set has other numbers: `nat-proto` is 3, before the IPv6 addresses",
    },
    Exception { family: "conntrack", message: "get", path: &["nat-dst"], why: "as `nat-src`" },
    Exception {
        family: "conntrack",
        message: "get-stats",
        path: &["searched"],
        why: "no kernel sends it any more",
    },
    Exception {
        family: "ethtool",
        message: "stats-get",
        path: &["grp", "stat"],
        why: "a nest with the counter's number, not a u64",
    },
    Exception {
        family: "ethtool",
        message: "cable-test-tdr-ntf",
        path: &["nest"],
        why: "holds the CABLE_TDR set, not the CABLE set",
    },
    Exception {
        family: "nftables",
        message: "batch-begin do reply",
        path: &[],
        why: "a batch has no reply",
    },
    Exception {
        family: "nftables",
        message: "getgen dump",
        path: &[],
        why: "there is no such dump",
    },
    Exception {
        family: "nftables",
        message: "newchain",
        path: &["userdata"],
        why: "the set has `pad` at 9, and what follows has other numbers",
    },
    Exception { family: "nftables", message: "newchain", path: &["flags"], why: "as `userdata`" },
    Exception {
        family: "nftables",
        message: "getchain",
        path: &["userdata"],
        why: "as in `newchain`",
    },
    Exception {
        family: "nftables",
        message: "getchain",
        path: &["flags"],
        why: "as in `newchain`",
    },
    Exception {
        family: "nftables",
        message: "delrule",
        path: &["id"],
        why: "the set has `pad` at 8, and `id` at 9",
    },
    Exception { family: "nftables", message: "destroyrule", path: &["id"], why: "as in `delrule`" },
    Exception {
        family: "nftables",
        message: "getset",
        path: &["desc", "concat"],
        why: "the nest of fields comes once, with a nest for each field",
    },
    Exception { family: "nftables", message: "getset", path: &["expr"], why: "comes once" },
    Exception {
        family: "nftables",
        message: "",
        path: &["elements", "elem", "flags"],
        why: "a big-endian u32, not bytes of any length",
    },
    Exception {
        family: "nftables",
        message: "",
        path: &["elements", "elem", "objref"],
        why: "the set has `pad` at 8, and what follows has other numbers",
    },
    Exception {
        family: "nftables",
        message: "",
        path: &["elements", "elem", "key-end"],
        why: "as `objref`",
    },
    Exception {
        family: "nftables",
        message: "",
        path: &["elements", "elem", "expressions"],
        why: "as `objref`",
    },
    Exception {
        family: "nl80211",
        message: "get-wiphy",
        path: &["wiphy-bands"],
        why: "numbers, flags and nests that are bytes of any length in the kernel's spec",
    },
    Exception {
        family: "nl80211",
        message: "get-wiphy",
        path: &["max-num-akm-suites"],
        why: "a u16, not bytes of any length",
    },
    Exception {
        family: "nl80211",
        message: "get-wiphy",
        path: &["wowlan-triggers-supported", "net-detect"],
        why: "a u32 in a wiphy, not a flag",
    },
    Exception {
        family: "nl80211",
        message: "get-interface do request",
        path: &["ifname"],
        why: "kernels refuse a request that names an interface",
    },
    Exception {
        family: "nl80211",
        message: "get-interface dump request",
        path: &["ifname"],
        why: "kernels do not look at it",
    },
    Exception {
        family: "ovs_flow",
        message: "",
        path: &["actions", "push-eth"],
        why: "a struct, not bytes of any length",
    },
    Exception {
        family: "ovs_flow",
        message: "",
        path: &["actions", "push-nsh", "base"],
        why: "a struct, not bytes of any length",
    },
    Exception {
        family: "ovs_flow",
        message: "",
        path: &["mask", "ct-orig-tuple-ipv6"],
        why: "a struct, not bytes of any length",
    },
    Exception {
        family: "ovs_flow",
        message: "",
        path: &["key", "ct-orig-tuple-ipv6"],
        why: "a struct, not bytes of any length",
    },
    Exception {
        family: "ovs_flow",
        message: "",
        path: &["key", "encap", "ct-orig-tuple-ipv6"],
        why: "a struct, not bytes of any length",
    },
    Exception {
        family: "ovs_flow",
        message: "",
        path: &["key", "tunnel", "pad"],
        why: "padding, not an attribute",
    },
    Exception {
        family: "ovs_vport",
        message: "new",
        path: &["options"],
        why: "`dst-port` is a u16 and `extension` a nest, both of them not a u32",
    },
    Exception {
        family: "rt-addr",
        message: "getmulticast do",
        path: &[],
        why: "there is only a dump",
    },
    Exception {
        family: "rt-link",
        message: "getlink",
        path: &["devlink-port"],
        why: "a nest, not bytes",
    },
    Exception {
        family: "rt-link",
        message: "setlink",
        path: &["proto-down-reason"],
        why: "a nest, not a string",
    },
    Exception {
        family: "rt-link",
        message: "setlink",
        path: &["vfinfo-list"],
        why: "structs with padding inside",
    },
    Exception {
        family: "rt-link",
        message: "getstats",
        path: &["link-offload-xstats"],
        why: "structs, not bytes of any length",
    },
    Exception {
        family: "rt-neigh",
        message: "",
        path: &["fdb-ext-attrs"],
        why: "a nest, not bytes",
    },
    Exception {
        family: "rt-route",
        message: "",
        path: &["cacheinfo"],
        why: "three more numbers at its end, more than padding has",
    },
    Exception {
        family: "rt-route",
        message: "",
        path: &["mfc-stats"],
        why: "a struct, not bytes of any length",
    },
    Exception { family: "rt-route", message: "", path: &["pad"], why: "padding, not an attribute" },
    Exception {
        family: "tc",
        message: "newqdisc",
        path: &["options", "num-tc"],
        why: "the options of mqprio begin with a struct of 82 bytes and go on at 84",
    },
    Exception {
        family: "tc",
        message: "newchain",
        path: &["options", "admin-sched"],
        why: "a nest, not bytes",
    },
    Exception {
        family: "tc",
        message: "newchain",
        path: &["options", "ematches"],
        why: "a nest, not bytes",
    },
    Exception {
        family: "tc",
        message: "newchain",
        path: &["options"],
        why: "empty options of `mq`, as below",
    },
    Exception {
        family: "team",
        message: "noop do reply",
        path: &["team-ifindex"],
        why: "the reply has no attributes",
    },
    Exception { family: "team", message: "options-set do reply", path: &[], why: "has no reply" },
];

/// Where types from the kernel's own specs do not give back what the client made.
pub(crate) const KERNELS: &[Exception] = &[Exception {
    family: "tc",
    message: "newchain",
    path: &["options"],
    why: "empty options of `mq`, which nlkit marks as a nest and the client does not",
}];
