//! Sets of attributes: what `#[derive(NlAttrs)]` reads.

use std::collections::HashMap;

use proc_macro2::Span;
use syn::meta::ParseNestedMeta;
use syn::parse::Parse;
use syn::spanned::Spanned;
use syn::{
    DeriveInput, Error, GenericParam, Ident, Lifetime, LitInt, LitStr, Path, Result, Type,
    Visibility,
};

use super::checks::{self, Check};
use super::{
    Errors, Field, Shape, argument_of, bare, key_name, named_fields, once, read_keys, read_runtime,
    refuse_double_setters, switch_on, unknown_key, value,
};

/// The highest number of an attribute: the upper two bits of its type field are flags.
const MAX_ID: u16 = 0x3fff;

const SHAPE: Shape = Shape {
    only: "`NlAttrs` is for structs with named fields, one field for each attribute",
    an_enum: "an enum of numbers is the type of a field with `as = u32`",
    empty: "a set without attributes",
};

/// A struct to derive for.
pub(crate) struct Set<'i> {
    pub(crate) ident: &'i Ident,
    pub(crate) vis: &'i Visibility,
    pub(crate) lifetime: Option<&'i Lifetime>,
    /// The field with `header`.
    pub(crate) header: Option<Field<'i>>,
    pub(crate) attributes: Vec<Attribute<'i>>,
    /// `crate = path`
    pub(crate) runtime: Option<Path>,
    /// `debug`
    pub(crate) debug: bool,
    /// `setters`
    pub(crate) setters: bool,
    /// `scope`
    pub(crate) scope: bool,
}

impl<'i> Set<'i> {
    /// All fields, the header first, as in a message.
    pub(crate) fn fields(&self) -> impl Iterator<Item = Field<'i>> {
        self.header.into_iter().chain(self.attributes.iter().map(|attribute| attribute.field))
    }
}

/// A field with its attribute.
pub(crate) struct Attribute<'i> {
    pub(crate) field: Field<'i>,
    pub(crate) id: u16,
    id_span: Span,
    /// Name in the family's spec.
    pub(crate) name: String,
    /// `as = form`
    pub(crate) form: Option<Type>,
    /// `min = 1` and its like, in the order in which they stand.
    pub(crate) checks: Vec<Check>,
}

pub(crate) fn read(input: &DeriveInput) -> Result<Set<'_>> {
    let mut errors = Errors::default();
    let mut set = Set {
        ident: &input.ident,
        vis: &input.vis,
        lifetime: None,
        header: None,
        attributes: Vec::new(),
        runtime: None,
        debug: false,
        setters: false,
        scope: false,
    };
    read_keys(&input.attrs, &mut errors, |meta| read_container(meta, &mut set));
    set.lifetime = read_lifetime(input, &mut errors);
    if let Some(fields) = errors.take(named_fields(input, &SHAPE)) {
        for field in &fields.named {
            read_field(field, &mut set, &mut errors);
        }
    }
    refuse_double_ids(&set.attributes, &mut errors);
    if set.setters {
        let keep = ", and keep its name in errors with `name = \"..\"`";
        refuse_double_setters(set.fields(), keep, &mut errors);
    }
    errors.finish(set)
}

fn read_container(meta: &ParseNestedMeta<'_>, set: &mut Set<'_>) -> Result<()> {
    if meta.path.is_ident("crate") {
        once(meta, &mut set.runtime, read_runtime)
    } else if meta.path.is_ident("debug") {
        switch_on(meta, &mut set.debug)
    } else if meta.path.is_ident("setters") {
        switch_on(meta, &mut set.setters)
    } else if meta.path.is_ident("scope") {
        switch_on(meta, &mut set.scope)
    } else {
        let keys = "expected `debug`, `setters`, `scope` or `crate = path`";
        Err(unknown_key(meta, "a struct", keys))
    }
}

fn read_lifetime<'i>(input: &'i DeriveInput, errors: &mut Errors) -> Option<&'i Lifetime> {
    let mut found = None;
    for param in &input.generics.params {
        match param {
            GenericParam::Lifetime(param) if found.is_none() => {
                found = Some(&param.lifetime);
                if !param.bounds.is_empty() {
                    let help = format!("no bounds here: `{}` is any lifetime", param.lifetime);
                    errors.push(Error::new_spanned(&param.bounds, help));
                }
            }
            GenericParam::Lifetime(param) => errors.push(Error::new_spanned(
                param,
                "one lifetime at most: that of the message that the fields borrow from",
            )),
            other => errors.push(Error::new_spanned(
                other,
                "a set of attributes has no type or const parameters",
            )),
        }
    }
    if let Some(clause) = &input.generics.where_clause {
        let help = "a set of attributes has no where clause";
        errors.push(Error::new_spanned(clause, help));
    }
    found
}

/// What `#[nl(..)]` of a field says.
#[derive(Default)]
struct Keys {
    id: Option<(u16, Span)>,
    name: Option<String>,
    form: Option<Type>,
    checks: Vec<Check>,
    header: bool,
    /// Each key with its place.
    places: Vec<(String, Span)>,
}

fn read_field<'i>(field: &'i syn::Field, set: &mut Set<'i>, errors: &mut Errors) {
    let mut keys = Keys::default();
    let sound = read_keys(&field.attrs, errors, |meta| {
        keys.places.push((key_name(meta), meta.path.span()));
        read_key(meta, &mut keys)
    });
    let Some(field) = Field::of(field) else { return };
    if keys.header {
        return read_header(field, &keys, set, errors);
    }
    let ident = field.ident;
    if keys.id.is_none() && sound {
        let help = format!("`{ident}` needs the number of its attribute: `#[nl(id = 1)]`");
        errors.push(Error::new(ident.span(), help));
    }
    refuse_bytes_one_by_one(field, &keys, errors);
    checks::refuse_contradictions(&keys.checks, errors);
    let name = keys.name.unwrap_or_else(|| field.label().replace('_', "-"));
    if let Some((id, id_span)) = keys.id {
        let (form, checks) = (keys.form, keys.checks);
        set.attributes.push(Attribute { field, id, id_span, name, form, checks });
    }
}

/// An attribute for each byte is hardly ever meant, and looks like bytes.
fn refuse_bytes_one_by_one(field: Field<'_>, keys: &Keys, errors: &mut Errors) {
    let byte = argument_of("Vec", field.ty)
        .is_some_and(|inner| matches!(bare(inner), Type::Path(path) if path.path.is_ident("u8")));
    if byte && keys.form.is_none() {
        let help = "this is an attribute for each byte: bytes are `Option<Vec<u8>>`, and where an \
                    attribute for each is meant, say `as = u8`";
        errors.push(Error::new_spanned(field.ty, help));
    }
}

fn read_header<'i>(field: Field<'i>, keys: &Keys, set: &mut Set<'i>, errors: &mut Errors) {
    for (key, span) in &keys.places {
        if key == "header" {
            if let Some(first) = &set.header {
                let help = format!(
                    "a message has one header at most, and `{}` is it already",
                    first.ident
                );
                errors.push(Error::new(*span, help));
            }
        } else if ["id", "as", "name"].contains(&key.as_str()) || checks::is_key(key) {
            let help = format!(
                "`{key}` is for attributes: the header, which goes before them, has `header` alone"
            );
            errors.push(Error::new(*span, help));
        }
    }
    if argument_of("Option", field.ty).is_some() {
        let help = "the header is always there: its struct itself, without `Option`";
        errors.push(Error::new_spanned(field.ty, help));
    }
    set.header.get_or_insert(field);
}

fn read_key(meta: &ParseNestedMeta<'_>, keys: &mut Keys) -> Result<()> {
    if meta.path.is_ident("id") {
        once(meta, &mut keys.id, read_id)
    } else if meta.path.is_ident("name") {
        once(meta, &mut keys.name, |meta| {
            let help = "expected the attribute's name in quotes: `name = \"dev-name\"`";
            Ok(value(meta, help, <LitStr as Parse>::parse)?.value())
        })
    } else if meta.path.is_ident("as") {
        let help = "expected a wire form, which is a type: `as = u16`, `as = nl::Be<u16>`";
        once(meta, &mut keys.form, |meta| value(meta, help, Parse::parse))
    } else if meta.path.is_ident("header") {
        switch_on(meta, &mut keys.header)
    } else if checks::is_key(&key_name(meta)) {
        checks::read(meta, &mut keys.checks)
    } else {
        let keys = "expected `id = number`, `as = form`, `name = \"..\"`, `header`, or a check: `min`, \
                    `max`, `min_len`, `max_len`, `exact_len`, `mask`";
        Err(unknown_key(meta, "a field", keys))
    }
}

fn read_id(meta: &ParseNestedMeta<'_>) -> Result<(u16, Span)> {
    let help = "expected the attribute's number, a literal: `id = 3`";
    let literal: LitInt = value(meta, help, Parse::parse)?;
    let id = literal.base10_parse::<u16>().ok().filter(|id| *id <= MAX_ID);
    match id {
        Some(id) => Ok((id, literal.span())),
        None => {
            Err(Error::new(literal.span(), format!("an attribute's number is from 0 to {MAX_ID}")))
        }
    }
}

fn refuse_double_ids(attributes: &[Attribute<'_>], errors: &mut Errors) {
    let mut seen: HashMap<u16, &Ident> = HashMap::new();
    for attribute in attributes {
        let (id, ident) = (attribute.id, attribute.field.ident);
        if let Some(first) = seen.insert(id, ident) {
            let help = format!("`{ident}` has the number {id}, as `{first}` has it already");
            errors.push(Error::new(attribute.id_span, help));
        }
    }
}
