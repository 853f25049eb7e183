use nlkit::NlStruct;

#[derive(NlStruct)]
union Lampmsg {
    index: u32,
}

fn main() {}
