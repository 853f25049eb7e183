//! What is wrong in the specs of Linux 6.12, where their own client does not look.

/// A correction of a spec, for `nlkit`.
pub(crate) struct Correction {
    pub(crate) spec: &'static str,
    pub(crate) from: &'static str,
    pub(crate) to: &'static str,
    /// A call that fails without it, and not with the client.
    pub(crate) shown_by: (&'static str, &'static str),
    pub(crate) why: &'static str,
}

const NO_DUMP: &str =
    "it is dumped, but the spec has only its do; the client dumps what it is told to";

pub(crate) const CORRECTIONS: &[Correction] = &[
    Correction {
        spec: "tc",
        from: "            - egress-block\n    -\n      name: newtclass\n",
        to: "            - egress-block
      dump:
        request: { value: 38, attributes: [dump-invisible] }
        reply: { value: 36, attributes: *tc-all }
    -
      name: newtclass
",
        shown_by: ("dump", "getqdisc"),
        why: NO_DUMP,
    },
    Correction {
        spec: "tc",
        from: "          value: 40\n          attributes: *tc-all\n",
        to: "          value: 40
          attributes: *tc-all
      dump:
        request: { value: 42 }
        reply: { value: 40, attributes: *tc-all }
",
        shown_by: ("dump", "gettclass"),
        why: NO_DUMP,
    },
    Correction {
        spec: "tc",
        from: "          value: 100\n          attributes: *tc-all\n",
        to: "          value: 100
          attributes: *tc-all
      dump:
        request: { value: 102, attributes: [chain] }
        reply: { value: 100, attributes: *tc-all }
",
        shown_by: ("dump", "getchain"),
        why: NO_DUMP,
    },
];
