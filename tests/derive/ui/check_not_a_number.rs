use nlkit::NlAttrs;

const MOST: i128 = 100;

#[derive(Default, NlAttrs)]
struct Lamp {
    #[nl(id = 1, min = "1")]
    quoted: Option<u32>,
    #[nl(id = 2, max = MOST)]
    constant: Option<u32>,
    #[nl(id = 3, mask)]
    nothing: Option<u32>,
    #[nl(id = 4, min = -5, max = 5)]
    sound: Option<i8>,
}

fn main() {}
