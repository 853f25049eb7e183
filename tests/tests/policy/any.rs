//! Whatever bytes come: no panic, and places that are in the message.

use nlkit::nlctrl::{GetFamily, PolicyMessage};
use nlkit::{Error, NlAttrs, Policies, Violation, describe};
use nlkit_specs::{ethtool, netdev, nftables, nlctrl, rt_link, tc, wireguard};
use nlkit_tests::any_bytes::AnyBytes;
use nlkit_tests::messages::MESSAGES;
use nlkit_tests::random::Random;
use nlkit_tests::shelf;

use crate::{family, op_policies};

const CASES: usize = 3_000;

fn walk<T: for<'a> NlAttrs<'a>>(random: &mut Random) -> [usize; 2] {
    let [mut passed, mut refused] = [0, 0];
    for _ in 0..CASES {
        let mut bytes = random.message(T::SET, 4);
        random.damage(&mut bytes);
        let len = bytes.len();
        match nlkit::validate(&AnyBytes::<T, GetFamily>::new(bytes)) {
            Ok(()) => passed += 1,
            Err(Error::Invalid(violation)) => {
                let Violation { offset, attribute, fault, .. } = *violation;
                assert!(offset <= len, "{offset} of {len}: {fault}");
                assert!(offset % 4 == 0, "{offset}: {attribute}: {fault}");
                refused += 1;
            }
            Err(other) => panic!("{other}"),
        }
    }
    [passed, refused]
}

#[test]
fn the_walk_takes_any_bytes() {
    let mut random = Random(0x2545_f491_4f6c_dd1d);
    let walks = [
        walk::<netdev::BindRxRequest>,
        walk::<ethtool::RssSetRequest>,
        walk::<nlctrl::GetpolicyReply>,
        walk::<wireguard::SetDeviceRequest>,
        walk::<rt_link::NewlinkRequest>,
        walk::<tc::NewqdiscRequest>,
        walk::<nftables::NewruleRequest>,
        walk::<shelf::Get>,
    ];
    for walk in walks {
        let [passed, refused] = walk(&mut random);
        println!("{passed} passed, {refused} refused");
        assert!(passed > 100 && refused > 100, "{passed} passed, {refused} refused");
    }
}

#[test]
fn every_message_of_any_bytes_is_described() {
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    for message in MESSAGES {
        for _ in 0..40 {
            let mut bytes = random.message(message.set, 4);
            random.damage(&mut bytes);
            let text = describe(&bytes, message.set).to_string();
            assert!(text.len() <= 4_098 && !text.contains('\n'), "{}: {text}", message.op);
        }
    }
}

#[test]
fn a_tree_of_any_bytes_is_one() {
    let mut random = Random(0x1234_5678_9abc_def1);
    let ops: Vec<_> = (0..6).map(|id| (id, 0xf & (id * 3 + 2))).collect();
    let (mut trees, mut attributes) = (0, 0);
    for _ in 0..CASES {
        let mut messages = vec![op_policies(&[(1, Some(0), Some(1)), (0, None, Some(2))])];
        for _ in 0..random.below(6) {
            let bytes = random.message(PolicyMessage::SET, 5);
            messages.extend(nlkit::decode::<PolicyMessage>(&bytes).ok());
        }
        let policies = Policies::from_messages(family(0, &ops), messages);
        assert!(!policies.to_string().is_empty());
        for operation in policies.operations() {
            let of_both = [operation.of_do(), operation.of_dump()];
            attributes += of_both.into_iter().flatten().map(|it| it.walk().count()).sum::<usize>();
        }
        let bytes = random.message(netdev::BindRxRequest::SET, 3);
        let _ = policies.validate(&AnyBytes::<netdev::BindRxRequest, GetFamily>::new(bytes));
        trees += 1;
    }
    assert!(trees == CASES && attributes > CASES / 10, "{attributes} attributes");
}
