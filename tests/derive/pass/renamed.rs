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
    #[nl(header)]
    header: Lampmsg,
    #[nl(id = 1)]
    name: Option<facade::wire::NlStr<'a>>,
    #[nl(id = 2, as = facade::wire::Be<u16>)]
    port: Option<u16>,
}

#[derive(Clone, Copy, Debug, PartialEq, facade::wire::NlStruct)]
#[nl(default, setters, crate = facade::wire, pad = 1)]
struct Lampmsg {
    family: u8,
    #[nl(as = facade::wire::Be<u16>)]
    port: u16,
}

#[test]
fn the_runtime_may_be_anywhere() {
    use facade::wire;
    let header = Lampmsg::new().with_family(1).with_port(2);
    let lamp = Lamp::new().with_header(header).with_name("hall").with_port(80);
    let bytes = wire::encode(&lamp).unwrap();
    assert_eq!(wire::decode::<Lamp<'_>>(&bytes).unwrap(), lamp);
    assert_eq!(bytes[..4], [1, 0, 2, 0]);
    assert_eq!(
        format!("{lamp:?}"),
        "Lamp { header: Lampmsg { family: 1, port: 2 }, name: \"hall\", port: 80 }"
    );
}
