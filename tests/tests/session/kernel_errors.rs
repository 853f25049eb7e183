//! The kernel's own words on a refused request, with the attributes' paths.

use nlkit::nlctrl::{FamilyInfo, PolicyInfo};
use nlkit::script::{Script, answer};
use nlkit::wire::flag;
use nlkit::{Connection, KernelError, NlAttrs, Warning};
use nlkit_specs::ethtool;
use nlkit_tests::raw;
use nlkit_tests::tunnel::{self, AllowedIp, Endpoint, Peer, Set};

use crate::scripted;

const EINVAL: i32 = 22;
/// NLMSGERR_ATTR_*.
const MSG: u16 = 1;
const OFFS: u16 = 2;
const COOKIE: u16 = 3;
const POLICY: u16 = 4;
const MISS_TYPE: u16 = 5;
const MISS_NEST: u16 = 6;

fn u32_attr(id: u16, value: usize) -> Vec<u8> {
    raw::attr(id, &u32::try_from(value).unwrap().to_ne_bytes())
}

/// Where in a request the attribute with this payload begins.
fn offset_of(request: &[u8], payload: &[u8]) -> usize {
    let found: Vec<usize> =
        (20..request.len()).filter(|at| request[*at..].starts_with(payload)).collect();
    let [at] = found[..] else {
        panic!("{payload:?} stands at {found:?}");
    };
    at - 4
}

/// Refuses `request` with the extended ACK that `ext_ack` gives for what was sent.
fn refused<F>(request: &Set, mut ext_ack: F) -> KernelError
where
    F: FnMut(&[u8]) -> Vec<u8>,
{
    let mut conn = scripted(move |request| {
        vec![answer(request).error(EINVAL, &ext_ack(request)).into_datagram()]
    });
    let error = conn.request(request).unwrap_err();
    error.kernel().unwrap_or_else(|| panic!("{error:?}")).clone()
}

fn allowed(last: u8) -> AllowedIp {
    AllowedIp::new().with_ipaddr([10, 0, 0, last])
}

/// Three peers, and in the last of them each kind of list.
fn request() -> Set {
    let endpoint = |port| Endpoint::new().with_port(port);
    let last = Peer::new()
        .with_public_key([3; 4])
        .with_allowedips(vec![allowed(7), allowed(8)])
        .with_endpoint([endpoint(0x1111), endpoint(0x2222)])
        .with_classes(vec![
            (5, vec![(0, endpoint(0x3333))]),
            (9, vec![(4, endpoint(0x4444)), (7, endpoint(0x5555))]),
        ]);
    let others = [1, 2].map(|key| Peer::new().with_public_key([key; 4]));
    let peers = others.into_iter().chain([last]).collect();
    Set { ifindex: Some(0xabab), peers: Some(peers) }
}

#[test]
fn an_offset_becomes_a_path_with_indices() {
    let expected: [(&[u8], &str); 8] = [
        (&0xabab_u32.to_ne_bytes(), ".ifindex"),
        (&[1; 4], ".peers[0].public-key"),
        (&[3; 4], ".peers[2].public-key"),
        (&[10, 0, 0, 7], ".peers[2].allowedips[0].ipaddr"),
        (&[10, 0, 0, 8], ".peers[2].allowedips[1].ipaddr"),
        (&[0x22; 2], ".peers[2].endpoint[1].port"),
        (&[0x33; 2], ".peers[2].classes[5][0].port"),
        (&[0x55; 2], ".peers[2].classes[9][7].port"),
    ];
    for (payload, path) in expected {
        let error = refused(&request(), |sent| u32_attr(OFFS, offset_of(sent, payload)));
        assert_eq!(error.attribute.as_deref(), Some(path));
    }
}

#[test]
fn an_offset_of_a_nest_is_the_nests_path() {
    let at = |sent: &[u8], payload, up| u32_attr(OFFS, offset_of(sent, payload) - up);
    let entry = refused(&request(), |sent| at(sent, &[10, 0, 0, 8], 4));
    assert_eq!(entry.attribute.as_deref(), Some(".peers[2].allowedips[1]"));
    let list = refused(&request(), |sent| at(sent, &[10, 0, 0, 7], 8));
    assert_eq!(list.attribute.as_deref(), Some(".peers[2].allowedips"));
    let peers = refused(&request(), |_| u32_attr(OFFS, 28));
    assert_eq!(peers.attribute.as_deref(), Some(".peers"));
}

#[test]
fn an_offset_that_leads_to_no_attribute_gives_none() {
    let len = 20 + nlkit::encode(&request()).unwrap().len();
    for offset in [0, 16, 19, len, len + 4, 0xffff_ffff] {
        let error = refused(&request(), |_| u32_attr(OFFS, offset));
        assert_eq!(error.attribute, None, "offset {offset}");
        assert_eq!(error.to_string(), "tunnel set: Invalid argument (22)");
    }
}

#[test]
fn a_missing_attribute_has_a_name() {
    let error = refused(&Set::default(), |_| u32_attr(MISS_TYPE, 1));
    assert_eq!(error.missing.as_deref(), Some(".ifindex"));
    let text = "tunnel set: missing attribute .ifindex: Invalid argument (22)";
    assert_eq!(error.to_string(), text);
}

#[test]
fn a_missing_attribute_in_a_nest_has_a_path() {
    let error = refused(&request(), |sent| {
        let entry = offset_of(sent, &[10, 0, 0, 8]) - 4;
        [u32_attr(MISS_TYPE, 3), u32_attr(MISS_NEST, entry)].concat()
    });
    assert_eq!(error.missing.as_deref(), Some(".peers[2].allowedips[1].cidr-mask"));
    let error = refused(&request(), |sent| {
        let entry = offset_of(sent, &[0x22; 2]) - 4;
        [u32_attr(MISS_TYPE, 2), u32_attr(MISS_NEST, entry)].concat()
    });
    assert_eq!(error.missing.as_deref(), Some(".peers[2].endpoint[1].address"));
}

/// A kernel that is newer than the spec.
#[test]
fn a_missing_attribute_without_a_name_has_its_number() {
    let error = refused(&Set::default(), |_| u32_attr(MISS_TYPE, 99));
    assert_eq!(error.missing.as_deref(), Some(".99"));
    let error = refused(&request(), |sent| {
        let entry = offset_of(sent, &[1; 4]) - 4;
        [u32_attr(MISS_TYPE, 99), u32_attr(MISS_NEST, entry)].concat()
    });
    assert_eq!(error.missing.as_deref(), Some(".peers[0].99"));
}

/// Number 1 of a nest that cannot be found is not number 1 of the request.
#[test]
fn a_missing_attribute_of_an_unknown_nest_is_not_named_after_another() {
    for nest in [0, 5000, 0xffff_ffff] {
        let error =
            refused(&request(), |_| [u32_attr(MISS_TYPE, 1), u32_attr(MISS_NEST, nest)].concat());
        assert_eq!(error.missing.as_deref(), Some(".1"), "nest at {nest}");
    }
    // A leaf is no nest either.
    let error = refused(&request(), |sent| {
        let leaf = offset_of(sent, &[1; 4]);
        [u32_attr(MISS_TYPE, 1), u32_attr(MISS_NEST, leaf)].concat()
    });
    assert_eq!(error.missing.as_deref(), Some(".peers[0].public-key.1"));
}

#[test]
fn a_policy_is_told_in_words() {
    let policy = |policy: &PolicyInfo| raw::attr(POLICY | 0x8000, &nlkit::encode(policy).unwrap());
    let range = PolicyInfo {
        kind: Some(4),
        min: Some(1),
        max: Some(4_294_967_295),
        ..PolicyInfo::default()
    };
    let error = refused(&request(), |sent| {
        let offset = u32_attr(OFFS, offset_of(sent, &0xabab_u32.to_ne_bytes()));
        let text = raw::attr(MSG, b"integer out of range\0");
        [text, offset, policy(&range)].concat()
    });
    assert_eq!(
        error.to_string(),
        "tunnel set: .ifindex: Invalid argument (22): integer out of range (u32, 1 to 4294967295)"
    );
    assert_eq!(error.policy, Some(range));
    let words = [
        (
            PolicyInfo {
                kind: Some(6),
                min_signed: Some(-1),
                max_signed: Some(1),
                ..PolicyInfo::default()
            },
            "s8, -1 to 1",
        ),
        (
            PolicyInfo {
                kind: Some(10),
                min_len: Some(4),
                max_len: Some(4),
                ..PolicyInfo::default()
            },
            "binary, 4 bytes",
        ),
        (
            PolicyInfo {
                kind: Some(10),
                min_len: Some(4),
                max_len: Some(16),
                ..PolicyInfo::default()
            },
            "binary, 4 to 16 bytes",
        ),
        (
            PolicyInfo { kind: Some(12), max_len: Some(15), ..PolicyInfo::default() },
            "nul-string, 15 bytes at most",
        ),
        (
            PolicyInfo { kind: Some(10), min_len: Some(2), ..PolicyInfo::default() },
            "binary, 2 bytes or more",
        ),
        (PolicyInfo { kind: Some(4), mask: Some(0xf), ..PolicyInfo::default() }, "u32, bits 0xf"),
        (
            PolicyInfo { kind: Some(15), bitfield32_mask: Some(7), ..PolicyInfo::default() },
            "bitfield32, bits 0x7",
        ),
        (PolicyInfo { kind: Some(99), ..PolicyInfo::default() }, "unknown type"),
    ];
    for (info, text) in words {
        let error = refused(&request(), |_| policy(&info));
        assert_eq!(error.to_string(), format!("tunnel set: Invalid argument (22) ({text})"));
    }
}

#[test]
fn a_cookie_is_kept() {
    let error = refused(&request(), |_| raw::attr(COOKIE, &[1, 2, 3]));
    assert_eq!(error.cookie.as_deref(), Some(&[1, 2, 3][..]));
}

#[test]
fn a_message_need_not_be_utf8() {
    let error = refused(&request(), |_| raw::attr(MSG, b"caf\xe9\0"));
    assert_eq!(error.message.as_ref().map(|text| text.as_bytes()), Some(&b"caf\xe9"[..]));
    assert_eq!(error.to_string(), "tunnel set: Invalid argument (22): caf\u{fffd}");
}

#[test]
fn a_message_of_several_lines_is_displayed_in_one() {
    let text = b"no\tsuch peer\nor it is asleep\n";
    let error = refused(&request(), |_| raw::attr(MSG, &[text, &b"\0"[..]].concat()));
    assert_eq!(error.message.as_ref().map(|text| text.as_bytes()), Some(&text[..]), "as it came");
    let line = "tunnel set: Invalid argument (22): no such peer or it is asleep";
    assert_eq!(error.to_string(), line);
    let [warning] = &remarked(raw::attr(MSG, b"slow\n\0"))[..] else { panic!("one remark") };
    assert_eq!(warning.to_string(), "tunnel set: slow");
}

/// What is wrong with the words must not hide the error.
#[test]
fn a_malformed_extended_ack_still_gives_what_can_be_read() {
    let good = raw::attr(MSG, b"no\0");
    let broken = [
        raw::attr(OFFS, &[1, 2]),
        raw::attr(OFFS, &[]),
        raw::attr(POLICY, &[1, 2, 3]),
        raw::attr(99, &[1, 2, 3]),
        raw::attr_of_len(0, 5, &[]),
        raw::attr_of_len(900, 5, &[0; 4]),
        vec![1],
    ];
    for broken in broken {
        let error = refused(&request(), |_| [good.as_slice(), &broken].concat());
        assert_eq!(error.errno, EINVAL);
        assert_eq!(error.message.as_ref().map(ToString::to_string).as_deref(), Some("no"));
    }
}

#[test]
fn the_path_is_found_whether_the_kernel_repeats_the_request_or_not() {
    for flags in [flag::CAPPED | flag::ACK_TLVS, flag::ACK_TLVS] {
        let mut conn = scripted(move |request| {
            let offset = u32_attr(OFFS, offset_of(request, &[10, 0, 0, 7]));
            let repeated = match flags & flag::CAPPED {
                0 => request,
                _ => &request[..16],
            };
            vec![raw::error(flags, -EINVAL, repeated, &offset)]
        });
        let error = conn.request(&request()).unwrap_err();
        let path = error.kernel().and_then(|error| error.attribute.clone());
        assert_eq!(path.as_deref(), Some(".peers[2].allowedips[0].ipaddr"), "flags {flags:#x}");
    }
}

#[test]
fn the_refusal_of_a_dump_names_attributes_too() {
    let mut conn = scripted(|request| {
        let offset = u32_attr(OFFS, offset_of(request, b"wg0\0"));
        let text = raw::attr(MSG, b"no such tunnel\0");
        let error = (-EINVAL).to_ne_bytes().to_vec();
        let body = [error, offset, text].concat();
        let flags = flag::MULTI | flag::ACK_TLVS;
        vec![answer(request).message(nlkit::wire::kind::DONE, flags, body).into_datagram()]
    });
    let mut dump = conn.dump(&tunnel::tunnel(1, "wg0")).unwrap();
    let error = dump.next().unwrap().unwrap_err();
    assert_eq!(error.to_string(), "tunnel get: .ifname: Invalid argument (22): no such tunnel");
}

/// While the family's new id is asked for, the request is still what the error is about.
#[test]
fn an_error_behind_a_stale_id_is_about_the_request() {
    let mut ids = [40, 41].into_iter();
    let mut conn = Connection::with_transport(Script::new(move |request: &[u8]| {
        let header = answer(request).request();
        if let Some(family) = tunnel::resolve(request, 41).filter(|_| header.kind == 16) {
            let family = tunnel::resolve(request, ids.next().unwrap_or(41)).unwrap_or(family);
            return vec![family];
        }
        vec![match (header.kind, request.len()) {
            (_, 20) => answer(request).ack().into_datagram(),
            (40, _) => answer(request).error(2, &[]).into_datagram(),
            _ => {
                let offset = u32_attr(OFFS, offset_of(request, &[10, 0, 0, 7]));
                answer(request).error(EINVAL, &offset).into_datagram()
            }
        }]
    }));
    conn.request(&Set::default()).unwrap();
    let error = conn.request(&request()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "tunnel set: .peers[2].allowedips[0].ipaddr: Invalid argument (22)"
    );
}

#[test]
fn an_errno_without_a_name_is_shown_as_its_number() {
    let mut conn = scripted(|request| vec![answer(request).error(4095, &[]).into_datagram()]);
    let error = conn.request(&Set::default()).unwrap_err();
    assert_eq!(error.errno(), Some(4095));
    assert_eq!(error.to_string(), "tunnel set: Unknown error 4095 (4095)");
}

/// The names in paths are those of the spec, whatever the fields are called.
#[test]
fn paths_use_the_specs_names() {
    let entry = |id| Peer::SET.name_of(id);
    assert_eq!([entry(1), entry(9)], [Some("public-key"), Some("allowedips")]);
}

/// What the kernel says of a request that it carried out.
fn remarked(ext_ack: Vec<u8>) -> Vec<Warning> {
    let mut conn =
        scripted(move |request| vec![answer(request).error(0, &ext_ack).into_datagram()]);
    conn.request(&request()).unwrap();
    let told = conn.take_warnings();
    assert_eq!(conn.take_warnings(), [], "each is told once");
    told
}

#[test]
fn a_remark_has_its_attribute_and_its_cookie() {
    let sent = [vec![0; 20], nlkit::encode(&request()).unwrap()].concat();
    let at = u32_attr(OFFS, offset_of(&sent, &[10, 0, 0, 7]));
    let [warning] = &remarked([raw::attr(MSG, b"on loan\0"), at].concat())[..] else {
        panic!("one remark")
    };
    assert_eq!(warning.to_string(), "tunnel set: .peers[2].allowedips[0].ipaddr: on loan");
    let [cookie] = &remarked(raw::attr(COOKIE, &[0xab, 1]))[..] else { panic!("one cookie") };
    assert_eq!(cookie.cookie.as_deref(), Some(&[0xab, 1][..]));
    assert_eq!((&cookie.message, cookie.index), (&None, None));
    assert_eq!(cookie.to_string(), "tunnel set: cookie [ab, 01]");
    assert_eq!(remarked(u32_attr(OFFS, 20)), [], "nothing is said of it");
    assert_eq!(remarked(vec![1, 2, 3]), [], "and what is malformed says nothing");
}

#[test]
fn a_remark_at_the_end_of_a_dump_is_kept_too() {
    let mut conn = scripted(|request| {
        let body = [0_i32.to_ne_bytes().to_vec(), raw::attr(MSG, b"that was long\0")].concat();
        let flags = flag::MULTI | flag::ACK_TLVS;
        vec![answer(request).message(nlkit::wire::kind::DONE, flags, body).into_datagram()]
    });
    assert_eq!(conn.dump(&tunnel::Tunnel::new()).unwrap().count(), 0);
    let told: Vec<_> = conn.take_warnings().iter().map(ToString::to_string).collect();
    assert_eq!(told, ["tunnel get: that was long"]);
}

/// As a driver does that has fewer rings than the table names: none of those here has such a table.
#[test]
fn a_table_that_names_a_ring_too_many_is_told_by_its_name() {
    let table = ethtool::RssSetRequest::new()
        .with_header(ethtool::Header::new().with_dev_name("eth0"))
        .with_context(0)
        .with_indir(vec![0, 1, 2, 77]);
    let mut conn = Connection::with_transport(Script::new(|request: &[u8]| {
        if answer(request).request().kind == 16 {
            let family =
                FamilyInfo { id: Some(40), name: Some("ethtool".into()), ..FamilyInfo::default() };
            return vec![answer(request).reply(16, 1, &family).into_datagram()];
        }
        let table = [0, 1, 2, 77_u32].map(u32::to_ne_bytes).concat();
        let text = raw::attr(MSG, b"entry at 3 out of range (77)\0");
        let ext_ack = [text, u32_attr(OFFS, offset_of(request, &table))].concat();
        vec![answer(request).error(EINVAL, &ext_ack).into_datagram()]
    }));
    assert_eq!(
        conn.request(&table).unwrap_err().to_string(),
        "ethtool rss-set: .indir: Invalid argument (22): entry at 3 out of range (77)"
    );
}

#[test]
fn errors_are_of_the_kind_that_io_has_for_their_errno() {
    for errno in [1, 2, 11, 13, 16, 17, 19, 22, 34, 95, 105, 110] {
        let mut conn =
            scripted(move |request| vec![answer(request).error(errno, &[]).into_datagram()]);
        let error = conn.request(&Set::default()).unwrap_err();
        let text = error.to_string();
        let error = std::io::Error::from(error);
        assert_eq!(error.kind(), std::io::Error::from_raw_os_error(errno).kind(), "{text}");
        assert_eq!(error.to_string(), text);
        let inner = error.downcast::<nlkit::Error>().unwrap();
        assert_eq!(inner.kernel().unwrap().errno, errno);
    }
}
