//! Sets of attributes: `NlAttrs`, `View`, `Debug`, setters.

use proc_macro2::{Literal, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Lifetime, Path};

use super::{located, setters};
use crate::grammar::checks::Check;
use crate::grammar::sets::{Attribute, Set};

pub(crate) fn print(set: &Set<'_>, nl: &Path) -> TokenStream {
    let attrs = print_attrs(set, nl);
    let view = print_view(set, nl);
    let debug = set.debug.then(|| print_debug(set, nl));
    let setters = set.setters.then(|| print_setters(set));
    quote! { #attrs #view #debug #setters }
}

fn print_attrs(set: &Set<'_>, nl: &Path) -> TokenStream {
    let fallback = Lifetime::new("'nl", Span::mixed_site());
    let lifetime = set.lifetime.unwrap_or(&fallback);
    let own = set.lifetime.map(|lifetime| quote!(<#lifetime>));
    let ident = set.ident;
    let table = print_table(set, nl);
    let put = print_put(set, nl);
    let take = print_set(set, lifetime, nl);
    let set_header = print_set_header(set, nl);
    quote! {
        #[automatically_derived]
        impl<#lifetime> #nl::NlAttrs<#lifetime> for #ident #own {
            const SET: &'static #nl::Set = &#table;

            #put

            #set_header

            #take
        }
    }
}

/// Name, attributes, header and scope, for what works on the bytes alone.
fn print_table(set: &Set<'_>, nl: &Path) -> TokenStream {
    let name = set.ident.unraw().to_string();
    let entries = set.attributes.iter().map(|attribute| {
        let (ty, name) = (attribute.field.ty, &attribute.name);
        let (id, form) = (number(attribute), form(attribute, nl));
        let entry = quote_spanned!(ty.span()=> #nl::Entry::of::<#ty, #form>(#id, #name));
        match attribute.checks.first() {
            // What the type cannot have is told at the check.
            Some(first) => {
                let checks = print_checks(attribute, nl);
                located(quote!(#entry #checks), first.key.span())
            }
            None => entry,
        }
    });
    let with_header = set.header.map(|header| {
        let ty = header.ty;
        quote_spanned!(ty.span()=> .with_header(<#ty as #nl::NlStruct>::LEN))
    });
    let with_scope = set.scope.then(|| quote!(.with_scope()));
    quote!(#nl::Set::new(#name, &[#(#entries),*]) #with_header #with_scope)
}

/// The limits of an attribute.
fn print_checks(attribute: &Attribute<'_>, nl: &Path) -> TokenStream {
    let checks = attribute.checks.iter().map(|Check { key, number, .. }| {
        let number = Literal::i128_unsuffixed(*number);
        quote!(.#key(#number))
    });
    quote!(.with_checks(&#nl::Checks::NONE #(#checks)*))
}

/// Attributes go out in the order of their numbers, so that the selector of a sub-message is there
/// before it.
fn print_put(set: &Set<'_>, nl: &Path) -> TokenStream {
    let header = set.header.map(|header| {
        let ident = header.ident;
        quote_spanned!(header.ty.span()=> out.header(&self.#ident);)
    });
    let mut in_order: Vec<&Attribute<'_>> = set.attributes.iter().collect();
    in_order.sort_by_key(|attribute| attribute.id);
    let attributes = in_order.into_iter().map(|attribute| {
        let (ident, id) = (attribute.field.ident, number(attribute));
        let field = field_trait(attribute, nl);
        quote_spanned!(attribute.field.ty.span()=> #field::put(&self.#ident, #id, out);)
    });
    let out = match set.fields().next() {
        Some(_) => quote!(out),
        None => quote!(_),
    };
    quote! {
        #[inline]
        fn put(&self, #out: &mut #nl::Writer<'_>) {
            #header
            #(#attributes)*
        }
    }
}

fn print_set(set: &Set<'_>, lifetime: &Lifetime, nl: &Path) -> TokenStream {
    let arms = set.attributes.iter().map(|attribute| {
        let (ident, id) = (attribute.field.ident, number(attribute));
        let field = field_trait(attribute, nl);
        quote_spanned!(attribute.field.ty.span()=> #id => #field::set(&mut self.#ident, attr),)
    });
    let nothing = quote!(::core::result::Result::Ok(()));
    let (attr, body) = match set.attributes.is_empty() {
        true => (quote!(_), nothing),
        false => (quote!(attr), quote!(match attr.id { #(#arms)* _ => #nothing, })),
    };
    quote! {
        #[inline]
        fn set(
            &mut self,
            #attr: #nl::Attr<#lifetime>,
        ) -> ::core::result::Result<(), #nl::DecodeError> {
            #body
        }
    }
}

fn print_set_header(set: &Set<'_>, nl: &Path) -> Option<TokenStream> {
    let header = set.header?;
    let (ident, ty) = (header.ident, header.ty);
    let body = quote_spanned!(ty.span()=> self.#ident = <#ty as #nl::NlStruct>::get(bytes););
    Some(quote! {
        #[inline]
        fn set_header(&mut self, bytes: &mut #nl::Bytes<'_>) {
            #body
        }
    })
}

/// The attribute's number as people write it: `1`, not `1u16`.
fn number(attribute: &Attribute<'_>) -> Literal {
    Literal::u16_unsuffixed(attribute.id)
}

/// `Field::<Form>`, spanned so that a type that is none is marked in the struct.
fn field_trait(attribute: &Attribute<'_>, nl: &Path) -> TokenStream {
    let form = form(attribute, nl);
    quote_spanned!(attribute.field.ty.span()=> #nl::Field::<#form>)
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
    let ident = set.ident;
    let any = set.lifetime.map(|_| quote!(<'_>));
    let name = ident.unraw().to_string();
    let header = set.header.map(|header| {
        let (label, ident) = (header.label(), header.ident);
        quote!((#label, &::core::option::Option::Some(&self.#ident)))
    });
    let attributes = set.attributes.iter().map(|attribute| {
        let (label, ident) = (attribute.field.label(), attribute.field.ident);
        quote!((#label, &self.#ident))
    });
    let fields = header.into_iter().chain(attributes);
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
    let ident = set.ident;
    let own = set.lifetime.map(|lifetime| quote!(<#lifetime>));
    let new = setters::print_new(set.vis, " Without any attribute; `with_` methods set them.");
    let header = set.header.map(setters::print_plain);
    let attributes =
        set.attributes.iter().map(|attribute| setters::print_attribute(attribute.field));
    quote! {
        impl #own #ident #own {
            #new

            #header
            #(#attributes)*
        }
    }
}
