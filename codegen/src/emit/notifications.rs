//! What a family tells unasked, as an enum.

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use super::docs::Docs;
use super::{Prelude, alias, ident};
use crate::ir::Notification;

pub(super) fn notifications(
    notifications: &[Notification],
    family: &str,
    prelude: &Prelude<'_>,
) -> TokenStream {
    let docs = Docs::default().with(&format!("What `{family}` tells unasked.")).outer();
    let variants = notifications.iter().map(variant);
    let (ok, result, vec) = (prelude.ok(), prelude.result(), prelude.vec());
    let arms = notifications.iter().map(|notification| {
        let (id, ident) = (Literal::u16_unsuffixed(notification.id), ident(&notification.rust));
        quote!(#id => message.decode().map(Self::#ident),)
    });
    let numbers = notifications.iter().map(|it| Literal::u16_unsuffixed(it.id));
    let unknown = quote!(#ok(Self::Unknown(message.to_raw())));
    let decoded = match notifications.is_empty() {
        true => unknown,
        false => quote!(match message.cmd() { #(#arms)* _ => #unknown, }),
    };
    let unknown = quote!(Self::Unknown(message) => message.encode(buffer),);
    let encoded = notifications.iter().map(|notification| {
        let (id, ident) = (Literal::u16_unsuffixed(notification.id), ident(&notification.rust));
        quote!(Self::#ident(message) => nl::encode_into(message, buffer).map(|()| #id),)
    });
    // Inline: else the crate of the families compiles the decoders of all that they tell, which is a
    // quarter of its build, and who listens compiles those that it needs once more.
    quote! {
        #docs
        #[derive(Clone, Debug, PartialEq)]
        #[non_exhaustive]
        #[allow(clippy::large_enum_variant)]
        pub enum Notification {
            #(#variants)*
            /// A notification that this version of the spec does not know, as it came.
            Unknown(nl::RawMessage),
        }
        impl nl::Notification for Notification {
            type Family = Family;
            const CMDS: &'static [u16] = &[#(#numbers),*];
            #[inline]
            fn decode(message: nl::Message<'_>) -> #result<Self, nl::DecodeError> {
                #decoded
            }
            #[inline]
            fn encode(&self, buffer: &mut #vec<u8>) -> #result<u16, nl::EncodeError> {
                match self { #(#encoded)* #unknown }
            }
        }
    }
}

fn variant(notification: &Notification) -> TokenStream {
    let Notification { name, rust, c_name, doc, message, .. } = notification;
    let docs = Docs::text_or(doc, &format!("Notification `{name}`.")).outer();
    let (alias, ident, message) = (alias(c_name, rust), ident(rust), ident(&message.rust));
    quote! {
        #docs
        #alias
        #ident(#message),
    }
}
