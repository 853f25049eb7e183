//! What `#[derive(NlAttrs)]` of nlkit expands to.
//!
//! An ordinary library with two callers: the proc macro, for structs written by hand or by a build
//! script, and the code generator, which can print the expansion in place so that its users build
//! no proc macro. The grammar of the attributes is described with the derive, in nlkit-macros.
//!
//! One way: `grammar` reads the struct and its attributes, `expansion` prints the impls.

#![warn(missing_docs)]

mod expansion;
mod grammar;

use proc_macro2::TokenStream;
use syn::{DeriveInput, Path, Result, parse_quote};

/// The impls for a struct with `#[derive(NlAttrs)]`, which name the runtime as `::nlkit`.
///
/// # Errors
/// All mistakes in the struct's attributes, each on the token at fault.
pub fn derive(input: &DeriveInput) -> Result<TokenStream> {
    derive_for(input, &parse_quote!(::nlkit))
}

/// As [`derive()`], with another path of the runtime; `#[nl(crate = ..)]` goes before both.
///
/// # Errors
/// All mistakes in the struct's attributes, each on the token at fault.
pub fn derive_for(input: &DeriveInput, runtime: &Path) -> Result<TokenStream> {
    let set = grammar::read(input)?;
    Ok(expansion::print(&set, set.runtime.as_ref().unwrap_or(runtime)))
}
