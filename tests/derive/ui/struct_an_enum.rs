use nlkit::NlStruct;

#[derive(NlStruct)]
enum Colour {
    Red,
}

fn main() {}
