//! Fixed headers: before the attributes, in messages and in nests.

use nlkit::{NlAttrs, NlStr, NlString, NlStruct};

#[derive(Clone, Copy, Debug, Default, PartialEq, NlStruct)]
#[nl(setters)]
struct Lampmsg {
    family: u8,
    #[nl(pad = 1)]
    index: u16,
    flags: u8,
}

#[derive(Clone, Default, PartialEq, NlAttrs)]
#[nl(debug, setters)]
struct Lamp {
    #[nl(id = 1)]
    level: Option<u8>,
    #[nl(id = 2)]
    name: Option<NlString>,
    #[nl(id = 3)]
    behind: Option<Box<Lamp>>,
    #[nl(header)]
    header: Lampmsg,
}

#[derive(Default, NlAttrs)]
#[nl(debug)]
struct Brief<'a> {
    #[nl(header)]
    r#type: Lampmsg,
    #[nl(id = 2)]
    name: Option<NlStr<'a>>,
}

#[derive(Default, NlAttrs)]
#[nl(debug, setters)]
struct Get {
    #[nl(header)]
    header: Lampmsg,
}

fn header() -> Lampmsg {
    Lampmsg::new().with_family(1).with_index(0x0202).with_flags(3)
}

#[test]
fn the_header_stands_before_the_attributes_with_its_own_padding() {
    let lamp = Lamp::new().with_header(header()).with_level(7);
    let bytes = nlkit::encode(&lamp).unwrap();
    assert_eq!(bytes[..8], [1, 0, 2, 2, 3, 0, 0, 0]);
    assert_eq!((bytes.len(), bytes[12]), (16, 7));
    assert_eq!(nlkit::decode::<Lamp>(&bytes).unwrap(), lamp);
    assert_eq!((<Lamp as NlAttrs<'_>>::SET.header, Lampmsg::LEN), (8, 5));
}

#[test]
fn a_nest_has_its_own_header() {
    let behind = Lamp::new().with_header(header()).with_level(7);
    let lamp = Lamp::new().with_behind(behind);
    let bytes = nlkit::encode(&lamp).unwrap();
    assert_eq!(bytes[..8], [0; 8]);
    assert_eq!(bytes[12..20], [1, 0, 2, 2, 3, 0, 0, 0]);
    assert_eq!(nlkit::decode::<Lamp>(&bytes).unwrap(), lamp);
}

#[test]
fn the_header_is_shown_first_and_always() {
    assert_eq!(
        format!("{:?}", Lamp::new().with_level(7)),
        "Lamp { header: Lampmsg { family: 0, index: 0, flags: 0 }, level: 7 }"
    );
}

#[test]
fn a_projection_may_have_the_header_too() {
    let lamp = Lamp::new().with_header(header()).with_level(7).with_name("hall");
    let bytes = nlkit::encode(&lamp).unwrap();
    assert_eq!(
        format!("{:?}", nlkit::decode::<Brief<'_>>(&bytes).unwrap()),
        "Brief { type: Lampmsg { family: 1, index: 514, flags: 3 }, name: \"hall\" }"
    );
}

#[test]
fn a_header_may_be_all_that_there_is() {
    let get = Get::new().with_header(header());
    let bytes = nlkit::encode(&get).unwrap();
    assert_eq!(bytes.len(), 8);
    assert_eq!(nlkit::decode::<Get>(&bytes).unwrap().header, header());
    assert_eq!(format!("{get:?}"), "Get { header: Lampmsg { family: 1, index: 514, flags: 3 } }");
}

#[test]
fn a_message_without_its_whole_header_is_an_error() {
    let error = nlkit::decode::<Get>(&[0; 5]).unwrap_err();
    assert!(error.to_string().contains('8'), "{error}");
}
