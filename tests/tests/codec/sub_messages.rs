//! Sub-messages: what another attribute chooses; and nests whose order means something.

use nlkit_tests::shelf::{Books, Both, Content, Copied, Counter, Get, Header, Label, Row, Step};

use crate::*;

fn round_trip(row: &Row) -> Vec<u8> {
    let bytes = nlkit::encode(row).unwrap();
    assert_eq!(nlkit::decode::<Row>(&bytes).unwrap(), *row);
    bytes
}

fn row(kind: &str, content: Content) -> Row {
    Row::new().with_kind(kind).with_content(content)
}

#[test]
fn the_selector_chooses_the_format() {
    let count = raw::attr(1, &7_u32.to_ne_bytes());
    let books = row("books", Content::Books(Books::new().with_count(7).into()));
    let kind = raw::attr(1, b"books\0");
    assert_eq!(round_trip(&books), [kind, raw::nest(2, std::slice::from_ref(&count))].concat());

    let label = row("label", Content::Label(Label::new().with_number(5)));
    assert_eq!(round_trip(&label).len(), 12 + 4 + 32);

    let both = Both { header: Header { room: 1, shelf: 2 }, count: Some(7) };
    let mut header = vec![1, 0];
    header.extend(2_i32.to_ne_bytes());
    header.extend([0, 0]);
    let bytes = round_trip(&row("both", Content::Both(both.into())));
    assert_eq!(bytes[12..], raw::nest(2, &[header, count]));

    let bytes = round_trip(&row("empty", Content::Empty));
    assert_eq!(bytes[12..], raw::nest(2, &[]));
}

#[test]
fn a_number_can_be_the_selector() {
    let row = Row::new().with_counted(1).with_counter(Counter::Books(9));
    let bytes = round_trip(&row);
    assert_eq!(bytes[..8], raw::attr(3, &[0, 0, 0, 1]));
    round_trip(&Row::new().with_counted(2).with_counter(Counter::Pages(1 << 40)));
}

#[test]
fn an_unknown_kind_is_kept_as_it_came() {
    let payload = [5, 0, 1, 0, 9];
    for kind in [&b"vinyl\0"[..], b"BOOKS\0", b"\xff\0", b""] {
        let bytes = [raw::attr(1, kind), raw::attr(2, &payload)].concat();
        let row = nlkit::decode::<Row>(&bytes).unwrap();
        assert_eq!(row.content, Some(Content::Unknown(payload.to_vec())), "{kind:?}");
    }
    // So is one whose kind nothing tells, and it goes out again the same.
    let bytes = raw::attr(2, &payload);
    let row = nlkit::decode::<Row>(&bytes).unwrap();
    assert_eq!(row.content, Some(Content::Unknown(payload.to_vec())));
    assert_eq!(nlkit::encode(&row).unwrap(), bytes);
    // And one that holds something although its kind has nothing.
    let bytes = [raw::attr(1, b"empty\0"), raw::attr(2, &payload)].concat();
    let row = nlkit::decode::<Row>(&bytes).unwrap();
    assert_eq!(row.content, Some(Content::Unknown(payload.to_vec())));
}

#[test]
fn a_selector_without_its_nul_is_read_too() {
    let count = raw::nest(2, &[raw::attr(1, &7_u32.to_ne_bytes())]);
    let row = nlkit::decode::<Row>(&[raw::attr(1, b"books"), count].concat()).unwrap();
    assert_eq!(row.content, Some(Content::Books(Books::new().with_count(7).into())));
}

#[test]
fn the_selector_may_come_behind() {
    let count = raw::nest(2, &[raw::attr(1, &7_u32.to_ne_bytes())]);
    let row = nlkit::decode::<Row>(&[count, raw::attr(1, b"books\0")].concat()).unwrap();
    assert_eq!(row.content, Some(Content::Books(Books::new().with_count(7).into())));
}

#[test]
fn the_selector_may_stand_in_an_outer_set() {
    let books = |count| Content::Books(Books::new().with_count(count).into());
    let copied = |count| Copied::new().with_content(books(count));
    let row = Row::new().with_kind("books").with_copy(copied(1)).with_copies(vec![
        copied(2),
        Copied::new(),
        copied(3),
    ]);
    round_trip(&row);
    // Without it the bytes are kept.
    let inner = Row::new().with_copy(copied(1));
    let copy = nlkit::decode::<Row>(&nlkit::encode(&inner).unwrap()).unwrap().copy.unwrap();
    assert!(matches!(copy.content, Some(Content::Unknown(bytes)) if bytes.len() == 8));
}

#[test]
fn an_inner_set_has_its_own_selector() {
    let label = Content::Label(Label::new().with_number(1));
    let inner = Row::new().with_kind("label").with_copy(Copied::new().with_content(label));
    let books = Books { count: None, behind: Some(inner.into()) };
    round_trip(&row("books", Content::Books(books.into())));
}

#[test]
fn a_selector_that_is_not_set_is_written_with_its_sub_message() {
    let books = Row::new().with_content(Content::Books(Books::new().into()));
    let kind = raw::attr(1, b"books\0");
    assert_eq!(nlkit::encode(&books).unwrap(), [kind, raw::nest(2, &[])].concat());
    let counter = Row::new().with_counter(Counter::Pages(7));
    let counted = raw::attr(3, &[0, 0, 0, 2]);
    let pages = raw::attr(4, &7_u64.to_ne_bytes());
    assert_eq!(nlkit::encode(&counter).unwrap(), [counted, pages].concat());
    let unknown = Row::new().with_content(Content::Unknown(vec![1, 2, 3, 4]));
    assert_eq!(nlkit::encode(&unknown).unwrap(), raw::attr(2, &[1, 2, 3, 4]));
}

/// A row whose fields stand in another order than their numbers.
#[derive(Default, NlAttrs)]
struct Turned {
    #[nl(id = 2, as = nlkit::Selected<1>)]
    content: Option<Content>,
    #[nl(id = 1)]
    kind: Option<NlString>,
}

#[test]
fn the_selector_goes_out_first_wherever_its_field_stands() {
    let turned = |kind: &str| Turned {
        content: Some(Content::Books(Books::new().into())),
        kind: Some(kind.into()),
    };
    let kind = raw::attr(1, b"books\0");
    assert_eq!(nlkit::encode(&turned("books")).unwrap(), [kind, raw::nest(2, &[])].concat());
    let error = nlkit::encode(&turned("label")).unwrap_err();
    assert_eq!(error.kind(), &EncodeErrorKind::Selector { kind: "books" });
}

#[test]
fn a_wrong_selector_is_an_error() {
    let books = || Content::Books(Books::new().into());
    let wrong = Get::new().with_row(row("label", books()));
    let expected =
        "Get.row.content: of kind `books`, but the attribute that tells the kind has another";
    assert_eq!(nlkit::encode(&wrong).unwrap_err().to_string(), expected);
    let wrong = Get::new().with_row(Row::new().with_counted(2).with_counter(Counter::Books(1)));
    let expected =
        "Get.row.counter: of kind `1`, but the attribute that tells the kind has another";
    assert_eq!(nlkit::encode(&wrong).unwrap_err().to_string(), expected);
}

#[test]
fn errors_inside_have_their_path() {
    let bad = raw::nest(2, &[raw::attr(1, &[1])]);
    let bytes = [raw::attr(1, b"books\0"), bad].concat();
    let text = "Row.content.count: expected 4 bytes, got 1";
    assert_eq!(decode_error::<Row>(&bytes), text);
    let both = [raw::attr(1, b"both\0"), raw::attr(2, &[1, 2, 3])].concat();
    assert_eq!(decode_error::<Row>(&both), "Row.content: expected a header of 8 bytes, got 3");

    let long = Row::new().with_kind("x".repeat(70_000).as_str());
    let books = Books { count: None, behind: Some(long.into()) };
    let row = row("books", Content::Books(books.into()));
    let error = nlkit::encode(&Get::new().with_row(row)).unwrap_err();
    assert_eq!(error.path(), ".row.content.behind.kind");
}

#[test]
fn a_nest_can_keep_the_order_of_its_attributes() {
    let turn = |by| Step::new().with_turn(by);
    let inner = vec![turn(4), Step::new().with_paint("red"), turn(4)];
    let steps = vec![turn(1), Step::new().with_paint("red"), turn(2), Step::new().with_then(inner)];
    let bytes = round_trip(&Row::new().with_steps(steps));
    let red = || raw::attr(2, b"red\0");
    let turn = |by: u32| raw::attr(1, &by.to_ne_bytes());
    let inner = raw::nest(3, &[turn(4), red(), turn(4)]);
    assert_eq!(bytes, raw::nest(7, &[turn(1), red(), turn(2), inner]));

    let bad = raw::nest(3, &[turn(4), raw::attr(1, &[1])]);
    let error = decode_error::<Row>(&raw::nest(7, &[turn(1), bad]));
    assert_eq!(error, "Row.steps[1].then[1].turn: expected 4 bytes, got 1");

    let bad = vec![Step::new().with_turn(1), Step::new().with_paint("a\0b")];
    let error = nlkit::encode(&Row::new().with_steps(bad)).unwrap_err();
    assert_eq!(error.path(), ".steps[1].paint");
}
