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
            "channels-set do: does not take combined-max",
            "channels-set do: does not take other-max",
            "channels-set do: does not take rx-max",
            "channels-set do: does not take tx-max",
            "eee-set do: does not take active",
            "eee-set do: does not take modes-peer",
            "features-set do: does not take hw",
            "linkinfo-set do: does not take tp-mdix",
            "linkmodes-set do: does not take master-slave-state",
            "linkmodes-set do: does not take peer",
            "plca-set-cfg do: does not take status",
            "plca-set-cfg do: does not take version",
            "rings-set do: does not take rx-jumbo-max",
            "rings-set do: does not take rx-max",
            "rings-set do: does not take rx-mini-max",
            "rings-set do: does not take tx-max",
            "rings-set do: does not take tx-push-buf-len-max",
        ],
        why: "state that can only be read; upstream's spec lists it for the setter too, and a \
              kernel that is asked to set it refuses with the attribute's name",
    },
    Exception {
        kernels: &["6.1"],
        family: "ethtool",
        differences: &["rings-set do: does not take tcp-data-split"],
        why: "could only be read in that kernel; later ones set it",
    },
    Exception {
        kernels: &["6.12", "host", "live"],
        family: "netdev",
        differences: &["bind-rx: permission Admin"],
        why: "stricter in older kernels: since then the administrator of the namespace may, too",
    },
    Exception {
        kernels: &["6.12", "host", "live"],
        family: "netdev",
        differences: &["operation page-pool-stats-get (9) is not in the kernel"],
        why: "only in kernels that are built with CONFIG_PAGE_POOL_STATS",
    },
    Exception {
        kernels: &[],
        family: "devlink",
        differences: &[
            "param-set do: does not take param-value-data",
            "rate-set do: does not take port-index",
        ],
        why: "their policies say nothing of these, and these operations are lenient with what has \
              no policy: the type of the first depends on the parameter, and the second names the \
              port whose rate is meant",
    },
    Exception {
        kernels: &["6.1"],
        family: "devlink",
        differences: &["region-get: permission Admin"],
        why: "stricter in that kernel; later ones let anybody see the regions",
    },
    Exception {
        kernels: &["6.1", "6.12"],
        family: "devlink",
        differences: &["resource-dump: dump"],
        why: "a do only in older kernels; since then one can dump the resources of all devices",
    },
    Exception {
        kernels: &["6.1", "6.12"],
        family: "fou",
        differences: &[
            "add do: does not take local-v6",
            "add do: does not take peer-v6",
            "del do: does not take local-v6",
            "del do: does not take peer-v6",
            "get do: does not take local-v6",
            "get do: does not take peer-v6",
        ],
        why: "their policies there have a length and no type, and kernels report none without type",
    },
    Exception {
        kernels: &["7.2"],
        family: "fou",
        differences: &[
            "add do: does not take peer-port",
            "add do: does not take port",
            "del do: does not take peer-port",
            "del do: does not take port",
            "get do: does not take peer-port",
            "get do: does not take port",
        ],
        why: "their policies there have a big-endian type, which kernels leave out of the report; \
              older ones say u16",
    },
    Exception {
        kernels: &["6.12"],
        family: "nfsd",
        differences: &["group exportd", "group none"],
        why: "groups that came later",
    },
    Exception {
        kernels: &[],
        family: "nl80211",
        differences: &["get-protocol-features do: does not take protocol-features"],
        why: "without a policy, and the handler does not look at it: nothing to send, but harmless",
    },
    Exception {
        kernels: &[],
        family: "nl80211",
        differences: &["group testmode"],
        why: "only in kernels that are built with CONFIG_NL80211_TESTMODE",
    },
    Exception {
        kernels: &[],
        family: "nl80211",
        differences: &[
            "nl80211-attrs.bss-select is nested",
            "nl80211-attrs.color-change-elems is nested",
            "nl80211-attrs.cqm is nested",
            "nl80211-attrs.csa-ies is nested",
            "nl80211-attrs.ema-rnr-elems is nested",
            "nl80211-attrs.fils-discovery is nested",
            "nl80211-attrs.ftm-responder is nested",
            "nl80211-attrs.he-bss-color is nested",
            "nl80211-attrs.he-obss-pd is nested",
            "nl80211-attrs.key is nested",
            "nl80211-attrs.key-default-types is nested",
            "nl80211-attrs.mac-addrs is nested",
            "nl80211-attrs.mbssid-elems is nested",
            "nl80211-attrs.mesh-config is nested",
            "nl80211-attrs.nan-func is nested",
            "nl80211-attrs.peer-measurements is nested",
            "nl80211-attrs.reg-rules is nested",
            "nl80211-attrs.rekey-data is nested",
            "nl80211-attrs.scan-freq-khz is nested",
            "nl80211-attrs.scan-frequencies is nested",
            "nl80211-attrs.scan-ssids is nested",
            "nl80211-attrs.scan-supp-rates is nested",
            "nl80211-attrs.sched-scan-match is nested",
            "nl80211-attrs.sta-flags is nested",
            "nl80211-attrs.sta-wme is nested",
            "nl80211-attrs.tid-config is nested-array",
            "nl80211-attrs.tx-rates is nested",
            "nl80211-attrs.unsol-bcast-probe-resp is nested",
            "nl80211-attrs.wiphy-txq-params is nested",
            "nl80211-attrs.wowlan-triggers is nested",
        ],
        why: "nests of operations that the spec does not describe: bytes, so far",
    },
    Exception {
        kernels: &["7.2"],
        family: "nl80211",
        differences: &[
            "attribute 334 of nl80211-attrs is not in the spec",
            "attribute 335 of nl80211-attrs is not in the spec",
            "attribute 336 of nl80211-attrs is not in the spec",
            "attribute 338 of nl80211-attrs is not in the spec",
            "attribute 339 of nl80211-attrs is not in the spec",
            "attribute 340 of nl80211-attrs is not in the spec",
            "attribute 342 of nl80211-attrs is not in the spec",
            "attribute 346 of nl80211-attrs is not in the spec",
            "attribute 347 of nl80211-attrs is not in the spec",
            "attribute 348 of nl80211-attrs is not in the spec",
            "attribute 350 of nl80211-attrs is not in the spec",
            "attribute 351 of nl80211-attrs is not in the spec",
            "attribute 352 of nl80211-attrs is not in the spec",
            "attribute 353 of nl80211-attrs is not in the spec",
            "attribute 354 of nl80211-attrs is not in the spec",
            "attribute 355 of nl80211-attrs is not in the spec",
            "attribute 356 of nl80211-attrs is not in the spec",
            "attribute 358 of nl80211-attrs is not in the spec",
            "attribute 359 of nl80211-attrs is not in the spec",
            "attribute 360 of nl80211-attrs is not in the spec",
            "attribute 361 of nl80211-attrs is not in the spec",
            "attribute 362 of nl80211-attrs is not in the spec",
            "attribute 363 of nl80211-attrs is not in the spec",
        ],
        why: "newer ones of operations that the spec does not describe; no message that it describes \
              has them",
    },
    Exception {
        kernels: &[],
        family: "nl80211",
        differences: &[
            "nl80211-attrs.bss-param is flag",
            "nl80211-attrs.control-port-ethertype is u16",
        ],
        why: "the policy is for requests that the spec does not describe; in a reply to get-wiphy the \
              first is a nest, here as bytes, and the second a flag",
    },
    Exception {
        kernels: &[],
        family: "ovs_datapath",
        differences: &["new do: does not take per-cpu-pids", "set do: does not take per-cpu-pids"],
        why: "taken without a policy: an array of any length, whose handler checks it",
    },
    Exception {
        kernels: &[],
        family: "ovs_flow",
        differences: &[
            "del do: does not take ufid",
            "get do: does not take ufid",
            "new do: does not take ufid",
            "set do: does not take ufid",
        ],
        why: "its policy has a length and no type, and kernels report none without type",
    },
    Exception {
        kernels: &[],
        family: "ovs_packet",
        differences: &["execute do: does not take packet"],
        why: "its policy has a length and no type, and kernels report none without type",
    },
    Exception {
        kernels: &[],
        family: "ovs_packet",
        differences: &["packet.actions is nested", "packet.key is nested"],
        why: "nests of sets in the spec of ovs_flow, which a spec of another family cannot name: \
              bytes, which ovs_flow's types encode and decode",
    },
    Exception {
        kernels: &[],
        family: "ovs_vport",
        differences: &["new do: does not take upcall-pid", "set do: does not take upcall-pid"],
        why: "its policy has no type: one number or an array of them",
    },
];

/// Families whose spec describes some operations only, and the enum with the numbers of all.
pub(crate) const PARTIAL: &[(&str, &str)] = &[("nl80211", "commands")];
