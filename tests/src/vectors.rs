//! Messages of every operation, made by the kernel's own client (`NLKIT_VECTORS`), and what must come of
//! them: all that is told of each, but for exceptions with reasons.
//!
//! `NLKIT_VECTORS` names the folder above `linux-7.3`, or any other with folders of `FAMILY.jsonl`
//! files: lines with `op`, `mode`, `dir`, `bytes` (hex of the attributes) and `json`.

#![allow(clippy::unwrap_used, reason = "a failure is that of a test")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;

/// A line of a file.
#[derive(Debug, Deserialize)]
pub struct Line {
    /// Name of the operation.
    pub op: String,
    /// `do`, `dump` or `event`.
    pub mode: String,
    /// `request` or `reply`.
    pub dir: String,
    /// The attributes in hex.
    pub bytes: String,
    /// What the client has for them.
    pub json: serde_json::Value,
}

/// A message of the client.
#[derive(Debug)]
pub struct Vector {
    /// File and line.
    pub place: String,
    /// Name of the file, which is that of the spec.
    pub family: String,
    /// What it is.
    pub line: Line,
}

/// The vectors of all kernels, or of one.
pub fn vectors(root: &Path, kernel: Option<&str>) -> Vec<Vector> {
    let folders = sorted(root).into_iter().filter(|path| path.is_dir());
    let folders = folders.filter(|path| kernel.is_none_or(|kernel| path.ends_with(kernel)));
    let files = folders.flat_map(|folder| sorted(&folder));
    let files = files.filter(|file| file.extension().is_some_and(|ending| ending == "jsonl"));
    let mut vectors = Vec::new();
    for file in files {
        let family = file.file_stem().unwrap().to_str().unwrap().to_owned();
        for (line, number) in fs::read_to_string(&file).unwrap().lines().zip(1..) {
            let place = format!("{}:{number}", file.display());
            let line = serde_json::from_str(line).unwrap();
            vectors.push(Vector { place, family: family.clone(), line });
        }
    }
    vectors
}

/// What is in a folder, in the order of the names.
pub fn sorted(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<_> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

/// A failure that is as it should be.
#[derive(Debug)]
pub struct Exception {
    /// Name of the file.
    pub family: &'static str,
    /// The beginning of operation, mode and direction; empty for any.
    pub message: &'static str,
    /// The attribute that the vector has, by its names from the outside in.
    pub path: &'static [&'static str],
    /// Why it is as it should be.
    pub why: &'static str,
}

/// The bytes of text in hex.
pub fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digits = text.as_bytes().chunks(2);
    digits.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()).collect()
}

/// No failure but those of exceptions, each of which has one.
///
/// # Panics
/// Where there are others.
pub fn assert_all(
    vectors: &[Vector],
    results: &[Result<(), String>],
    exceptions: &'static [Exception],
) {
    let mut failures = Vec::new();
    let mut excepted = BTreeMap::<usize, usize>::new();
    let mut counts = BTreeMap::<&str, [usize; 2]>::new();
    assert_eq!(vectors.len(), results.len());
    for (vector, result) in vectors.iter().zip(results) {
        let [passed, others] = counts.entry(vector.family.as_str()).or_default();
        let Err(why) = result else {
            *passed += 1;
            continue;
        };
        match exceptions.iter().position(|exception| exception.covers(vector)) {
            Some(index) => {
                *others += 1;
                *excepted.entry(index).or_default() += 1;
            }
            None => {
                let Vector { place, line: Line { op, mode, dir, json, .. }, .. } = vector;
                failures.push(format!("{place}: {op} {mode} {dir}: {why}\n  {json}"));
            }
        }
    }
    for (family, [passed, excepted]) in &counts {
        println!("{family}: {passed} round trips, {excepted} excepted");
    }
    let (total, others) = (vectors.len(), excepted.values().sum::<usize>());
    println!("{} of {total} round trips, {others} excepted", total - failures.len() - others);
    for (index, Exception { family, message, path, why }) in exceptions.iter().enumerate() {
        let count = excepted.get(&index).copied().unwrap_or(0);
        let path = path.join(".");
        println!("{count} of {family} {message}, {path}: {why}");
        if count == 0 {
            failures.push(format!("{family} {message}, {path}: no failure; drop the exception"));
        }
    }
    assert!(!counts.is_empty(), "no vectors of our families");
    let shown = failures.iter().take(20).cloned().collect::<Vec<_>>().join("\n");
    assert!(failures.is_empty(), "{} failures:\n{shown}", failures.len());
}

impl Exception {
    fn covers(&self, vector: &Vector) -> bool {
        let Line { op, mode, dir, json, .. } = &vector.line;
        let message = format!("{op} {mode} {dir} ");
        let begins = message.strip_prefix(self.message);
        self.family == vector.family
            && begins.is_some_and(|rest| self.message.is_empty() || rest.starts_with(' '))
            && has_path(json, self.path)
    }
}

fn has_path(json: &serde_json::Value, path: &[&str]) -> bool {
    match (json, path) {
        (_, []) => true,
        (serde_json::Value::Array(items), _) => items.iter().any(|item| has_path(item, path)),
        (_, [first, rest @ ..]) => json.get(first).is_some_and(|inner| has_path(inner, rest)),
    }
}
