use nlkit::{Connection, Do};

enum Lamp {}

impl nlkit::Family for Lamp {
    type Protocol = nlkit::Generic;
    const NAME: &'static str = "lamp";
}

struct Get {}

impl Do for Get {
    type Family = Lamp;
    type Reply = ();
    const NAME: &'static str = "get";
    const CMD: u16 = 1;
}

fn main() -> Result<(), nlkit::Error> {
    let mut conn = Connection::generic()?;
    conn.request(&Get {})
}
