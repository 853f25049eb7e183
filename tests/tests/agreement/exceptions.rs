//! Differences between our specs and kernels that are as they should be, each with its reason.

/// Differences that are as they should be.
pub(crate) struct Exception {
    /// Names of the kernels that may show them, as folders of the captures are named; `live` is the
    /// running one. Empty: any.
    pub(crate) kernels: &'static [&'static str],
    pub(crate) family: &'static str,
    /// How they read.
    pub(crate) differences: &'static [&'static str],
    pub(crate) why: &'static str,
}

pub(crate) const EXCEPTIONS: &[Exception] = &[
    Exception {
        kernels: &[],
        family: "ethtool",
        differences: &[
            "channels-set do .combined-max: not in the policy",
            "channels-set do .other-max: not in the policy",
            "channels-set do .rx-max: not in the policy",
            "channels-set do .tx-max: not in the policy",
            "eee-set do .active: not in the policy",
            "eee-set do .modes-peer: not in the policy",
            "features-set do .hw: not in the policy",
            "linkinfo-set do .tp-mdix: not in the policy",
            "linkmodes-set do .master-slave-state: not in the policy",
            "linkmodes-set do .peer: not in the policy",
            "plca-set-cfg do .status: not in the policy",
            "plca-set-cfg do .version: not in the policy",
            "rings-set do .rx-jumbo-max: not in the policy",
            "rings-set do .rx-max: not in the policy",
            "rings-set do .rx-mini-max: not in the policy",
            "rings-set do .tx-max: not in the policy",
            "rings-set do .tx-push-buf-len-max: not in the policy",
        ],
        why: "state that can only be read; upstream's spec lists it for the setter too, and a \
              kernel that is asked to set it refuses with the attribute's name",
    },
    Exception {
        kernels: &["6.1"],
        family: "ethtool",
        differences: &["rings-set do .tcp-data-split: not in the policy"],
        why: "could only be read in that kernel; later ones set it",
    },
    Exception {
        kernels: &["6.12", "host", "live"],
        family: "netdev",
        differences: &["operation page-pool-stats-get (9): presence: none"],
        why: "only in kernels that are built with CONFIG_PAGE_POOL_STATS",
    },
    Exception {
        kernels: &[],
        family: "devlink",
        differences: &[
            "param-set do .param-value-data: not in the policy",
            "rate-set do .port-index: not in the policy",
        ],
        why: "their policies say nothing of these, and these operations are lenient with what has \
              no policy: the type of the first depends on the parameter, and the second names the \
              port whose rate is meant",
    },
    Exception {
        kernels: &["6.1"],
        family: "devlink",
        differences: &["operation region-get (42): permission: CAP_NET_ADMIN"],
        why: "stricter in that kernel; later ones let anybody see the regions",
    },
    Exception {
        kernels: &["6.1", "6.12"],
        family: "devlink",
        differences: &["operation resource-dump (36): dump: no"],
        why: "a do only in older kernels; since then one can dump the resources of all devices",
    },
    Exception {
        kernels: &["6.1", "6.12"],
        family: "fou",
        differences: &[
            "add do .local-v6: not in the policy",
            "add do .peer-v6: not in the policy",
            "del do .local-v6: not in the policy",
            "del do .peer-v6: not in the policy",
            "get do .local-v6: not in the policy",
            "get do .peer-v6: not in the policy",
        ],
        why: "their policies there have a length and no type, and kernels report none without type",
    },
    Exception {
        kernels: &["6.12"],
        family: "nfsd",
        differences: &["group exportd: presence: none", "group none: presence: none"],
        why: "groups that came later",
    },
    Exception {
        kernels: &[],
        family: "nl80211",
        differences: &["get-protocol-features do .protocol-features: not in the policy"],
        why: "without a policy, and the handler does not look at it: nothing to send, but harmless",
    },
    Exception {
        kernels: &[],
        family: "nl80211",
        differences: &["group testmode: presence: none"],
        why: "only in kernels that are built with CONFIG_NL80211_TESTMODE",
    },
    Exception {
        kernels: &[],
        family: "nl80211",
        differences: &[
            "nl80211-attrs.bss-select: type: nested",
            "nl80211-attrs.color-change-elems: type: nested",
            "nl80211-attrs.cqm: type: nested",
            "nl80211-attrs.csa-ies: type: nested",
            "nl80211-attrs.ema-rnr-elems: type: nested",
            "nl80211-attrs.fils-discovery: type: nested",
            "nl80211-attrs.ftm-responder: type: nested",
            "nl80211-attrs.he-bss-color: type: nested",
            "nl80211-attrs.he-obss-pd: type: nested",
            "nl80211-attrs.key: type: nested",
            "nl80211-attrs.key-default-types: type: nested",
            "nl80211-attrs.mac-addrs: type: nested",
            "nl80211-attrs.mbssid-elems: type: nested",
            "nl80211-attrs.mesh-config: type: nested",
            "nl80211-attrs.nan-func: type: nested",
            "nl80211-attrs.peer-measurements: type: nested",
            "nl80211-attrs.reg-rules: type: nested",
            "nl80211-attrs.rekey-data: type: nested",
            "nl80211-attrs.scan-freq-khz: type: nested",
            "nl80211-attrs.scan-frequencies: type: nested",
            "nl80211-attrs.scan-ssids: type: nested",
            "nl80211-attrs.scan-supp-rates: type: nested",
            "nl80211-attrs.sched-scan-match: type: nested",
            "nl80211-attrs.sta-flags: type: nested",
            "nl80211-attrs.sta-wme: type: nested",
            "nl80211-attrs.tid-config: type: nested-array",
            "nl80211-attrs.tx-rates: type: nested",
            "nl80211-attrs.unsol-bcast-probe-resp: type: nested",
            "nl80211-attrs.wiphy-txq-params: type: nested",
            "nl80211-attrs.wowlan-triggers: type: nested",
        ],
        why: "nests of operations that the spec does not describe: bytes, so far",
    },
    Exception {
        kernels: &["7.2"],
        family: "nl80211",
        differences: &[
            "nl80211-attrs.334: not in the spec",
            "nl80211-attrs.335: not in the spec",
            "nl80211-attrs.336: not in the spec",
            "nl80211-attrs.338: not in the spec",
            "nl80211-attrs.339: not in the spec",
            "nl80211-attrs.340: not in the spec",
            "nl80211-attrs.342: not in the spec",
            "nl80211-attrs.346: not in the spec",
            "nl80211-attrs.347: not in the spec",
            "nl80211-attrs.348: not in the spec",
            "nl80211-attrs.350: not in the spec",
            "nl80211-attrs.351: not in the spec",
            "nl80211-attrs.352: not in the spec",
            "nl80211-attrs.353: not in the spec",
            "nl80211-attrs.354: not in the spec",
            "nl80211-attrs.355: not in the spec",
            "nl80211-attrs.356: not in the spec",
            "nl80211-attrs.358: not in the spec",
            "nl80211-attrs.359: not in the spec",
            "nl80211-attrs.360: not in the spec",
            "nl80211-attrs.361: not in the spec",
            "nl80211-attrs.362: not in the spec",
            "nl80211-attrs.363: not in the spec",
        ],
        why: "newer ones of operations that the spec does not describe; no message that it describes \
              has them",
    },
    Exception {
        kernels: &[],
        family: "nl80211",
        differences: &[
            "nl80211-attrs.bss-param: type: flag",
            "nl80211-attrs.control-port-ethertype: type: u16",
        ],
        why: "the policy is for requests that the spec does not describe; in a reply to get-wiphy the \
              first is a nest, here as bytes, and the second a flag",
    },
    Exception {
        kernels: &[],
        family: "ovs_datapath",
        differences: &[
            "new do .per-cpu-pids: not in the policy",
            "set do .per-cpu-pids: not in the policy",
        ],
        why: "taken without a policy: an array of any length, whose handler checks it",
    },
    Exception {
        kernels: &[],
        family: "ovs_flow",
        differences: &[
            "del do .ufid: not in the policy",
            "get do .ufid: not in the policy",
            "new do .ufid: not in the policy",
            "set do .ufid: not in the policy",
        ],
        why: "its policy has a length and no type, and kernels report none without type",
    },
    Exception {
        kernels: &[],
        family: "ovs_packet",
        differences: &["execute do .packet: not in the policy"],
        why: "its policy has a length and no type, and kernels report none without type",
    },
    Exception {
        kernels: &[],
        family: "ovs_packet",
        differences: &["packet.actions: type: nested", "packet.key: type: nested"],
        why: "nests of sets in the spec of ovs_flow, which a spec of another family cannot name: \
              bytes, which ovs_flow's types encode and decode",
    },
    Exception {
        kernels: &[],
        family: "ovs_vport",
        differences: &[
            "new do .upcall-pid: not in the policy",
            "set do .upcall-pid: not in the policy",
        ],
        why: "its policy has no type: one number or an array of them",
    },
];

/// Families whose spec describes some operations only, and the enum with the numbers of all.
pub(crate) const PARTIAL: &[(&str, &str)] = &[("nl80211", "commands")];
