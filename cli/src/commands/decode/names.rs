//! Numbers behind the names of netlink's own constants, as strace and people write them.

use nlkit::wire::{ATTR_NESTED, kind};

/// A decimal or hexadecimal number, maybe negative as strace prints port ids.
pub(crate) fn number(text: &str) -> Option<u32> {
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
        let known =
            word.strip_prefix("NLM_F_").and_then(|name| FLAGS.iter().find(|(it, _)| *it == name));
        bits |= match known {
            Some((_, bit)) => *bit,
            None => u16::try_from(number(word)?).ok()?,
        };
    }
    Some(bits)
}

/// The type of an attribute of an extended ACK.
pub(super) fn ext_ack(text: &str) -> Option<u16> {
    let (nested, name) = match text.strip_prefix("NLA_F_NESTED|") {
        Some(name) => (ATTR_NESTED, name),
        None => (0, text),
    };
    let names = ["MSG", "OFFS", "COOKIE", "POLICY", "MISS_TYPE", "MISS_NEST"];
    let name = name.strip_prefix("NLMSGERR_ATTR_")?;
    let at = names.iter().position(|known| *known == name)?;
    Some(nested | u16::try_from(at + 1).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_numbers_as_the_kernel_has_them() {
        assert_eq!(flags("NLM_F_REQUEST|0x300"), Some(0x301));
        assert_eq!(flags("0"), Some(0));
        assert_eq!(number("-1454752446"), Some(0xa94a_3d42));
    }
}
