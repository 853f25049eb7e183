use nlkit::NlStruct;

#[derive(Default, NlStruct)]
#[nl(setters)]
struct Lampmsg {
    r#type: u32,
    type_: u32,
}

fn main() {}
