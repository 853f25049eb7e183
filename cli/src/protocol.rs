//! Netlink protocols by name.

/// NETLINK_GENERIC.
pub(crate) const GENERIC: u16 = 16;

/// Netlink protocols (linux/netlink.h), without their `NETLINK_`.
const PROTOCOLS: [(&str, u16); 21] = [
    ("ROUTE", 0),
    ("UNUSED", 1),
    ("USERSOCK", 2),
    ("FIREWALL", 3),
    ("SOCK_DIAG", 4),
    ("INET_DIAG", 4),
    ("NFLOG", 5),
    ("XFRM", 6),
    ("SELINUX", 7),
    ("ISCSI", 8),
    ("AUDIT", 9),
    ("FIB_LOOKUP", 10),
    ("CONNECTOR", 11),
    ("NETFILTER", 12),
    ("IP6_FW", 13),
    ("DNRTMSG", 14),
    ("KOBJECT_UEVENT", 15),
    ("GENERIC", GENERIC),
    ("SCSITRANSPORT", 18),
    ("RDMA", 20),
    ("CRYPTO", 21),
];

/// The number of a protocol: `route`, `NETLINK_ROUTE`, `0`, and `ROUTE:123` as strace has it beside
/// descriptors.
pub(crate) fn number(name: &str) -> Option<u16> {
    let name = name.split([':', ']']).next()?.trim().to_ascii_uppercase();
    let name = name.strip_prefix("NETLINK_").unwrap_or(&name).replace('-', "_");
    let known = PROTOCOLS.iter().find(|(known, _)| *known == name);
    known.map(|(_, number)| *number).or_else(|| name.parse().ok())
}

/// The names of all protocols.
pub(crate) fn names() -> impl Iterator<Item = String> {
    let names = PROTOCOLS.iter().map(|(name, _)| *name).filter(|name| *name != "UNUSED");
    names.map(|name| name.to_ascii_lowercase().replace('_', "-"))
}

/// The name of a protocol.
pub(crate) fn name(number: u16) -> String {
    let known = PROTOCOLS.iter().find(|(_, known)| *known == number);
    known
        .map_or_else(|| number.to_string(), |(name, _)| name.to_ascii_lowercase().replace('_', "-"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn protocols_have_names() {
        assert_eq!(number("NETLINK_ROUTE"), Some(0));
        assert_eq!(number("GENERIC:123]>"), Some(16));
        assert_eq!(number("sock-diag"), Some(4));
        assert_eq!(number("7"), Some(7));
        assert_eq!(number("TCP"), None);
        assert_eq!(name(16), "generic");
        assert_eq!(name(4), "sock-diag");
        assert_eq!(name(77), "77");
    }
}
