//! Enums and flags: newtypes that keep what they do not know.

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use super::docs::Docs;
use super::{Style, alias, derives, fields, ident};
use crate::ir::{Entry, Enum, EnumKind};

const DERIVES: &[&str] =
    &["Clone", "Copy", "Default", "PartialEq", "Eq", "PartialOrd", "Ord", "Hash"];

pub(super) fn enumeration(item: &Enum, style: &Style) -> TokenStream {
    let Enum { name, rust, doc, kind, repr, narrow, entries } = item;
    let title = match kind {
        EnumKind::Enum => format!("Enum `{name}`"),
        EnumKind::Flags => format!("Flags `{name}`"),
        EnumKind::FlagsOfEnum => format!("Values of the enum `{name}` as bits"),
    };
    let docs = Docs::titled(&title, doc).outer();
    let derives = derives(DERIVES, style, None);
    let transparent = style.serde.then(|| quote!(#[serde(transparent)]));
    let (ty, repr) = (ident(rust), fields::unsigned(*repr));
    let consts = (!entries.is_empty()).then(|| {
        let consts = entries.iter().map(|entry| constant(entry, *kind));
        quote!(impl #ty { #(#consts)* })
    });
    let names = entries.iter().map(|entry| {
        let (value, name) = (value(entry, *kind), &entry.name);
        quote!((#value, #name))
    });
    let open = match kind {
        EnumKind::Enum => quote!(open_enum),
        EnumKind::Flags | EnumKind::FlagsOfEnum => quote!(open_flags),
    };
    let narrow = narrow.iter().map(|width| {
        let narrow = fields::unsigned(*width);
        quote!(nl::narrow!(#ty, #narrow);)
    });
    quote! {
        #docs
        #derives
        #transparent
        pub struct #ty(pub #repr);
        #consts
        impl nl::Names for #ty {
            const NAMES: &'static [(u64, &'static str)] = &[#(#names),*];
        }
        nl::#open!(#ty, #repr);
        #(#narrow)*
    }
}

fn constant(entry: &Entry, kind: EnumKind) -> TokenStream {
    let Entry { name, rust, c_name, doc, .. } = entry;
    let docs = Docs::text_or(doc, &format!("Entry `{name}`.")).outer();
    let (alias, ident, value) = (alias(c_name, rust), ident(rust), value(entry, kind));
    quote! {
        #docs
        #alias
        pub const #ident: Self = Self(#value);
    }
}

fn value(entry: &Entry, kind: EnumKind) -> TokenStream {
    let number = Literal::u64_unsuffixed(entry.value);
    match kind {
        EnumKind::Enum => quote!(#number),
        EnumKind::Flags | EnumKind::FlagsOfEnum => quote!(1 << #number),
    }
}
