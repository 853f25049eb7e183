//! Expansion in place: what the derive would make, beside each struct, so that who uses the code
//! builds no proc macro.

use syn::{
    Attribute, DeriveInput, File, Item, Meta, Path, Token, parse_quote, punctuated::Punctuated,
};

/// Puts the impls of the derive after each struct, and takes away what only the derive reads.
pub(super) fn expand(file: File) -> syn::Result<File> {
    let mut items = Vec::new();
    for item in file.items {
        match item {
            Item::Struct(mut item) if item.attrs.iter().any(is_nl) => {
                let impls =
                    nlkit_expand::derive_for(&DeriveInput::from(item.clone()), &parse_quote!(nl))?;
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

/// Removes `#[nl(..)]` and the derive of `nl::NlAttrs`.
fn strip(attrs: &mut Vec<Attribute>) -> syn::Result<()> {
    attrs.retain(|attr| !is_nl(attr));
    for attr in attrs {
        let Meta::List(list) = &attr.meta else {
            continue;
        };
        if !attr.path().is_ident("derive") {
            continue;
        }
        let paths = list.parse_args_with(Punctuated::<Path, Token![,]>::parse_terminated)?;
        let left =
            paths.iter().filter(|path| path.segments.last().is_none_or(|it| it.ident != "NlAttrs"));
        *attr = parse_quote!(#[derive(#(#left),*)]);
    }
    Ok(())
}

fn is_nl(attr: &Attribute) -> bool {
    attr.path().is_ident("nl")
}
