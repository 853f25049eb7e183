//! Prints the impls. They are thin: two calls for each field and a static table of names; loops,
//! nesting and error paths live in the runtime.

use proc_macro2::{Literal, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{GenericArgument, Ident, Lifetime, Path, PathArguments, Type};

use crate::grammar::{Attribute, Set};

pub(crate) fn print(set: &Set<'_>, nl: &Path) -> TokenStream {
    let attrs = print_attrs(set, nl);
    let view = print_view(set, nl);
    let debug = set.debug.then(|| print_debug(set, nl));
    let setters = set.setters.then(|| print_setters(set));
    quote! { #attrs #view #debug #setters }
}

fn print_attrs(set: &Set<'_>, nl: &Path) -> TokenStream {
    let Set { ident, attributes, .. } = set;
    let fallback = Lifetime::new("'nl", Span::mixed_site());
    let lifetime = set.lifetime.unwrap_or(&fallback);
    let own = set.lifetime.map(|lifetime| quote!(<#lifetime>));
    let name = ident.unraw().to_string();
    let entries = attributes.iter().map(|attribute| print_entry(attribute, nl));
    let put = attributes.iter().map(|attribute| {
        let (ident, id) = (attribute.ident, number(attribute));
        let field = field_trait(attribute, nl);
        quote_spanned!(attribute.ty.span()=> #field::put(&self.#ident, #id, out);)
    });
    let set_arms = attributes.iter().map(|attribute| {
        let (ident, id) = (attribute.ident, number(attribute));
        let field = field_trait(attribute, nl);
        quote_spanned!(attribute.ty.span()=> #id => #field::set(&mut self.#ident, attr),)
    });
    let (out, attr) = match attributes.is_empty() {
        true => (quote!(_), quote!(_)),
        false => (quote!(out), quote!(attr)),
    };
    let body = match attributes.is_empty() {
        true => quote!(::core::result::Result::Ok(())),
        false => quote! {
            match attr.id { #(#set_arms)* _ => ::core::result::Result::Ok(()), }
        },
    };
    quote! {
        #[automatically_derived]
        impl<#lifetime> #nl::NlAttrs<#lifetime> for #ident #own {
            const SET: &'static #nl::Set = &#nl::Set { name: #name, entries: &[#(#entries),*] };

            #[inline]
            fn put(&self, #out: &mut #nl::Writer<'_>) {
                #(#put)*
            }

            #[inline]
            fn set(
                &mut self,
                #attr: #nl::Attr<#lifetime>,
            ) -> ::core::result::Result<(), #nl::DecodeError> {
                #body
            }
        }
    }
}

fn print_entry(attribute: &Attribute<'_>, nl: &Path) -> TokenStream {
    let Attribute { ty, name, .. } = attribute;
    let id = number(attribute);
    let form = form(attribute, nl);
    quote_spanned!(ty.span()=> #nl::Entry::of::<#ty, #form>(#id, #name))
}

/// The attribute's number as people write it: `1`, not `1u16`.
fn number(attribute: &Attribute<'_>) -> Literal {
    Literal::u16_unsuffixed(attribute.id)
}

/// `Field::<Form>`, spanned so that a type that is none is marked in the struct.
fn field_trait(attribute: &Attribute<'_>, nl: &Path) -> TokenStream {
    let form = form(attribute, nl);
    quote_spanned!(attribute.ty.span()=> #nl::Field::<#form>)
}

fn form(attribute: &Attribute<'_>, nl: &Path) -> TokenStream {
    match &attribute.form {
        Some(form) => quote!(#form),
        None => quote!(#nl::Native),
    }
}

fn print_view(set: &Set<'_>, nl: &Path) -> TokenStream {
    let ident = set.ident;
    let (own, of) = match set.lifetime {
        Some(_) => (quote!(<'static>), quote!(<'view>)),
        None => (quote!(), quote!()),
    };
    quote! {
        #[automatically_derived]
        impl #nl::View for #ident #own {
            type Of<'view> = #ident #of;
        }
    }
}

fn print_debug(set: &Set<'_>, nl: &Path) -> TokenStream {
    let Set { ident, attributes, .. } = set;
    let any = set.lifetime.map(|_| quote!(<'_>));
    let name = ident.unraw().to_string();
    let fields = attributes.iter().map(|Attribute { ident, .. }| {
        let label = ident.unraw().to_string();
        quote!((#label, &self.#ident))
    });
    quote! {
        #[automatically_derived]
        impl ::core::fmt::Debug for #ident #any {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                #nl::__private::fmt_set(f, #name, &[#(#fields),*])
            }
        }
    }
}

fn print_setters(set: &Set<'_>) -> TokenStream {
    let Set { ident, vis, attributes, .. } = set;
    let own = set.lifetime.map(|lifetime| quote!(<#lifetime>));
    let setters = attributes.iter().map(print_setter);
    quote! {
        impl #own #ident #own {
            /// Without any attribute; `with_` methods set them.
            #vis fn new() -> Self {
                ::core::default::Default::default()
            }

            #(#setters)*
        }
    }
}

fn print_setter(attribute: &Attribute<'_>) -> TokenStream {
    let Attribute { ident, vis, ty, .. } = attribute;
    let plain = ident.unraw().to_string();
    let setter = attribute.setter();
    let doc = format!(" Sets `{plain}`.");
    let (parameter, value) = setter_value(ty, ident);
    quote! {
        #[doc = #doc]
        #[must_use]
        #vis fn #setter(mut self, #ident: #parameter) -> Self {
            self.#ident = #value;
            self
        }
    }
}

/// What a setter takes, and what it stores.
fn setter_value(ty: &Type, ident: &Ident) -> (TokenStream, TokenStream) {
    if let Some(inner) = argument_of("Option", ty) {
        match is_number(inner) {
            // `impl Into<u64>` would take no literal.
            true => (quote!(#inner), quote!(::core::option::Option::Some(#ident))),
            false => (
                quote!(impl ::core::convert::Into<#inner>),
                quote!(::core::option::Option::Some(::core::convert::Into::into(#ident))),
            ),
        }
    } else if let Some(inner) = argument_of("Vec", ty) {
        (
            quote!(impl ::core::iter::IntoIterator<Item = #inner>),
            quote!(::core::iter::FromIterator::from_iter(#ident)),
        )
    } else {
        (quote!(#ty), quote!(#ident))
    }
}

/// The `T` of `Option<T>` or `Vec<T>`, as far as the name tells.
fn argument_of<'t>(wrapper: &str, ty: &'t Type) -> Option<&'t Type> {
    let Type::Path(path) = bare(ty) else { return None };
    let last = path.path.segments.last().filter(|last| last.ident == wrapper)?;
    let PathArguments::AngleBracketed(arguments) = &last.arguments else {
        return None;
    };
    match arguments.args.first()? {
        GenericArgument::Type(inner) => Some(inner),
        _ => None,
    }
}

/// The type itself, where a macro that prints the struct has put it into an invisible group.
fn bare(ty: &Type) -> &Type {
    match ty {
        Type::Group(group) => bare(&group.elem),
        ty => ty,
    }
}

fn is_number(ty: &Type) -> bool {
    let numbers = ["u8", "u16", "u32", "u64", "i8", "i16", "i32", "i64"];
    matches!(bare(ty), Type::Path(path) if numbers.iter().any(|number| path.path.is_ident(number)))
}
