//! Reads a struct and its `#[nl(..)]` attributes. All mistakes are collected before it gives up.

use std::collections::HashMap;

use proc_macro2::Span;
use quote::format_ident;
use syn::ext::IdentExt;
use syn::meta::ParseNestedMeta;
use syn::parse::{Parse, ParseStream};
use syn::{
    Data, DeriveInput, Error, Field, Fields, GenericParam, Ident, Lifetime, LitInt, LitStr, Path,
    Result, Type, Visibility,
};

/// The highest number of an attribute: the upper two bits of its type field are flags.
const MAX_ID: u16 = 0x3fff;

/// A struct to derive for.
pub(crate) struct Set<'i> {
    pub(crate) ident: &'i Ident,
    pub(crate) vis: &'i Visibility,
    pub(crate) lifetime: Option<&'i Lifetime>,
    pub(crate) attributes: Vec<Attribute<'i>>,
    /// `crate = path`
    pub(crate) runtime: Option<Path>,
    /// `debug`
    pub(crate) debug: bool,
    /// `setters`
    pub(crate) setters: bool,
}

/// A field with its attribute.
pub(crate) struct Attribute<'i> {
    pub(crate) ident: &'i Ident,
    pub(crate) vis: &'i Visibility,
    pub(crate) ty: &'i Type,
    pub(crate) id: u16,
    id_span: Span,
    /// Name in the family's spec.
    pub(crate) name: String,
    /// `as = form`
    pub(crate) form: Option<Type>,
}

impl Attribute<'_> {
    /// The name of its setter: `with_type` for `type_`, `with_4addr` for `_4addr`.
    pub(crate) fn setter(&self) -> Ident {
        let plain = self.ident.unraw().to_string();
        format_ident!("with_{}", plain.trim_matches('_'), span = self.ident.span())
    }
}

/// Collects errors, to report all at once.
#[derive(Default)]
struct Errors(Option<Error>);

impl Errors {
    fn push(&mut self, error: Error) {
        match &mut self.0 {
            Some(first) => first.combine(error),
            None => self.0 = Some(error),
        }
    }

    fn take<T>(&mut self, result: Result<T>) -> Option<T> {
        result.map_err(|error| self.push(error)).ok()
    }
}

pub(crate) fn read(input: &DeriveInput) -> Result<Set<'_>> {
    let mut errors = Errors::default();
    let mut set = Set {
        ident: &input.ident,
        vis: &input.vis,
        lifetime: None,
        attributes: Vec::new(),
        runtime: None,
        debug: false,
        setters: false,
    };
    read_container(input, &mut set, &mut errors);
    set.lifetime = read_lifetime(input, &mut errors);
    if let Some(fields) = errors.take(named_fields(input)) {
        let read = fields.named.iter().filter_map(|field| read_field(field, &mut errors));
        set.attributes = read.collect();
    }
    refuse_double_ids(&set.attributes, &mut errors);
    if set.setters {
        refuse_double_setters(&set.attributes, &mut errors);
    }
    match errors.0 {
        Some(error) => Err(error),
        None => Ok(set),
    }
}

fn named_fields(input: &DeriveInput) -> Result<&syn::FieldsNamed> {
    let help = "`NlAttrs` is for structs with named fields, one field for each attribute";
    match &input.data {
        Data::Struct(data) => match &data.fields {
            Fields::Named(fields) => Ok(fields),
            other if other.is_empty() => {
                let ident = &input.ident;
                let help = format!("a set without attributes is `struct {ident} {{}}`");
                Err(Error::new(ident.span(), help))
            }
            other => Err(Error::new_spanned(other, help)),
        },
        Data::Enum(data) => {
            let help = format!("{help}; an enum of numbers is the type of a field with `as = u32`");
            Err(Error::new(data.enum_token.span, help))
        }
        Data::Union(data) => Err(Error::new(data.union_token.span, help)),
    }
}

fn read_container(input: &DeriveInput, set: &mut Set<'_>, errors: &mut Errors) {
    for attr in input.attrs.iter().filter(|attr| attr.path().is_ident("nl")) {
        let parsed = attr.parse_nested_meta(|meta| {
            if meta.path.is_ident("crate") {
                let help = "expected nlkit's path, without quotes: `crate = path::to::nlkit`";
                once(&meta, &mut set.runtime, |meta| value(meta, help, Path::parse_mod_style))
            } else if meta.path.is_ident("debug") {
                switch_on(&meta, &mut set.debug)
            } else if meta.path.is_ident("setters") {
                switch_on(&meta, &mut set.setters)
            } else {
                let keys = "expected `debug`, `setters` or `crate = path`";
                Err(unknown_key(&meta, "a struct", keys))
            }
        });
        errors.take(parsed);
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
}

fn read_field<'i>(field: &'i Field, errors: &mut Errors) -> Option<Attribute<'i>> {
    let ident = field.ident.as_ref()?;
    let mut keys = Keys::default();
    let mut sound = true;
    for attr in field.attrs.iter().filter(|attr| attr.path().is_ident("nl")) {
        let parsed = attr.parse_nested_meta(|meta| read_key(&meta, &mut keys));
        sound &= errors.take(parsed).is_some();
    }
    if keys.id.is_none() && sound {
        let help = format!("`{ident}` needs the number of its attribute: `#[nl(id = 1)]`");
        errors.push(Error::new(ident.span(), help));
    }
    let name = keys.name.unwrap_or_else(|| ident.unraw().to_string().replace('_', "-"));
    let (id, id_span) = keys.id?;
    Some(Attribute { ident, vis: &field.vis, ty: &field.ty, id, id_span, name, form: keys.form })
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
    } else {
        let keys = "expected `id = number`, `as = form` or `name = \"..\"`";
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

/// Reads what stands behind a key's `=`.
fn value<T>(
    meta: &ParseNestedMeta<'_>,
    help: &str,
    read: impl FnOnce(ParseStream<'_>) -> Result<T>,
) -> Result<T> {
    match meta.value() {
        Ok(value) => read(value).map_err(|error| Error::new(error.span(), help)),
        Err(_) => Err(meta.error(help)),
    }
}

/// Reads the value of a key that may stand once.
fn once<T>(
    meta: &ParseNestedMeta<'_>,
    slot: &mut Option<T>,
    read: impl FnOnce(&ParseNestedMeta<'_>) -> Result<T>,
) -> Result<()> {
    if slot.is_some() {
        return Err(given_twice(meta));
    }
    *slot = Some(read(meta)?);
    Ok(())
}

/// Takes a key without a value, which may stand once.
fn switch_on(meta: &ParseNestedMeta<'_>, switch: &mut bool) -> Result<()> {
    if *switch {
        return Err(given_twice(meta));
    }
    *switch = true;
    Ok(())
}

fn given_twice(meta: &ParseNestedMeta<'_>) -> Error {
    meta.error(format!("`{}` is given twice", key_name(meta)))
}

fn unknown_key(meta: &ParseNestedMeta<'_>, place: &str, keys: &str) -> Error {
    meta.error(format!("no key `{}` on {place}: {keys}", key_name(meta)))
}

fn key_name(meta: &ParseNestedMeta<'_>) -> String {
    let segments = meta.path.segments.iter();
    let names: Vec<String> = segments.map(|segment| segment.ident.to_string()).collect();
    names.join("::")
}

fn refuse_double_ids(attributes: &[Attribute<'_>], errors: &mut Errors) {
    let mut seen: HashMap<u16, &Ident> = HashMap::new();
    for attribute in attributes {
        let Attribute { id, ident, .. } = attribute;
        if let Some(first) = seen.insert(*id, ident) {
            let help = format!("`{ident}` has the number {id}, as `{first}` has it already");
            errors.push(Error::new(attribute.id_span, help));
        }
    }
}

fn refuse_double_setters(attributes: &[Attribute<'_>], errors: &mut Errors) {
    let mut seen: HashMap<Ident, &Ident> = HashMap::new();
    for attribute in attributes {
        let (ident, setter) = (attribute.ident, attribute.setter());
        if let Some(first) = seen.insert(setter.clone(), ident) {
            let help = format!(
                "the setters of `{ident}` and `{first}` would both be `{setter}`: rename one, \
                 and keep its name in errors with `name = \"..\"`"
            );
            errors.push(Error::new(ident.span(), help));
        }
    }
}
