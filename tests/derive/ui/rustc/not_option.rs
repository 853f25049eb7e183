use nlkit::NlAttrs;

#[derive(Default, NlAttrs)]
struct Lamp {
    #[nl(id = 1)]
    level: u32,
}

fn main() {}
