//! Without the prelude and without imports of nlkit: the expansion names all that it uses in full.

#[no_implicit_prelude]
mod inner {
    #[derive(
        ::core::clone::Clone, ::core::default::Default, ::core::cmp::PartialEq, ::nlkit::NlAttrs,
    )]
    #[nl(debug, setters)]
    pub(super) struct Lamp {
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
}

#[test]
fn no_name_of_the_prelude_is_assumed() {
    let lamp = inner::Lamp::new()
        .with_name("hall")
        .with_level(1 << 40)
        .with_hours([7, 19])
        .with_dimmed(true)
        .with_timer(inner::Timer::new());
    let bytes = nlkit::encode(&lamp).unwrap();
    assert_eq!(nlkit::decode::<inner::Lamp>(&bytes).unwrap(), lamp);
    assert_eq!(
        format!("{lamp:?}"),
        "Lamp { name: \"hall\", level: 1099511627776, hours: [7, 19], dimmed: true, timer: Timer }"
    );
    assert_eq!(lamp.level, Some(1 << 40));
}
