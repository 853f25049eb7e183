//! The commands that look: what this kernel has, what is told, what messages say.

mod captures;
mod decode;
mod families;
mod monitor;
mod nlmon;
mod run;
mod strace;
