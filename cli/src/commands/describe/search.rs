//! `nlkit describe --search`.

use serde::Serialize;

use super::print;
use crate::commands::Outcome;
use crate::failure::{Failure, code};
use crate::output::Output;
use crate::reference::{self, first_sentence};
use crate::specs::Specs;

use super::sheet::{Cell, Row};

/// Something that the words were found in.
#[derive(Debug, Serialize)]
struct Hit {
    family: String,
    address: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    c_name: String,
    doc: String,
    /// How well it fits: 0 is best.
    #[serde(skip)]
    rank: usize,
}

/// Searches all families, or one. A spec that is wrong is told, and passed over.
pub(super) fn run(words: &str, family: Option<&str>, specs: &Specs, output: &Output) -> Outcome {
    let words: Vec<String> = words.split_whitespace().map(str::to_lowercase).collect();
    if words.is_empty() {
        return Err(Failure::usage("there is no word to search for"));
    }
    let origins = match family {
        Some(family) => vec![specs.find(family)?],
        None => specs.all()?.into_values().collect(),
    };
    let mut hits = Vec::new();
    for origin in origins {
        match origin.resolve() {
            Ok(ir) => hits_in(&reference::family(&ir), &words, &mut hits),
            Err(failure) => drop(failure.report()),
        }
    }
    hits.sort_by_key(|hit| hit.rank);
    if hits.is_empty() {
        let words = words.join(" ");
        return Err(Failure::new(code::UNKNOWN, format_args!("nothing has `{words}` in it")));
    }
    print(output, &hits, |sheet| {
        let row = |hit: &Hit| Row {
            depth: 0,
            cells: vec![Cell::dim(&hit.family), Cell::name(&hit.address)],
            doc: hit.doc.clone(),
            notes: Vec::from_iter((!hit.c_name.is_empty()).then(|| hit.c_name.clone())),
        };
        sheet.rows(&hits.iter().map(row).collect::<Vec<_>>());
    })
}

fn hits_in(family: &reference::Family, words: &[String], hits: &mut Vec<Hit>) {
    let whole =
        [(family.name.as_str(), String::new(), family.c_name.as_str(), family.doc.as_str())];
    let whole = whole.map(|(name, address, c_name, doc)| (name, "", address, c_name, doc));
    let items = family.items();
    let items = items.iter().map(|it| (it.name, it.rust, it.link.to_string(), it.c_name, it.doc));
    for (name, rust, address, c_name, doc) in whole.into_iter().chain(items) {
        let names = [name, c_name, rust, &address].map(str::to_lowercase);
        let text = doc.to_lowercase();
        let among_names = |word: &String| names.iter().any(|name| name.contains(word));
        let rank = match words {
            [word] if names.iter().any(|name| name == word) => 0,
            words if words.iter().all(among_names) => 1,
            words if words.iter().all(|word| among_names(word) || text.contains(word)) => 2,
            _ => continue,
        };
        let (family, c_name) = (family.name.clone(), c_name.to_owned());
        hits.push(Hit { family, address, c_name, doc: first_sentence(doc), rank });
    }
}
