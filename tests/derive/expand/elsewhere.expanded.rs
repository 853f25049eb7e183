//! nlkit under another path.
use nlkit as wire;
#[derive(Default)]
pub struct Lamp<'m> {
    pub header: Timer,
    pub name: Option<wire::NlStr<'m>>,
}
#[automatically_derived]
impl<'m> super::wire_elsewhere::NlAttrs<'m> for Lamp<'m> {
    const SET: &'static super::wire_elsewhere::Set = &super::wire_elsewhere::Set::new(
            "Lamp",
            &[
                super::wire_elsewhere::Entry::of::<
                    Option<wire::NlStr<'m>>,
                    super::wire_elsewhere::Native,
                >(1, "name"),
            ],
        )
        .with_header(<Timer as super::wire_elsewhere::NlStruct>::LEN);
    #[inline]
    fn put(&self, out: &mut super::wire_elsewhere::Writer<'_>) {
        out.header(&self.header);
        super::wire_elsewhere::Field::<
            super::wire_elsewhere::Native,
        >::put(&self.name, 1, out);
    }
    #[inline]
    fn set_header(&mut self, bytes: &mut super::wire_elsewhere::Bytes<'_>) {
        self.header = <Timer as super::wire_elsewhere::NlStruct>::get(bytes);
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
        super::wire_elsewhere::__private::fmt_set(
            f,
            "Lamp",
            &[
                ("header", &::core::option::Option::Some(&self.header)),
                ("name", &self.name),
            ],
        )
    }
}
impl<'m> Lamp<'m> {
    /// Without any attribute; `with_` methods set them.
    pub fn new() -> Self {
        ::core::default::Default::default()
    }
    /// Sets `header`.
    #[must_use]
    pub fn with_header(mut self, header: impl ::core::convert::Into<Timer>) -> Self {
        self.header = ::core::convert::Into::into(header);
        self
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
#[derive(Clone, Copy, Debug, Default)]
pub struct Timer {
    pub on: u32,
}
#[automatically_derived]
impl super::wire_elsewhere::NlStruct for Timer {
    const LEN: usize = <super::wire_elsewhere::Native as super::wire_elsewhere::Member<
        u32,
    >>::LEN;
    #[inline]
    fn put(&self, out: &mut super::wire_elsewhere::Writer<'_>) {
        <super::wire_elsewhere::Native as super::wire_elsewhere::Member<
            u32,
        >>::put(&self.on, out);
    }
    #[inline]
    fn get(bytes: &mut super::wire_elsewhere::Bytes<'_>) -> Self {
        Self {
            on: <super::wire_elsewhere::Native as super::wire_elsewhere::Member<
                u32,
            >>::get(bytes),
        }
    }
}
#[automatically_derived]
impl super::wire_elsewhere::AttrValue<'_> for Timer {
    #[inline]
    fn put(&self, id: u16, out: &mut super::wire_elsewhere::Writer<'_>) {
        out.structure(id, self);
    }
    #[inline]
    fn get(
        attr: super::wire_elsewhere::Attr<'_>,
    ) -> ::core::result::Result<Self, super::wire_elsewhere::DecodeError> {
        ::core::result::Result::Ok(super::wire_elsewhere::read(attr.payload))
    }
}
impl Timer {
    /// With each member's default; `with_` methods set them.
    pub fn new() -> Self {
        ::core::default::Default::default()
    }
    /// Sets `on`.
    #[must_use]
    pub fn with_on(mut self, on: u32) -> Self {
        self.on = on;
        self
    }
}
