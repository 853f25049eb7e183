//! Messages in one line.

use nlkit::{NlAttrs, describe};
use nlkit_specs::{ethtool, rt_link};
use nlkit_tests::raw;
use nlkit_tests::shelf::{Books, Content, Get, Label, Row, Step};
use nlkit_tests::tunnel::{AllowedIp, Endpoint, Peer, Set};

fn of<T: for<'a> NlAttrs<'a>>(value: &T) -> String {
    describe(&nlkit::encode(value).unwrap(), T::SET).to_string()
}

#[test]
fn names_kinds_and_nests_make_a_line() {
    let header = ethtool::Header::new().with_dev_name("eth0");
    let rings = ethtool::RingsSetRequest::new().with_header(header).with_rx(512);
    assert_eq!(of(&rings), r#"header{dev-name="eth0"} rx=512"#);
}

#[test]
fn lists_numbers_of_both_orders_and_keys_are_told() {
    let endpoint = |port| Endpoint::new().with_port(port);
    let peer = Peer::new()
        .with_public_key([3; 4])
        .with_allowedips(vec![AllowedIp::new().with_ipaddr([10, 0, 0, 7])])
        .with_endpoint([endpoint(0x1111)])
        .with_classes(vec![(5, vec![(9, endpoint(0x3333))])]);
    let set = Set { ifindex: Some(7), peers: Some(vec![peer]) };
    let text = of(&set);
    assert!(text.starts_with("ifindex=7 peers[{public-key=0x03030303"), "{text}");
    assert!(text.contains("allowedips[{ipaddr=0x0a000007}]"), "{text}");
    assert!(text.contains("endpoint{port=4369}"), "{text}");
    assert!(text.contains("classes[5:[9:{port=13107}]]"), "{text}");
}

#[test]
fn headers_sub_messages_and_steps_are_told() {
    let row = |kind: &str, content| Row::new().with_kind(kind).with_content(content);
    let get =
        Get::new().with_row(row("books", Content::Books(Box::new(Books::new().with_count(3)))));
    let header = "<0x0000000000000000>";
    assert_eq!(of(&get), format!(r#"{header} row{{kind="books" content{{count=3}}}}"#));
    let label = Get::new().with_row(row("label", Content::Label(Label::default())));
    assert!(of(&label).contains(r#"kind="label" content=0x0000"#), "{}", of(&label));
    let steps =
        Row::new().with_steps(vec![Step::new().with_turn(1), Step::new().with_paint("red")]);
    let text = of(&Get::new().with_row(steps));
    assert_eq!(text, format!(r#"{header} row{{steps[turn=1 paint="red"]}}"#));
}

#[test]
fn what_is_not_known_is_told_by_number_and_bytes() {
    let bytes = [raw::attr(77, &[1, 255]), raw::attr(2, &[1]), vec![1, 2, 3]].concat();
    let text = describe(&bytes, ethtool::RingsGetRequest::SET).to_string();
    assert_eq!(text, ".77=0x01ff .2=0x01 <malformed>");
    assert_eq!(describe(&[1], rt_link::NewlinkRequest::SET).to_string(), "<malformed>");
    assert_eq!(describe(&[], ethtool::RingsGetRequest::SET).to_string(), "");
}

#[test]
fn a_long_message_ends_in_dots() {
    let peers = (0..2_000).map(|_| Peer::new().with_public_key([1; 4])).collect();
    let text = of(&Set { ifindex: Some(7), peers: Some(peers) });
    assert!(text.len() <= 4_098 && text.ends_with(".."), "{}", text.len());
    let bytes = raw::attr(9, &[7; 100]);
    let text = describe(&bytes, Set::SET).to_string();
    assert_eq!(text, format!(".9=0x{}..", "07".repeat(32)));
}

#[test]
fn text_is_quoted_and_stays_on_one_line() {
    let header = ethtool::Header::new().with_dev_name("a\n\"b");
    let text = of(&ethtool::RingsGetRequest::new().with_header(header));
    assert_eq!(text, r#"header{dev-name="a\n\"b"}"#);
}
