//! The families as YAML text, for tools that read specs at run time.

/// A family's spec.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Source {
    /// Name of the family, as in the kernel.
    pub family: &'static str,
    /// Name of the file, which a cargo feature has as well.
    pub file: &'static str,
    /// The YAML.
    pub text: &'static str,
}

/// Declares the families, in the order of their files.
macro_rules! sources {
    ($($family:literal in $file:literal,)*) => {
        &[$(Source {
            family: $family,
            file: $file,
            text: include_str!(concat!("../families/", $file, ".yaml")),
        },)*]
    };
}

/// All families, in the order of their files.
///
/// ```
/// let netdev = nlkit_specs::yaml::SOURCES.iter().find(|it| it.family == "netdev");
/// assert!(netdev.is_some_and(|it| it.text.contains("name: netdev")));
/// ```
pub const SOURCES: &[Source] = sources! {
    "binder" in "binder",
    "conntrack" in "conntrack",
    "dev-energymodel" in "dev-energymodel",
    "devlink" in "devlink",
    "dpll" in "dpll",
    "drm-ras" in "drm_ras",
    "ethtool" in "ethtool",
    "fou" in "fou",
    "handshake" in "handshake",
    "lockd" in "lockd",
    "mptcp_pm" in "mptcp_pm",
    "net-shaper" in "net_shaper",
    "netdev" in "netdev",
    "nfsd" in "nfsd",
    "nftables" in "nftables",
    "nl80211" in "nl80211",
    "nlctrl" in "nlctrl",
    "ovpn" in "ovpn",
    "ovs_datapath" in "ovs_datapath",
    "ovs_flow" in "ovs_flow",
    "ovs_packet" in "ovs_packet",
    "ovs_vport" in "ovs_vport",
    "psp" in "psp",
    "rt-addr" in "rt-addr",
    "rt-link" in "rt-link",
    "rt-neigh" in "rt-neigh",
    "rt-route" in "rt-route",
    "rt-rule" in "rt-rule",
    "sunrpc" in "sunrpc_cache",
    "tc" in "tc",
    "tcp_metrics" in "tcp_metrics",
    "team" in "team",
    "wireguard" in "wireguard",
};
