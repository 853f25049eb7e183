//! Limits of numbers, of bytes, of the entries of a list, and of bits.

#[derive(Default, ::nlkit::NlAttrs)]
pub struct Lamp {
    #[nl(id = 1, min = -5, max = 100)]
    pub level: Option<i32>,
    #[nl(id = 2, as = nlkit::IndexedArray, exact_len = 16)]
    pub keys: Option<Vec<Vec<u8>>>,
    #[nl(id = 3, mask = 0x5)]
    pub modes: Option<u8>,
    #[nl(id = 4, min_len = 1, max_len = 15)]
    pub name: Option<nlkit::NlString>,
    #[nl(id = 5)]
    pub on: bool,
}
