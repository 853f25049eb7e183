use nlkit::NlStruct;

#[derive(Default, NlStruct)]
#[nl(packed)]
#[nl(debug)]
struct Lampmsg {
    #[nl(align = 4)]
    index: u32,
    #[nl(id = 2)]
    level: u32,
}

fn main() {}
