use nlkit::NlAttrs;

#[derive(Default, NlAttrs)]
struct Lamp {
    #[nl(id = 1, min = 5, max = 4)]
    level: Option<u32>,
    #[nl(id = 2, max_len = 1, min_len = 2)]
    name: Option<Vec<u8>>,
    #[nl(id = 3, exact_len = 6, max_len = 6)]
    key: Option<Vec<u8>>,
    #[nl(id = 4, min = 1, min = 2)]
    twice: Option<u32>,
    #[nl(id = 5, min = 5, max = 5)]
    sound: Option<u32>,
}

fn main() {}
