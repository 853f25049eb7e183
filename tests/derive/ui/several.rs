//! Every mistake is reported, not only the first.
use nlkit::NlAttrs;

#[derive(Default, NlAttrs)]
#[nl(setter)]
struct Lamp<T> {
    #[nl(id = 70000)]
    name: Option<u32>,
    level: Option<T>,
    #[nl(id = 5, named = "x")]
    colour: Option<u32>,
    #[nl(id = 5)]
    dimmed: bool,
}

fn main() {}
