//! Rust's reserved words, leading digits and trailing underscores.

use nlkit::{NlAttrs, NlStruct};

#[derive(Clone, Default, PartialEq, NlAttrs)]
#[nl(debug, setters)]
struct r#Loop {
    #[nl(header)]
    r#struct: r#Static,
    #[nl(id = 1)]
    r#type: Option<u32>,
    #[nl(id = 2, name = "4addr")]
    _4addr: Option<u32>,
    #[nl(id = 3, name = "self")]
    self_: Option<u32>,
    #[nl(id = 4)]
    r#use: bool,
    #[nl(id = 5)]
    r#loop: Vec<r#async>,
    #[nl(id = 6)]
    dev_name: Option<u32>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, NlStruct)]
#[nl(setters)]
struct r#Static {
    r#type: u8,
    _2nd: u8,
    #[nl(as = nlkit::Be<u16>)]
    r#mod: u16,
    self_: u32,
}

#[derive(Clone, Default, PartialEq, NlAttrs)]
#[nl(debug)]
#[expect(non_camel_case_types, reason = "a raw identifier as a type")]
struct r#async {
    #[nl(id = 1)]
    r#fn: Option<u32>,
}

#[test]
fn names_lose_what_only_rust_needs() {
    let value = r#Loop::new()
        .with_struct(r#Static::new().with_type(5).with_2nd(6).with_mod(7).with_self(8))
        .with_type(1)
        .with_4addr(2)
        .with_self(3)
        .with_use(true)
        .with_loop([r#async { r#fn: Some(4) }]);
    let bytes = nlkit::encode(&value).unwrap();
    assert_eq!(nlkit::decode::<r#Loop>(&bytes).unwrap(), value);
    assert_eq!(
        format!("{value:?}"),
        "Loop { struct: Static { type: 5, _2nd: 6, mod: 7, self_: 8 }, type: 1, _4addr: 2, \
         self_: 3, use: true, loop: [async { fn: 4 }] }"
    );
    let set = <r#Loop as NlAttrs<'_>>::SET;
    let names: Vec<_> = set.entries.iter().map(|entry| entry.name).collect();
    assert_eq!(set.name, "Loop");
    assert_eq!(names, ["type", "4addr", "self", "use", "loop", "dev-name"]);
}
