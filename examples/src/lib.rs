//! What the examples share: with `--sim` they run on a simulated kernel, with no root and whatever
//! families the machine's own kernel has.

mod sim;

pub use sim::{kernel, stir};

/// Whether an argument was given: `--sim`.
pub fn has(flag: &str) -> bool {
    std::env::args().any(|argument| argument == flag)
}

/// The first argument that is no flag.
pub fn argument() -> Option<String> {
    std::env::args().skip(1).find(|argument| !argument.starts_with("--"))
}
