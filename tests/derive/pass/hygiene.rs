//! Names that the expansion uses too.

use nlkit::{NlAttrs, NlStruct};

#[derive(Clone, Debug, Default, PartialEq, NlAttrs)]
#[nl(setters)]
struct Names {
    #[nl(header)]
    bytes: Members,
    #[nl(id = 1)]
    out: Option<u32>,
    #[nl(id = 2)]
    attr: Option<u32>,
    #[nl(id = 3)]
    self_: Option<u32>,
    #[nl(id = 4)]
    f: Option<u32>,
    #[nl(id = 5)]
    id: Option<u32>,
    #[nl(id = 6)]
    nl: Option<u32>,
    #[nl(id = 7)]
    nlkit: Option<u32>,
    #[nl(id = 8)]
    core: Option<u32>,
    #[nl(id = 9)]
    put: bool,
    #[nl(id = 10)]
    set: Vec<u32>,
    #[nl(id = 11)]
    field: Option<Field>,
    #[nl(id = 12)]
    value: Option<nlkit::NlString>,
    #[nl(id = 13)]
    new: Option<u32>,
    #[nl(id = 14)]
    default: Option<u32>,
}

/// The same for a binary struct.
#[derive(Clone, Debug, Default, PartialEq, NlStruct)]
#[nl(setters, pad = 1)]
struct Members {
    bytes: u32,
    #[nl(pad = 1)]
    out: u32,
    attr: u32,
    id: u32,
    #[nl(pad = 2)]
    value: u32,
    self_: u32,
    put: u32,
    get: Member,
    #[nl(as = nlkit::Octets<4>)]
    len: nlkit::NlString,
    core: u32,
}

/// A struct named like a trait of the runtime, with functions named like what the expansion calls.
#[derive(Clone, Debug, Default, PartialEq, NlStruct)]
#[nl(setters)]
struct Member {
    #[nl(as = nlkit::Be<u32>)]
    bytes: u32,
}

impl Member {
    const LEN: &'static str = "mine";

    fn put(&self) -> &'static str {
        "mine"
    }

    fn get() -> &'static str {
        "mine"
    }
}

/// A set named like a trait of the runtime, with methods named like what the expansion calls.
#[derive(Clone, Default, PartialEq, NlAttrs)]
#[nl(debug, setters)]
struct Field {
    #[nl(id = 1)]
    out: Option<u32>,
    #[nl(id = 2)]
    f: Option<u32>,
}

impl Field {
    fn put(&self) -> &'static str {
        "mine"
    }

    fn set(&mut self) -> &'static str {
        "mine"
    }

    fn default() -> &'static str {
        "mine"
    }
}

#[test]
fn names_of_the_expansion_do_not_clash_with_those_of_the_struct() {
    let names = Names::new()
        .with_out(1)
        .with_attr(2)
        .with_self(3)
        .with_f(4)
        .with_id(5)
        .with_nl(6)
        .with_nlkit(7)
        .with_core(8)
        .with_put(true)
        .with_set([10, 11])
        .with_field(Field::new().with_out(12).with_f(13))
        .with_value("14")
        .with_new(15)
        .with_default(16)
        .with_bytes(members());
    let bytes = nlkit::encode(&names).unwrap();
    assert_eq!(nlkit::decode::<Names>(&bytes).unwrap(), names);
    let mut field = names.field.unwrap();
    assert_eq!(format!("{field:?}"), "Field { out: 12, f: 13 }");
    assert_eq!([field.put(), field.set(), Field::default()], ["mine"; 3]);
}

fn members() -> Members {
    Members::new()
        .with_bytes(1)
        .with_out(2)
        .with_attr(3)
        .with_id(4)
        .with_value(5)
        .with_self(6)
        .with_put(7)
        .with_get(Member::new().with_bytes(8))
        .with_len("nine")
        .with_core(10)
}

#[test]
fn nor_do_they_in_a_binary_struct() {
    #[derive(Default, NlAttrs)]
    struct Set {
        #[nl(id = 1)]
        members: Option<Members>,
    }
    let bytes = nlkit::encode(&Set { members: Some(members()) }).unwrap();
    assert_eq!(nlkit::decode::<Set>(&bytes).unwrap().members, Some(members()));
    let member = members().get;
    assert_eq!([member.put(), Member::get(), Member::LEN], ["mine"; 3]);
}

#[test]
fn a_set_may_be_local_to_a_function() {
    #[derive(Default, NlAttrs)]
    #[nl(debug)]
    struct Local<'a> {
        #[nl(id = 1)]
        name: Option<nlkit::NlStr<'a>>,
    }
    let bytes = nlkit::encode(&Local { name: Some("a".into()) }).unwrap();
    let local: Local<'_> = nlkit::decode(&bytes).unwrap();
    assert_eq!(format!("{local:?}"), "Local { name: \"a\" }");
}
