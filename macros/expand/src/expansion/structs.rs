//! Binary structs: `NlStruct`, `AttrValue`, `Default`, setters.

use proc_macro2::{Literal, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Ident, Path};

use super::{located, setters};
use crate::grammar::structs::{Member, Pad, Struct};

pub(crate) fn print(read: &Struct<'_>, nl: &Path) -> TokenStream {
    let bytes = print_bytes(read, nl);
    let value = print_value(read, nl);
    let default = read.default.then(|| print_default(read, nl));
    let setters = read.setters.then(|| print_setters(read));
    quote! { #bytes #value #default #setters }
}

fn print_bytes(read: &Struct<'_>, nl: &Path) -> TokenStream {
    let ident = read.ident;
    let len = print_len(read, nl);
    let put = print_put(read, nl);
    let get = print_get(read, nl);
    let open = read.members.last().is_some_and(Member::is_rest);
    let open = open.then(|| {
        quote!(
            const OPEN: bool = true;
        )
    });
    let (out, bytes) = match read.members.is_empty() && read.pad.is_none() {
        true => (quote!(_), quote!(_)),
        false => (quote!(out), quote!(bytes)),
    };
    quote! {
        #[automatically_derived]
        impl #nl::NlStruct for #ident {
            const LEN: usize = #len;
            #open

            #[inline]
            fn put(&self, #out: &mut #nl::Writer<'_>) {
                #put
            }

            #[inline]
            fn get(#bytes: &mut #nl::Bytes<'_>) -> Self {
                #get
            }
        }
    }
}

/// The sum of all lengths, without a leading `0 +`, which lints refuse.
fn print_len(read: &Struct<'_>, nl: &Path) -> TokenStream {
    let members = read
        .members
        .iter()
        .flat_map(|member| number(member.pad).into_iter().chain([item_of(member, "LEN", nl)]));
    let terms: Vec<TokenStream> = members.chain(number(read.pad)).collect();
    match terms.is_empty() {
        true => quote!(0),
        false => quote!(#(#terms)+*),
    }
}

fn print_put(read: &Struct<'_>, nl: &Path) -> TokenStream {
    let zeros = |pad| number(pad).map(|len| quote!(out.zeros(#len);));
    let members = read.members.iter().map(|member| {
        let (ident, put) = (member.field.ident, item_of(member, "put", nl));
        let pad = zeros(member.pad);
        quote!(#pad #put(&self.#ident, out);)
    });
    let pad = zeros(read.pad);
    quote!(#(#members)* #pad)
}

/// Without a variable for each member, which could be called `bytes`: the values of a struct
/// expression are read in the order in which they stand.
fn print_get(read: &Struct<'_>, nl: &Path) -> TokenStream {
    let skip = |pad| number(pad).map(|len| quote!(bytes.skip(#len);));
    let members = read.members.iter().map(|member| {
        let (ident, get) = (member.field.ident, item_of(member, "get", nl));
        match skip(member.pad) {
            Some(skip) => quote!(#ident: { #skip #get(bytes) }),
            None => quote!(#ident: #get(bytes)),
        }
    });
    let value = quote!(Self { #(#members),* });
    match skip(read.pad) {
        Some(skip) => quote!(let value = #value; #skip value),
        None => value,
    }
}

/// `<Form as Member<T>>::item`. Where it does not fit, the message marks the form, or where none is
/// said the type.
fn item_of(member: &Member<'_>, item: &str, nl: &Path) -> TokenStream {
    let ty = member.field.ty;
    let item = Ident::new(item, ty.span());
    match &member.form {
        Some(form) => quote_spanned!(ty.span()=> <#form as #nl::Member<#ty>>::#item),
        None => located(quote!(<#nl::Native as #nl::Member<#ty>>::#item), ty.span()),
    }
}

/// The number of bytes as people write it: `3`, not `3u16`.
fn number(pad: Option<Pad>) -> Option<TokenStream> {
    let literal = pad.map(|pad| Literal::u16_unsuffixed(pad.bytes));
    literal.map(|literal| quote!(#literal))
}

/// A struct can be the payload of an attribute. An impl for each, since the runtime has one for
/// all sets of attributes already.
fn print_value(read: &Struct<'_>, nl: &Path) -> TokenStream {
    let ident = read.ident;
    quote! {
        #[automatically_derived]
        impl #nl::AttrValue<'_> for #ident {
            #[inline]
            fn put(&self, id: u16, out: &mut #nl::Writer<'_>) {
                out.structure(id, self);
            }

            #[inline]
            fn get(attr: #nl::Attr<'_>) -> ::core::result::Result<Self, #nl::DecodeError> {
                ::core::result::Result::Ok(#nl::read(attr.payload))
            }
        }
    }
}

/// All zero, which some types of members have no `Default` for.
fn print_default(read: &Struct<'_>, nl: &Path) -> TokenStream {
    let ident = read.ident;
    quote! {
        #[automatically_derived]
        impl ::core::default::Default for #ident {
            fn default() -> Self {
                #nl::read(&[])
            }
        }
    }
}

fn print_setters(read: &Struct<'_>) -> TokenStream {
    let ident = read.ident;
    let new =
        setters::print_new(read.vis, " With each member's default; `with_` methods set them.");
    let setters = read.members.iter().map(|member| setters::print_plain(member.field));
    quote! {
        impl #ident {
            #new

            #(#setters)*
        }
    }
}
