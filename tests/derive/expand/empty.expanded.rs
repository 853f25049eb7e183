//! Sets without attributes.
#[derive(Default)]
pub struct Nothing {}
#[automatically_derived]
impl<'nl> ::nlkit::NlAttrs<'nl> for Nothing {
    const SET: &'static ::nlkit::Set = &::nlkit::Set::new("Nothing", &[]);
    #[inline]
    fn put(&self, _: &mut ::nlkit::Writer<'_>) {}
    #[inline]
    fn set(
        &mut self,
        _: ::nlkit::Attr<'nl>,
    ) -> ::core::result::Result<(), ::nlkit::DecodeError> {
        ::core::result::Result::Ok(())
    }
}
#[automatically_derived]
impl ::nlkit::View for Nothing {
    type Of<'view> = Nothing;
}
#[derive(Default)]
pub(crate) struct Request {}
#[automatically_derived]
impl<'nl> ::nlkit::NlAttrs<'nl> for Request {
    const SET: &'static ::nlkit::Set = &::nlkit::Set::new("Request", &[]);
    #[inline]
    fn put(&self, _: &mut ::nlkit::Writer<'_>) {}
    #[inline]
    fn set(
        &mut self,
        _: ::nlkit::Attr<'nl>,
    ) -> ::core::result::Result<(), ::nlkit::DecodeError> {
        ::core::result::Result::Ok(())
    }
}
#[automatically_derived]
impl ::nlkit::View for Request {
    type Of<'view> = Request;
}
#[automatically_derived]
impl ::core::fmt::Debug for Request {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        ::nlkit::__private::fmt_set(f, "Request", &[])
    }
}
impl Request {
    /// Without any attribute; `with_` methods set them.
    pub(crate) fn new() -> Self {
        ::core::default::Default::default()
    }
}
