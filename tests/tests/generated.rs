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
        "checks" "directional" "docs" "enums" "events" "names" "operations" "sets" "tiny" "types"
    }

    /// Beside the others, which have the same names.
    pub mod expanded {
        golden! { "tiny.expanded" "events.expanded" }
    }

    /// Likewise.
    pub mod serialised {
        golden! { "enums.serde" }
    }
}

use compiled::{
    directional, enums, events, expanded, many_ops, odd_names, serialised, sets, types,
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
