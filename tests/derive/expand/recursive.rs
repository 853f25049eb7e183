//! A set that holds itself.

#[derive(Clone, Default, PartialEq, nlkit::NlAttrs)]
#[nl(debug)]
pub struct Room {
    #[nl(id = 1)]
    pub number: Option<u32>,
    #[nl(id = 2)]
    pub behind: Option<Box<Room>>,
}
