use nlkit::NlAttrs;

#[derive(NlAttrs)]
union Lamp {
    #[nl(id = 1)]
    name: u32,
}

fn main() {}
