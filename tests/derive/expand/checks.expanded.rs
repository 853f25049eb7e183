//! Limits of numbers, of bytes, of the entries of a list, and of bits.
#[derive(Default)]
pub struct Lamp {
    pub level: Option<i32>,
    pub keys: Option<Vec<Vec<u8>>>,
    pub modes: Option<u8>,
    pub name: Option<nlkit::NlString>,
    pub on: bool,
}
#[automatically_derived]
impl<'nl> ::nlkit::NlAttrs<'nl> for Lamp {
    const SET: &'static ::nlkit::Set = &::nlkit::Set::new(
        "Lamp",
        &[
            ::nlkit::Entry::of::<Option<i32>, ::nlkit::Native>(1, "level")
                .with_checks(&::nlkit::Checks::NONE.min(-5).max(100)),
            ::nlkit::Entry::of::<Option<Vec<Vec<u8>>>, nlkit::IndexedArray>(2, "keys")
                .with_checks(&::nlkit::Checks::NONE.exact_len(16)),
            ::nlkit::Entry::of::<Option<u8>, ::nlkit::Native>(3, "modes")
                .with_checks(&::nlkit::Checks::NONE.mask(5)),
            ::nlkit::Entry::of::<Option<nlkit::NlString>, ::nlkit::Native>(4, "name")
                .with_checks(&::nlkit::Checks::NONE.min_len(1).max_len(15)),
            ::nlkit::Entry::of::<bool, ::nlkit::Native>(5, "on"),
        ],
    );
    #[inline]
    fn put(&self, out: &mut ::nlkit::Writer<'_>) {
        ::nlkit::Field::<::nlkit::Native>::put(&self.level, 1, out);
        ::nlkit::Field::<nlkit::IndexedArray>::put(&self.keys, 2, out);
        ::nlkit::Field::<::nlkit::Native>::put(&self.modes, 3, out);
        ::nlkit::Field::<::nlkit::Native>::put(&self.name, 4, out);
        ::nlkit::Field::<::nlkit::Native>::put(&self.on, 5, out);
    }
    #[inline]
    fn set(
        &mut self,
        attr: ::nlkit::Attr<'nl>,
    ) -> ::core::result::Result<(), ::nlkit::DecodeError> {
        match attr.id {
            1 => ::nlkit::Field::<::nlkit::Native>::set(&mut self.level, attr),
            2 => ::nlkit::Field::<nlkit::IndexedArray>::set(&mut self.keys, attr),
            3 => ::nlkit::Field::<::nlkit::Native>::set(&mut self.modes, attr),
            4 => ::nlkit::Field::<::nlkit::Native>::set(&mut self.name, attr),
            5 => ::nlkit::Field::<::nlkit::Native>::set(&mut self.on, attr),
            _ => ::core::result::Result::Ok(()),
        }
    }
}
#[automatically_derived]
impl ::nlkit::View for Lamp {
    type Of<'view> = Lamp;
}
