//! Reads a struct and its `#[nl(..)]` attributes. All mistakes are collected before it gives up.

pub(crate) mod checks;
pub(crate) mod sets;
pub(crate) mod structs;

use std::collections::HashMap;

use quote::format_ident;
use syn::ext::IdentExt;
use syn::meta::ParseNestedMeta;
use syn::parse::ParseStream;
use syn::{
    Attribute, Data, DeriveInput, Error, Fields, FieldsNamed, GenericArgument, Ident, Path,
    PathArguments, Result, Token, Type, Visibility,
};

/// A field of the struct, as it stands there.
#[derive(Clone, Copy)]
pub(crate) struct Field<'i> {
    pub(crate) ident: &'i Ident,
    pub(crate) vis: &'i Visibility,
    pub(crate) ty: &'i Type,
}

impl<'i> Field<'i> {
    /// `None` for a field of a tuple, which has been refused by then.
    fn of(field: &'i syn::Field) -> Option<Self> {
        Some(Self { ident: field.ident.as_ref()?, vis: &field.vis, ty: &field.ty })
    }

    /// Its name without what only Rust needs: `type` for `r#type`.
    pub(crate) fn label(&self) -> String {
        self.ident.unraw().to_string()
    }

    /// The name of its setter: `with_type` for `type_`, `with_4addr` for `_4addr`.
    pub(crate) fn setter(&self) -> Ident {
        format_ident!("with_{}", self.label().trim_matches('_'), span = self.ident.span())
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

    fn finish<T>(self, value: T) -> Result<T> {
        match self.0 {
            Some(error) => Err(error),
            None => Ok(value),
        }
    }
}

/// What to say of an item that is no struct with named fields.
struct Shape {
    /// What the derive is for.
    only: &'static str,
    /// What to do with an enum instead.
    an_enum: &'static str,
    /// What `struct X {}` is.
    empty: &'static str,
}

fn named_fields<'i>(input: &'i DeriveInput, shape: &Shape) -> Result<&'i FieldsNamed> {
    let Shape { only, an_enum, empty } = shape;
    match &input.data {
        Data::Struct(data) => match &data.fields {
            Fields::Named(fields) => Ok(fields),
            other if other.is_empty() => {
                let ident = &input.ident;
                Err(Error::new(ident.span(), format!("{empty} is `struct {ident} {{}}`")))
            }
            other => Err(Error::new_spanned(other, only)),
        },
        Data::Enum(data) => Err(Error::new(data.enum_token.span, format!("{only}; {an_enum}"))),
        Data::Union(data) => Err(Error::new(data.union_token.span, only)),
    }
}

/// Reads each key of `#[nl(..)]` among `attrs`; whether all of them are sound.
fn read_keys(
    attrs: &[Attribute],
    errors: &mut Errors,
    mut key: impl FnMut(&ParseNestedMeta<'_>) -> Result<()>,
) -> bool {
    let mut sound = true;
    for attr in attrs.iter().filter(|attr| attr.path().is_ident("nl")) {
        sound &= errors.take(attr.parse_nested_meta(|meta| key(&meta))).is_some();
    }
    sound
}

/// Reads the value of `crate`.
fn read_runtime(meta: &ParseNestedMeta<'_>) -> Result<Path> {
    let help = "expected nlkit's path, without quotes: `crate = path::to::nlkit`";
    value(meta, help, Path::parse_mod_style)
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
    no_value(meta)
}

fn no_value(meta: &ParseNestedMeta<'_>) -> Result<()> {
    match meta.input.peek(Token![=]) {
        true => {
            Err(meta.input.error(format!("`{}` stands alone, without a value", key_name(meta))))
        }
        false => Ok(()),
    }
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

/// `keep` says how else to keep the name that a field loses.
fn refuse_double_setters<'i>(
    fields: impl Iterator<Item = Field<'i>>,
    keep: &str,
    errors: &mut Errors,
) {
    let mut seen: HashMap<Ident, &Ident> = HashMap::new();
    for field in fields {
        let (ident, setter) = (field.ident, field.setter());
        if let Some(first) = seen.insert(setter.clone(), ident) {
            let help = format!(
                "the setters of `{ident}` and `{first}` would both be `{setter}`: rename one{keep}"
            );
            errors.push(Error::new(ident.span(), help));
        }
    }
}

/// The `T` of `Option<T>` or `Vec<T>`, as far as the name tells.
pub(crate) fn argument_of<'t>(wrapper: &str, ty: &'t Type) -> Option<&'t Type> {
    let Type::Path(path) = bare(ty) else { return None };
    let last = path.path.segments.last().filter(|last| last.ident == wrapper)?;
    let PathArguments::AngleBracketed(arguments) = &last.arguments else {
        return None;
    };
    match arguments.args.first()? {
        GenericArgument::Type(inner) => Some(inner),
        _ => None,
    }
}

/// The type itself, where a macro that prints the struct has put it into an invisible group.
pub(crate) fn bare(ty: &Type) -> &Type {
    match ty {
        Type::Group(group) => bare(&group.elem),
        ty => ty,
    }
}
