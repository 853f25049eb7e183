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
];
