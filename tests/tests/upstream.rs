//! Our specs against the kernel's own (`NLKIT_KERNEL_SPECS`), as resolved families, docs aside: no
//! difference but those in `specs/corrections/FAMILY.txt`, each with its reason.
//!
//! Such a file has blocks: lines that begin with `#` say why and, in brackets, how that was verified;
//! then the facts that only the kernel's spec has (`-`) and those that only ours has (`+`). A fact that stands there and is no difference
//! any more fails too.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "these are tests"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use nlkit_codegen::Builder;
use nlkit_tests::facts::facts;
use nlkit_tests::skip::folder;

/// The kernel whose specs ours are compared with.
const KERNEL: &str = "linux-7.3";

fn specs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../specs")
}

/// The specs of a folder, by the names of their files.
fn files(folder: &Path) -> BTreeMap<String, PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let specs = entries.filter(|path| path.extension().is_some_and(|ending| ending == "yaml"));
    specs.map(|path| (path.file_stem().unwrap().to_str().unwrap().to_owned(), path)).collect()
}

fn facts_of(file: &Path) -> BTreeSet<String> {
    facts(&Builder::new().resolve(file).unwrap_or_else(|report| panic!("{report}")))
}

/// The differences that are listed for a family, each with its sign.
fn listed(family: &str) -> BTreeSet<String> {
    let file = specs().join("corrections").join(format!("{family}.txt"));
    let Ok(text) = fs::read_to_string(&file) else { return BTreeSet::new() };
    let mut reason = String::new();
    let mut listed = BTreeSet::new();
    for (line, number) in text.lines().zip(1..) {
        let place = format!("{}:{number}", file.display());
        match line.chars().next() {
            None => reason.clear(),
            Some('#') => reason.push_str(line.trim_start_matches('#')),
            Some('-' | '+') => {
                assert!(is_reason(&reason), "{place}: no reason with its [label] before it");
                assert!(listed.insert(line.to_owned()), "{place}: stands there twice");
            }
            Some(_) => panic!("{place}: neither a reason (#) nor a fact (- or +)"),
        }
    }
    listed
}

/// Whether it ends with `[LABEL]`, as `specs/CORRECTIONS.md` has them.
fn is_reason(text: &str) -> bool {
    let label = text.strip_suffix(']').and_then(|text| text.rsplit_once('['));
    label.is_some_and(|(reason, label)| {
        let labels = ["policy", "header", "source", "older source", "wire"];
        reason.trim().len() > 10 && labels.iter().any(|known| label.starts_with(known))
    })
}

#[test]
fn specs_agree_with_the_kernels_but_for_corrections() {
    let Some(root) = folder("NLKIT_KERNEL_SPECS") else { return };
    let (ours, theirs) = (files(&specs().join("families")), files(&root.join(KERNEL)));
    let missing: Vec<_> = theirs.keys().filter(|name| !ours.contains_key(*name)).collect();
    assert!(missing.is_empty(), "families without a spec of ours: {missing:?}");
    let mut failures = Vec::new();
    let mut corrections = 0;
    for (family, file) in &theirs {
        let (ours, theirs) = (facts_of(&ours[family]), facts_of(file));
        let removed = theirs.difference(&ours).map(|fact| format!("- {fact}"));
        let added = ours.difference(&theirs).map(|fact| format!("+ {fact}"));
        let found: BTreeSet<_> = removed.chain(added).collect();
        let listed = listed(family);
        corrections += listed.len();
        println!("{family}: {} facts, {} listed differences", ours.len(), listed.len());
        let unlisted = found.difference(&listed).map(|it| format!("{family}: not listed: {it}"));
        let stale = listed.difference(&found).map(|it| format!("{family}: no difference: {it}"));
        failures.extend(unlisted.chain(stale));
    }
    println!("{} families, {corrections} listed differences", theirs.len());
    assert!(failures.is_empty(), "{} failures\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn corrections_are_of_families_that_there_are() {
    let families = files(&specs().join("families"));
    for entry in fs::read_dir(specs().join("corrections")).unwrap() {
        let file = entry.unwrap().path();
        let family = file.file_stem().unwrap().to_str().unwrap();
        assert!(families.contains_key(family), "{}", file.display());
    }
}
