//! Binary structs: as attributes, as fixed headers, and in each other.

use nlkit_tests::shelf::{Get, Header, Keys, Label, Wide};

use crate::*;

fn label() -> Label {
    let label = Label::new().with_number(0x102).with_code(0x0102_0304_u32).with_key([7, 8, 9]);
    let label = label.with_text("oak").with_address([1, 2, 3, 4, 5, 6]);
    label.with_inner(Header { room: 3, shelf: -2 }).with_wide(Wide(1))
}

/// The members one after the other.
fn label_bytes() -> Vec<u8> {
    let mut bytes = 0x102_u16.to_ne_bytes().to_vec();
    bytes.extend([1, 2, 3, 4, 7, 8, 9]);
    bytes.extend(b"oak\0\0\0\0\0");
    bytes.extend([1, 2, 3, 4, 5, 6, 3, 0]);
    bytes.extend((-2_i32).to_ne_bytes());
    bytes.extend([1, 0, 0]);
    bytes
}

#[test]
fn members_lie_side_by_side() {
    use nlkit::NlStruct;
    assert_eq!((Header::LEN, Label::LEN, Keys::LEN), (6, 32, 2));
    let get = Get::new().with_label(label());
    let expected = [vec![0; 8], raw::attr(2, &label_bytes())].concat();
    assert_eq!(nlkit::encode(&get).unwrap(), expected);
    assert_eq!(nlkit::decode::<Get>(&expected).unwrap(), get);
}

#[test]
fn a_fixed_header_stands_before_the_attributes() {
    let get = Get::new().with_header(Header { room: 5, shelf: 0x0102_0304 });
    let mut expected = vec![5, 0];
    expected.extend(0x0102_0304_i32.to_ne_bytes());
    expected.extend([0, 0]);
    assert_eq!(nlkit::encode(&get).unwrap(), expected, "padded to 8 bytes");
    let with_label = [expected, raw::attr(2, &[1, 1])].concat();
    let get = nlkit::decode::<Get>(&with_label).unwrap();
    assert_eq!((get.header.room, get.label.unwrap().number), (5, 0x101));
}

#[test]
fn a_short_fixed_header_is_an_error() {
    for len in 0..8 {
        let text = format!("Get: expected a header of 8 bytes, got {len}");
        assert_eq!(decode_error::<Get>(&vec![0; len]), text);
    }
}

#[test]
fn a_shorter_struct_is_zero_at_its_end_and_a_longer_one_is_cut() {
    let bytes = label_bytes();
    for len in 0..bytes.len() + 9 {
        let mut padded = bytes.clone();
        padded.resize(len, 0xee);
        let get = nlkit::decode::<Get>(&[vec![0; 8], raw::attr(2, &padded)].concat()).unwrap();
        padded.resize(bytes.len().min(len), 0);
        padded.resize(bytes.len(), 0);
        assert_eq!(get.label.unwrap(), nlkit::read::<Label>(&padded), "{len} bytes");
    }
}

#[test]
fn a_struct_repeats_at_its_end() {
    let keys = vec![Header { room: 1, shelf: 2 }, Header { room: 3, shelf: 4 }];
    let get = Get { keys: Some(Keys { count: 2, keys }), ..Get::new() };
    let bytes = nlkit::encode(&get).unwrap();
    assert_eq!(bytes.len(), 8 + 4 + 2 + 2 * 6 + 2);
    assert_eq!(nlkit::decode::<Get>(&bytes).unwrap(), get);
    let none = Get { keys: Some(Keys::default()), ..Get::new() };
    assert_eq!(nlkit::decode::<Get>(&nlkit::encode(&none).unwrap()).unwrap(), none);
}

#[test]
fn structs_repeat_as_attributes() {
    let get = Get::new().with_labels([label(), Label::new(), label()]);
    let bytes = nlkit::encode(&get).unwrap();
    assert_eq!(nlkit::decode::<Get>(&bytes).unwrap(), get);
}

#[test]
fn a_member_that_does_not_fit_is_an_error_with_the_attribute() {
    let error = |label: Label| {
        let get = Get::new().with_labels([Label::new(), label]);
        let error = nlkit::encode(&get).unwrap_err();
        let mut buffer = vec![1, 2, 3, 4];
        assert_eq!(nlkit::encode_into(&get, &mut buffer), Err(error.clone()));
        assert_eq!(buffer, [1, 2, 3, 4], "as it was");
        error.to_string()
    };
    let wide = error(Label::new().with_wide(Wide(256)));
    assert_eq!(wide, "Get.labels[1]: the value does not fit into u8");
    let long = error(Label::new().with_text("mahogany!"));
    assert_eq!(long, "Get.labels[1]: 9 bytes do not fit: the struct has room for 8");
    let nul = error(Label::new().with_text("a\0b"));
    assert_eq!(nul, "Get.labels[1]: a string cannot hold a NUL byte");
    nlkit::encode(&Get::new().with_label(Label::new().with_text("mahogany"))).unwrap();
}

#[test]
fn too_many_entries_of_a_struct_are_an_error() {
    let keys = Keys { count: 0, keys: vec![Header::default(); 11_000] };
    let error = nlkit::encode(&Get { keys: Some(keys), ..Get::new() }).unwrap_err();
    assert_eq!(
        error.to_string(),
        "Get.keys: 66002 bytes do not fit: an attribute holds 65531 at most"
    );
}

#[test]
fn a_set_with_a_header_shows_it() {
    let get = Get::new().with_header(Header { room: 5, shelf: 1 });
    assert_eq!(format!("{get:?}"), "Get { header: Header { room: 5, shelf: 1 } }");
}
