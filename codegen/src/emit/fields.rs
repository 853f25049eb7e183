//! Fields: the Rust type and the wire form of an attribute.

use proc_macro2::{Ident, Literal, TokenStream};
use quote::{format_ident, quote};

use super::docs::Docs;
use super::{Prelude, alias, ident};
use crate::ir::{Attribute, Checks, Limit, MemberType, Number, Order, Scalar, Type, Width};
use crate::resolve::structs::MAX_ARRAY;

/// A value on the wire: its Rust type, and its form where the type has none or another.
pub(super) struct Value {
    pub(super) ty: TokenStream,
    pub(super) form: Option<TokenStream>,
}

/// The field of an attribute; none for pads and unused ones.
pub(super) fn field(attribute: &Attribute, prelude: &Prelude<'_>) -> Option<TokenStream> {
    let Attribute { id, name, rust, c_name, .. } = attribute;
    let Value { ty, form } = whole(attribute, prelude)?;
    let docs = docs(attribute).outer();
    let allow = is_complex(&attribute.ty).then(|| quote!(#[allow(clippy::type_complexity)]));
    let (alias, ident) = (alias(c_name, rust), ident(rust));
    let id = Literal::u16_unsuffixed(*id);
    let form = form.map(|form| quote!(, as = #form));
    let plain = rust.strip_prefix("r#").unwrap_or(rust).replace('_', "-");
    let name = (plain != *name).then(|| quote!(, name = #name));
    let checks = check_keys(attribute);
    Some(quote! {
        #docs
        #alias
        #allow
        #[nl(id = #id #form #name #checks)]
        pub #ident: #ty,
    })
}

/// The value of a field, with whether it is there, or how often.
pub(super) fn whole(attribute: &Attribute, prelude: &Prelude<'_>) -> Option<Value> {
    if attribute.ty == Type::Flag {
        return Some(Value { ty: quote!(bool), form: None });
    }
    let Value { ty, form } = value(&attribute.ty, prelude)?;
    let wrapper = if attribute.multi { prelude.vec() } else { prelude.option() };
    // The derive takes a `Vec<u8>` for bytes that were meant.
    let byte = ty.to_string() == "u8" && attribute.multi;
    let form = form.or_else(|| byte.then(|| quote!(u8)));
    Some(Value { ty: quote!(#wrapper<#ty>), form })
}

/// What is checked before a request is sent. The number of a constant that only the kernel has may be
/// another there, and an address is no number of ours.
fn check_keys(attribute: &Attribute) -> TokenStream {
    let Checks { min, max, min_len, max_len, exact_len, mask, unterminated_ok: _ } =
        &attribute.checks;
    let number = |limit: &Option<Limit>| {
        limit.as_ref().filter(|limit| limit.kernel.is_none()).map(|limit| limit.number)
    };
    let values = !matches!(attribute.ty, Type::Ipv4Scalar(_));
    let keys = [
        ("min", number(min).filter(|_| values)),
        ("max", number(max).filter(|_| values)),
        ("min_len", number(min_len)),
        ("max_len", number(max_len)),
        ("exact_len", number(exact_len)),
        ("mask", mask.map(i128::from).filter(|_| values)),
    ];
    let keys = keys.into_iter().filter_map(|(key, number)| {
        let (key, number) = (format_ident!("{key}"), Literal::i128_unsuffixed(number?));
        Some(quote!(, #key = #number))
    });
    keys.collect()
}

/// Whether clippy would like a type of its own for the value: of a nest of nests by number.
fn is_complex(ty: &Type) -> bool {
    matches!(ty, Type::Keyed(entry) if matches!(**entry, Type::Keyed(_)))
}

fn value(ty: &Type, prelude: &Prelude<'_>) -> Option<Value> {
    let native = |ty| Value { ty, form: None };
    let vec = prelude.vec();
    Some(match ty {
        Type::Unused | Type::Pad | Type::Flag => return None,
        Type::Scalar(scalar) => scalar_value(scalar),
        Type::Ipv4Scalar(scalar) => ipv4_value(scalar),
        Type::String => native(quote!(nl::NlString)),
        Type::Binary => native(quote!(#vec<u8>)),
        Type::HwAddr => native(quote!(nl::HwAddr)),
        Type::Ipv4 => native(quote!(::std::net::Ipv4Addr)),
        Type::Ipv6 => native(quote!(::std::net::Ipv6Addr)),
        Type::Ip => native(quote!(::std::net::IpAddr)),
        Type::Bitfield32 { .. } => native(quote!(nl::Bitfield32)),
        Type::Struct(of) => {
            let ident = ident(&of.rust);
            native(quote!(#ident))
        }
        Type::SubMessage { rust, selector, outer, .. } => {
            let (ident, selector) = (ident(rust), Literal::u16_unsuffixed(*selector));
            let form = match outer {
                true => quote!(nl::SelectedOuter<#selector>),
                false => quote!(nl::Selected<#selector>),
            };
            Value { ty: quote!(#ident), form: Some(form) }
        }
        Type::Array(scalar) => {
            let (ty, wire) = (scalar_value(scalar).ty, wire(scalar));
            Value { ty: quote!(#vec<#ty>), form: Some(quote!(nl::Array<#wire>)) }
        }
        Type::Nest { rust, boxed, .. } => {
            let (ident, holder) = (ident(rust), prelude.boxed());
            native(if *boxed { quote!(#holder<#ident>) } else { quote!(#ident) })
        }
        Type::InOrder { rust, .. } => {
            let ident = ident(rust);
            Value { ty: quote!(#vec<#ident>), form: Some(quote!(nl::InOrder)) }
        }
        Type::IndexedArray(entry) => {
            let Value { ty, form } = value(entry, prelude)?;
            let form = form.map(|form| quote!(<#form>));
            Value { ty: quote!(#vec<#ty>), form: Some(quote!(nl::IndexedArray #form)) }
        }
        Type::Keyed(entry) => {
            let Value { ty, form } = value(entry, prelude)?;
            let form = form.map(|form| quote!(<#form>));
            Value { ty: quote!(#vec<(u16, #ty)>), form: Some(quote!(nl::Keyed #form)) }
        }
    })
}

pub(super) fn scalar_value(scalar: &Scalar) -> Value {
    let wire = wire(scalar);
    if let Some(of) = &scalar.of {
        let ident = ident(&of.rust);
        return Value { ty: quote!(#ident), form: Some(wire) };
    }
    let ty = match scalar.number {
        Number::Unsigned(width) => unsigned(width),
        Number::Signed(width) => signed(width),
        Number::Uint => unsigned(Width::W64),
        Number::Sint => signed(Width::W64),
    };
    let fixed = matches!(scalar.number, Number::Unsigned(_) | Number::Signed(_));
    let native = fixed && scalar.order == Order::Native;
    Value { ty: quote!(#ty), form: (!native).then_some(wire) }
}

/// An address in a number. It lies in network order by itself; as a number of another order it is
/// taken for what it is.
pub(super) fn ipv4_value(scalar: &Scalar) -> Value {
    let form = (scalar.order != Order::Big).then(|| wire(scalar));
    Value { ty: quote!(::std::net::Ipv4Addr), form }
}

/// Whether the default of a member's type is missing, or is not zero: addresses of std have none, and
/// those of links and long bytes are empty.
pub(super) fn has_no_zero(ty: &MemberType) -> bool {
    let ip = matches!(ty, MemberType::Ipv4Scalar(_) | MemberType::Ipv4 | MemberType::Ipv6);
    ip || matches!(ty, MemberType::HwAddr(_))
        || matches!(ty, MemberType::Bytes(len) if *len > MAX_ARRAY)
}

/// The form of a number.
pub(super) fn wire(scalar: &Scalar) -> TokenStream {
    let number = match scalar.number {
        Number::Uint => return quote!(nl::Uint),
        Number::Sint => return quote!(nl::Sint),
        Number::Unsigned(width) => unsigned(width),
        Number::Signed(width) => signed(width),
    };
    match scalar.order {
        Order::Native => quote!(#number),
        Order::Big => quote!(nl::Be<#number>),
        Order::Little => quote!(nl::Le<#number>),
    }
}

pub(super) fn unsigned(width: Width) -> Ident {
    format_ident!("u{}", width.bits())
}

fn signed(width: Width) -> Ident {
    format_ident!("i{}", width.bits())
}

fn docs(attribute: &Attribute) -> Docs {
    let Attribute { name, doc, ty, checks, .. } = attribute;
    let mut docs = Docs::text_or(doc, &format!("Attribute `{name}`."));
    if let Type::Bitfield32 { of: Some(of) } = ty {
        docs = docs.with(&format!("The bits are those of [`{}`].", of.rust));
    }
    checks.phrases().iter().fold(docs, |docs, phrase| docs.with(&sentence(phrase)))
}

fn sentence(phrase: &str) -> String {
    let mut rest = phrase.chars();
    let first = rest.next().map(|c| c.to_ascii_uppercase());
    format!("{}{}.", first.into_iter().collect::<String>(), rest.as_str())
}
