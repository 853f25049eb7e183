use nlkit::NlAttrs;

#[derive(Default, NlAttrs)]
struct Lamp {
    #[nl(id = 1, as = u8)]
    dimmed: bool,
}

fn main() {}
