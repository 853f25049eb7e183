//! Without the prelude and without imports of nlkit: the expansion names all that it uses in full.

#[no_implicit_prelude]
mod inner {
    #[derive(
        ::core::clone::Clone, ::core::default::Default, ::core::cmp::PartialEq, ::nlkit::NlAttrs,
    )]
    #[nl(debug, setters)]
    pub(super) struct Lamp {
        #[nl(header)]
        pub(super) header: Lampmsg,
        #[nl(id = 1)]
        pub(super) name: ::core::option::Option<::nlkit::NlString>,
        #[nl(id = 2, as = ::nlkit::Uint)]
        pub(super) level: ::core::option::Option<u64>,
        #[nl(id = 3)]
        pub(super) hours: ::std::vec::Vec<u16>,
        #[nl(id = 4)]
        pub(super) dimmed: bool,
        #[nl(id = 5)]
        pub(super) timer: ::core::option::Option<Timer>,
    }

    #[derive(
        ::core::clone::Clone, ::core::default::Default, ::core::cmp::PartialEq, ::nlkit::NlAttrs,
    )]
    #[nl(debug, setters)]
    pub(super) struct Timer {}

    #[derive(
        ::core::clone::Clone, ::core::fmt::Debug, ::core::cmp::PartialEq, ::nlkit::NlStruct,
    )]
    #[nl(default, setters, pad = 2)]
    pub(super) struct Lampmsg {
        pub(super) family: u8,
        #[nl(pad = 1, as = ::nlkit::Be<u16>)]
        pub(super) index: u16,
        #[nl(as = ::nlkit::Octets<2>)]
        pub(super) name: ::nlkit::NlString,
    }
}

#[test]
fn no_name_of_the_prelude_is_assumed() {
    let header = inner::Lampmsg::new().with_family(1).with_index(2).with_name("up");
    let lamp = inner::Lamp::new()
        .with_header(header)
        .with_name("hall")
        .with_level(1 << 40)
        .with_hours([7, 19])
        .with_dimmed(true)
        .with_timer(inner::Timer::new());
    let bytes = nlkit::encode(&lamp).unwrap();
    assert_eq!(nlkit::decode::<inner::Lamp>(&bytes).unwrap(), lamp);
    assert_eq!(
        format!("{lamp:?}"),
        "Lamp { header: Lampmsg { family: 1, index: 2, name: \"up\" }, name: \"hall\", \
         level: 1099511627776, hours: [7, 19], dimmed: true, timer: Timer }"
    );
    assert_eq!(lamp.level, Some(1 << 40));
    assert_eq!((lamp.header.family, lamp.header.index), (1, 2));
    assert_eq!(lamp.header.name, "up");
}
