//! Sets and messages as structs, and the operations that they belong to.

use proc_macro2::{Ident, Literal, TokenStream};
use quote::quote;

use super::docs::Docs;
use super::{Prelude, Style, alias, derives, fields, ident};
use crate::ir::{Attribute, Call, Form, Message, Operation, Permission, Set};

/// A set that is nested.
pub(super) fn set(set: &Set, prelude: &Prelude<'_>, style: &Style) -> TokenStream {
    let docs = Docs::titled(&format!("Attribute set `{}`", set.name), &set.doc).outer();
    let body = Body { header: None, scope: set.scope, attributes: &set.attributes };
    structure(&docs, &ident(&set.rust), &body, prelude, style)
}

/// What a struct of attributes consists of.
pub(super) struct Body<'a> {
    pub(super) header: Option<Ident>,
    pub(super) scope: bool,
    pub(super) attributes: &'a [Attribute],
}

/// An operation: a section for each of its types, with the traits that it implements.
pub(super) fn operation(
    operation: &Operation,
    prelude: &Prelude<'_>,
    style: &Style,
) -> Vec<TokenStream> {
    let mut sections = Vec::new();
    let calls = [
        (&operation.once, quote!(Do), operation.once.as_ref().is_some_and(|call| !call.ack)),
        (&operation.dump, quote!(Dump), false),
    ];
    for (call, kind, no_ack) in calls {
        let Some(call) = call else { continue };
        let request = message(&call.request, prelude, style).unwrap_or_default();
        let implementation = implementation(operation, call, &kind, no_ack);
        sections.push(quote!(#request #implementation));
        sections.extend(call.reply.iter().filter_map(|reply| message(reply, prelude, style)));
    }
    sections
}

/// The type of a message, if it is defined with it.
pub(super) fn message(
    message: &Message,
    prelude: &Prelude<'_>,
    style: &Style,
) -> Option<TokenStream> {
    let Message { rust, title, doc, c_name, form, header, scope, attributes } = message;
    let docs = Docs::titled(title, doc).outer();
    let alias = c_name.as_deref().map(|c_name| alias(c_name, rust));
    let docs = quote!(#docs #alias);
    let ident = ident(rust);
    match form {
        Form::Struct => {
            let header = header.as_ref().map(|header| super::ident(&header.rust));
            let body = Body { header, scope: *scope, attributes };
            Some(structure(&docs, &ident, &body, prelude, style))
        }
        Form::AliasOf(other) => {
            let other = super::ident(other);
            Some(quote!(#docs pub type #ident = #other;))
        }
        Form::Elsewhere => None,
    }
}

pub(super) fn structure(
    docs: &TokenStream,
    ident: &Ident,
    body: &Body<'_>,
    prelude: &Prelude<'_>,
    style: &Style,
) -> TokenStream {
    let derives = derives(&["Clone", "Default", "PartialEq"], style, Some("nl::NlAttrs"));
    let default = style.serde.then(|| quote!(#[serde(default)]));
    let non_exhaustive = style.non_exhaustive.then(|| quote!(#[non_exhaustive]));
    let renamed = style.renamed.then(|| quote!(, crate = nl));
    let scope = body.scope.then(|| quote!(, scope));
    let header = body.header.as_ref().map(|header| {
        quote! {
            /// The fixed header, before the attributes.
            #[nl(header)]
            pub header: #header,
        }
    });
    let fields = body.attributes.iter().filter_map(|attribute| fields::field(attribute, prelude));
    quote! {
        #docs
        #derives
        #default
        #[nl(debug, setters #scope #renamed)]
        #non_exhaustive
        pub struct #ident {
            #header
            #(#fields)*
        }
    }
}

fn implementation(
    operation: &Operation,
    call: &Call,
    kind: &TokenStream,
    no_ack: bool,
) -> TokenStream {
    let name = &operation.name;
    let request = ident(&call.request.rust);
    let reply = match &call.reply {
        Some(reply) => {
            let reply = ident(&reply.rust);
            quote!(#reply)
        }
        None => quote!(()),
    };
    let id = Literal::u16_unsuffixed(call.request_id);
    let reply_id = (call.reply_id != call.request_id).then(|| {
        let id = Literal::u16_unsuffixed(call.reply_id);
        quote!(const REPLY_CMD: u16 = #id;)
    });
    let ack = no_ack.then(|| {
        quote!(
            const ACK: bool = false;
        )
    });
    let permission = match operation.permission {
        Permission::Any => None,
        Permission::Admin => Some(quote!(Admin)),
        Permission::NamespaceAdmin => Some(quote!(NamespaceAdmin)),
    };
    let permission = permission
        .map(|permission| quote!(const PERMISSION: nl::Permission = nl::Permission::#permission;));
    quote! {
        impl nl::#kind for #request {
            type Family = Family;
            type Reply = #reply;
            const NAME: &'static str = #name;
            const CMD: u16 = #id;
            #reply_id
            #ack
            #permission
        }
    }
}
