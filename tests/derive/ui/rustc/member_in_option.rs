use nlkit::NlStruct;

#[derive(Default, NlStruct)]
struct Lampmsg {
    index: Option<u32>,
}

fn main() {}
