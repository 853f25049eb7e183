use nlkit::NlAttrs;

#[derive(Default, NlAttrs)]
struct Lamp {
    #[nl(id = 1, form = u8)]
    name: Option<u32>,
    #[nl(id = 2, setters)]
    level: Option<u32>,
}

fn main() {}
