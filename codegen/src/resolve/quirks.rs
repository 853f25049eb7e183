//! Mistakes in specs of released kernels that cannot be put right any more: just these are passed
//! over, so that the specs are of use, and everybody else is told.

/// Attributes in lists of operations whose set does not have them: family, set, attribute.
const NO_ATTRIBUTES: &[(&str, &str, &str)] = &[
    // Linux 6.12.
    ("nftables", "gen-attrs", "name"),
    ("nftables", "rule-attrs", "name"),
    ("nftables", "setelem-list-attrs", "name"),
    ("rt-link", "link-attrs", "if-netnsid"),
];

/// Whether a kernel's spec lists this attribute, which there is not.
pub(super) fn is_no_attribute(family: &str, set: &str, attribute: &str) -> bool {
    NO_ATTRIBUTES.contains(&(family, set, attribute))
}
