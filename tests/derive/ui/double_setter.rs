use nlkit::NlAttrs;

#[derive(Default, NlAttrs)]
#[nl(setters)]
struct Lamp {
    #[nl(id = 1)]
    r#type: Option<u32>,
    #[nl(id = 2)]
    type_: Option<u32>,
}

fn main() {}
