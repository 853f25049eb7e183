//! From the IR to Rust. Nothing is decided here: what the IR says is put into words.
//!
//! Each module prints one kind of item; [`sections`] puts them in order, [`print`] into a file.

mod docs;
mod enums;
mod expand;
mod family;
mod fields;
mod messages;
mod notifications;
mod print;
mod structs;
mod sub_messages;
mod types;

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};
use syn::Path;

use crate::ir::Family;

pub(crate) use print::file;

/// How the code is to look.
pub(crate) struct Style {
    /// Whether it stands in a file of its own, not in a module.
    pub(crate) file: bool,
    /// Whether the derive is expanded in place.
    pub(crate) expand: bool,
    /// Whether structs are `#[non_exhaustive]`.
    pub(crate) non_exhaustive: bool,
    /// Derives beside those that are always there.
    pub(crate) derives: Vec<Path>,
    /// Whether serde's derives are wanted.
    pub(crate) serde: bool,
    /// Where the runtime is.
    pub(crate) runtime: Path,
    /// Whether that is not where the derive looks by itself.
    pub(crate) renamed: bool,
}

/// The items of a family, a section for each thing that is told in one go.
fn sections(family: &Family, style: &Style) -> Vec<TokenStream> {
    let prelude = Prelude { hidden: &family.hidden };
    let runtime = &style.runtime;
    let mut sections = vec![quote!(use #runtime as nl;), family::family(family)];
    sections.extend(family.groups.iter().filter_map(family::group));
    sections.extend(family.consts.iter().map(family::constant));
    sections.extend(family.enums.iter().map(|item| enums::enumeration(item, style)));
    sections.extend(family.structs.iter().map(|item| structs::structure(item, &prelude, style)));
    let nested = family.sets.iter().filter(|set| set.nested);
    sections.extend(nested.map(|set| messages::set(set, &prelude, style)));
    let sub_messages = family.sub_messages.iter();
    sections.extend(
        sub_messages
            .flat_map(|item| sub_messages::sub_message(item, &family.sets, &prelude, style)),
    );
    let operations = family.operations.iter();
    sections.extend(operations.flat_map(|item| messages::operation(item, &prelude, style)));
    if let Some(notifications) = &family.notifications {
        let events = notifications.iter();
        let events = events.filter_map(|item| messages::message(&item.message, &prelude, style));
        sections.extend(events);
        sections.push(notifications::notifications(notifications, &family.name, &prelude));
    }
    sections
}

/// Names of the standard prelude, in full where a type of the family hides them.
struct Prelude<'f> {
    hidden: &'f [String],
}

impl Prelude<'_> {
    fn option(&self) -> TokenStream {
        self.name("Option", quote!(::core::option::Option))
    }

    fn vec(&self) -> TokenStream {
        self.name("Vec", quote!(::std::vec::Vec))
    }

    fn boxed(&self) -> TokenStream {
        self.name("Box", quote!(::std::boxed::Box))
    }

    fn result(&self) -> TokenStream {
        self.name("Result", quote!(::core::result::Result))
    }

    fn ok(&self) -> TokenStream {
        self.name("Ok", quote!(::core::result::Result::Ok))
    }

    fn name(&self, short: &str, long: TokenStream) -> TokenStream {
        match self.hidden.iter().any(|hidden| hidden == short) {
            true => long,
            false => {
                let short = format_ident!("{short}");
                quote!(#short)
            }
        }
    }
}

/// A name of the IR as an identifier. Those that are none never come here.
fn ident(name: &str) -> Ident {
    syn::parse_str(name).unwrap_or_else(|_| format_ident!("unnamed"))
}

/// The C name of an item, for searches; rustdoc refuses one that is the item's own.
fn alias(c_name: &str, rust: &str) -> TokenStream {
    match c_name.is_empty() || c_name == rust {
        true => TokenStream::new(),
        false => quote!(#[doc(alias = #c_name)]),
    }
}

/// The derives of an item: `own`, those asked for beside them, and `last`.
fn derives(own: &[&str], style: &Style, last: Option<&str>) -> TokenStream {
    let parse = |path: &str| syn::parse_str::<Path>(path).ok();
    let serde: &[&str] = match style.serde {
        true => &["::serde::Serialize", "::serde::Deserialize"],
        false => &[],
    };
    let mut paths: Vec<Path> = own.iter().copied().filter_map(parse).collect();
    let tail: Vec<Path> = serde.iter().copied().chain(last).filter_map(parse).collect();
    for path in &style.derives {
        let name = last_segment(path);
        // `Debug` is there by another way: it prints names, and only what is set.
        let there = paths.iter().chain(&tail).any(|other| last_segment(other) == name);
        if !there && name.as_deref() != Some("Debug") {
            paths.push(path.clone());
        }
    }
    paths.extend(tail);
    quote!(#[derive(#(#paths),*)])
}

/// The name of a trait, without its path: a derive is the same by whichever path.
fn last_segment(path: &Path) -> Option<String> {
    path.segments.last().map(|segment| segment.ident.to_string())
}
