//! Sets that hold themselves, in a box or in a list.

use nlkit::{IndexedArray, NlAttrs};

#[derive(Clone, Default, PartialEq, NlAttrs)]
#[nl(debug, setters)]
#[expect(clippy::vec_box, reason = "boxes are taken wherever values are")]
struct Room {
    #[nl(id = 1)]
    number: Option<u32>,
    #[nl(id = 2)]
    behind: Option<Box<Room>>,
    #[nl(id = 3)]
    rooms: Vec<Room>,
    #[nl(id = 4, as = IndexedArray)]
    boxes: Option<Vec<Box<Room>>>,
    #[nl(id = 5)]
    house: Option<Box<House>>,
}

/// In a circle of two.
#[derive(Clone, Default, PartialEq, NlAttrs)]
#[nl(debug)]
struct House {
    #[nl(id = 1)]
    room: Option<Box<Room>>,
}

#[test]
fn recursive_sets_keep_what_is_inside() {
    let leaf = |number| Room::new().with_number(number);
    let house = House { room: Some(Box::new(leaf(5))) };
    let room = leaf(1)
        .with_behind(leaf(2).with_behind(leaf(3)))
        .with_rooms([leaf(4)])
        .with_boxes(vec![Box::new(leaf(6))])
        .with_house(house);
    let bytes = nlkit::encode(&room).unwrap();
    assert_eq!(nlkit::decode::<Room>(&bytes).unwrap(), room);
}
