// The program that reads vectors with the types of a kernel's specs: for each line `FAMILY OP MODE
// DIR HEX` it writes a line `same`, or why it is not. The test puts the modules before it.

use round_trip::MessageType;

static MESSAGES: &[MessageType] = include!("messages.in");

fn main() {
    let file = std::env::args().nth(1).expect("the name of a file");
    for line in std::fs::read_to_string(file).expect("a file").lines() {
        match check(line) {
            Ok(()) => println!("same"),
            Err(why) => println!("{}", why.replace('\n', " ")),
        }
    }
}

fn check(line: &str) -> Result<(), String> {
    let mut words = line.split(' ');
    let mut word = || words.next().unwrap_or_default();
    let names = (word(), word(), word(), word());
    let bytes = from_hex(word());
    let message = MESSAGES
        .iter()
        .find(|it| (it.family, it.op, it.mode, it.direction) == names)
        .ok_or("no such message in the spec")?;
    message.check(&bytes)
}

fn from_hex(text: &str) -> Vec<u8> {
    let digits = text.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).expect("hex"));
    digits.map(|pair| u8::from_str_radix(pair, 16).expect("hex")).collect()
}
