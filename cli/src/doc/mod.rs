//! Families as HTML pages: an index, a page for each, a search that runs in the browser and needs no network.
//!
//! Specs are not trusted. All text goes through maud, which escapes it; the script makes text nodes only, and the
//! pages' policy lets nothing run that is not a file beside them.

mod family;
mod frame;
mod index;
mod tables;
mod texts;

use std::collections::BTreeMap;

use crate::reference::Family;

/// The files of a site, by their names. The same families make the same bytes.
///
/// # Errors
/// The names of two families that would have one page.
pub(crate) fn site(families: &[Family]) -> Result<BTreeMap<String, String>, (String, String)> {
    let mut families: Vec<&Family> = families.iter().collect();
    families.sort_by(|one, other| one.name.cmp(&other.name));
    let mut owners: BTreeMap<String, &str> = BTreeMap::new();
    let mut files = BTreeMap::new();
    for family in &families {
        let file = texts::file(family);
        // Not all file systems tell capitals from small letters.
        if let Some(other) = owners.insert(file.to_lowercase(), &family.name) {
            return Err((other.to_owned(), family.name.clone()));
        }
        files.insert(file, family::page(family, &families));
    }
    files.insert("index.html".to_owned(), index::page(&families));
    files.insert("search.js".to_owned(), index::search(&families));
    files.insert("style.css".to_owned(), include_str!("style.css").to_owned());
    files.insert("script.js".to_owned(), include_str!("script.js").to_owned());
    Ok(files)
}
