//! Binary structs.

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use super::docs::Docs;
use super::fields::{self, Value};
use super::{Prelude, Style, alias, derives, ident};
use crate::ir::{Member, MemberType, Struct};
use crate::resolve::structs::MAX_ARRAY;

pub(super) fn structure(item: &Struct, prelude: &Prelude<'_>, style: &Style) -> TokenStream {
    let Struct { name, rust, c_name, doc, len: _, copy, members } = item;
    let docs = Docs::titled(&format!("Struct `{name}`"), doc).outer();
    let (alias, ident) = (alias(c_name, rust), ident(rust));
    // Zero, as the kernel would have it.
    let zero = members.iter().any(|it| fields::has_no_zero(&it.ty));
    let own = ["Clone", "Copy", "Debug", "Default", "PartialEq", "Eq", "Hash"].into_iter();
    let own = own.filter(|name| (*copy || *name != "Copy") && (!zero || *name != "Default"));
    let own: Vec<&str> = own.collect();
    let derives = derives(&own, style, Some("nl::NlStruct"));
    let default = style.serde.then(|| quote!(#[serde(default)]));
    let zero = zero.then(|| quote!(, default));
    let non_exhaustive = style.non_exhaustive.then(|| quote!(#[non_exhaustive]));
    let renamed = style.renamed.then(|| quote!(, crate = nl));
    let mut fields = Vec::new();
    let mut pad = 0;
    for member in members {
        match member.ty {
            MemberType::Pad(len) => pad += len,
            _ => fields.push(field(member, std::mem::take(&mut pad), prelude)),
        }
    }
    let pad = (pad > 0).then(|| {
        let pad = Literal::usize_unsuffixed(pad);
        quote!(, pad = #pad)
    });
    quote! {
        #docs
        #alias
        #derives
        #default
        #[nl(setters #zero #pad #renamed)]
        #non_exhaustive
        pub struct #ident {
            #(#fields)*
        }
    }
}

/// The field of a member, behind `pad` bytes that stand for nothing.
fn field(member: &Member, pad: usize, prelude: &Prelude<'_>) -> TokenStream {
    let Member { name, rust, doc, ty, .. } = member;
    let docs = Docs::text_or(doc, &format!("Member `{name}`.")).outer();
    let Value { ty, form } = value(ty, prelude);
    let form = form.map(|form| quote!(as = #form));
    let pad = (pad > 0).then(|| {
        let pad = Literal::usize_unsuffixed(pad);
        quote!(pad = #pad)
    });
    let keys: Vec<TokenStream> = form.into_iter().chain(pad).collect();
    let keys = (!keys.is_empty()).then(|| quote!(#[nl(#(#keys),*)]));
    let ident = ident(rust);
    quote! {
        #docs
        #keys
        pub #ident: #ty,
    }
}

pub(super) fn value(ty: &MemberType, prelude: &Prelude<'_>) -> Value {
    let native = |ty| Value { ty, form: None };
    let octets = |ty, len: usize| {
        let len = Literal::usize_unsuffixed(len);
        Value { ty, form: Some(quote!(nl::Octets<#len>)) }
    };
    let vec = prelude.vec();
    match ty {
        MemberType::Scalar(scalar) => fields::scalar_value(scalar),
        MemberType::Ipv4Scalar(scalar) => fields::ipv4_value(scalar),
        MemberType::Bytes(len) if *len <= MAX_ARRAY => {
            let len = Literal::usize_unsuffixed(*len);
            native(quote!([u8; #len]))
        }
        MemberType::Bytes(len) => octets(quote!(#vec<u8>), *len),
        MemberType::HwAddr(len) => octets(quote!(nl::HwAddr), *len),
        MemberType::Ipv4 => native(quote!(::std::net::Ipv4Addr)),
        MemberType::Ipv6 => native(quote!(::std::net::Ipv6Addr)),
        MemberType::Text(len) => octets(quote!(nl::NlString), *len),
        MemberType::Struct(of) => {
            let ident = ident(&of.rust);
            native(quote!(#ident))
        }
        MemberType::Repeated(of) => {
            let ident = ident(&of.rust);
            Value { ty: quote!(#vec<#ident>), form: Some(quote!(nl::Rest)) }
        }
        // Never comes here: it has no field.
        MemberType::Pad(_) => native(quote!(())),
    }
}
