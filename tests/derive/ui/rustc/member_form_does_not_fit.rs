use nlkit::{Be, NlString, NlStruct};

#[derive(Default, NlStruct)]
struct Lampmsg {
    #[nl(as = Be<u16>)]
    name: NlString,
}

fn main() {}
