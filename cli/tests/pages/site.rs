//! The files of a site, as far as tests look into them.
//!
//! The pages' own markup has double quotes around every value, and none in a text: there they are escaped.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use serde_json::Value;

/// A page.
#[derive(Debug, Default)]
pub(crate) struct Page {
    pub(crate) text: String,
    /// The ids, decoded.
    pub(crate) ids: BTreeSet<String>,
    /// Ids that stand there twice.
    pub(crate) twice: Vec<String>,
    /// Where links, scripts and style sheets lead, decoded.
    pub(crate) links: Vec<String>,
}

/// The pages of a folder by their names.
pub(crate) fn pages(folder: &Path) -> BTreeMap<String, Page> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let pages = entries.filter(|path| path.extension().is_some_and(|it| it == "html"));
    pages
        .map(|path| {
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            (name, page(fs::read_to_string(path).unwrap()))
        })
        .collect()
}

fn page(text: String) -> Page {
    let mut page = Page::default();
    for id in values(&text, " id=\"") {
        if !page.ids.insert(id.clone()) {
            page.twice.push(id);
        }
    }
    page.links = values(&text, " href=\"").chain(values(&text, " src=\"")).collect();
    page.text = text;
    page
}

fn values<'t>(text: &'t str, attribute: &'t str) -> impl Iterator<Item = String> + 't {
    text.split(attribute).skip(1).map(|rest| unescaped(rest.split('"').next().unwrap()))
}

fn unescaped(text: &str) -> String {
    let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"");
    text.replace("&amp;", "&")
}

/// A link with what percent signs stand for.
pub(crate) fn decoded(link: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = link.as_bytes();
    while let [first, more @ ..] = rest {
        let hex = more.get(..2).filter(|_| *first == b'%').and_then(|it| str::from_utf8(it).ok());
        match hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &more[2..];
            }
            None => {
                bytes.push(*first);
                rest = more;
            }
        }
    }
    String::from_utf8(bytes).unwrap()
}

/// What the search looks in: the page and the id of each entry, with its C name.
pub(crate) fn index(folder: &Path) -> Vec<(String, String, String)> {
    let text = fs::read_to_string(folder.join("search.js")).unwrap();
    let json = text.strip_prefix("searchIndex(").and_then(|it| it.strip_suffix(");\n")).unwrap();
    let families: Value = serde_json::from_str(json).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let mut entries = Vec::new();
    for family in families.as_array().unwrap() {
        for item in family[4].as_array().unwrap() {
            let id = text(&item[0]).replace(char::is_whitespace, "_");
            entries.push((text(&family[1]), id, text(&item[1])));
        }
    }
    entries
}
