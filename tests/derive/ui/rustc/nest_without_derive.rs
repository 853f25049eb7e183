use nlkit::NlAttrs;

#[derive(Default)]
struct Timer {}

#[derive(Default, NlAttrs)]
struct Lamp {
    #[nl(id = 1)]
    timer: Option<Timer>,
}

fn main() {}
