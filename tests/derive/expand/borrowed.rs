//! Projections.

use nlkit::{IndexedArray, NlStr};

#[derive(Default, PartialEq, nlkit::NlAttrs)]
#[nl(debug)]
pub struct Brief<'m> {
    #[nl(id = 1)]
    pub name: Option<NlStr<'m>>,
    #[nl(id = 2)]
    pub key: Vec<&'m [u8]>,
    #[nl(id = 3, as = IndexedArray)]
    pub timers: Option<Vec<Label<'m>>>,
}

#[derive(Default, PartialEq, nlkit::NlAttrs)]
#[nl(debug)]
pub struct Label<'l> {
    #[nl(id = 2)]
    pub label: Option<&'l [u8]>,
}
