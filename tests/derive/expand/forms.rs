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

#[derive(Clone, Debug, Default, PartialEq, nl::NlAttrs)]
pub struct Forms {
    #[nl(id = 1, as = u32)]
    pub wide: Option<Colour>,
    #[nl(id = 2, as = nl::Be<u16>)]
    pub narrow: Option<Colour>,
    #[nl(id = 3, as = nl::Uint)]
    pub uint: Option<u64>,
    #[nl(id = 4, as = nl::Le<u64>)]
    pub little: Vec<u64>,
    #[nl(id = 5, as = nl::Array<nl::Be<u32>>, name = "c-array")]
    pub array: Option<Vec<u32>>,
    #[nl(id = 6, as = nl::IndexedArray, name = "2nd")]
    pub _2nd: Option<Vec<Forms>>,
    #[nl(id = 7, as = nl::Keyed<nl::Keyed<nl::Sint>>)]
    #[nl(name = "type")]
    pub r#type: Option<Vec<(u16, Vec<(u16, i64)>)>>,
}
