//! Every mistake is reported, not only the first.
use nlkit::NlStruct;

#[derive(Default, NlStruct)]
#[nl(setter)]
struct Lampmsg<T> {
    #[nl(pad = 0)]
    index: u32,
    #[nl(id = 1)]
    level: T,
    #[nl(as = "u8")]
    colour: u32,
}

fn main() {}
