//! What the kernel will read, and what does not fit.

use crate::*;

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
    assert_eq!(text, "Room.behind.key: 70000 bytes do not fit: an attribute holds 65531 at most");
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
    let expected = (".name".to_owned(), EncodeErrorKind::TooLong { len: 65_532 });
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
    let borrowed = nlkit::encode(&nlkit_tests::tunnel::Brief { ifname: Some(NlStr::new(b"a\0b")) });
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
