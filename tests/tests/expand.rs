//! What the derives expand to: `derive/expand`. The test `expanded` compiles it.
#![expect(clippy::expect_used, reason = "helpers of tests")]

use std::fs;

use nlkit_tests::golden::Goldens;
use syn::punctuated::Punctuated;
use syn::{Attribute, Data, DeriveInput, File, Item, Meta, Path, Token, parse_quote};

#[test]
fn expansions_are_as_checked_in() {
    let mut goldens = Goldens::new("derive/expand");
    for path in goldens.files(".rs") {
        let name = path.file_name().expect("a file has a name").to_string_lossy();
        let Some(stem) = name.strip_suffix(".rs").filter(|stem| !stem.ends_with(".expanded"))
        else {
            continue;
        };
        let source = fs::read_to_string(&path).expect("a fixture can be read");
        goldens.check(&format!("{stem}.expanded.rs"), &expand(&source));
    }
    goldens.finish(".expanded.rs");
}

/// Puts the impls in place of the derive, as the code generator does.
fn expand(source: &str) -> String {
    let mut file = syn::parse_file(source).expect("a fixture is Rust");
    let mut items = Vec::new();
    for item in file.items {
        match item {
            Item::Struct(item) => items.extend(expand_struct(item.into())),
            other => items.push(other),
        }
    }
    file.items = items;
    prettyplease::unparse(&file)
}

fn expand_struct(mut item: DeriveInput) -> Vec<Item> {
    let mut impls = Vec::new();
    let mut kept = Vec::new();
    for derive in derives(&item.attrs) {
        let expanded = match last_of(&derive).as_str() {
            "NlAttrs" => nlkit_expand::derive(&item),
            "NlStruct" => nlkit_expand::derive_struct(&item),
            _ => {
                kept.push(derive);
                continue;
            }
        };
        let expanded = syn::parse2::<File>(expanded.expect("a fixture is sound"));
        impls.extend(expanded.expect("the expansion is Rust").items);
    }
    if impls.is_empty() {
        return vec![item.into()];
    }
    item.attrs.retain(|attr| !attr.path().is_ident("derive"));
    item.attrs.push(parse_quote!(#[derive(#(#kept),*)]));
    item.attrs.retain(|attr| !attr.path().is_ident("nl"));
    if let Data::Struct(data) = &mut item.data {
        for field in &mut data.fields {
            field.attrs.retain(|attr| !attr.path().is_ident("nl"));
        }
    }
    [item.into()].into_iter().chain(impls).collect()
}

fn derives(attrs: &[Attribute]) -> impl Iterator<Item = Path> {
    let lists = attrs.iter().filter_map(|attr| match &attr.meta {
        Meta::List(list) if list.path.is_ident("derive") => Some(list),
        _ => None,
    });
    lists.flat_map(|list| {
        list.parse_args_with(Punctuated::<Path, Token![,]>::parse_terminated)
            .expect("a list of derives")
    })
}

fn last_of(derive: &Path) -> String {
    derive.segments.last().map(|last| last.ident.to_string()).unwrap_or_default()
}

/// What is not on the struct cannot be checked by compiling it here, where `::nlkit` is at hand.
#[test]
fn another_path_is_used_throughout() {
    let set: DeriveInput = parse_quote! {
        #[nl(crate = wire::here, debug, setters, scope)]
        struct Lamp {
            #[nl(header)]
            header: Timer,
            #[nl(id = 1, as = Form)]
            name: Option<u32>,
            #[nl(id = 2)]
            dimmed: bool,
        }
    };
    let binary: DeriveInput = parse_quote! {
        #[nl(crate = wire::here, default, setters, pad = 2)]
        struct Timer {
            on: u32,
            #[nl(as = Form, pad = 1)]
            off: u32,
        }
    };
    let elsewhere = &parse_quote!(else_where);
    for [own, other] in [
        [nlkit_expand::derive(&set), nlkit_expand::derive_for(&set, elsewhere)],
        [nlkit_expand::derive_struct(&binary), nlkit_expand::derive_struct_for(&binary, elsewhere)],
    ] {
        let own = own.expect("it is sound").to_string();
        assert!(!own.contains("nlkit"), "{own}");
        let other = other.expect("it is sound").to_string();
        assert_eq!(own, other, "the struct's own path goes first");
    }
}

#[test]
fn an_expansion_does_not_depend_on_what_was_expanded_before() {
    let set: DeriveInput = parse_quote! {
        #[nl(debug, setters)]
        struct Lamp {
            #[nl(id = 1)]
            name: Option<u32>,
        }
    };
    let binary: DeriveInput = parse_quote! {
        #[nl(setters)]
        struct Timer {
            #[nl(pad = 1)]
            on: u32,
        }
    };
    let texts = || {
        [nlkit_expand::derive(&set), nlkit_expand::derive_struct(&binary)]
            .map(|expansion| expansion.expect("it is sound").to_string())
    };
    assert_eq!(texts(), texts());
}

/// The macros show errors by their spans; a build script that expands shows them as text.
#[test]
fn all_mistakes_are_reported_at_once() {
    let set: DeriveInput = parse_quote! {
        #[nl(tidy)]
        struct Lamp {
            #[nl(header, name = "timer")]
            timer: Option<Timer>,
            #[nl(id = 20000)]
            name: Option<u32>,
            level: Option<u32>,
            #[nl(id = -3)]
            dimmed: bool,
            #[nl(header)]
            other: Timer,
        }
    };
    let error = nlkit_expand::derive(&set).expect_err("it has seven mistakes");
    let texts: Vec<String> = error.into_iter().map(|error| error.to_string()).collect();
    assert_eq!(
        texts,
        [
            "no key `tidy` on a struct: expected `debug`, `setters`, `scope` or `crate = path`",
            "`name` is for attributes: the header, which goes before them, has `header` alone",
            "the header is always there: its struct itself, without `Option`",
            "an attribute's number is from 0 to 16383",
            "`level` needs the number of its attribute: `#[nl(id = 1)]`",
            "an attribute's number is from 0 to 16383",
            "a message has one header at most, and `timer` is it already",
        ]
    );
    let binary: DeriveInput = parse_quote! {
        #[nl(setters, pad = 0)]
        struct Timer<'a> {
            #[nl(id = 1)]
            on: u32,
            #[nl(pad = "3")]
            on_: u32,
            #[nl(as = Rest)]
            others: Vec<Timer>,
            off: u32,
        }
    };
    let error = nlkit_expand::derive_struct(&binary).expect_err("it has six mistakes");
    let texts: Vec<String> = error.into_iter().map(|error| error.to_string()).collect();
    assert_eq!(
        texts,
        [
            "padding is from 1 to 65535 bytes",
            "a binary struct has no lifetimes and no parameters: it owns its members",
            "no `id` in a binary struct: its members lie side by side, in this order",
            "expected a number of bytes, a literal: `pad = 3`",
            "nothing can lie behind `others`, which takes all bytes left",
            "the setters of `on_` and `on` would both be `with_on`: rename one",
        ]
    );
}
