//! A set that holds itself.
#[derive(Clone, Default, PartialEq)]
pub struct Room {
    pub number: Option<u32>,
    pub behind: Option<Box<Room>>,
}
#[automatically_derived]
impl<'nl> ::nlkit::NlAttrs<'nl> for Room {
    const SET: &'static ::nlkit::Set = &::nlkit::Set::new(
        "Room",
        &[
            ::nlkit::Entry::of::<Option<u32>, ::nlkit::Native>(1, "number"),
            ::nlkit::Entry::of::<Option<Box<Room>>, ::nlkit::Native>(2, "behind"),
        ],
    );
    #[inline]
    fn put(&self, out: &mut ::nlkit::Writer<'_>) {
        ::nlkit::Field::<::nlkit::Native>::put(&self.number, 1, out);
        ::nlkit::Field::<::nlkit::Native>::put(&self.behind, 2, out);
    }
    #[inline]
    fn set(
        &mut self,
        attr: ::nlkit::Attr<'nl>,
    ) -> ::core::result::Result<(), ::nlkit::DecodeError> {
        match attr.id {
            1 => ::nlkit::Field::<::nlkit::Native>::set(&mut self.number, attr),
            2 => ::nlkit::Field::<::nlkit::Native>::set(&mut self.behind, attr),
            _ => ::core::result::Result::Ok(()),
        }
    }
}
#[automatically_derived]
impl ::nlkit::View for Room {
    type Of<'view> = Room;
}
#[automatically_derived]
impl ::core::fmt::Debug for Room {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        ::nlkit::__private::fmt_set(
            f,
            "Room",
            &[("number", &self.number), ("behind", &self.behind)],
        )
    }
}
