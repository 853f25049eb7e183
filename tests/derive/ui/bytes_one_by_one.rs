use nlkit::NlAttrs;

#[derive(Default, NlAttrs)]
struct Key {
    #[nl(id = 1)]
    key: Vec<u8>,
    #[nl(id = 2, as = u8)]
    modes: Vec<u8>,
}

fn main() {}
