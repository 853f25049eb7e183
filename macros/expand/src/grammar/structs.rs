//! Binary structs: what `#[derive(NlStruct)]` reads.

use proc_macro2::Span;
use syn::meta::ParseNestedMeta;
use syn::parse::Parse;
use syn::{DeriveInput, Error, Ident, LitInt, Path, Result, Type, Visibility};

use super::{
    Errors, Field, Shape, bare, named_fields, once, read_keys, read_runtime, refuse_double_setters,
    switch_on, unknown_key, value,
};

const SHAPE: Shape = Shape {
    only: "`NlStruct` is for structs with named fields, in the order of their bytes",
    an_enum: "an enum of numbers is the type of a member with `as = u32`",
    empty: "a binary struct without members",
};

/// A struct to derive for.
pub(crate) struct Struct<'i> {
    pub(crate) ident: &'i Ident,
    pub(crate) vis: &'i Visibility,
    pub(crate) members: Vec<Member<'i>>,
    /// `pad = bytes`: behind the last member.
    pub(crate) pad: Option<Pad>,
    /// `crate = path`
    pub(crate) runtime: Option<Path>,
    /// `default`
    pub(crate) default: bool,
    /// `setters`
    pub(crate) setters: bool,
}

/// A field with the bytes that hold it.
pub(crate) struct Member<'i> {
    pub(crate) field: Field<'i>,
    /// `as = form`
    pub(crate) form: Option<Type>,
    /// `pad = bytes`: before it.
    pub(crate) pad: Option<Pad>,
}

impl Member<'_> {
    /// Whether it takes all bytes that are left, as far as the name of its form tells.
    pub(crate) fn is_rest(&self) -> bool {
        let Some(Type::Path(form)) = self.form.as_ref().map(bare) else { return false };
        form.path.segments.last().is_some_and(|last| last.ident == "Rest")
    }
}

/// A number of bytes that mean nothing.
#[derive(Clone, Copy)]
pub(crate) struct Pad {
    pub(crate) bytes: u16,
    span: Span,
}

pub(crate) fn read(input: &DeriveInput) -> Result<Struct<'_>> {
    let mut errors = Errors::default();
    let mut read = Struct {
        ident: &input.ident,
        vis: &input.vis,
        members: Vec::new(),
        pad: None,
        runtime: None,
        default: false,
        setters: false,
    };
    read_keys(&input.attrs, &mut errors, |meta| read_container(meta, &mut read));
    refuse_generics(input, &mut errors);
    if let Some(fields) = errors.take(named_fields(input, &SHAPE)) {
        let members = fields.named.iter().filter_map(|field| read_member(field, &mut errors));
        read.members = members.collect();
    }
    refuse_members_behind_rest(&read, &mut errors);
    if read.setters {
        refuse_double_setters(read.members.iter().map(|member| member.field), "", &mut errors);
    }
    errors.finish(read)
}

fn read_container(meta: &ParseNestedMeta<'_>, read: &mut Struct<'_>) -> Result<()> {
    if meta.path.is_ident("crate") {
        once(meta, &mut read.runtime, read_runtime)
    } else if meta.path.is_ident("default") {
        switch_on(meta, &mut read.default)
    } else if meta.path.is_ident("setters") {
        switch_on(meta, &mut read.setters)
    } else if meta.path.is_ident("pad") {
        once(meta, &mut read.pad, read_pad)
    } else if meta.path.is_ident("debug") {
        Err(meta.error("a binary struct always shows all members: `#[derive(Debug, NlStruct)]`"))
    } else {
        let keys = "expected `default`, `setters`, `pad = bytes` or `crate = path`";
        Err(unknown_key(meta, "a binary struct", keys))
    }
}

fn refuse_generics(input: &DeriveInput, errors: &mut Errors) {
    let help = "a binary struct has no lifetimes and no parameters: it owns its members";
    for param in &input.generics.params {
        errors.push(Error::new_spanned(param, help));
    }
    if let Some(clause) = &input.generics.where_clause {
        errors.push(Error::new_spanned(clause, "a binary struct has no where clause"));
    }
}

fn read_member<'i>(field: &'i syn::Field, errors: &mut Errors) -> Option<Member<'i>> {
    let mut member = Member { field: Field::of(field)?, form: None, pad: None };
    read_keys(&field.attrs, errors, |meta| read_key(meta, &mut member));
    Some(member)
}

fn read_key(meta: &ParseNestedMeta<'_>, member: &mut Member<'_>) -> Result<()> {
    if meta.path.is_ident("as") {
        let help =
            "expected a wire form, which is a type: `as = nl::Be<u16>`, `as = nl::Octets<6>`";
        once(meta, &mut member.form, |meta| value(meta, help, Parse::parse))
    } else if meta.path.is_ident("pad") {
        once(meta, &mut member.pad, read_pad)
    } else if meta.path.is_ident("id") {
        let help = "no `id` in a binary struct: its members lie side by side, in this order";
        Err(meta.error(help))
    } else {
        let keys = "expected `as = form` or `pad = bytes`";
        Err(unknown_key(meta, "a member of a binary struct", keys))
    }
}

fn read_pad(meta: &ParseNestedMeta<'_>) -> Result<Pad> {
    let help = "expected a number of bytes, a literal: `pad = 3`";
    let literal: LitInt = value(meta, help, Parse::parse)?;
    match literal.base10_parse::<u16>() {
        Ok(bytes @ 1..) => Ok(Pad { bytes, span: literal.span() }),
        _ => {
            let help = format!("padding is from 1 to {} bytes", u16::MAX);
            Err(Error::new(literal.span(), help))
        }
    }
}

fn refuse_members_behind_rest(read: &Struct<'_>, errors: &mut Errors) {
    let mut rest = None;
    for member in &read.members {
        if let Some(rest) = rest {
            let help = format!("nothing can lie behind `{rest}`, which takes all bytes left");
            errors.push(Error::new(member.field.ident.span(), help));
        }
        if member.is_rest() {
            rest = Some(member.field.ident);
        }
    }
    if let (Some(rest), Some(pad)) = (rest, &read.pad) {
        let help = format!("nothing can lie behind `{rest}`, which takes all bytes left");
        errors.push(Error::new(pad.span, help));
    }
}
