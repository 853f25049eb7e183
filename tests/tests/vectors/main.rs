//! Messages of every operation, made by the kernel's own client, through the typed structs: each
//! decodes, and encodes to the same attributes again. Through the types of our specs, and through
//! those of the kernel's own (`NLKIT_KERNEL_SPECS`), which the client had.
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

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use nlkit_codegen::{Builder, Layout};
use nlkit_tests::messages::MESSAGES;
use nlkit_tests::skip::folder;
use nlkit_tests::vectors::{Line, Vector, assert_all, from_hex, sorted, vectors};
use nlkit_tests::{scratch, tables};

mod exceptions;

use exceptions::{KERNELS, OURS};

#[test]
fn vectors_round_trip() {
    let Some(root) = folder("NLKIT_VECTORS") else { return };
    let mut vectors = vectors(&root, None);
    vectors.retain(|vector| MESSAGES.iter().any(|message| message.family == vector.family));
    let results: Vec<_> = vectors.iter().map(check).collect();
    assert_all(&vectors, &results, OURS);
}

fn check(vector: &Vector) -> Result<(), String> {
    let Line { op, mode, dir, bytes, .. } = &vector.line;
    let found = MESSAGES.iter().find(|message| {
        let names = (message.family, message.op, message.mode, message.direction);
        names == (vector.family.as_str(), op, mode, dir)
    });
    let message = found.ok_or("no such message in the spec")?;
    message.check(&from_hex(bytes).ok_or("not hex")?)
}

/// A program with the types of the kernel's own specs reads the vectors of that kernel.
#[test]
fn vectors_round_trip_through_the_kernels_own_specs() {
    let (Some(vectors_root), Some(specs)) = (folder("NLKIT_VECTORS"), folder("NLKIT_KERNEL_SPECS"))
    else {
        return;
    };
    let program = program(&specs.join(KERNEL));
    let vectors = vectors(&vectors_root, Some(KERNEL));
    let questions = program.join("vectors.txt");
    fs::write(&questions, vectors.iter().map(question).collect::<String>()).unwrap();
    let output = Command::new(program.join("../target/debug/vectors")).arg(&questions).output();
    let output = output.unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let answers = String::from_utf8(output.stdout).unwrap();
    let results: Vec<_> = answers
        .lines()
        .map(|line| if line == "same" { Ok(()) } else { Err(line.to_owned()) })
        .collect();
    let passed = results.iter().filter(|result| result.is_ok()).count();
    assert!(passed * 100 >= vectors.len() * 99, "{passed} round trips of {}", vectors.len());
    assert_all(&vectors, &results, KERNELS);
}

/// The kernel with the specs that the vectors were made from.
const KERNEL: &str = "linux-7.3";

fn question(vector: &Vector) -> String {
    let Line { op, mode, dir, bytes, .. } = &vector.line;
    format!("{} {op} {mode} {dir} {bytes}\n", vector.family)
}

/// Builds a program over the specs of this folder, and gives its crate.
fn program(specs: &Path) -> PathBuf {
    let mut sources = BTreeMap::new();
    let (mut modules, mut table, mut names) = (String::new(), String::new(), BTreeSet::new());
    for spec in sorted(specs) {
        let builder = Builder::new().layout(Layout::File).expand(true);
        let family = builder.resolve(&spec).unwrap_or_else(|report| panic!("{report}"));
        let stem = spec.file_stem().unwrap().to_str().unwrap();
        let module = stem.replace('-', "_");
        table.push_str(&tables::messages(stem, &format!("crate::{module}"), &family));
        writeln!(modules, "mod {module};").unwrap();
        sources.insert(format!("{module}.rs"), builder.generate(&spec).unwrap());
        assert!(names.insert(module), "{}: twice", spec.display());
    }
    let program = include_str!("program.rs");
    let start = "#![allow(dead_code)]\nmod round_trip;\n";
    sources.insert("main.rs".to_owned(), format!("{start}{modules}\n{program}"));
    sources.insert("messages.in".to_owned(), format!("&[{table}]"));
    let round_trip = include_str!("../../src/round_trip.rs");
    sources.insert("round_trip.rs".to_owned(), round_trip.to_owned());
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("vectors");
    let folder = scratch::write(&folder, "vectors", &[], &sources).unwrap();
    let output = scratch::cargo(&folder, &["build"]).unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}:\n{errors}", folder.display());
    folder
}
