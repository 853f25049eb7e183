//! nlkit under another path: as a re-export of a crate that is itself used for it.

mod facade {
    pub(crate) mod wire {
        pub(crate) use ::nlkit::*;
    }
}

/// Nothing by the name of the crate: were it used, this would not compile.
mod nlkit {}

#[derive(Clone, Default, PartialEq, facade::wire::NlAttrs)]
#[nl(debug, setters, crate = facade::wire)]
struct Lamp<'a> {
    #[nl(id = 1)]
    name: Option<facade::wire::NlStr<'a>>,
    #[nl(id = 2, as = facade::wire::Be<u16>)]
    port: Option<u16>,
}

#[test]
fn the_runtime_may_be_anywhere() {
    use facade::wire;
    let lamp = Lamp::new().with_name("hall").with_port(80);
    let bytes = wire::encode(&lamp).unwrap();
    assert_eq!(wire::decode::<Lamp<'_>>(&bytes).unwrap(), lamp);
    assert_eq!(format!("{lamp:?}"), "Lamp { name: \"hall\", port: 80 }");
}
