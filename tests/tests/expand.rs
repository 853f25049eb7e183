//! What the derive expands to: `derive/expand`. The test `expanded` compiles it.
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
    if !derives(&item.attrs).any(|derive| is_ours(&derive)) {
        return vec![item.into()];
    }
    let impls = nlkit_expand::derive(&item).expect("a fixture is sound");
    let impls: File = syn::parse2(impls).expect("the expansion is Rust");
    let kept: Vec<Path> = derives(&item.attrs).filter(|derive| !is_ours(derive)).collect();
    item.attrs.retain(|attr| !attr.path().is_ident("derive"));
    item.attrs.push(parse_quote!(#[derive(#(#kept),*)]));
    item.attrs.retain(|attr| !attr.path().is_ident("nl"));
    if let Data::Struct(data) = &mut item.data {
        for field in &mut data.fields {
            field.attrs.retain(|attr| !attr.path().is_ident("nl"));
        }
    }
    [item.into()].into_iter().chain(impls.items).collect()
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

fn is_ours(derive: &Path) -> bool {
    derive.segments.last().is_some_and(|last| last.ident == "NlAttrs")
}

/// What is not on the struct cannot be checked by compiling it here, where `::nlkit` is at hand.
#[test]
fn another_path_is_used_throughout() {
    let input: DeriveInput = parse_quote! {
        #[nl(crate = wire::here, debug, setters)]
        struct Lamp {
            #[nl(id = 1, as = Form)]
            name: Option<u32>,
            #[nl(id = 2)]
            dimmed: bool,
        }
    };
    let text = nlkit_expand::derive(&input).expect("it is sound").to_string();
    assert!(!text.contains("nlkit"), "{text}");
    let other = nlkit_expand::derive_for(&input, &parse_quote!(else_where)).expect("it is sound");
    assert_eq!(text, other.to_string(), "the struct's own path goes first");
}

#[test]
fn an_expansion_does_not_depend_on_what_was_expanded_before() {
    let input: DeriveInput = parse_quote! {
        #[nl(debug, setters)]
        struct Lamp {
            #[nl(id = 1)]
            name: Option<u32>,
        }
    };
    let text = || nlkit_expand::derive(&input).expect("it is sound").to_string();
    assert_eq!(text(), text());
}

/// The macro shows errors by their spans; a build script that expands shows them as text.
#[test]
fn all_mistakes_are_reported_at_once() {
    let input: DeriveInput = parse_quote! {
        #[nl(tidy)]
        struct Lamp {
            #[nl(id = 20000)]
            name: Option<u32>,
            level: Option<u32>,
            #[nl(id = -3)]
            dimmed: bool,
        }
    };
    let error = nlkit_expand::derive(&input).expect_err("it has four mistakes");
    let messages: Vec<String> = error.into_iter().map(|error| error.to_string()).collect();
    assert_eq!(
        messages,
        [
            "no key `tidy` on a struct: expected `debug`, `setters` or `crate = path`",
            "an attribute's number is from 0 to 16383",
            "`level` needs the number of its attribute: `#[nl(id = 1)]`",
            "an attribute's number is from 0 to 16383",
        ]
    );
}
