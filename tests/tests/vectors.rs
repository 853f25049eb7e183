//! Messages of every operation, made by the kernel's own client, through the typed structs: each
//! decodes, and encodes to the same attributes again.
//!
//! `NLKIT_VECTORS` names the folder above `linux-7.3`, or any other with folders of `FAMILY.jsonl`
//! files: lines with `op`, `mode`, `dir`, `bytes` (hex of the attributes) and `json`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "these are tests"
)]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use nlkit::{Attrs, Set, Shape};
use nlkit_tests::messages::{MESSAGES, MessageType};
use nlkit_tests::skip::folder;
use serde::Deserialize;

#[derive(Deserialize)]
struct Vector {
    op: String,
    mode: String,
    dir: String,
    bytes: String,
    json: serde_json::Value,
}

/// Where the spec that the vectors were made from is wrong, and ours is not: family, operation, the
/// attribute (its names from the outside in), and why such a vector is no message of a kernel.
const EXCEPTIONS: &[(&str, &str, &[&str], &str)] = &[
    ("ethtool", "stats-get", &["grp", "stat"], "a nest with the counter's number, not a u64"),
    ("ethtool", "cable-test-tdr-ntf", &["nest"], "holds the CABLE_TDR set, not the CABLE set"),
];

#[test]
fn vectors_round_trip() {
    let Some(root) = folder("NLKIT_VECTORS") else { return };
    let mut failures = Vec::new();
    let mut counts = BTreeMap::<String, [usize; 2]>::new();
    for corpus in sorted(&root).into_iter().filter(|path| path.is_dir()) {
        for file in sorted(&corpus) {
            let family = file.file_stem().unwrap().to_str().unwrap().to_owned();
            let ours = file.extension().is_some_and(|ending| ending == "jsonl")
                && MESSAGES.iter().any(|message| message.family == family);
            if !ours {
                continue;
            }
            for (number, line) in fs::read_to_string(&file).unwrap().lines().enumerate() {
                let vector: Vector = serde_json::from_str(line).unwrap();
                let [passed, excepted] = counts.entry(family.clone()).or_default();
                if is_excepted(&family, &vector) {
                    *excepted += 1;
                } else if let Err(why) = check(&family, &vector) {
                    let Vector { op, mode, dir, json, .. } = &vector;
                    let place = format!("{}:{}", file.display(), number + 1);
                    failures.push(format!("{place}: {op} {mode} {dir}: {why}\n  {json}"));
                } else {
                    *passed += 1;
                }
            }
        }
    }
    for (family, [passed, excepted]) in &counts {
        println!("{family}: {passed} round trips, {excepted} excepted");
    }
    for (family, op, path, why) in EXCEPTIONS {
        println!("excepted: {family} {op} with {}: {why}", path.join("."));
    }
    assert!(!counts.is_empty(), "no vectors of our families in {}", root.display());
    let shown = failures.iter().take(2000).cloned().collect::<Vec<_>>().join("\n");
    assert!(failures.is_empty(), "{} failures:\n{shown}", failures.len());
}

fn sorted(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut paths: Vec<_> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

fn is_excepted(family: &str, vector: &Vector) -> bool {
    EXCEPTIONS
        .iter()
        .any(|(of, op, path, _)| *of == family && *op == vector.op && has_path(&vector.json, path))
}

fn has_path(json: &serde_json::Value, path: &[&str]) -> bool {
    match (json, path) {
        (_, []) => true,
        (serde_json::Value::Array(items), _) => items.iter().any(|item| has_path(item, path)),
        (_, [first, rest @ ..]) => json.get(first).is_some_and(|inner| has_path(inner, rest)),
    }
}

fn check(family: &str, vector: &Vector) -> Result<(), String> {
    let Vector { op, mode, dir, bytes, .. } = vector;
    let found = MESSAGES.iter().find(|message| {
        let MessageType { family: of, op: name, mode: how, direction, .. } = message;
        *of == family && name == op && how == mode && direction == dir
    });
    let message = found.ok_or("no such message in the spec")?;
    let bytes = from_hex(bytes).ok_or("not hex")?;
    let trip = (message.round_trip)(&bytes).map_err(|error| error.to_string())?;
    let again = trip.bytes.map_err(|error| error.to_string())?;
    let (before, after) = (tree(&bytes, message.set, &[]), tree(&again, message.set, &[]));
    if before != after {
        return Err(format!("{before:?}\n  became {after:?}\n  by {}", trip.value));
    }
    Ok(())
}

/// An attribute: its number with the flag bits, and what it holds.
#[derive(Debug)]
struct Node {
    kind: u16,
    content: Content,
}

/// The message is the same where only zeros stand behind a shorter payload: padding at the end of a
/// struct, which the kernel's specs leave out.
impl PartialEq for Node {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind && self.content == other.content
    }
}

#[derive(Debug)]
enum Content {
    Bytes(Vec<u8>),
    Nest(Vec<u8>, Vec<Node>),
}

/// Longest padding at the end of a struct.
const PADDING: usize = 6;

impl PartialEq for Content {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Bytes(before), Self::Bytes(after)) => {
                let padding = after.strip_prefix(before.as_slice());
                padding.is_some_and(|it| it.len() <= PADDING && it.iter().all(|byte| *byte == 0))
            }
            (Self::Nest(header, nodes), Self::Nest(other_header, others)) => {
                header == other_header && nodes == others
            }
            _ => false,
        }
    }
}

/// The header and the attributes of a set; `scope` is where outer selectors stand.
fn tree(bytes: &[u8], set: &'static Set, scope: &[u8]) -> Content {
    let (header, attrs) = bytes.split_at(set.header.min(bytes.len()));
    let scope = if set.scope { attrs } else { scope };
    let mut nodes =
        nodes(attrs, scope, |id| set.entry(id).map_or(Shape::Leaf, |entry| entry.shape));
    // The order among different attributes means nothing; among equal ones it does, and is kept.
    nodes.sort_by_key(|node| node.kind);
    Content::Nest(header.to_vec(), nodes)
}

fn nodes(bytes: &[u8], scope: &[u8], shape_of: impl Fn(u16) -> Shape) -> Vec<Node> {
    let mut rest = bytes;
    let mut nodes = Vec::new();
    for attr in Attrs::new(bytes) {
        let attr = attr.unwrap();
        let kind = u16::from_ne_bytes([rest[2], rest[3]]);
        rest = rest.get(nlkit::wire::align(4 + attr.payload.len())..).unwrap_or_default();
        nodes.push(Node { kind, content: content(attr.payload, scope, shape_of(attr.id)) });
    }
    nodes
}

fn content(payload: &[u8], scope: &[u8], shape: Shape) -> Content {
    match shape {
        Shape::Leaf => Content::Bytes(payload.to_vec()),
        Shape::Nest(set) => tree(payload, set(), scope),
        Shape::Keyed(entry) => Content::Nest(Vec::new(), nodes(payload, scope, |_| *entry)),
        Shape::Array(entry) => {
            // The numbers of entries only count them. The vectors count from 0, nlkit from 1.
            let mut entries = nodes(payload, scope, |_| *entry);
            for (node, index) in entries.iter_mut().zip(0..) {
                node.kind = node.kind & 0xc000 | index;
            }
            Content::Nest(Vec::new(), entries)
        }
        Shape::SubMessage { selector, inside, .. } => {
            let mut attrs = Attrs::new(scope).map(Result::unwrap);
            match attrs.find(|attr| attr.id == selector) {
                Some(attr) => content(payload, scope, inside(attr.payload)),
                None => Content::Bytes(payload.to_vec()),
            }
        }
    }
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digits = text.as_bytes().chunks(2);
    digits.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()).collect()
}
