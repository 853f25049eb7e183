//! Linux netlink families, generated from the YAML in `families/`.
