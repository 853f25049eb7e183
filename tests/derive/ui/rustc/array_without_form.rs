use nlkit::NlAttrs;

#[derive(Default, NlAttrs)]
struct Lamp {
    #[nl(id = 1)]
    levels: Option<Vec<u32>>,
}

fn main() {}
