//! The family itself, its groups and its constants.

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use super::docs::Docs;
use super::{alias, ident};
use crate::ir::{Const, Family, Group, Value};

pub(super) fn family(family: &Family) -> TokenStream {
    let name = &family.name;
    let version = Literal::u8_unsuffixed(family.version);
    let docs = Docs::default().with(&format!("The generic netlink family `{name}`.")).outer();
    quote! {
        #docs
        #[derive(Clone, Copy, Debug)]
        pub enum Family {}
        impl nl::Family for Family {
            type Protocol = nl::Generic;
            const NAME: &'static str = #name;
            const VERSION: u8 = #version;
        }
    }
}

pub(super) fn group(group: &Group) -> TokenStream {
    let Group { name, rust, c_name } = group;
    let docs = Docs::default().with(&format!("Multicast group `{name}`.")).outer();
    let (alias, ident) = (alias(c_name, rust), ident(rust));
    quote! {
        #docs
        #alias
        pub const #ident: nl::Group<Notification> = nl::Group::new(#name);
    }
}

pub(super) fn constant(constant: &Const) -> TokenStream {
    let Const { name, rust, c_name, doc, value } = constant;
    let docs = Docs::titled(&format!("Constant `{name}`"), doc).outer();
    let (alias, ident) = (alias(c_name, rust), ident(rust));
    let (ty, value) = match value {
        Value::Unsigned(number) => (quote!(u64), Literal::u64_unsuffixed(*number)),
        Value::Signed(number) => (quote!(i64), Literal::i64_unsuffixed(*number)),
        Value::Text(text) => (quote!(&str), Literal::string(text)),
    };
    quote! {
        #docs
        #alias
        pub const #ident: #ty = #value;
    }
}
