//! Expansion in place: what the derives would make, beside each struct, so that who uses the code
//! builds no proc macro.

use syn::{
    Attribute, DeriveInput, File, Item, Meta, Path, Token, parse_quote, punctuated::Punctuated,
};

/// The derive of attribute sets.
const ATTRS: &str = "NlAttrs";
/// The derive of binary structs.
const STRUCT: &str = "NlStruct";

/// Puts the impls of the derive after each struct, and takes away what only the derive reads.
pub(super) fn expand(file: File) -> syn::Result<File> {
    let mut items = Vec::new();
    for item in file.items {
        match item {
            Item::Struct(mut item) if item.attrs.iter().any(is_nl) => {
                let input = DeriveInput::from(item.clone());
                let impls = match derives(&item.attrs, STRUCT)? {
                    true => nlkit_expand::derive_struct_for(&input, &parse_quote!(nl))?,
                    false => nlkit_expand::derive_for(&input, &parse_quote!(nl))?,
                };
                strip(&mut item.attrs)?;
                for field in &mut item.fields {
                    strip(&mut field.attrs)?;
                }
                items.push(Item::Struct(item));
                items.extend(syn::parse2::<File>(impls)?.items);
            }
            item => items.push(item),
        }
    }
    Ok(File { items, ..file })
}

/// Removes `#[nl(..)]` and the derives that are expanded.
fn strip(attrs: &mut Vec<Attribute>) -> syn::Result<()> {
    attrs.retain(|attr| !is_nl(attr));
    for attr in attrs {
        let Some(paths) = derived(attr)? else {
            continue;
        };
        let left = paths.iter().filter(|path| !ends_in(path, ATTRS) && !ends_in(path, STRUCT));
        *attr = parse_quote!(#[derive(#(#left),*)]);
    }
    Ok(())
}

/// Whether there is a derive of this name.
fn derives(attrs: &[Attribute], name: &str) -> syn::Result<bool> {
    for attr in attrs {
        if derived(attr)?.is_some_and(|paths| paths.iter().any(|path| ends_in(path, name))) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The traits of a `#[derive(..)]`.
fn derived(attr: &Attribute) -> syn::Result<Option<Punctuated<Path, Token![,]>>> {
    match &attr.meta {
        Meta::List(list) if attr.path().is_ident("derive") => {
            list.parse_args_with(Punctuated::parse_terminated).map(Some)
        }
        _ => Ok(None),
    }
}

fn ends_in(path: &Path, name: &str) -> bool {
    path.segments.last().is_some_and(|it| it.ident == name)
}

fn is_nl(attr: &Attribute) -> bool {
    attr.path().is_ident("nl")
}
