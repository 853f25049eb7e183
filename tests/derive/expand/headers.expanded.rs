//! Fixed headers before the attributes, and a scope for the selectors of sub-messages.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Lampmsg {
    pub family: u8,
    pub index: u16,
    pub flags: u8,
}
#[automatically_derived]
impl ::nlkit::NlStruct for Lampmsg {
    const LEN: usize = <::nlkit::Native as ::nlkit::Member<u8>>::LEN + 1
        + <::nlkit::Native as ::nlkit::Member<u16>>::LEN
        + <::nlkit::Native as ::nlkit::Member<u8>>::LEN;
    #[inline]
    fn put(&self, out: &mut ::nlkit::Writer<'_>) {
        <::nlkit::Native as ::nlkit::Member<u8>>::put(&self.family, out);
        out.zeros(1);
        <::nlkit::Native as ::nlkit::Member<u16>>::put(&self.index, out);
        <::nlkit::Native as ::nlkit::Member<u8>>::put(&self.flags, out);
    }
    #[inline]
    fn get(bytes: &mut ::nlkit::Bytes<'_>) -> Self {
        Self {
            family: <::nlkit::Native as ::nlkit::Member<u8>>::get(bytes),
            index: {
                bytes.skip(1);
                <::nlkit::Native as ::nlkit::Member<u16>>::get(bytes)
            },
            flags: <::nlkit::Native as ::nlkit::Member<u8>>::get(bytes),
        }
    }
}
#[automatically_derived]
impl ::nlkit::AttrValue<'_> for Lampmsg {
    #[inline]
    fn put(&self, id: u16, out: &mut ::nlkit::Writer<'_>) {
        out.structure(id, self);
    }
    #[inline]
    fn get(
        attr: ::nlkit::Attr<'_>,
    ) -> ::core::result::Result<Self, ::nlkit::DecodeError> {
        ::core::result::Result::Ok(::nlkit::read(attr.payload))
    }
}
impl Lampmsg {
    /// With each member's default; `with_` methods set them.
    pub fn new() -> Self {
        ::core::default::Default::default()
    }
    /// Sets `family`.
    #[must_use]
    pub fn with_family(mut self, family: u8) -> Self {
        self.family = family;
        self
    }
    /// Sets `index`.
    #[must_use]
    pub fn with_index(mut self, index: u16) -> Self {
        self.index = index;
        self
    }
    /// Sets `flags`.
    #[must_use]
    pub fn with_flags(mut self, flags: u8) -> Self {
        self.flags = flags;
        self
    }
}
#[derive(Clone, Default, PartialEq)]
pub struct Lamp {
    pub header: Lampmsg,
    pub level: Option<u8>,
    pub name: Option<nlkit::NlString>,
}
#[automatically_derived]
impl<'nl> ::nlkit::NlAttrs<'nl> for Lamp {
    const SET: &'static ::nlkit::Set = &::nlkit::Set::new(
            "Lamp",
            &[
                ::nlkit::Entry::of::<Option<u8>, ::nlkit::Native>(1, "level"),
                ::nlkit::Entry::of::<Option<nlkit::NlString>, ::nlkit::Native>(2, "name"),
            ],
        )
        .with_header(<Lampmsg as ::nlkit::NlStruct>::LEN)
        .with_scope();
    #[inline]
    fn put(&self, out: &mut ::nlkit::Writer<'_>) {
        out.header(&self.header);
        ::nlkit::Field::<::nlkit::Native>::put(&self.level, 1, out);
        ::nlkit::Field::<::nlkit::Native>::put(&self.name, 2, out);
    }
    #[inline]
    fn set_header(&mut self, bytes: &mut ::nlkit::Bytes<'_>) {
        self.header = <Lampmsg as ::nlkit::NlStruct>::get(bytes);
    }
    #[inline]
    fn set(
        &mut self,
        attr: ::nlkit::Attr<'nl>,
    ) -> ::core::result::Result<(), ::nlkit::DecodeError> {
        match attr.id {
            1 => ::nlkit::Field::<::nlkit::Native>::set(&mut self.level, attr),
            2 => ::nlkit::Field::<::nlkit::Native>::set(&mut self.name, attr),
            _ => ::core::result::Result::Ok(()),
        }
    }
}
#[automatically_derived]
impl ::nlkit::View for Lamp {
    type Of<'view> = Lamp;
}
#[automatically_derived]
impl ::core::fmt::Debug for Lamp {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        ::nlkit::__private::fmt_set(
            f,
            "Lamp",
            &[
                ("header", &::core::option::Option::Some(&self.header)),
                ("level", &self.level),
                ("name", &self.name),
            ],
        )
    }
}
impl Lamp {
    /// Without any attribute; `with_` methods set them.
    pub fn new() -> Self {
        ::core::default::Default::default()
    }
    /// Sets `header`.
    #[must_use]
    pub fn with_header(mut self, header: impl ::core::convert::Into<Lampmsg>) -> Self {
        self.header = ::core::convert::Into::into(header);
        self
    }
    /// Sets `level`.
    #[must_use]
    pub fn with_level(mut self, level: u8) -> Self {
        self.level = ::core::option::Option::Some(level);
        self
    }
    /// Sets `name`.
    #[must_use]
    pub fn with_name(
        mut self,
        name: impl ::core::convert::Into<nlkit::NlString>,
    ) -> Self {
        self.name = ::core::option::Option::Some(::core::convert::Into::into(name));
        self
    }
}
/// Its header is called otherwise, and does not stand first.
#[derive(Default, PartialEq)]
pub struct Label<'m> {
    pub name: Option<nlkit::NlStr<'m>>,
    pub r#type: Lampmsg,
}
#[automatically_derived]
impl<'m> ::nlkit::NlAttrs<'m> for Label<'m> {
    const SET: &'static ::nlkit::Set = &::nlkit::Set::new(
            "Label",
            &[::nlkit::Entry::of::<Option<nlkit::NlStr<'m>>, ::nlkit::Native>(2, "name")],
        )
        .with_header(<Lampmsg as ::nlkit::NlStruct>::LEN);
    #[inline]
    fn put(&self, out: &mut ::nlkit::Writer<'_>) {
        out.header(&self.r#type);
        ::nlkit::Field::<::nlkit::Native>::put(&self.name, 2, out);
    }
    #[inline]
    fn set_header(&mut self, bytes: &mut ::nlkit::Bytes<'_>) {
        self.r#type = <Lampmsg as ::nlkit::NlStruct>::get(bytes);
    }
    #[inline]
    fn set(
        &mut self,
        attr: ::nlkit::Attr<'m>,
    ) -> ::core::result::Result<(), ::nlkit::DecodeError> {
        match attr.id {
            2 => ::nlkit::Field::<::nlkit::Native>::set(&mut self.name, attr),
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
        ::nlkit::__private::fmt_set(
            f,
            "Label",
            &[
                ("type", &::core::option::Option::Some(&self.r#type)),
                ("name", &self.name),
            ],
        )
    }
}
#[derive(Default)]
pub(crate) struct Get {
    pub(crate) header: Lampmsg,
}
#[automatically_derived]
impl<'nl> ::nlkit::NlAttrs<'nl> for Get {
    const SET: &'static ::nlkit::Set = &::nlkit::Set::new("Get", &[])
        .with_header(<Lampmsg as ::nlkit::NlStruct>::LEN);
    #[inline]
    fn put(&self, out: &mut ::nlkit::Writer<'_>) {
        out.header(&self.header);
    }
    #[inline]
    fn set_header(&mut self, bytes: &mut ::nlkit::Bytes<'_>) {
        self.header = <Lampmsg as ::nlkit::NlStruct>::get(bytes);
    }
    #[inline]
    fn set(
        &mut self,
        _: ::nlkit::Attr<'nl>,
    ) -> ::core::result::Result<(), ::nlkit::DecodeError> {
        ::core::result::Result::Ok(())
    }
}
#[automatically_derived]
impl ::nlkit::View for Get {
    type Of<'view> = Get;
}
#[automatically_derived]
impl ::core::fmt::Debug for Get {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        ::nlkit::__private::fmt_set(
            f,
            "Get",
            &[("header", &::core::option::Option::Some(&self.header))],
        )
    }
}
impl Get {
    /// Without any attribute; `with_` methods set them.
    pub(crate) fn new() -> Self {
        ::core::default::Default::default()
    }
    /// Sets `header`.
    #[must_use]
    pub(crate) fn with_header(
        mut self,
        header: impl ::core::convert::Into<Lampmsg>,
    ) -> Self {
        self.header = ::core::convert::Into::into(header);
        self
    }
}
#[derive(Default)]
pub struct Scope {}
#[automatically_derived]
impl<'nl> ::nlkit::NlAttrs<'nl> for Scope {
    const SET: &'static ::nlkit::Set = &::nlkit::Set::new("Scope", &[]).with_scope();
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
impl ::nlkit::View for Scope {
    type Of<'view> = Scope;
}
