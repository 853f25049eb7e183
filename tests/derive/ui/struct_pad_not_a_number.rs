use nlkit::NlStruct;

const GAP: usize = 3;

#[derive(Default, NlStruct)]
#[nl(pad(4))]
struct Lampmsg {
    #[nl(pad = "3")]
    index: u32,
    #[nl(pad = GAP)]
    level: u32,
    #[nl(pad)]
    colour: u32,
}

fn main() {}
