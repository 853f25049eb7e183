use nlkit::NlStruct;

#[derive(NlStruct)]
#[nl(setters)]
struct Lampmsg {
    index: u32,
}

fn main() {}
