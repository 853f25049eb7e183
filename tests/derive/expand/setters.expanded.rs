//! `Debug` and setters, for each kind of field and each visibility.
use std::net::IpAddr;
/// A lamp.
#[non_exhaustive]
#[derive(Clone, Default, PartialEq)]
pub struct Lamp {
    /// Its name.
    #[doc(alias = "LAMP_A_NAME")]
    pub name: Option<nlkit::NlString>,
    /// How bright, in percent.
    pub(crate) level: Option<u8>,
    /// When.
    pub hours: Vec<u16>,
    /// Whether it is dimmed.
    pub dimmed: bool,
    /// Where.
    pub r#in: Option<IpAddr>,
    /// The lamp behind it.
    pub _2nd: Option<Box<Lamp>>,
}
#[automatically_derived]
impl<'nl> ::nlkit::NlAttrs<'nl> for Lamp {
    const SET: &'static ::nlkit::Set = &::nlkit::Set::new(
        "Lamp",
        &[
            ::nlkit::Entry::of::<Option<nlkit::NlString>, ::nlkit::Native>(1, "name"),
            ::nlkit::Entry::of::<Option<u8>, ::nlkit::Native>(2, "level"),
            ::nlkit::Entry::of::<Vec<u16>, ::nlkit::Native>(3, "hours"),
            ::nlkit::Entry::of::<bool, ::nlkit::Native>(4, "dimmed"),
            ::nlkit::Entry::of::<Option<IpAddr>, ::nlkit::Native>(5, "in"),
            ::nlkit::Entry::of::<Option<Box<Lamp>>, ::nlkit::Native>(6, "-2nd"),
        ],
    );
    #[inline]
    fn put(&self, out: &mut ::nlkit::Writer<'_>) {
        ::nlkit::Field::<::nlkit::Native>::put(&self.name, 1, out);
        ::nlkit::Field::<::nlkit::Native>::put(&self.level, 2, out);
        ::nlkit::Field::<::nlkit::Native>::put(&self.hours, 3, out);
        ::nlkit::Field::<::nlkit::Native>::put(&self.dimmed, 4, out);
        ::nlkit::Field::<::nlkit::Native>::put(&self.r#in, 5, out);
        ::nlkit::Field::<::nlkit::Native>::put(&self._2nd, 6, out);
    }
    #[inline]
    fn set(
        &mut self,
        attr: ::nlkit::Attr<'nl>,
    ) -> ::core::result::Result<(), ::nlkit::DecodeError> {
        match attr.id {
            1 => ::nlkit::Field::<::nlkit::Native>::set(&mut self.name, attr),
            2 => ::nlkit::Field::<::nlkit::Native>::set(&mut self.level, attr),
            3 => ::nlkit::Field::<::nlkit::Native>::set(&mut self.hours, attr),
            4 => ::nlkit::Field::<::nlkit::Native>::set(&mut self.dimmed, attr),
            5 => ::nlkit::Field::<::nlkit::Native>::set(&mut self.r#in, attr),
            6 => ::nlkit::Field::<::nlkit::Native>::set(&mut self._2nd, attr),
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
                ("name", &self.name),
                ("level", &self.level),
                ("hours", &self.hours),
                ("dimmed", &self.dimmed),
                ("in", &self.r#in),
                ("_2nd", &self._2nd),
            ],
        )
    }
}
impl Lamp {
    /// Without any attribute; `with_` methods set them.
    pub fn new() -> Self {
        ::core::default::Default::default()
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
    /// Sets `level`.
    #[must_use]
    pub(crate) fn with_level(mut self, level: u8) -> Self {
        self.level = ::core::option::Option::Some(level);
        self
    }
    /// Sets `hours`.
    #[must_use]
    pub fn with_hours(
        mut self,
        hours: impl ::core::iter::IntoIterator<Item = u16>,
    ) -> Self {
        self.hours = ::core::iter::FromIterator::from_iter(hours);
        self
    }
    /// Sets `dimmed`.
    #[must_use]
    pub fn with_dimmed(mut self, dimmed: bool) -> Self {
        self.dimmed = dimmed;
        self
    }
    /// Sets `in`.
    #[must_use]
    pub fn with_in(mut self, r#in: impl ::core::convert::Into<IpAddr>) -> Self {
        self.r#in = ::core::option::Option::Some(::core::convert::Into::into(r#in));
        self
    }
    /// Sets `_2nd`.
    #[must_use]
    pub fn with_2nd(mut self, _2nd: impl ::core::convert::Into<Box<Lamp>>) -> Self {
        self._2nd = ::core::option::Option::Some(::core::convert::Into::into(_2nd));
        self
    }
}
