//! Other things by the names of the prelude.
#![allow(dead_code, reason = "they are there to be in the way")]

use nlkit::{NlAttrs, NlStruct};

struct Option;
struct Result;
struct Vec;
struct Box;
struct String;
struct Writer;
struct Bytes;
trait Member {}
struct Native;
struct Attr;
enum Some {}
trait Default {}
trait Into {}
trait IntoIterator {}
trait FromIterator {}

#[derive(Clone, std::default::Default, PartialEq, NlAttrs)]
#[nl(debug, setters)]
struct Lamp {
    #[nl(header)]
    header: Lampmsg,
    #[nl(id = 1)]
    name: std::option::Option<nlkit::NlString>,
    #[nl(id = 2)]
    hours: std::vec::Vec<u16>,
    #[nl(id = 3)]
    inner: std::option::Option<std::boxed::Box<Lamp>>,
}

#[derive(Clone, Debug, PartialEq, NlStruct)]
#[nl(default, setters, pad = 1)]
struct Lampmsg {
    family: u8,
    #[nl(pad = 1, as = nlkit::Octets<4>)]
    name: nlkit::NlString,
}

#[test]
fn names_of_the_prelude_may_mean_other_things() {
    let header = Lampmsg::new().with_family(1).with_name("up");
    let lamp =
        Lamp::new().with_header(header).with_name("hall").with_hours([7]).with_inner(Lamp::new());
    let bytes = nlkit::encode(&lamp).unwrap();
    assert_eq!(nlkit::decode::<Lamp>(&bytes).unwrap(), lamp);
    assert_eq!(
        format!("{lamp:?}"),
        "Lamp { header: Lampmsg { family: 1, name: \"up\" }, name: \"hall\", hours: [7], \
         inner: Lamp { header: Lampmsg { family: 0, name: \"\" } } }"
    );
}
