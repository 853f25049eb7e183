//! Whether a kernel has something: what its policies tell, and what they do not.

use nlkit::nlctrl::{FamilyInfo, PolicyInfo};
use nlkit::{Be, Do, Dump, Fault, IndexedArray, Kind, NlAttrs, Policies, Support};
use nlkit_tests::kernel::captured;
use nlkit_tests::skip::folder;

use crate::{attribute, family, nest, of_kind, of_one_op, op_policies, violation};

#[derive(Clone, Debug, Default, PartialEq, NlAttrs)]
struct Request {
    #[nl(id = 1)]
    index: Option<u32>,
    #[nl(id = 2)]
    inner: Option<Inner>,
    #[nl(id = 3, as = IndexedArray)]
    list: Option<Vec<Inner>>,
    #[nl(id = 5)]
    newer: Option<u32>,
    #[nl(id = 6, as = Be<u16>)]
    port: Option<u16>,
}

#[derive(Clone, Debug, Default, PartialEq, NlAttrs)]
struct Inner {
    #[nl(id = 1)]
    flags: Option<u32>,
    #[nl(id = 2)]
    gap: Option<u32>,
    #[nl(id = 4)]
    newer: Option<u32>,
}

enum MadeUp {}

impl nlkit::Family for MadeUp {
    type Protocol = nlkit::Generic;
    const NAME: &'static str = "made-up";
}

impl Do for Request {
    type Family = MadeUp;
    type Reply = ();
    const NAME: &'static str = "ask";
    const CMD: u16 = 1;
}

impl Dump for Request {
    type Family = MadeUp;
    type Reply = Self;
    const NAME: &'static str = "ask";
    const CMD: u16 = 1;
}

fn policies() -> Policies {
    let range = PolicyInfo { min: Some(1), max: Some(9), ..of_kind(Kind::U32) };
    let mask = PolicyInfo { mask: Some(6), ..of_kind(Kind::U32) };
    let list = PolicyInfo { kind: Some(Kind::NestedArray.number()), ..nest(1, 3) };
    of_one_op(vec![
        attribute(0, 1, range),
        attribute(0, 2, nest(1, 3)),
        attribute(0, 3, list),
        attribute(1, 1, mask),
        attribute(1, 3, of_kind(Kind::U32)),
    ])
}

#[test]
fn attributes_are_found_by_their_paths() {
    let policies = policies();
    let ask = policies.of_do::<Request>();
    assert_eq!(ask.operation(), Support::Yes);
    let answers = [
        ("index", Support::Yes),
        ("inner", Support::Yes),
        ("inner.flags", Support::Yes),
        ("inner.gap", Support::Unknown),
        ("inner.newer", Support::No),
        ("list", Support::Yes),
        ("list.flags", Support::Yes),
        (".list[3].flags", Support::Yes),
        ("list.newer", Support::No),
        ("newer", Support::No),
        ("newer.flags", Support::No),
        // A number in network order, which kernels never list.
        ("port", Support::Unknown),
        ("no-such", Support::Unknown),
        ("index.flags", Support::Unknown),
        ("", Support::Unknown),
    ];
    for (path, expected) in answers {
        assert_eq!(ask.attribute(path), expected, "{path}");
    }
}

#[test]
fn values_are_in_the_range_or_the_mask() {
    let policies = policies();
    let ask = policies.of_dump::<Request>();
    let answers = [
        ("index", 9, Support::Yes),
        ("index", 10, Support::No),
        ("index", 0, Support::No),
        ("index", -1, Support::No),
        ("inner.flags", 4, Support::Yes),
        ("inner.flags", 5, Support::No),
        ("list.flags", 8, Support::No),
        ("newer", 1, Support::No),
        ("inner", 1, Support::Unknown),
        ("port", 1, Support::Unknown),
    ];
    for (path, value, expected) in answers {
        assert_eq!(ask.value(path, value), expected, "{path} {value}");
    }
    // The full range is what kernels tell of a number without limits.
    let full = PolicyInfo { min: Some(0), max: Some(u32::MAX.into()), ..of_kind(Kind::U32) };
    let policies = of_one_op(vec![attribute(0, 1, full)]);
    let ask = policies.of_do::<Request>();
    assert_eq!(ask.value("index", 7), Support::Unknown);
    assert_eq!(ask.value("index", 1_i128 << 32), Support::No);
}

#[test]
fn of_another_familys_requests_nothing_is_known() {
    let mut other = family(0, &[(1, 2)]);
    other.name = Some("other".into());
    let policies = Policies::from_messages(other, [op_policies(&[(1, Some(0), None)])]);
    let ask = policies.of_do::<Request>();
    assert_eq!((ask.operation(), ask.attribute("index")), (Support::Unknown, Support::Unknown));
    let error = policies.validate(&Request::default()).unwrap_err();
    assert!(error.to_string().ends_with("the policies are those of another family"), "{error}");
}

#[test]
fn without_a_policy_only_operations_are_known() {
    let old = Policies::from_messages(family(9, &[(1, 2)]), []);
    assert_eq!(old.of_do::<Request>().operation(), Support::Yes);
    assert_eq!(old.of_do::<Request>().attribute("index"), Support::Unknown);
    assert_eq!(old.of_dump::<Request>().operation(), Support::No);
    assert_eq!(old.of_dump::<Request>().attribute("index"), Support::No);
    let none = Policies::from_messages(FamilyInfo::default(), []);
    assert_eq!(none.of_do::<Request>().operation(), Support::No);
    let absent = Policies::absent();
    assert_eq!(absent.of_do::<Request>().value("index", 1), Support::No);
    // An operation that only the policies name.
    let named = Policies::from_messages(family(0, &[]), [op_policies(&[(1, Some(0), None)])]);
    assert_eq!(named.of_do::<Request>().operation(), Support::Yes);
    assert_eq!(named.of_dump::<Request>().operation(), Support::Unknown);
}

#[test]
fn a_policy_of_the_whole_family_goes_up_to_its_highest_attribute() {
    let ops = op_policies(&[(1, Some(0), None)]);
    let messages = [ops, attribute(0, 1, of_kind(Kind::U32))];
    let policies = Policies::from_messages(family(4, &[(1, 2 | 8)]), messages);
    let ask = policies.of_do::<Request>();
    assert_eq!(ask.attribute("inner"), Support::Unknown);
    assert_eq!(ask.attribute("newer"), Support::No);
    assert_eq!(
        violation(policies.validate(&Request { newer: Some(1), ..Request::default() })).fault,
        Fault::Unknown
    );
    policies.validate(&Request { inner: Some(Inner::default()), ..Request::default() }).unwrap();
}

#[test]
fn requests_are_checked_by_the_kernels_policy() {
    let policies = policies();
    let inner = |flags| Inner { flags: Some(flags), ..Inner::default() };
    policies
        .validate(&Request { index: Some(9), inner: Some(inner(2)), ..Request::default() })
        .unwrap();
    let cases = [
        (
            Request { index: Some(0), ..Request::default() },
            "made-up ask: .index: 0 is out of range (u32, 1 to 9)",
        ),
        (
            Request { list: Some(vec![inner(2), inner(1)]), ..Request::default() },
            "made-up ask: .list[1].flags: bits 0x1 may not be set (u32, bits 0x6)",
        ),
        (
            Request { newer: Some(0), ..Request::default() },
            "made-up ask: .newer: no such attribute there",
        ),
    ];
    for (request, expected) in cases {
        assert_eq!(violation(policies.validate(&request)).to_string(), expected);
        assert_eq!(violation(policies.validate_dump(&request)).to_string(), expected);
    }
    let gone = violation(Policies::absent().validate(&Request::default()));
    assert_eq!(gone.to_string(), "made-up ask: the running kernel has no such operation");
    assert_eq!(gone.errno(), 95);
}

#[test]
fn what_kernels_have_differs_from_one_to_the_next() {
    use nlkit_specs::{ethtool, netdev, wireguard};
    let Some(captures) = folder("NLKIT_CAPTURES") else { return };
    let of = |kernel: &str, name: &str| {
        let families = captured(&captures.join(kernel)).unwrap();
        let found = families.into_iter().find(|(known, _)| known == name);
        found.map_or_else(Policies::absent, |(_, policies)| policies)
    };
    let netdev = |kernel| of(kernel, "netdev").of_do::<netdev::DevGetRequest>().operation();
    assert_eq!(["6.1", "6.12", "7.2"].map(netdev), [Support::No, Support::Yes, Support::Yes]);
    let qstats =
        |kernel| of(kernel, "netdev").of_dump::<netdev::QstatsGetDump>().attribute("scope");
    assert_eq!(
        ["6.1", "6.12", "host", "7.2"].map(qstats),
        [Support::No, Support::Yes, Support::Yes, Support::Yes]
    );
    let scope =
        |value: i128| of("host", "netdev").of_dump::<netdev::QstatsGetDump>().value("scope", value);
    assert_eq!([0, 1, 2].map(scope), [Support::Yes, Support::Yes, Support::No]);
    let rings =
        |kernel| of(kernel, "ethtool").of_do::<ethtool::RingsSetRequest>().attribute("hds-thresh");
    assert_eq!(["6.1", "6.12", "host"].map(rings), [Support::No, Support::No, Support::Yes]);
    // In older kernels, and in 6.12, no policy looks into a list of peers.
    let ipaddr = |kernel| {
        let policies = of(kernel, "wireguard");
        policies.of_do::<wireguard::SetDeviceRequest>().attribute("peers.allowedips.ipaddr")
    };
    let expected = [Support::Unknown, Support::Unknown, Support::Yes];
    assert_eq!(["6.1", "6.12", "7.2"].map(ipaddr), expected);
}
