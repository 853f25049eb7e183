use nlkit::NlAttrs;

#[derive(Default, NlAttrs)]
struct Lamp;

#[derive(Default, NlAttrs)]
struct Timer();

fn main() {}
