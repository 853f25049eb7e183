//! The golden files of the test `golden`, compiled without a warning and used.
/// The golden files, compiled.
#[deny(warnings, missing_docs, rust_2018_idioms)]
#[allow(dead_code, unreachable_pub, reason = "not all of it is used here")]
mod compiled {
    macro_rules! golden {
        ($($file:literal)*) => {
            $(include!(concat!("../golden/", $file, ".rs"));)*
        };
    }
    golden! {
        "checks" "directional" "docs" "enums" "events" "limits" "names" "operations" "raw" "sets" "tiny"
        "types"
    }

    /// Beside the others, which have the same names.
    pub mod expanded {
        golden! { "tiny.expanded" "events.expanded" "raw.expanded" }
    }

    /// Likewise.
    pub mod serialised {
        golden! { "enums.serde" "raw.serde" }
    }
}

use compiled::{
    directional, enums, events, expanded, limits, many_ops, odd_names, raw, serialised, sets, types,
};

#[test]
fn operations_are_numbered_as_the_kernel_does() {
    use nlkit::{Do, Dump};
    assert_eq!(<many_ops::GetRequest as Do>::CMD, 1);
    assert_eq!(<many_ops::SetRequest as Do>::CMD, 3);
    assert_eq!(<many_ops::ResetRequest as Do>::CMD, 10);
    assert_eq!(<many_ops::ListDump as Dump>::CMD, 11);
    let numbers = |cmd, reply| (cmd, reply);
    type Jump = directional::JumpRequest;
    type Next = directional::NextRequest;
    assert_eq!(numbers(Jump::CMD, <Jump as Do>::REPLY_CMD), (30, 20));
    assert_eq!(numbers(Next::CMD, <Next as Do>::REPLY_CMD), (31, 21));
    let acks = [<directional::SetRequest as Do>::ACK, <directional::GetRequest as Do>::ACK];
    assert_eq!(acks, [true, false]);
    assert_eq!(<directional::Family as nlkit::Family>::VERSION, 2);
}

#[test]
fn notifications_are_told_apart_and_unknown_ones_kept() {
    use nlkit::Notification;
    use nlkit::wire::Header;
    let header = Header { len: 0, kind: 30, flags: 0, seq: 0, port: 0 };
    let decode = |cmd| {
        let body = [cmd, 1, 0, 0, 8, 0, 1, 0, 7, 0, 0, 0];
        let message =
            nlkit::Message::new::<nlkit::Generic>(header, &body).expect("it has a header");
        events::Notification::decode(message).expect("it is well formed")
    };
    assert_eq!(decode(3), events::Notification::Changed(events::GetReply::new().with_id(7)));
    assert_eq!(decode(5), events::Notification::Gone(events::GoneEvent::new().with_id(7)));
    assert!(matches!(decode(6), events::Notification::Over(_)));
    assert!(matches!(decode(99), events::Notification::Unknown(_)));
}

#[test]
fn the_expanded_form_is_the_same_type_otherwise() {
    let plain = events::GetReply::new().with_id(7).with_name("x");
    let expanded = expanded::events::GetReply::new().with_id(7).with_name("x");
    assert_eq!(nlkit::encode(&plain), nlkit::encode(&expanded));
    assert_eq!(format!("{plain:?}"), format!("{expanded:?}"));
}

#[test]
fn enums_and_flags_have_the_numbers_of_the_spec() {
    assert_eq!(enums::Sparse::ELEVEN.0, 11);
    assert_eq!(enums::Late::SIX.0, 6);
    assert_eq!(enums::Bits::THIRD.0, 4);
    assert_eq!(enums::LateBits::FIFTH.0, 1 << 5);
    assert_eq!(enums::SparseBits::HIGH.0, 1 << 31);
    assert_eq!(enums::BothFlags::THERE.0, 2);
    assert_eq!((enums::LIMIT, enums::WORD), (16, "hello"));
    assert_eq!(format!("{:?}", enums::Sparse::from(9)), "9");
}

#[test]
fn odd_names_are_usable() {
    let twin = odd_names::TwinAttrs::new().with_type(odd_names::Type::_8021Q).with_4addr(true);
    let request = odd_names::MatchRequest::new().with_twin(twin);
    assert_eq!(nlkit::encode(&request).map(|bytes| bytes.len()), Ok(16));
}

#[test]
fn recursive_sets_hold_themselves() {
    let tree = sets::Tree::new().with_value(1).with_child(sets::Tree::new().with_value(2));
    let bytes = nlkit::encode(&tree).expect("it fits");
    assert_eq!(nlkit::decode::<sets::Tree>(&bytes), Ok(tree));
}

#[test]
fn types_round_trip() {
    let reply = types::GetReply {
        ipv4_number: Some([192, 0, 2, 1].into()),
        ip: Some([0, 0, 0, 0, 0, 0, 0, 1].into()),
        keyed_twice: Some(vec![(3, vec![(4, types::Inner::new().with_value(5))])]),
        keyed_number: vec![vec![(0, 1 << 40)], vec![(9, 1)]],
        indexed_be16: Some(vec![1, 2, 3]),
        array_s16: Some(vec![-1, 2]),
        a_flag: true,
        ..types::GetReply::default()
    };
    let bytes = nlkit::encode(&reply).expect("it fits");
    assert_eq!(nlkit::decode::<types::GetReply>(&bytes), Ok(reply));
}

#[test]
fn serde_keeps_what_has_no_name() {
    use serialised::enums::{Bits, GetReply, Plain, Sparse};
    let mut reply = GetReply::new().with_plain_u32(Plain(77)).with_sparse(Sparse::TEN);
    reply.bits = Some(Bits::FIRST | Bits(1 << 40));
    let json = serde_json::to_string(&reply).expect("it serialises");
    let again: GetReply = serde_json::from_str(&json).expect("it deserialises");
    assert_eq!(again, reply);
    assert_eq!(serde_json::from_str::<GetReply>("{}").expect("all is optional"), GetReply::new());
}

#[test]
fn structs_are_as_long_as_the_spec_says() {
    use nlkit::NlStruct;
    let spec = include_str!("../golden/raw.yaml");
    let family = nlkit_codegen::Builder::new().resolve_str("raw.yaml", spec).expect("it resolves");
    let said: Vec<usize> = family.structs.iter().map(|item| item.len).collect();
    let lens = [
        raw::Lampmsg::LEN,
        raw::Place::LEN,
        raw::Everything::LEN,
        raw::Addresses::LEN,
        raw::Step::LEN,
        raw::Steps::LEN,
    ];
    assert_eq!(said, lens);
    assert_eq!(raw::Everything::LEN, 1 + 8 + 2 + 1 + 2 + 4 + 3 + 4 + 40 + 6 + 10 + 4);
}

/// A lamp with a value of each sort, by a path to the module that it is of.
macro_rules! lamp {
    ($($raw:ident)::+) => {{
        use $($raw)::+ as raw;
        let step = raw::Step::new().with_level(1).with_ms(2);
        let place = raw::Place::new().with_floor(-1).with_room("attic");
        let options = raw::OptionsAttrs::new().with_brightness(3u32);
        let state = raw::State::new().with_mode(raw::Mode::ON).with_data(raw::StateData::On(step));
        let everything = raw::Everything::new().with_port(80).with_type(*b"TYPE");
        raw::GetlampReply::new()
            .with_header(raw::Lampmsg::new().with_index(7))
            .with_kind("bulb")
            .with_options(raw::Options::Bulb(Box::new(options)))
            .with_stats(raw::Stats::new().with_app(raw::App::Bulb(step)))
            .with_state(state)
            .with_everything(everything.with_long(b"x".repeat(40)))
            .with_addresses([raw::Addresses::new().with_v4_number([192, 0, 2, 1])])
            .with_steps(raw::Steps::new().with_count(2).with_entries([step, step]))
            .with_places([place.clone(), place])
    }};
}

#[test]
fn headers_structs_and_sub_messages_round_trip() {
    let mut lamp = lamp!(raw);
    if let Some(everything) = &mut lamp.everything {
        // Of fixed length: it comes back with all its bytes.
        everything.address = [0; 6].into();
    }
    let bytes = nlkit::encode(&lamp).expect("it fits");
    assert_eq!(bytes.get(..4), Some(&[0; 4][..]));
    assert_eq!(bytes.get(4..8), Some(&7i32.to_ne_bytes()[..]));
    let again = nlkit::decode::<raw::GetlampReply>(&bytes).expect("it is well formed");
    assert_eq!(again, lamp);
    let expanded = nlkit::decode::<expanded::raw::GetlampReply>(&bytes).expect("likewise");
    assert_eq!(format!("{expanded:#?}"), format!("{lamp:#?}"));
    assert_eq!(nlkit::encode(&lamp!(expanded::raw)), nlkit::encode(&lamp!(raw)));
}

#[test]
fn payloads_of_kinds_that_nobody_knows_are_kept() {
    use raw::{App, Options};
    let mut lamp = lamp!(raw);
    lamp.kind = Some("disco".into());
    lamp.options = Some(Options::Unknown(vec![1, 2, 3]));
    lamp.stats = Some(raw::Stats::new().with_app(App::Unknown(vec![4])));
    let bytes = nlkit::encode(&lamp).expect("it fits");
    let again = nlkit::decode::<raw::GetlampReply>(&bytes).expect("it is well formed");
    assert_eq!((again.options, again.stats), (lamp.options, lamp.stats));
}

#[test]
fn notifications_and_groups_of_a_raw_family_have_its_numbers() {
    use nlkit::Notification;
    assert_eq!(raw::Notification::CMDS, [16, 21]);
    assert_eq!((raw::ROOMS.number(), events::CHANGES.number()), (Some(33), None));
    assert_eq!(events::Notification::CMDS, [3, 4, 5, 6]);
}

#[test]
fn a_set_is_the_root_of_a_message_and_nested_anywhere() {
    let inner = || limits::Inner::new().with_data(limits::Data::Short(Box::default()));
    let outer = || limits::Outer::new().with_inner(inner());
    let lamp = || limits::Lamp::new().with_kind("short").with_level(-5).with_outer(outer());
    let reply = limits::GetReply::new()
        .with_kind("short")
        .with_named(nlkit::Bitfield32 { value: 1, selector: 3 })
        .with_unnamed(nlkit::Bitfield32 { value: 0, selector: 1 << 31 })
        .with_many_uint([1, 1 << 40])
        .with_many_binary([vec![], vec![0; 9]])
        .with_indexed_text(vec!["a".into(), "".into()])
        .with_indexed_s64(vec![-1, i64::MAX])
        .with_lamp(lamp())
        .with_by_floor(vec![(3, vec![(1, lamp()), (9, limits::Lamp::new())])])
        .with_outer(outer());
    let bytes = nlkit::encode(&reply).expect("it fits");
    assert_eq!(nlkit::decode::<limits::GetReply>(&bytes), Ok(reply));
}

#[test]
fn a_keyed_nest_is_sent_and_its_errors_have_the_keys() {
    let bad = limits::Lamp::new().with_kind("a\0b");
    let request = limits::GetRequest::new()
        .with_by_floor(vec![(3, vec![(1, limits::Lamp::new()), (7, bad)])]);
    let error = nlkit::encode(&request).expect_err("a NUL inside");
    assert_eq!(error.path(), ".by-floor[3][7].kind");
}

#[test]
fn a_subset_has_checks_of_its_own() {
    let request =
        |level, len| limits::MoveRequest::new().with_level(level).with_key(vec![0_u8; len]);
    assert!(nlkit::validate(&request(1, 4)).is_ok());
    assert!(nlkit::validate(&request(2, 4)).is_err(), "5 is the limit of the whole set");
    assert!(nlkit::validate(&request(1, 5)).is_err(), "8 likewise");
    // Two checks of one attribute.
    let nested =
        |len| limits::GetRequest::new().with_lamp(limits::Lamp::new().with_key(vec![0_u8; len]));
    let checked = [1, 2, 8, 9].map(|len| nlkit::validate(&nested(len)).is_ok());
    assert_eq!(checked, [false, true, true, false]);
    let whole = |level| limits::GetDump::new().with_level(level);
    assert!(nlkit::validate_dump(&whole(2)).is_ok() && nlkit::validate_dump(&whole(6)).is_err());
}

#[test]
fn a_notification_is_the_reply_of_the_do_where_the_dump_has_another() {
    use nlkit::Notification;
    let header = nlkit::wire::Header { len: 0, kind: 30, flags: 0, seq: 0, port: 0 };
    let whole = limits::GetReply::new().with_kind("short").with_many_uint([7]);
    let body = [&[2, 1, 0, 0], nlkit::encode(&whole).expect("it fits").as_slice()].concat();
    let message = nlkit::Message::new::<nlkit::Generic>(header, &body).expect("it has a header");
    let told = limits::Notification::decode(message).expect("it is well formed");
    assert_eq!(told, limits::Notification::Changed(whole));
}

#[test]
fn an_operation_of_generic_netlink_has_a_fixed_header_of_its_own() {
    let place = limits::Place::new().with_floor(-1).with_room(0x0102);
    let request = limits::MoveRequest::new().with_header(place).with_level(1);
    let expected =
        [&(-1_i16).to_ne_bytes()[..], &0x0102_u16.to_ne_bytes(), &[5, 0, 2, 0, 1, 0, 0, 0]];
    assert_eq!(nlkit::encode(&request).expect("it fits"), expected.concat());
}
