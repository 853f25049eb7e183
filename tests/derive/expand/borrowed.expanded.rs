//! Projections.
use nlkit::{IndexedArray, NlStr};
#[derive(Default, PartialEq)]
pub struct Brief<'m> {
    pub name: Option<NlStr<'m>>,
    pub key: Vec<&'m [u8]>,
    pub timers: Option<Vec<Label<'m>>>,
}
#[automatically_derived]
impl<'m> ::nlkit::NlAttrs<'m> for Brief<'m> {
    const SET: &'static ::nlkit::Set = &::nlkit::Set::new(
        "Brief",
        &[
            ::nlkit::Entry::of::<Option<NlStr<'m>>, ::nlkit::Native>(1, "name"),
            ::nlkit::Entry::of::<Vec<&'m [u8]>, ::nlkit::Native>(2, "key"),
            ::nlkit::Entry::of::<Option<Vec<Label<'m>>>, IndexedArray>(3, "timers"),
        ],
    );
    #[inline]
    fn put(&self, out: &mut ::nlkit::Writer<'_>) {
        ::nlkit::Field::<::nlkit::Native>::put(&self.name, 1, out);
        ::nlkit::Field::<::nlkit::Native>::put(&self.key, 2, out);
        ::nlkit::Field::<IndexedArray>::put(&self.timers, 3, out);
    }
    #[inline]
    fn set(
        &mut self,
        attr: ::nlkit::Attr<'m>,
    ) -> ::core::result::Result<(), ::nlkit::DecodeError> {
        match attr.id {
            1 => ::nlkit::Field::<::nlkit::Native>::set(&mut self.name, attr),
            2 => ::nlkit::Field::<::nlkit::Native>::set(&mut self.key, attr),
            3 => ::nlkit::Field::<IndexedArray>::set(&mut self.timers, attr),
            _ => ::core::result::Result::Ok(()),
        }
    }
}
#[automatically_derived]
impl ::nlkit::View for Brief<'static> {
    type Of<'view> = Brief<'view>;
}
#[automatically_derived]
impl ::core::fmt::Debug for Brief<'_> {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        ::nlkit::__private::fmt_set(
            f,
            "Brief",
            &[("name", &self.name), ("key", &self.key), ("timers", &self.timers)],
        )
    }
}
#[derive(Default, PartialEq)]
pub struct Label<'l> {
    pub label: Option<&'l [u8]>,
}
#[automatically_derived]
impl<'l> ::nlkit::NlAttrs<'l> for Label<'l> {
    const SET: &'static ::nlkit::Set = &::nlkit::Set::new(
        "Label",
        &[::nlkit::Entry::of::<Option<&'l [u8]>, ::nlkit::Native>(2, "label")],
    );
    #[inline]
    fn put(&self, out: &mut ::nlkit::Writer<'_>) {
        ::nlkit::Field::<::nlkit::Native>::put(&self.label, 2, out);
    }
    #[inline]
    fn set(
        &mut self,
        attr: ::nlkit::Attr<'l>,
    ) -> ::core::result::Result<(), ::nlkit::DecodeError> {
        match attr.id {
            2 => ::nlkit::Field::<::nlkit::Native>::set(&mut self.label, attr),
            _ => ::core::result::Result::Ok(()),
        }
    }
}
#[automatically_derived]
impl ::nlkit::View for Label<'static> {
    type Of<'view> = Label<'view>;
}
#[automatically_derived]
impl ::core::fmt::Debug for Label<'_> {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        ::nlkit::__private::fmt_set(f, "Label", &[("label", &self.label)])
    }
}
