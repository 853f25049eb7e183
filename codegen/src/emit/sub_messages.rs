//! Sub-messages: enums over their formats.

use proc_macro2::{Ident, Literal, TokenStream};
use quote::quote;

use super::docs::Docs;
use super::{Prelude, Style, derives, fields, ident, messages};
use crate::ir::{Format, Payload, Selector, Set, SubMessage};

/// A sub-message, and the structs of those of its formats that are a struct and attributes.
pub(super) fn sub_message(
    item: &SubMessage,
    sets: &[Set],
    prelude: &Prelude<'_>,
    style: &Style,
) -> Vec<TokenStream> {
    let SubMessage { name, rust, doc, selector, formats } = item;
    let docs = Docs::titled(&format!("Sub-message `{name}`"), doc);
    let boxed = formats.iter().find(|it| {
        let boxed = matches!(it.payload, Payload::Attributes { .. } | Payload::Both { .. });
        boxed && !is_told_by_payload(it, formats)
    });
    let docs = match boxed {
        Some(format) => docs.with(&format!(
            "Formats may have the same attributes: `{rust}::{}(attributes.into())` says which.",
            format.rust
        )),
        None => docs,
    };
    let docs = docs.outer();
    let derives = derives(&["Clone", "Debug", "PartialEq"], style, None);
    let (vec, ident) = (prelude.vec(), ident(rust));
    let payloads: Vec<Option<TokenStream>> =
        formats.iter().map(|format| payload(&format.payload, prelude)).collect();
    let variants = formats.iter().zip(&payloads).map(|(format, payload)| {
        let docs = Docs::text_or(&format.doc, &format!("Format `{}`.", format.value)).outer();
        let variant = super::ident(&format.rust);
        let payload = payload.as_ref().map(|payload| quote!((#payload)));
        quote!(#docs #variant #payload,)
    });
    let arms = formats.iter().zip(&payloads).map(|(format, payload)| {
        let (key, variant) = (key(format), super::ident(&format.rust));
        let payload = payload.as_ref().map(|payload| quote!((#payload)));
        quote!(#key => #variant #payload,)
    });
    let conversions = formats.iter().filter(|format| is_told_by_payload(format, formats));
    let conversions = conversions.filter_map(|format| conversion(format, &ident));
    let selector = match selector {
        Selector::Text => quote!(nl::Text),
        Selector::Number(scalar) => fields::wire(scalar),
    };
    let main = quote! {
        #docs
        #derives
        #[non_exhaustive]
        pub enum #ident {
            #(#variants)*
            /// Of a format that this version of the spec does not know, or that no selector told,
            /// as it came.
            Unknown(#vec<u8>),
        }
        nl::sub_message!(#ident, #selector: #(#arms)*);
        #(#conversions)*
    };
    let own = formats.iter().zip(0..).filter_map(|(format, index)| match &format.payload {
        // Formats with the same header and set share the struct.
        payload if formats.iter().take(index).any(|it| it.payload == *payload) => None,
        Payload::Both { header, set, rust } => {
            let set = sets.iter().find(|other| other.name == *set)?;
            let title = format!("Struct `{}` and set `{}` in `{name}`", header.name, set.name);
            let docs = Docs::titled(&title, &set.doc).outer();
            let (ident, header) = (super::ident(rust), super::ident(&header.rust));
            let parts = messages::Body {
                header: Some(header),
                scope: set.scope,
                attributes: &set.attributes,
            };
            Some(messages::structure(&docs, &ident, &parts, prelude, style))
        }
        Payload::Nothing | Payload::Header(_) | Payload::Attributes { .. } => None,
    });
    std::iter::once(main).chain(own).collect()
}

/// Whether no other format has the payload of this one.
fn is_told_by_payload(format: &Format, formats: &[Format]) -> bool {
    formats.iter().filter(|other| other.payload == format.payload).count() == 1
}

/// The variant of a format from its payload.
fn conversion(format: &Format, sub_message: &Ident) -> Option<TokenStream> {
    let variant = ident(&format.rust);
    let (payload, value) = match &format.payload {
        Payload::Nothing => return None,
        Payload::Header(header) => (ident(&header.rust), quote!(payload)),
        Payload::Attributes { rust, .. } | Payload::Both { rust, .. } => {
            (ident(rust), quote!(::std::boxed::Box::new(payload)))
        }
    };
    Some(quote! {
        impl ::core::convert::From<#payload> for #sub_message {
            fn from(payload: #payload) -> Self {
                Self::#variant(#value)
            }
        }
    })
}

/// What the variant of a format holds.
fn payload(payload: &Payload, prelude: &Prelude<'_>) -> Option<TokenStream> {
    match payload {
        Payload::Nothing => None,
        Payload::Header(header) => {
            let ident = ident(&header.rust);
            Some(quote!(#ident))
        }
        Payload::Attributes { rust, .. } | Payload::Both { rust, .. } => {
            let (ident, holder) = (ident(rust), prelude.boxed());
            Some(quote!(#holder<#ident>))
        }
    }
}

/// The value of the selector.
fn key(format: &Format) -> Literal {
    match format.number {
        Some(number) => Literal::u64_unsuffixed(number),
        None => Literal::string(&format.value),
    }
}
