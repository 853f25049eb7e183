use nlkit::NlStruct;

#[derive(Default, NlStruct)]
struct Lampmsg {
    #[nl(as = nlkit::Rest)]
    timers: Vec<Timer>,
    index: u32,
}

#[derive(Default, NlStruct)]
#[nl(pad = 2)]
struct Timers {
    #[nl(pad = 1, as = nlkit::Rest)]
    timers: Vec<Timer>,
}

#[derive(Default, NlStruct)]
struct Timer {
    on: u32,
}

fn main() {}
