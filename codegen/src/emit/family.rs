//! The family itself, its groups and its constants.

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use super::docs::Docs;
use super::{alias, ident};
use crate::ir::{Const, Family, Group, GroupBy, Protocol, Value};

/// NETLINK_ROUTE.
const ROUTE: u8 = 0;
/// NETLINK_NETFILTER.
const NETFILTER: u8 = 12;

pub(super) fn family(family: &Family) -> TokenStream {
    let name = &family.name;
    let (title, protocol) = match family.protocol {
        Protocol::Generic => (format!("The generic netlink family `{name}`."), quote!(nl::Generic)),
        Protocol::Raw(ROUTE) => (format!("The family `{name}` of rtnetlink."), quote!(nl::Route)),
        Protocol::Raw(NETFILTER) => {
            (format!("The family `{name}` of nfnetlink."), quote!(nl::Netfilter))
        }
        Protocol::Raw(number) => {
            let literal = Literal::u8_unsuffixed(number);
            (
                format!("The family `{name}` of netlink protocol {number}."),
                quote!(nl::Raw<#literal>),
            )
        }
    };
    let version = (family.protocol == Protocol::Generic).then(|| {
        let version = Literal::u8_unsuffixed(family.version);
        quote!(const VERSION: u8 = #version;)
    });
    let docs = Docs::default().with(&title).outer();
    quote! {
        #docs
        #[derive(Clone, Copy, Debug)]
        pub enum Family {}
        impl nl::Family for Family {
            type Protocol = #protocol;
            const NAME: &'static str = #name;
            #version
        }
    }
}

/// A multicast group, if there is a way to it.
pub(super) fn group(group: &Group) -> Option<TokenStream> {
    let Group { name, rust, c_name, doc, by } = group;
    let value = match by {
        GroupBy::Name => quote!(nl::Group::new(#name)),
        GroupBy::Number(number) => {
            let number = Literal::u32_unsuffixed(*number);
            quote!(nl::Group::numbered(#name, #number))
        }
        GroupBy::Nothing => return None,
    };
    let docs = Docs::titled(&format!("Multicast group `{name}`"), doc).outer();
    let (alias, ident) = (alias(c_name, rust), ident(rust));
    Some(quote! {
        #docs
        #alias
        pub const #ident: nl::Group<Notification> = #value;
    })
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
