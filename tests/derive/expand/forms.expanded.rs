//! Wire forms, and names that are not the field's.
use nlkit as nl;
/// A colour in 24 bits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Colour(pub u32);
nl::narrow!(Colour, u16);
impl From<u32> for Colour {
    fn from(bits: u32) -> Self {
        Self(bits)
    }
}
impl From<Colour> for u32 {
    fn from(colour: Colour) -> Self {
        colour.0
    }
}
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Forms {
    pub wide: Option<Colour>,
    pub narrow: Option<Colour>,
    pub uint: Option<u64>,
    pub little: Vec<u64>,
    pub array: Option<Vec<u32>>,
    pub _2nd: Option<Vec<Forms>>,
    pub r#type: Option<Vec<(u16, Vec<(u16, i64)>)>>,
}
#[automatically_derived]
impl<'nl> ::nlkit::NlAttrs<'nl> for Forms {
    const SET: &'static ::nlkit::Set = &::nlkit::Set::new(
        "Forms",
        &[
            ::nlkit::Entry::of::<Option<Colour>, u32>(1, "wide"),
            ::nlkit::Entry::of::<Option<Colour>, nl::Be<u16>>(2, "narrow"),
            ::nlkit::Entry::of::<Option<u64>, nl::Uint>(3, "uint"),
            ::nlkit::Entry::of::<Vec<u64>, nl::Le<u64>>(4, "little"),
            ::nlkit::Entry::of::<Option<Vec<u32>>, nl::Array<nl::Be<u32>>>(5, "c-array"),
            ::nlkit::Entry::of::<Option<Vec<Forms>>, nl::IndexedArray>(6, "2nd"),
            ::nlkit::Entry::of::<
                Option<Vec<(u16, Vec<(u16, i64)>)>>,
                nl::Keyed<nl::Keyed<nl::Sint>>,
            >(7, "type"),
        ],
    );
    #[inline]
    fn put(&self, out: &mut ::nlkit::Writer<'_>) {
        ::nlkit::Field::<u32>::put(&self.wide, 1, out);
        ::nlkit::Field::<nl::Be<u16>>::put(&self.narrow, 2, out);
        ::nlkit::Field::<nl::Uint>::put(&self.uint, 3, out);
        ::nlkit::Field::<nl::Le<u64>>::put(&self.little, 4, out);
        ::nlkit::Field::<nl::Array<nl::Be<u32>>>::put(&self.array, 5, out);
        ::nlkit::Field::<nl::IndexedArray>::put(&self._2nd, 6, out);
        ::nlkit::Field::<nl::Keyed<nl::Keyed<nl::Sint>>>::put(&self.r#type, 7, out);
    }
    #[inline]
    fn set(
        &mut self,
        attr: ::nlkit::Attr<'nl>,
    ) -> ::core::result::Result<(), ::nlkit::DecodeError> {
        match attr.id {
            1 => ::nlkit::Field::<u32>::set(&mut self.wide, attr),
            2 => ::nlkit::Field::<nl::Be<u16>>::set(&mut self.narrow, attr),
            3 => ::nlkit::Field::<nl::Uint>::set(&mut self.uint, attr),
            4 => ::nlkit::Field::<nl::Le<u64>>::set(&mut self.little, attr),
            5 => ::nlkit::Field::<nl::Array<nl::Be<u32>>>::set(&mut self.array, attr),
            6 => ::nlkit::Field::<nl::IndexedArray>::set(&mut self._2nd, attr),
            7 => {
                ::nlkit::Field::<
                    nl::Keyed<nl::Keyed<nl::Sint>>,
                >::set(&mut self.r#type, attr)
            }
            _ => ::core::result::Result::Ok(()),
        }
    }
}
#[automatically_derived]
impl ::nlkit::View for Forms {
    type Of<'view> = Forms;
}
