use nlkit::{NlAttrs, NlString};

#[derive(Default, NlAttrs)]
struct Lamp {
    #[nl(id = 1, max = 5)]
    name: Option<NlString>,
}

#[derive(Default, NlAttrs)]
struct Room {
    #[nl(id = 1, max_len = 5)]
    level: Option<u32>,
}

fn main() {
    println!("{:?} {:?}", Lamp::SET, Room::SET);
}
