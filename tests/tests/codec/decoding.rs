//! What the kernel says, and what cannot be read.

use crate::*;

fn nested(levels: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    for _ in 0..levels {
        bytes = raw::nest(2, &[bytes]);
    }
    bytes
}

#[test]
fn a_payload_of_the_wrong_length_says_where_and_how_long() {
    let expected = [
        (raw::attr(1, &[1, 2]), "Tunnel.ifindex: expected 4 bytes, got 2"),
        (raw::attr(1, &[0; 8]), "Tunnel.ifindex: expected 4 bytes, got 8"),
        (raw::attr(1, &[]), "Tunnel.ifindex: expected 4 bytes, got 0"),
        (raw::attr(3, &[0; 1]), "Tunnel.rx-bytes: expected 4 or 8 bytes, got 1"),
        (raw::attr(3, &[0; 2]), "Tunnel.rx-bytes: expected 4 or 8 bytes, got 2"),
        (raw::attr(3, &[0; 6]), "Tunnel.rx-bytes: expected 4 or 8 bytes, got 6"),
    ];
    for (bytes, text) in expected {
        assert_eq!(decode_error::<Tunnel>(&bytes), text);
    }
    let address = |len: usize| decode_error::<AllowedIp>(&raw::attr(2, &vec![0; len]));
    assert_eq!(address(0), "AllowedIp.ipaddr: expected 4 or 16 bytes, got 0");
    assert_eq!(address(6), "AllowedIp.ipaddr: expected 4 or 16 bytes, got 6");
    let key = decode_error::<Peer>(&raw::attr(1, &[0; 5]));
    assert_eq!(key, "Peer.public-key: expected 4 bytes, got 5");
}

#[test]
fn the_path_of_an_error_has_the_indices() {
    let bad = raw::attr(2, &[0; 3]);
    let good = raw::attr(2, &[10, 0, 0, 1]);
    let ips = raw::nest(9, &[raw::nest(1, &[good]), raw::nest(2, &[bad])]);
    let peers = [raw::nest(1, &[]), raw::nest(2, &[]), raw::nest(3, &[ips])];
    let error = decode_error::<Tunnel>(&raw::nest(8, &peers));
    let expected = "Tunnel.peers[2].allowedips[1].ipaddr: expected 4 or 16 bytes, got 3";
    assert_eq!(error, expected);

    let port = raw::attr(1, &[0; 3]);
    let endpoints = [raw::nest(10, &[]), raw::nest(10, std::slice::from_ref(&port))];
    let error = decode_error::<Peer>(&endpoints.concat());
    assert_eq!(error, "Peer.endpoint[1].port: expected 2 bytes, got 3");

    let queues = raw::nest(6, &[raw::nest(0, &[]), raw::nest(7, &[port])]);
    let error = decode_error::<Peer>(&raw::nest(11, &[raw::nest(5, &[]), queues]));
    assert_eq!(error, "Peer.classes[6][7].port: expected 2 bytes, got 3");
}

#[test]
fn a_bad_attribute_header_is_named_by_the_nest_around_it() {
    for (inner, text) in [
        (raw::attr_of_len(0, 1, &[]), "attribute header gives a length of 0 bytes, with 4 left"),
        (raw::attr_of_len(3, 1, &[]), "attribute header gives a length of 3 bytes, with 4 left"),
        (
            raw::attr_of_len(9, 1, &[0; 4]),
            "attribute header gives a length of 9 bytes, with 8 left",
        ),
        (vec![1], "1 bytes left over after the last attribute"),
        (vec![4, 0, 1], "3 bytes left over after the last attribute"),
    ] {
        // Its length, not padded.
        let bytes = raw::attr_of_len(4 + inner.len(), 2, &inner);
        assert_eq!(decode_error::<Room>(&bytes), format!("Room.behind: {text}"));
    }
}

#[test]
fn nothing_is_half_filled() {
    let sound = raw::attr(1, &7_u32.to_ne_bytes());
    for tail in [vec![0], vec![0; 3], raw::attr_of_len(0, 1, &[]), vec![0xff; 4]] {
        decode_error::<Room>(&[sound.as_slice(), &tail].concat());
    }
    assert_eq!(nlkit::decode::<Room>(&sound).unwrap().number, Some(7));
}

#[test]
fn the_last_attribute_needs_no_padding() {
    let mut bytes = raw::attr(6, &[9]);
    bytes.truncate(5);
    assert_eq!(nlkit::decode::<Room>(&bytes).unwrap().wide, Some(Wide(9)));
}

#[test]
fn unknown_attributes_are_skipped_whatever_they_hold() {
    let bytes = [
        raw::attr(500, &[1, 2, 3]),
        raw::attr(1, &7_u32.to_ne_bytes()),
        raw::nest(501, &[vec![1]]),
    ];
    let room = nlkit::decode::<Room>(&bytes.concat()).unwrap();
    assert_eq!(room, Room::new().with_number(7));
}

#[test]
fn the_flag_bits_of_a_type_do_not_count() {
    for bits in [0x4000, 0x8000, 0xc000] {
        let bytes = raw::attr(1 | bits, &7_u32.to_ne_bytes());
        assert_eq!(nlkit::decode::<Room>(&bytes).unwrap().number, Some(7));
    }
}

#[test]
fn the_last_of_several_counts_where_one_was_expected() {
    let bytes = [raw::attr(1, &[1, 0, 0, 0]), raw::attr(1, &[2, 0, 0, 0])].concat();
    let expected = u32::from_ne_bytes([2, 0, 0, 0]);
    assert_eq!(nlkit::decode::<Room>(&bytes).unwrap().number, Some(expected));
}

#[test]
fn a_string_without_nul_keeps_its_last_byte() {
    for (payload, text) in
        [(&b"eth0"[..], "eth0"), (b"eth0\0", "eth0"), (b"a\0\0\0", "a"), (b"", "")]
    {
        let bytes = raw::attr(7, payload);
        assert_eq!(nlkit::decode::<Room>(&bytes).unwrap().name.unwrap(), text);
    }
}

/// 5,000,000,000 bytes, as a counter that outgrew 32 bits.
#[test]
fn a_uint_of_eight_bytes_keeps_its_upper_half() {
    let count = 5_000_000_000_u64;
    let tunnel = nlkit::decode::<Tunnel>(&raw::attr(3, &count.to_ne_bytes())).unwrap();
    assert_eq!(tunnel.rx_bytes, Some(count));
    let tunnel = nlkit::decode::<Tunnel>(&raw::attr(3, &9_u32.to_ne_bytes())).unwrap();
    assert_eq!(tunnel.rx_bytes, Some(9));
}

#[test]
fn a_sint_of_four_bytes_keeps_its_sign() {
    #[derive(Default, NlAttrs)]
    struct Offset {
        #[nl(id = 1, as = Sint)]
        offset: Option<i64>,
    }
    for bytes in [raw::attr(1, &(-5_i32).to_ne_bytes()), raw::attr(1, &(-5_i64).to_ne_bytes())] {
        assert_eq!(nlkit::decode::<Offset>(&bytes).unwrap().offset, Some(-5));
    }
}

#[test]
fn byte_order_is_that_of_the_form() {
    #[derive(Default, NlAttrs)]
    struct Orders {
        #[nl(id = 1, as = Be<u32>)]
        big: Option<u32>,
        #[nl(id = 2, as = Le<u32>)]
        little: Option<u32>,
        #[nl(id = 3, as = Array<Be<i16>>)]
        array: Option<Vec<i16>>,
    }
    let orders =
        Orders { big: Some(0x0102_0304), little: Some(0x0102_0304), array: Some(vec![1, -2]) };
    let expected = [
        raw::attr(1, &[1, 2, 3, 4]),
        raw::attr(2, &[4, 3, 2, 1]),
        raw::attr(3, &[0, 1, 0xff, 0xfe]),
    ];
    assert_eq!(nlkit::encode(&orders).unwrap(), expected.concat());
    let decoded: Orders = nlkit::decode(&expected.concat()).unwrap();
    assert_eq!(decoded.array, Some(vec![1, -2]));
    assert_eq!((decoded.big, decoded.little), (orders.big, orders.little));
}

#[test]
fn an_array_holds_whole_numbers() {
    let error = decode_error::<Room>(&raw::attr(11, &[0; 10]));
    assert_eq!(error, "Room.numbers: expected a multiple of 4 bytes, got 10");
}

/// The kernel counts from 0 or from 1, and may leave numbers out.
#[test]
fn an_indexed_array_may_be_numbered_anyhow() {
    for ids in [[0, 1], [1, 2], [9, 4], [5, 5]] {
        let entry = |id, number: u8| raw::nest(id, &[raw::attr(6, &[number])]);
        let bytes = raw::nest(4, &[entry(ids[0], 1), entry(ids[1], 2)]);
        let boxes = nlkit::decode::<Room>(&bytes).unwrap().boxes.unwrap();
        assert_eq!(boxes, [1, 2].map(|number| Room::new().with_wide(Wide(number))));
    }
}

#[test]
fn a_link_layer_address_has_at_most_32_bytes() {
    #[derive(Default, NlAttrs)]
    struct Link {
        #[nl(id = 1)]
        address: Option<HwAddr>,
    }
    for len in [0, 6, 8, 20, 32] {
        let link: Link = nlkit::decode(&raw::attr(1, &vec![7; len])).unwrap_or_default();
        assert_eq!(link.address.unwrap().as_bytes(), vec![7; len]);
    }
    let error = decode_error::<Link>(&raw::attr(1, &[7; 33]));
    assert_eq!(error, "Link.address: expected 32 bytes at most, got 33");
}

#[test]
fn sixty_five_nests_are_too_deep() {
    nlkit::decode::<Room>(&nested(64)).unwrap();
    let error = nlkit::decode::<Room>(&nested(65)).unwrap_err();
    assert_eq!(error.kind(), &DecodeErrorKind::TooDeep);
    assert_eq!(error.path(), ".behind".repeat(65));
    assert!(error.to_string().ends_with(": nested deeper than 64 levels"));
}

/// As many as fit into the length of an attribute: 4 bytes each.
#[test]
fn sixteen_thousand_nests_do_not_exhaust_the_stack() {
    let error = nlkit::decode::<Room>(&nested(16_000)).unwrap_err();
    assert_eq!(error.kind(), &DecodeErrorKind::TooDeep);
}

/// Lists are nests too.
#[test]
fn depth_counts_through_lists() {
    let mut bytes = Vec::new();
    for _ in 0..33 {
        bytes = raw::nest(4, &[raw::nest(1, &[bytes])]);
    }
    let error = nlkit::decode::<Room>(&bytes).unwrap_err();
    assert_eq!(error.kind(), &DecodeErrorKind::TooDeep);
    assert!(error.path().starts_with(".boxes[0].boxes[0]"), "{error}");
}

/// A projection does not read what it does not name, so nothing there can fail it.
#[test]
fn a_projection_passes_over_what_it_does_not_name() {
    let bytes = [raw::attr(1, &[1]), raw::attr(2, b"wg0\0")].concat();
    decode_error::<Tunnel>(&bytes);
    let brief: nlkit_tests::tunnel::Brief<'_> = nlkit::decode(&bytes).unwrap();
    assert_eq!(brief.ifname.unwrap(), "wg0");
    let endpoint = nlkit::decode::<Endpoint>(&bytes);
    assert!(endpoint.is_err(), "its number 1 has two bytes");
}

/// Messages in a buffer need not begin where the processor would like them to.
#[test]
fn a_message_is_read_wherever_it_begins() {
    let peers = vec![Peer::new().with_public_key([7; 4])];
    let tunnel = Tunnel::new().with_ifindex(9).with_rx_bytes(5_000_000_000_u64).with_peers(peers);
    let bytes = nlkit::encode(&tunnel).unwrap();
    for shift in 0..8 {
        let buffer = [vec![0xff; shift], bytes.clone()].concat();
        assert_eq!(
            nlkit::decode::<Tunnel>(&buffer[shift..]).unwrap(),
            tunnel,
            "shifted by {shift}"
        );
    }
}
