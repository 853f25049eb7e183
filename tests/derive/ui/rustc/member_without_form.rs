use nlkit::{NlString, NlStruct};

#[derive(Default, NlStruct)]
struct Lampmsg {
    name: NlString,
    dimmed: bool,
}

fn main() {}
