//! What `#[derive(NlAttrs)]` and `#[derive(NlStruct)]` of nlkit expand to.
//!
//! An ordinary library with two callers: the proc macros, for structs written by hand or by a build
//! script, and the code generator, which can print the expansion in place so that its users build
//! no proc macro. The grammar of the attributes is described with the derives, in nlkit-macros.
//!
//! One way: `grammar` reads the struct and its attributes, `expansion` prints the impls. Each has a
//! module for sets of attributes, one for binary structs, and one for what both share.

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
    let set = grammar::sets::read(input)?;
    Ok(expansion::sets::print(&set, set.runtime.as_ref().unwrap_or(runtime)))
}

/// The impls for a struct with `#[derive(NlStruct)]`, which name the runtime as `::nlkit`.
///
/// # Errors
/// All mistakes in the struct's attributes, each on the token at fault.
pub fn derive_struct(input: &DeriveInput) -> Result<TokenStream> {
    derive_struct_for(input, &parse_quote!(::nlkit))
}

/// As [`derive_struct()`], with another path of the runtime; `#[nl(crate = ..)]` goes before both.
///
/// # Errors
/// All mistakes in the struct's attributes, each on the token at fault.
pub fn derive_struct_for(input: &DeriveInput, runtime: &Path) -> Result<TokenStream> {
    let read = grammar::structs::read(input)?;
    Ok(expansion::structs::print(&read, read.runtime.as_ref().unwrap_or(runtime)))
}
