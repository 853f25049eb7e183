//! Attributes by the byte: what the kernel will read, and what does not fit or cannot be read.
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

use nlkit::{
    Array, Be, DecodeErrorKind, EncodeErrorKind, HwAddr, IndexedArray, Keyed, Le, NlAttrs, NlStr,
    NlString, Sint, Uint,
};
use nlkit_tests::raw;
use nlkit_tests::tunnel::{AllowedIp, ByKey, Endpoint, Peer, Tunnel};

/// A number that lies in fewer bytes than it has.
#[derive(Clone, Copy, Default, PartialEq)]
struct Wide(u32);
impl nlkit::Names for Wide {
    const NAMES: &'static [(u64, &'static str)] = &[(1, "one")];
}
nlkit::open_enum!(Wide, u32);
nlkit::narrow!(Wide, u8);

#[derive(Clone, Default, PartialEq, NlAttrs)]
#[nl(debug, setters)]
struct Room {
    #[nl(id = 1)]
    number: Option<u32>,
    #[nl(id = 2)]
    behind: Option<Box<Room>>,
    #[nl(id = 3)]
    rooms: Vec<Room>,
    #[nl(id = 4, as = IndexedArray)]
    boxes: Option<Vec<Room>>,
    #[nl(id = 5, as = Keyed<Keyed>)]
    floors: Option<ByKey<ByKey<Room>>>,
    #[nl(id = 6, as = u8)]
    wide: Option<Wide>,
    #[nl(id = 7)]
    name: Option<NlString>,
    #[nl(id = 8)]
    key: Option<Vec<u8>>,
    #[nl(id = 9, as = Array<u8>)]
    wides: Option<Vec<Wide>>,
    #[nl(id = 10, as = IndexedArray<u8>)]
    list: Option<Vec<Wide>>,
    #[nl(id = 11, as = Array<u32>)]
    numbers: Option<Vec<u32>>,
    #[nl(id = 12)]
    names: Vec<NlString>,
    #[nl(id = 13, as = IndexedArray)]
    labels: Option<Vec<NlString>>,
}

/// That many rooms one behind the other, with `last` at the end.
fn row(rooms: usize, last: Room) -> Room {
    (0..rooms).fold(last, |inner, _| Room::new().with_behind(inner))
}

fn encode_error(room: &Room) -> (String, EncodeErrorKind) {
    let error = nlkit::encode(room).unwrap_err();
    assert_eq!(error.to_string(), format!("Room{}: {}", error.path(), error.kind()));
    // Appending to a message leaves it as it was.
    let mut buffer = vec![1, 2, 3, 4];
    assert_eq!(nlkit::encode_into(room, &mut buffer), Err(error.clone()));
    assert_eq!(buffer, [1, 2, 3, 4]);
    (error.path().to_owned(), error.kind().clone())
}

fn decode_error<'m, T: NlAttrs<'m>>(bytes: &'m [u8]) -> String {
    match nlkit::decode::<T>(bytes) {
        Ok(_) => panic!("{bytes:?} decodes"),
        Err(error) => error.to_string(),
    }
}

mod encoding {
    use super::*;

    #[test]
    fn numbers_names_and_nests_lie_where_the_kernel_looks_for_them() {
        let room = Room::new().with_number(7).with_behind(Room::new().with_name("hall"));
        let name = raw::attr(7, b"hall\0");
        let expected = [raw::attr(1, &7_u32.to_ne_bytes()), raw::nest(2, &[name])].concat();
        assert_eq!(nlkit::encode(&room).unwrap(), expected);
    }

    #[test]
    fn padding_is_zero_whatever_was_in_the_buffer() {
        let mut buffer = vec![0xff; 1000];
        buffer.clear();
        let room = Room::new()
            .with_wide(Wide(0xaa))
            .with_name("abcd")
            .with_key([0xaa; 5])
            .with_wides(vec![Wide(1), Wide(2), Wide(3)])
            .with_names([NlString::from("a string on the heap, as it is long")]);
        nlkit::encode_into(&room, &mut buffer).unwrap();
        let attrs = nlkit::Attrs::new(&buffer).map(Result::unwrap);
        let mut at = 0;
        for attr in attrs {
            let end = at + 4 + attr.payload.len();
            at = end.next_multiple_of(4);
            let padding = buffer.get(end..at).unwrap();
            assert!(padding.iter().all(|byte| *byte == 0), "behind attribute {}", attr.id);
        }
        assert_eq!(at, buffer.len());
    }

    /// Some kernel families skip an entry that is numbered 0.
    #[test]
    fn an_indexed_array_counts_from_1() {
        let room = Room::new().with_boxes(vec![Room::new(), Room::new()]);
        let expected = raw::nest(4, &[raw::nest(1, &[]), raw::nest(2, &[])]);
        assert_eq!(nlkit::encode(&room).unwrap(), expected);
        let room = Room::new().with_list(vec![Wide(8)]);
        assert_eq!(nlkit::encode(&room).unwrap(), raw::nest(10, &[raw::attr(1, &[8])]));
    }

    #[test]
    fn a_string_ends_with_one_nul() {
        for (text, payload) in [("", &b"\0"[..]), ("abc", b"abc\0")] {
            let bytes = nlkit::encode(&Room::new().with_name(text)).unwrap();
            assert_eq!(bytes, raw::attr(7, payload));
        }
    }

    #[test]
    fn a_uint_takes_four_bytes_where_it_fits() {
        #[derive(Default, NlAttrs)]
        struct Counters {
            #[nl(id = 1, as = Uint)]
            up: Option<u64>,
            #[nl(id = 2, as = Sint)]
            down: Option<i64>,
        }
        let len = |up, down| nlkit::encode(&Counters { up, down }).unwrap().len();
        let least = i64::from(i32::MIN);
        assert_eq!([len(Some(0), None), len(Some(u32::MAX.into()), None)], [8, 8]);
        assert_eq!([len(Some(1 << 32), None), len(Some(u64::MAX), None)], [12, 12]);
        assert_eq!([len(None, Some(least)), len(None, Some(i32::MAX.into()))], [8, 8]);
        assert_eq!([len(None, Some(least - 1)), len(None, Some(1 << 31))], [12, 12]);
    }

    #[test]
    fn an_attribute_of_70000_bytes_is_too_long() {
        let room = row(1, Room::new().with_key(vec![0; 70_000]));
        let expected = (".behind.key".to_owned(), EncodeErrorKind::TooLong { len: 70_000 });
        assert_eq!(encode_error(&room), expected);
        let text = encode_text(&room);
        assert_eq!(
            text,
            "Room.behind.key: 70000 bytes do not fit: an attribute holds 65531 at most"
        );
    }

    fn encode_text(room: &Room) -> String {
        nlkit::encode(room).unwrap_err().to_string()
    }

    #[test]
    fn the_longest_attribute_fits_and_one_byte_more_does_not() {
        let key = |len: usize| Room::new().with_key(vec![7; len]);
        let bytes = nlkit::encode(&key(65_531)).unwrap();
        assert_eq!(bytes.len(), 65_536, "with its padding");
        assert_eq!(nlkit::decode::<Room>(&bytes).unwrap(), key(65_531));
        assert_eq!(encode_error(&key(65_532)).0, ".key");
        // The NUL of a string counts.
        let name = |len: usize| Room::new().with_name("x".repeat(len));
        let bytes = nlkit::encode(&name(65_530)).unwrap();
        assert_eq!(nlkit::decode::<Room>(&bytes).unwrap(), name(65_530));
        let expected = (".name".to_owned(), EncodeErrorKind::TooLong { len: 65_531 });
        assert_eq!(encode_error(&name(65_531)), expected);
        // And so do the numbers of an array.
        let numbers = |len| Room::new().with_numbers(vec![7; len]);
        let bytes = nlkit::encode(&numbers(16_382)).unwrap();
        assert_eq!(nlkit::decode::<Room>(&bytes).unwrap(), numbers(16_382));
        let expected = (".numbers".to_owned(), EncodeErrorKind::TooLong { len: 65_532 });
        assert_eq!(encode_error(&numbers(16_383)), expected);
    }

    #[test]
    fn a_nest_over_64_kib_is_too_long() {
        let inner = Room::new()
            .with_key(vec![0; 40_000])
            .with_names(["x".repeat(20_000), "y".repeat(20_000)].map(NlString::from));
        let expected = (".behind.behind".to_owned(), EncodeErrorKind::TooLong { len: 80_020 });
        assert_eq!(encode_error(&row(2, inner)), expected);
    }

    /// Each of the nests fits, all of them together do not.
    #[test]
    fn nests_that_only_together_are_too_long_name_the_outer_one() {
        let part = Room::new().with_key(vec![0; 1000]);
        let room = Room::new().with_number(1).with_boxes(vec![part.clone(); 100]);
        let (path, kind) = encode_error(&room);
        assert_eq!(path, ".boxes");
        assert_eq!(kind, EncodeErrorKind::TooLong { len: 100 * 1008 });
        // Without a nest around them they are a long message, which is fine.
        let room = Room::new().with_rooms(vec![part; 100]);
        let bytes = nlkit::encode(&room).unwrap();
        assert_eq!(nlkit::decode::<Room>(&bytes).unwrap(), room);
    }

    #[test]
    fn an_indexed_array_of_more_entries_than_numbers_is_too_long() {
        for len in [16_383, 16_384, 100_000] {
            let (path, kind) = encode_error(&Room::new().with_boxes(vec![Room::new(); len]));
            assert_eq!(path, ".boxes");
            assert_eq!(kind, EncodeErrorKind::TooLong { len: 65_532 }, "{len} entries");
        }
        let room = Room::new().with_boxes(vec![Room::new(); 16_382]);
        let bytes = nlkit::encode(&room).unwrap();
        assert_eq!(nlkit::decode::<Room>(&bytes).unwrap(), room);
    }

    #[test]
    fn a_nul_inside_of_a_string_is_an_error() {
        let name = |text: &[u8]| Room::new().with_name(text);
        for text in [&b"a\0b"[..], b"\0", b"a\0", b"a\0 name that is on the heap"] {
            let expected = (".name".to_owned(), EncodeErrorKind::InnerNul);
            assert_eq!(encode_error(&name(text)), expected, "{text:?}");
        }
        let names = ["a", "b\0c"].map(NlString::from);
        let room = row(1, Room::new().with_names(names.clone()));
        assert_eq!(encode_error(&room).0, ".behind.names[1]");
        let room = Room::new().with_labels(names.to_vec());
        assert_eq!(encode_error(&room).0, ".labels[1]");
        let borrowed =
            nlkit::encode(&nlkit_tests::tunnel::Brief { ifname: Some(NlStr::new(b"a\0b")) });
        let text = "Brief.ifname: a string cannot hold a NUL byte";
        assert_eq!(borrowed.unwrap_err().to_string(), text);
    }

    #[test]
    fn a_number_too_wide_for_its_wire_type_is_an_error() {
        let out_of_range = EncodeErrorKind::OutOfRange { wire: "u8" };
        let wide = |number| Room::new().with_wide(Wide(number));
        assert_eq!(nlkit::encode(&wide(255)).unwrap(), raw::attr(6, &[255]));
        assert_eq!(encode_error(&wide(256)), (".wide".to_owned(), out_of_range.clone()));
        let list = vec![Wide(1), Wide(2), Wide(300)];
        let room = Room::new().with_list(list.clone());
        assert_eq!(encode_error(&room), (".list[2]".to_owned(), out_of_range.clone()));
        let room = row(1, Room::new().with_number(4).with_wides(list));
        assert_eq!(encode_error(&room), (".behind.wides".to_owned(), out_of_range));
        let text = nlkit::encode(&wide(256)).unwrap_err().to_string();
        assert_eq!(text, "Room.wide: the value does not fit into u8");
    }

    #[test]
    fn the_path_goes_through_each_kind_of_list() {
        let bad = || Room::new().with_number(1).with_wide(Wide(999));
        let good = || Room::new().with_number(1);
        let path = |room: Room| encode_error(&room).0;
        assert_eq!(path(Room::new().with_rooms([good(), good(), bad()])), ".rooms[2].wide");
        assert_eq!(path(Room::new().with_boxes(vec![good(), bad()])), ".boxes[1].wide");
        let floors = vec![(7, vec![(0, good())]), (3, vec![(8, good()), (5, bad())])];
        assert_eq!(path(Room::new().with_floors(floors)), ".floors[3][5].wide");
        let inner = Room::new().with_boxes(vec![bad()]);
        let room = row(1, Room::new().with_rooms([good(), inner]));
        assert_eq!(path(room), ".behind.rooms[1].boxes[0].wide");
    }

    #[test]
    fn the_first_of_several_failures_is_reported() {
        let room = Room::new()
            .with_behind(Room::new().with_wide(Wide(256)))
            .with_key(vec![0; 70_000])
            .with_name("a\0b");
        assert_eq!(encode_error(&room).0, ".behind.wide");
    }

    /// What failed inside is gone from the buffer when the nest around it is too long.
    #[test]
    fn a_failure_inside_of_a_nest_that_is_too_long_names_the_nest() {
        let long = NlString::from("x".repeat(40_000));
        let inner = Room::new().with_wide(Wide(256)).with_names([long.clone(), long]);
        assert_eq!(encode_error(&row(1, inner)).0, ".behind");
    }

    #[test]
    fn a_key_that_is_no_attribute_number_is_an_error() {
        let floors = |key| Room::new().with_floors(vec![(0, vec![(key, Room::new())])]);
        nlkit::encode(&floors(0x3fff)).unwrap();
        for key in [0x4000, 0x8001, 0xffff] {
            let (_, kind) = encode_error(&floors(key));
            let expected = EncodeErrorKind::OutOfRange { wire: "an attribute's type" };
            assert_eq!(kind, expected, "key {key:#x}");
        }
    }

    #[test]
    fn sixty_four_nests_fit_into_each_other_and_one_more_does_not() {
        let room = row(64, Room::new().with_number(1));
        let bytes = nlkit::encode(&room).unwrap();
        assert_eq!(nlkit::decode::<Room>(&bytes).unwrap(), room);
        let (path, kind) = encode_error(&row(65, Room::new()));
        assert_eq!(kind, EncodeErrorKind::TooDeep);
        assert_eq!(path, ".behind".repeat(65));
    }

    #[test]
    fn deep_values_do_not_exhaust_the_stack() {
        // Deeper ones cannot be dropped by Rust itself.
        let (path, kind) = encode_error(&row(4_000, Room::new()));
        assert_eq!((path.len(), kind), (".behind".len() * 65, EncodeErrorKind::TooDeep));
    }
}

mod decoding {
    use super::*;

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
            (
                raw::attr_of_len(0, 1, &[]),
                "attribute header gives a length of 0 bytes, with 4 left",
            ),
            (
                raw::attr_of_len(3, 1, &[]),
                "attribute header gives a length of 3 bytes, with 4 left",
            ),
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
        for bytes in [raw::attr(1, &(-5_i32).to_ne_bytes()), raw::attr(1, &(-5_i64).to_ne_bytes())]
        {
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
}

mod names {
    use nlkit_tests::sets::{Feature, Mode};

    #[test]
    fn an_enum_shows_its_name_or_its_number() {
        assert_eq!([Mode(1), Mode(7), Mode(5)].map(|mode| mode.to_string()), ["on", "dim", "5"]);
        assert_eq!(format!("{:?} {:>4} {:<4}|", Mode(0), Mode(1), Mode(300)), "off   on 300 |");
    }

    #[test]
    fn flags_show_their_names_and_what_has_none() {
        let shown = |bits| Feature(bits).to_string();
        assert_eq!([shown(0), shown(1), shown(3)], ["0x0", "dim", "dim | blink"]);
        assert_eq!([shown(0x10), shown(0x11)], ["0x10", "dim | 0x10"]);
        // A name of two bits counts where both are set.
        assert_eq!([shown(12), shown(4), shown(13)], ["both", "0x4", "dim | both"]);
        assert_eq!(format!("{:?}", Feature(1 << 63)), "last");
    }

    #[test]
    fn unknown_values_and_bits_are_kept() {
        let numbers = nlkit_tests::sets::Numbers {
            mode: Some(Mode(u32::MAX)),
            features: Some(Feature(u64::MAX)),
            ..Default::default()
        };
        let bytes = nlkit::encode(&numbers).unwrap();
        let decoded: nlkit_tests::sets::Numbers = nlkit::decode(&bytes).unwrap();
        assert_eq!(decoded, numbers);
    }
}
