//! Prints the impls. They are thin: two calls for each field and a static table of names; loops,
//! nesting and error paths live in the runtime.

pub(crate) mod sets;
mod setters;
pub(crate) mod structs;
