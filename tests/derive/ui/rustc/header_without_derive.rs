use nlkit::NlAttrs;

#[derive(Default)]
struct Lampmsg {}

#[derive(Default, NlAttrs)]
struct Lamp {
    #[nl(header)]
    header: Lampmsg,
}

fn main() {}
