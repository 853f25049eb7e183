//! What counts as agreement: made-up specs against made-up kernels.

use nlkit::nlctrl::{FamilyInfo, GroupInfo, OpInfo, OpPolicyInfo, PolicyInfo, PolicyMessage};
use nlkit::{Kind, Policies};
use nlkit_codegen::Builder;
use nlkit_dynamic::agreement::{Aspect, Level, compare};

/// A spec with these attributes, which its one operation takes in a do.
fn spec(attributes: &str) -> String {
    let names = attributes.split("name: ").skip(1).filter_map(|rest| rest.split(',').next());
    let names: Vec<_> = names.collect();
    format!(
        "
name: lamp
doc: Lamps.
protocol: genetlink-legacy
definitions:
  - {{ name: mode, type: enum, entries: [off, on, blink] }}
  - {{ name: bits, type: flags, entries: [red, green] }}
  - {{ name: shape, type: struct, members: [{{ name: a, type: u32 }}, {{ name: b, type: u32 }}] }}
attribute-sets:
  - {{ name: inner, attributes: [{{ name: level, type: u32 }}, {{ name: said, type: u32 }}] }}
  - name: lamp
    attributes:
{attributes}
operations:
  list:
    - {{ name: set, doc: Set., attribute-set: lamp, flags: [admin-perm], do: {{ request: {{ attributes: [{}] }} }} }}
mcast-groups: {{ list: [{{ name: events }}] }}
",
        names.join(", ")
    )
}

fn of_kind(kind: Kind) -> PolicyInfo {
    PolicyInfo { kind: Some(kind.number()), ..PolicyInfo::default() }
}

/// A kernel whose `lamp` has operation 1, with this policy for its do; policy 1 is that of nests.
fn kernel(attributes: Vec<(u16, PolicyInfo)>) -> Policies {
    let ops = vec![OpInfo { id: Some(1), flags: Some(1 | 2 | 8) }];
    let group = GroupInfo { name: Some("events".into()), id: Some(5) };
    let info = FamilyInfo {
        name: Some("lamp".into()),
        ops: Some(ops),
        groups: Some(vec![group]),
        ..FamilyInfo::default()
    };
    let of_op = OpPolicyInfo { of_do: Some(0), of_dump: None };
    let tables = vec![(0, attributes), (1, vec![(1, of_kind(Kind::U32))])];
    let message = PolicyMessage { op_policy: Some(vec![(1, of_op)]), policy: Some(tables) };
    Policies::from_messages(info, [message])
}

/// All that a spec with one attribute and a kernel with one say differently.
fn found(attribute: &str, theirs: PolicyInfo) -> Vec<(Aspect, Level)> {
    let text = spec(&format!("      - {{ name: it, {attribute} }}"));
    let family = Builder::new().resolve_str("lamp.yaml", &text).unwrap();
    let findings = compare(&family, &kernel(vec![(1, theirs)])).into_iter();
    let differing = findings.filter(|finding| finding.level != Level::Agrees);
    differing.map(|finding| (finding.aspect, finding.level)).collect()
}

#[test]
fn types_agree_where_the_kernel_takes_what_is_written() {
    let pairs = [
        ("type: u32", Kind::U32, true),
        ("type: u32", Kind::S32, false),
        ("type: u32", Kind::U16, false),
        ("type: u32", Kind::Uint, false), // the kernel may answer with 8 bytes
        ("type: uint", Kind::Uint, true),
        ("type: uint", Kind::U32, true),
        ("type: uint", Kind::U64, false), // written in 4 bytes where they suffice
        ("type: sint", Kind::S32, true),
        ("type: u32, enum: mode", Kind::U32, true),
        ("type: u16, byte-order: big-endian", Kind::U16, true),
        ("type: string", Kind::String, true),
        ("type: string", Kind::NulString, true),
        ("type: string", Kind::Binary, true),
        ("type: binary", Kind::Binary, true),
        ("type: binary", Kind::String, false),
        ("type: binary, struct: shape", Kind::Binary, true),
        ("type: binary, sub-type: u32", Kind::Binary, true),
        ("type: binary, display-hint: mac", Kind::Binary, true),
        ("type: flag", Kind::Flag, true),
        ("type: flag", Kind::U8, false),
        ("type: bitfield32", Kind::Bitfield32, true),
        ("type: bitfield32", Kind::U64, false),
    ];
    for (ours, theirs, agree) in pairs {
        let expected = if agree { vec![] } else { vec![(Aspect::Type, Level::Wrong)] };
        assert_eq!(found(ours, of_kind(theirs)), expected, "{ours} {theirs}");
    }
}

#[test]
fn limits_agree_or_are_told_apart() {
    let range = |min, max| PolicyInfo { min, max, ..of_kind(Kind::U32) };
    let lengths = |min_len, max_len| PolicyInfo { min_len, max_len, ..of_kind(Kind::Binary) };
    let mask = |mask| PolicyInfo { mask: Some(mask), ..of_kind(Kind::U32) };
    let whole = range(Some(0), Some(u32::MAX.into()));
    let table = [
        ("type: u32", whole.clone(), vec![]),
        ("type: u32, checks: { min: 1 }", range(Some(1), Some(u32::MAX.into())), vec![]),
        ("type: u32, checks: { min: 2 }", range(Some(1), None), vec![(Aspect::Min, Level::Wrong)]),
        ("type: u32, checks: { max: 9 }", whole, vec![(Aspect::Max, Level::Wrong)]),
        (
            "type: u32, checks: { max: 9 }",
            range(None, None),
            vec![(Aspect::Max, Level::NotChecked)],
        ),
        ("type: u32", range(Some(1), None), vec![(Aspect::Min, Level::NotInSpec)]),
        ("type: u32, enum: mode", range(Some(0), Some(2)), vec![]),
        ("type: u32, enum: mode", range(Some(0), Some(1)), vec![(Aspect::Max, Level::Newer)]),
        ("type: u32, enum: mode", range(Some(0), Some(3)), vec![(Aspect::Max, Level::NotInSpec)]),
        ("type: u32, enum: bits", mask(3), vec![]),
        ("type: u32, enum: bits", mask(1), vec![(Aspect::Bits, Level::Newer)]),
        ("type: u32, enum: bits", mask(7), vec![(Aspect::Bits, Level::NotInSpec)]),
        ("type: u32, checks: { flags-mask: 3 }", mask(7), vec![(Aspect::Bits, Level::Wrong)]),
        ("type: binary, checks: { exact-len: 6 }", lengths(Some(6), Some(6)), vec![]),
        ("type: binary, checks: { exact-len: 6 }", lengths(None, Some(6)), vec![]),
        (
            "type: binary, checks: { exact-len: 6 }",
            lengths(None, Some(8)),
            vec![(Aspect::MaxLen, Level::Wrong)],
        ),
        (
            "type: binary, checks: { max-len: 6 }",
            lengths(None, Some(8)),
            vec![(Aspect::MaxLen, Level::Wrong)],
        ),
        ("type: binary, struct: shape", lengths(Some(8), Some(8)), vec![]),
        (
            "type: binary, struct: shape",
            lengths(None, Some(4)),
            vec![(Aspect::MaxLen, Level::Wrong)],
        ),
        (
            "type: binary, display-hint: ipv4",
            lengths(Some(16), None),
            vec![(Aspect::MinLen, Level::Wrong)],
        ),
    ];
    for (ours, theirs, expected) in table {
        assert_eq!(found(ours, theirs.clone()), expected, "{ours} {theirs}");
    }
}

#[test]
fn what_either_lacks_is_told_apart_from_what_is_newer() {
    let text = spec(
        "      - { name: one, type: u32 }
      - { name: two, type: u32 }
      - { name: port, type: u16, byte-order: big-endian }
      - { name: four, type: u32 }
      - { name: six, value: 6, type: u32 }",
    );
    let family = Builder::new().resolve_str("lamp.yaml", &text).unwrap();
    let theirs = vec![(1, of_kind(Kind::U32)), (4, of_kind(Kind::U32)), (5, of_kind(Kind::Flag))];
    let findings = compare(&family, &kernel(theirs)).into_iter();
    let findings = findings.filter(|finding| !finding.place.path.is_empty());
    let findings: Vec<_> = findings.map(|it| (it.place.path, it.level)).collect();
    let expected = [
        (".two", Level::NotInKernel),
        (".port", Level::NotChecked), // kernels list no number of another byte order
        (".six", Level::Newer),
        (".one", Level::Agrees),
        (".four", Level::Agrees),
        (".5", Level::NotInSpec),
    ];
    let expected = expected.map(|(path, level)| (path.to_owned(), level));
    assert_eq!(findings, expected);
}

#[test]
fn nests_are_walked_and_what_may_be_of_replies_is_not_checked() {
    let text = spec("      - { name: it, type: nest, nested-attributes: inner }");
    let family = Builder::new().resolve_str("lamp.yaml", &text).unwrap();
    let nest = PolicyInfo { policy: Some(1), policy_maxattr: Some(2), ..of_kind(Kind::Nested) };
    let findings = compare(&family, &kernel(vec![(1, nest)])).into_iter();
    let findings = findings.filter(|finding| finding.place.path.len() > 3);
    let findings: Vec<_> = findings.map(|it| (it.to_string(), it.level)).collect();
    let unlisted = "set do .it.said: the kernel has none in requests, or takes it without a check";
    let expected = [
        ("set do .it.level: type: u32".to_owned(), Level::Agrees),
        (unlisted.to_owned(), Level::NotChecked),
    ];
    assert_eq!(findings, expected);
}

#[test]
fn operations_groups_and_permissions_are_compared() {
    let text = spec("      - { name: it, type: u32 }").replace("events", "news");
    let text = text.replace("flags: [admin-perm]", "flags: []");
    let family = Builder::new().resolve_str("lamp.yaml", &text).unwrap();
    let findings = compare(&family, &kernel(vec![(1, of_kind(Kind::U32))]));
    let differing = findings.iter().filter(|finding| finding.level != Level::Agrees);
    let lines: Vec<_> = differing.map(ToString::to_string).collect();
    let expected = [
        "group news: the kernel has none",
        "group events: the spec has none, the kernel has it",
        "operation set (1): permission: the spec says everybody, the kernel CAP_NET_ADMIN",
    ];
    assert_eq!(lines, expected);
}

#[test]
fn a_kernel_that_asks_for_more_than_the_administrator_of_a_namespace_is_older() {
    let text = spec("      - { name: it, type: u32 }");
    let levels = ["[admin-perm]", "[uns-admin-perm]", "[]"].map(|flags| {
        let text = text.replace("flags: [admin-perm]", &format!("flags: {flags}"));
        let family = Builder::new().resolve_str("lamp.yaml", &text).unwrap();
        let findings = compare(&family, &kernel(vec![(1, of_kind(Kind::U32))]));
        findings.iter().find(|finding| finding.aspect == Aspect::Permission).unwrap().level
    });
    assert_eq!(levels, [Level::Agrees, Level::Newer, Level::Wrong]);
}

#[test]
fn a_family_that_is_not_there_and_a_raw_one_are_one_finding() {
    let text = spec("      - { name: it, type: u32 }");
    let family = Builder::new().resolve_str("lamp.yaml", &text).unwrap();
    let [absent] = compare(&family, &Policies::absent()).try_into().unwrap();
    assert_eq!(absent.to_string(), "the kernel has no such family");
    let text = text.replace("genetlink-legacy", "netlink-raw\nprotonum: 0");
    let text = text
        .replace("name: events", "name: events, value: 3")
        .replace("name: set,", "name: set, value: 16,");
    let family = Builder::new().resolve_str("lamp.yaml", &text).unwrap();
    let [raw] = compare(&family, &Policies::absent()).try_into().unwrap();
    assert_eq!((raw.level, raw.place.is_family()), (Level::NotChecked, true));
}
