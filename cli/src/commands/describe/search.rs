//! `nlkit describe --search`, and the list of all families.

use serde::Serialize;

use super::print_list;
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
    /// How well it fits, then how long its path is: the smaller the better.
    #[serde(skip)]
    rank: (usize, usize),
}

/// Searches all families, or one. A spec that is wrong is told, and passed over.
pub(super) fn run(asked: &str, family: Option<&str>, specs: &Specs, output: &Output) -> Outcome {
    let words: Vec<String> = asked.split_whitespace().map(plain).collect();
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
        let asked = asked.trim();
        return Err(Failure::new(code::UNKNOWN, format_args!("nothing has `{asked}` in it")));
    }
    print_list(output, &hits, |sheet| {
        let row = |hit: &Hit| Row {
            depth: 0,
            cells: vec![Cell::dim(&hit.family), Cell::name(&hit.address)],
            doc: hit.doc.clone(),
            notes: Vec::from_iter((!hit.c_name.is_empty()).then(|| hit.c_name.clone())),
        };
        sheet.rows(&hits.iter().map(row).collect::<Vec<_>>());
    })
}

/// A family in the list of all.
#[derive(Debug, Serialize)]
struct Known {
    family: String,
    protocol: String,
    doc: String,
}

/// Lists all families. A spec that is wrong is told, and passed over.
pub(super) fn families(specs: &Specs, output: &Output) -> Outcome {
    let mut known = Vec::new();
    for origin in specs.all()?.into_values() {
        match origin.resolve() {
            Ok(ir) => {
                let reference::Family { name: family, protocol, doc, .. } = reference::family(&ir);
                known.push(Known { family, protocol, doc: first_sentence(&doc) });
            }
            Err(failure) => drop(failure.report()),
        }
    }
    print_list(output, &known, |sheet| {
        let row = |it: &Known| Row {
            cells: vec![Cell::name(&it.family), Cell::plain(&it.protocol)],
            doc: it.doc.clone(),
            ..Row::default()
        };
        sheet.rows(&known.iter().map(row).collect::<Vec<_>>());
    })
}

fn hits_in(family: &reference::Family, words: &[String], hits: &mut Vec<Hit>) {
    let whole = (family.name.as_str(), "", String::new(), family.c_name.as_str(), &*family.doc);
    let items = family.items();
    let items = items.iter().map(|it| (it.name, it.rust, it.link.to_string(), it.c_name, it.doc));
    for (name, rust, address, c_name, doc) in std::iter::once(whole).chain(items) {
        let path = address.split_once(':').map_or("", |(_, path)| path);
        let names = [name, path, c_name, rust, &address].map(plain);
        let Some(rank) = rank(words, &names, &plain(doc)) else { continue };
        let rank = (rank + usize::from(path.contains('.')), path.len());
        let (family, c_name) = (family.name.clone(), c_name.to_owned());
        hits.push(Hit { family, address, c_name, doc: first_sentence(doc), rank });
    }
}

/// `rings_rx` is to find `rings.rx`.
fn plain(text: &str) -> String {
    text.to_lowercase().replace(['_', '.', ':'], "-")
}

/// How well names and docs fit, the smaller the better; `None` where they lack a word. The search of the HTML
/// reference, doc/script.js, has the same rule.
fn rank(words: &[String], names: &[String], doc: &str) -> Option<usize> {
    let of = |word: &String| {
        let in_names = || names.iter().any(|name| name.contains(word));
        Some(match word {
            word if names.contains(word) => 0,
            word if names.iter().any(|name| has_word(name, word)) => 2,
            word if names.iter().any(|name| name.starts_with(word)) => 4,
            _ if in_names() => 6,
            word if has_word(doc, word) => 16,
            word if doc.contains(word) => 24,
            _ => return None,
        })
    };
    words.iter().map(of).sum()
}

/// Whether a text has it with no letter or digit beside it.
fn has_word(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| {
        let before = text.get(..at).and_then(|text| text.chars().next_back());
        let behind = text.get(at + word.len()..).and_then(|text| text.chars().next());
        ![before, behind].into_iter().flatten().any(char::is_alphanumeric)
    })
}
