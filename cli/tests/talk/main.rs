//! The commands that talk to the kernel, and what all commands have in common.

mod changes;
mod completions;
mod dump;
mod formats;
mod input;
mod interrupt;
mod man;
mod multi;
mod netns;
mod request;
mod run;
mod subscribe;
