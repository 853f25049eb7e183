use nlkit::NlAttrs;

#[derive(NlAttrs)]
enum Lamp {
    #[nl(id = 1)]
    Name(u32),
}

fn main() {}
