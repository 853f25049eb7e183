use nlkit::NlStruct;

#[derive(Default, NlStruct)]
struct Lampmsg(u32, u8);

#[derive(Default, NlStruct)]
struct Timer;

fn main() {}
