//! Numbers behind the names of netlink's own constants, as strace and people write them.

use nix::errno::Errno;
use nlkit::wire::kind;

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

/// The number of a protocol: `NETLINK_ROUTE`, `route`, `ROUTE:123` as strace has it beside descriptors, `0`.
pub(crate) fn protocol(name: &str) -> Option<u16> {
    let name = name.split([':', ']']).next()?.trim().to_ascii_uppercase();
    let name = name.strip_prefix("NETLINK_").unwrap_or(&name).replace('-', "_");
    let known = PROTOCOLS.iter().find(|(known, _)| *known == name);
    known.map(|(_, number)| *number).or_else(|| number(&name)?.try_into().ok())
}

/// The name of a protocol.
pub(crate) fn protocol_name(number: u16) -> String {
    let known = PROTOCOLS.iter().find(|(_, known)| *known == number);
    known.map_or_else(|| number.to_string(), |(name, _)| name.to_ascii_lowercase().replace('_', "-"))
}

/// A decimal or hexadecimal number, maybe negative as strace prints port ids.
pub(super) fn number(text: &str) -> Option<u32> {
    let text = text.trim().to_ascii_lowercase();
    if let Some(hex) = text.strip_prefix("0x") {
        return u32::from_str_radix(hex, 16).ok();
    }
    text.parse().ok().or_else(|| Some(text.parse::<i32>().ok()?.cast_unsigned()))
}

/// The number of a type of message; `family` finds that of a generic family.
pub(super) fn kind(name: &str, family: &dyn Fn(&str) -> Option<u16>) -> Option<u16> {
    let name = name.split(" /*").next()?.trim();
    match name {
        "NLMSG_NOOP" => Some(kind::NOOP),
        "NLMSG_ERROR" => Some(kind::ERROR),
        "NLMSG_DONE" => Some(kind::DONE),
        "NLMSG_OVERRUN" => Some(kind::OVERRUN),
        name => number(name).and_then(|it| it.try_into().ok()).or_else(|| family(name)),
    }
}

/// Flags of a message (linux/netlink.h), without their `NLM_F_`; those that several have are given together.
const FLAGS: [(&str, u16); 18] = [
    ("REQUEST", 0x01),
    ("MULTI", 0x02),
    ("ACK", 0x04),
    ("ECHO", 0x08),
    ("DUMP_INTR", 0x10),
    ("DUMP_FILTERED", 0x20),
    ("ROOT", 0x100),
    ("REPLACE", 0x100),
    ("NONREC", 0x100),
    ("CAPPED", 0x100),
    ("MATCH", 0x200),
    ("EXCL", 0x200),
    ("BULK", 0x200),
    ("ACK_TLVS", 0x200),
    ("ATOMIC", 0x400),
    ("CREATE", 0x400),
    ("APPEND", 0x800),
    ("DUMP", 0x300),
];

/// The bits of flags such as `NLM_F_REQUEST|0x300`.
pub(super) fn flags(text: &str) -> Option<u16> {
    let mut bits = 0;
    for word in text.split(" /*").next()?.split('|').map(str::trim) {
        let known = word.strip_prefix("NLM_F_").and_then(|name| FLAGS.iter().find(|(it, _)| *it == name));
        bits |= match known {
            Some((_, bit)) => *bit,
            None => u16::try_from(number(word)?).ok()?,
        };
    }
    Some(bits)
}

/// The error number with this name.
pub(super) fn errno(name: &str) -> Option<i32> {
    (1..=133).find(|number| errno_name(*number) == name)
}

/// The name of an error number.
pub(crate) fn errno_name(number: i32) -> String {
    match Errno::from_raw(number) {
        Errno::UnknownErrno => format!("error {number}"),
        errno => format!("{errno:?}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_numbers_as_the_kernel_has_them() {
        assert_eq!(protocol("NETLINK_ROUTE"), Some(0));
        assert_eq!(protocol("GENERIC:123]>"), Some(16));
        assert_eq!(protocol("sock-diag"), Some(4));
        assert_eq!(protocol("7"), Some(7));
        assert_eq!(protocol("TCP"), None);
        assert_eq!(flags("NLM_F_REQUEST|0x300"), Some(0x301));
        assert_eq!(flags("0"), Some(0));
        assert_eq!(errno("ENODEV"), Some(19));
        assert_eq!(errno("EWHAT"), None);
        assert_eq!(number("-1454752446"), Some(0xa94a_4d42));
    }
}
