use nlkit::NlAttrs;

#[derive(Default, NlAttrs)]
struct Lamp {
    #[nl(id = 1, name = lamp)]
    name: Option<u32>,
}

fn main() {}
