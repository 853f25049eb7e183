//! `new()` and the setters, of sets and of structs.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Ident, Type, Visibility};

use crate::grammar::{Field, argument_of, bare};

/// `new()`, whose first sentence is `doc`.
pub(super) fn print_new(vis: &Visibility, doc: &str) -> TokenStream {
    quote! {
        #[doc = #doc]
        #vis fn new() -> Self {
            ::core::default::Default::default()
        }
    }
}

/// The setter of an attribute: it takes what `Option<_>` and `Vec<_>` hold.
pub(super) fn print_attribute(field: Field<'_>) -> TokenStream {
    let Field { ident, ty, .. } = field;
    if let Some(inner) = argument_of("Option", ty) {
        let (parameter, value) = plain_value(inner, ident);
        print_setter(field, &parameter, &quote!(::core::option::Option::Some(#value)))
    } else if let Some(inner) = argument_of("Vec", ty) {
        let parameter = quote!(impl ::core::iter::IntoIterator<Item = #inner>);
        print_setter(field, &parameter, &quote!(::core::iter::FromIterator::from_iter(#ident)))
    } else {
        print_setter(field, &quote!(#ty), &quote!(#ident))
    }
}

/// The setter of a field that always has a value.
pub(super) fn print_plain(field: Field<'_>) -> TokenStream {
    let (parameter, value) = plain_value(field.ty, field.ident);
    print_setter(field, &parameter, &value)
}

fn print_setter(field: Field<'_>, parameter: &TokenStream, value: &TokenStream) -> TokenStream {
    let Field { ident, vis, .. } = field;
    let setter = field.setter();
    let doc = format!(" Sets `{}`.", field.label());
    quote! {
        #[doc = #doc]
        #[must_use]
        #vis fn #setter(mut self, #ident: #parameter) -> Self {
            self.#ident = #value;
            self
        }
    }
}

/// What a setter of a `T` takes, and the `T` that it stores.
fn plain_value(ty: &Type, ident: &Ident) -> (TokenStream, TokenStream) {
    match is_number(ty) {
        // `impl Into<u64>` would take no literal.
        true => (quote!(#ty), quote!(#ident)),
        false => {
            (quote!(impl ::core::convert::Into<#ty>), quote!(::core::convert::Into::into(#ident)))
        }
    }
}

fn is_number(ty: &Type) -> bool {
    let numbers = ["u8", "u16", "u32", "u64", "i8", "i16", "i32", "i64"];
    matches!(bare(ty), Type::Path(path) if numbers.iter().any(|number| path.path.is_ident(number)))
}
