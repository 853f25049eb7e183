//! Requests against the checks of their spec.

use nlkit::wire::ATTR_NESTED;
use nlkit::{Be, EncodeErrorKind, Error, Fault, IndexedArray, NlAttrs, NlString};
use nlkit_specs::netdev::{DevGetRequest, QueueGetRequest, QueueType};
use nlkit_specs::{ethtool, netdev, wireguard};
use nlkit_tests::any_bytes::AnyBytes;
use nlkit_tests::raw;

use crate::violation;

const EINVAL: i32 = 22;
const ERANGE: i32 = 34;

/// An attribute for each check.
#[derive(Clone, Debug, Default, PartialEq, NlAttrs)]
struct Lamp {
    #[nl(id = 1, min = 1, max = 100)]
    level: Option<u32>,
    #[nl(id = 2, as = Be<u16>, min = 1024)]
    port: Option<u16>,
    #[nl(id = 3, min = -5, max = 5)]
    tone: Option<i16>,
    #[nl(id = 4, as = nlkit::Uint, max = 0x1_0000_0000)]
    wide: Option<u64>,
    #[nl(id = 5, min_len = 2, max_len = 4)]
    name: Option<NlString>,
    #[nl(id = 6, exact_len = 6)]
    key: Option<Vec<u8>>,
    #[nl(id = 7, mask = 0x5)]
    modes: Option<u8>,
    #[nl(id = 8, mask = 0x3)]
    bits: Option<nlkit::Bitfield32>,
    #[nl(id = 9, as = IndexedArray, max_len = 2)]
    list: Option<Vec<Vec<u8>>>,
    #[nl(id = 10, as = IndexedArray)]
    inner: Option<Vec<Lamp>>,
    #[nl(id = 11)]
    on: bool,
}

type Request = AnyBytes<Lamp, DevGetRequest>;

fn check(lamp: &Lamp) -> Result<(), Error> {
    nlkit::validate(&Request::new(nlkit::encode(lamp).unwrap()))
}

#[test]
fn what_keeps_the_checks_passes() {
    let inner = Lamp { level: Some(1), ..Lamp::default() };
    let lamp = Lamp {
        level: Some(100),
        port: Some(1024),
        tone: Some(-5),
        wide: Some(0x1_0000_0000),
        name: Some("abcd".into()),
        key: Some(vec![0; 6]),
        modes: Some(4),
        bits: Some(nlkit::Bitfield32 { value: 1, selector: 3 }),
        list: Some(vec![vec![1, 2], vec![]]),
        inner: Some(vec![inner.clone(), inner]),
        on: true,
    };
    check(&lamp).unwrap();
    check(&Lamp::default()).unwrap();
}

#[test]
fn what_breaks_a_check_is_told_with_path_and_rule() {
    let lamp = Lamp::default;
    let bits = |value, selector| Some(nlkit::Bitfield32 { value, selector });
    let dim = Lamp { level: Some(0), ..lamp() };
    let cases = [
        (
            Lamp { level: Some(101), ..lamp() },
            ".level: 101 is out of range (u32, 1 to 100)",
            ERANGE,
        ),
        (
            Lamp { port: Some(80), ..lamp() },
            ".port: 80 is out of range (u16, 1024 or more)",
            ERANGE,
        ),
        (Lamp { tone: Some(-6), ..lamp() }, ".tone: -6 is out of range (s16, -5 to 5)", ERANGE),
        (
            Lamp { wide: Some(0x1_0000_0001), ..lamp() },
            ".wide: 4294967297 is out of range (uint, 4294967296 at most)",
            ERANGE,
        ),
        (
            Lamp { name: Some("a".into()), ..lamp() },
            ".name: 1 byte does not fit (nul-string, 2 to 4 bytes)",
            ERANGE,
        ),
        (
            Lamp { name: Some("abcde".into()), ..lamp() },
            ".name: text of 6 bytes with its NUL does not fit (nul-string, 2 to 4 bytes)",
            EINVAL,
        ),
        (
            Lamp { key: Some(vec![0; 7]), ..lamp() },
            ".key: 7 bytes do not fit (binary, 6 bytes)",
            ERANGE,
        ),
        (
            Lamp { modes: Some(6), ..lamp() },
            ".modes: bits 0x2 may not be set (u8, bits 0x5)",
            EINVAL,
        ),
        (
            Lamp { bits: bits(4, 4), ..lamp() },
            ".bits: bits 0x4 may not be set, or are not in the selector (bitfield32, bits 0x3)",
            EINVAL,
        ),
        (
            Lamp { bits: bits(2, 1), ..lamp() },
            ".bits: bits 0x2 may not be set, or are not in the selector (bitfield32, bits 0x3)",
            EINVAL,
        ),
        (
            Lamp { list: Some(vec![vec![], vec![1, 2, 3]]), ..lamp() },
            ".list[1]: 3 bytes do not fit (binary, 2 bytes at most)",
            ERANGE,
        ),
        (
            Lamp { inner: Some(vec![lamp(), dim]), ..lamp() },
            ".inner[1].level: 0 is out of range (u32, 1 to 100)",
            ERANGE,
        ),
    ];
    for (lamp, expected, errno) in cases {
        let violation = violation(check(&lamp));
        assert_eq!(violation.to_string(), format!("netdev dev-get: {expected}"));
        assert_eq!(violation.errno(), errno, "{violation}");
    }
}

#[test]
fn what_no_type_of_ours_would_write_is_refused_as_the_kernel_does() {
    let text = raw::attr(5, b"abc");
    let cases = [
        (raw::attr(99, &[]), Fault::Unknown, "Unknown attribute type", EINVAL),
        (raw::attr(1, &[0; 3]), Fault::Length(3), "invalid attribute length", EINVAL),
        (raw::attr(4, &[0; 6]), Fault::Length(6), "invalid attribute length", EINVAL),
        (raw::attr(11, &[1]), Fault::Length(1), "Attribute failed policy validation", ERANGE),
        (text, Fault::Unterminated, "Attribute failed policy validation", EINVAL),
        (raw::attr(10, &[]), Fault::NotMarked, "NLA_F_NESTED is missing", EINVAL),
        (raw::attr(1 | ATTR_NESTED, &[0; 4]), Fault::Marked, "NLA_F_NESTED not expected", EINVAL),
        (vec![9, 0, 1, 0], Fault::Malformed, "bytes leftover after parsing attributes", EINVAL),
    ];
    for (bytes, fault, message, errno) in cases {
        let fine = raw::attr(1, &50_u32.to_ne_bytes());
        let violation = violation(nlkit::validate(&Request::new([fine.clone(), bytes].concat())));
        assert_eq!(violation.fault, fault);
        assert_eq!((violation.kernel_message(), violation.errno()), (message, errno), "{fault:?}");
        assert_eq!(violation.offset, fine.len());
    }
}

#[test]
fn nests_beyond_the_limit_are_refused() {
    let mut bytes = raw::attr(1, &1_u32.to_ne_bytes());
    for _ in 0..40 {
        bytes = raw::nest(10, &[raw::nest(1, &[bytes])]);
    }
    assert_eq!(violation(nlkit::validate(&Request::new(bytes))).fault, Fault::TooDeep);
}

#[test]
fn generated_requests_have_the_checks_of_their_specs() {
    let error = nlkit::validate(&DevGetRequest::new().with_ifindex(0)).unwrap_err();
    let expected = "netdev dev-get: .ifindex: 0 is out of range (u32, 1 or more)";
    assert_eq!(error.to_string(), expected);
    assert_eq!(error.errno(), Some(nlkit::errno::ERANGE), "what the kernel would say");
    nlkit::validate(&DevGetRequest::new().with_ifindex(1)).unwrap();
    // Enums and flags are open: a newer kernel may have more than our spec.
    let newer = QueueGetRequest::new().with_ifindex(1).with_type(QueueType::from(77));
    nlkit::validate(&newer).unwrap();
    let peer = wireguard::Wgpeer::new().with_public_key([7; 31]);
    let request = wireguard::SetDeviceRequest::new()
        .with_ifname("wg0")
        .with_peers([wireguard::Wgpeer::new().with_public_key([7; 32]), peer]);
    let expected =
        "wireguard set-device: .peers[1].public-key: 31 bytes do not fit (binary, 32 bytes)";
    assert_eq!(nlkit::validate(&request).unwrap_err().to_string(), expected);
    let request = wireguard::SetDeviceRequest::new().with_ifname("a-name-of-sixteen");
    assert_eq!(violation(nlkit::validate(&request)).attribute, ".ifname");
    nlkit::validate_dump(&netdev::QueueGetDump::new().with_ifindex(1)).unwrap();
}

#[test]
fn a_request_that_cannot_be_encoded_says_so_first() {
    let request =
        ethtool::RingsGetRequest::new().with_header(ethtool::Header::new().with_dev_name("a\0b"));
    match nlkit::validate(&request) {
        Err(Error::Encode(error)) => assert_eq!(error.kind(), &EncodeErrorKind::InnerNul),
        other => panic!("{other:?}"),
    }
}
