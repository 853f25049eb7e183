use nlkit::NlAttrs;

#[derive(NlAttrs)]
struct Lamp {
    #[nl(id = 1)]
    level: Option<u32>,
}

fn main() {}
