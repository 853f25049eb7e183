//! Each kind of field: at most once, multi-attr, flag, nest.
#[derive(Default)]
pub struct Lamp {
    pub name: Option<nlkit::NlString>,
    pub hours: Vec<u16>,
    pub dimmed: bool,
    pub timer: Option<Timer>,
}
#[automatically_derived]
impl<'nl> ::nlkit::NlAttrs<'nl> for Lamp {
    const SET: &'static ::nlkit::Set = &::nlkit::Set::new(
        "Lamp",
        &[
            ::nlkit::Entry::of::<Option<nlkit::NlString>, ::nlkit::Native>(1, "name"),
            ::nlkit::Entry::of::<Vec<u16>, ::nlkit::Native>(2, "hours"),
            ::nlkit::Entry::of::<bool, ::nlkit::Native>(3, "dimmed"),
            ::nlkit::Entry::of::<Option<Timer>, ::nlkit::Native>(16383, "timer"),
        ],
    );
    #[inline]
    fn put(&self, out: &mut ::nlkit::Writer<'_>) {
        ::nlkit::Field::<::nlkit::Native>::put(&self.name, 1, out);
        ::nlkit::Field::<::nlkit::Native>::put(&self.hours, 2, out);
        ::nlkit::Field::<::nlkit::Native>::put(&self.dimmed, 3, out);
        ::nlkit::Field::<::nlkit::Native>::put(&self.timer, 16383, out);
    }
    #[inline]
    fn set(
        &mut self,
        attr: ::nlkit::Attr<'nl>,
    ) -> ::core::result::Result<(), ::nlkit::DecodeError> {
        match attr.id {
            1 => ::nlkit::Field::<::nlkit::Native>::set(&mut self.name, attr),
            2 => ::nlkit::Field::<::nlkit::Native>::set(&mut self.hours, attr),
            3 => ::nlkit::Field::<::nlkit::Native>::set(&mut self.dimmed, attr),
            16383 => ::nlkit::Field::<::nlkit::Native>::set(&mut self.timer, attr),
            _ => ::core::result::Result::Ok(()),
        }
    }
}
#[automatically_derived]
impl ::nlkit::View for Lamp {
    type Of<'view> = Lamp;
}
#[derive(Default)]
pub struct Timer {
    pub on_ms: Option<u32>,
    pub off_ms: Option<u32>,
}
#[automatically_derived]
impl<'nl> ::nlkit::NlAttrs<'nl> for Timer {
    const SET: &'static ::nlkit::Set = &::nlkit::Set::new(
        "Timer",
        &[
            ::nlkit::Entry::of::<Option<u32>, ::nlkit::Native>(2, "on-ms"),
            ::nlkit::Entry::of::<Option<u32>, ::nlkit::Native>(1, "off-ms"),
        ],
    );
    #[inline]
    fn put(&self, out: &mut ::nlkit::Writer<'_>) {
        ::nlkit::Field::<::nlkit::Native>::put(&self.off_ms, 1, out);
        ::nlkit::Field::<::nlkit::Native>::put(&self.on_ms, 2, out);
    }
    #[inline]
    fn set(
        &mut self,
        attr: ::nlkit::Attr<'nl>,
    ) -> ::core::result::Result<(), ::nlkit::DecodeError> {
        match attr.id {
            2 => ::nlkit::Field::<::nlkit::Native>::set(&mut self.on_ms, attr),
            1 => ::nlkit::Field::<::nlkit::Native>::set(&mut self.off_ms, attr),
            _ => ::core::result::Result::Ok(()),
        }
    }
}
#[automatically_derived]
impl ::nlkit::View for Timer {
    type Of<'view> = Timer;
}
