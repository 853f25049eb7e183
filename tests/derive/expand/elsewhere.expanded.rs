//! nlkit under another path.
use nlkit as wire;
#[derive(Default)]
pub struct Lamp<'m> {
    pub name: Option<wire::NlStr<'m>>,
}
#[automatically_derived]
impl<'m> super::wire_elsewhere::NlAttrs<'m> for Lamp<'m> {
    const SET: &'static super::wire_elsewhere::Set = &super::wire_elsewhere::Set {
        name: "Lamp",
        entries: &[
            super::wire_elsewhere::Entry::of::<
                Option<wire::NlStr<'m>>,
                super::wire_elsewhere::Native,
            >(1, "name"),
        ],
    };
    #[inline]
    fn put(&self, out: &mut super::wire_elsewhere::Writer<'_>) {
        super::wire_elsewhere::Field::<
            super::wire_elsewhere::Native,
        >::put(&self.name, 1, out);
    }
    #[inline]
    fn set(
        &mut self,
        attr: super::wire_elsewhere::Attr<'m>,
    ) -> ::core::result::Result<(), super::wire_elsewhere::DecodeError> {
        match attr.id {
            1 => {
                super::wire_elsewhere::Field::<
                    super::wire_elsewhere::Native,
                >::set(&mut self.name, attr)
            }
            _ => ::core::result::Result::Ok(()),
        }
    }
}
#[automatically_derived]
impl super::wire_elsewhere::View for Lamp<'static> {
    type Of<'view> = Lamp<'view>;
}
#[automatically_derived]
impl ::core::fmt::Debug for Lamp<'_> {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        super::wire_elsewhere::__private::fmt_set(f, "Lamp", &[("name", &self.name)])
    }
}
impl<'m> Lamp<'m> {
    /// Without any attribute; `with_` methods set them.
    pub fn new() -> Self {
        ::core::default::Default::default()
    }
    /// Sets `name`.
    #[must_use]
    pub fn with_name(
        mut self,
        name: impl ::core::convert::Into<wire::NlStr<'m>>,
    ) -> Self {
        self.name = ::core::option::Option::Some(::core::convert::Into::into(name));
        self
    }
}
