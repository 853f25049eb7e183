//! What `#[derive(NlAttrs)]` and `#[derive(NlStruct)]` take and what they refuse: `derive/pass` and `derive/ui`.
#![deny(warnings)]
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

#[path = "../derive/pass/bare.rs"]
mod bare;
#[path = "../derive/pass/headers.rs"]
mod headers;
#[path = "../derive/pass/hygiene.rs"]
mod hygiene;
#[path = "../derive/pass/lifetimes.rs"]
mod lifetimes;
#[path = "../derive/pass/printed.rs"]
mod printed;
#[path = "../derive/pass/raw.rs"]
mod raw;
#[path = "../derive/pass/recursive.rs"]
mod recursive;
#[path = "../derive/pass/renamed.rs"]
mod renamed;
#[path = "../derive/pass/shadowed.rs"]
mod shadowed;
#[path = "../derive/pass/structs.rs"]
mod structs;

use std::fs;
use std::path::Path;

use nlkit_tests::skip::skip;

/// The version whose words stand in `derive/ui/rustc`.
const RUSTC: &str = "1.95.";

#[test]
fn refuses_with_words_that_help() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("derive/ui/*.rs");
    match rustc_version() {
        version if version.starts_with(RUSTC) => cases.compile_fail("derive/ui/rustc/*.rs"),
        version => {
            skip(&format!("derive/ui/rustc holds words of rustc {RUSTC}*, this is {version}"))
        }
    }
}

fn rustc_version() -> String {
    let rustc = std::env::var("RUSTC").unwrap_or_else(|_| "rustc".to_owned());
    let output = std::process::Command::new(rustc).arg("--version").output();
    let version = output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
    let version = version.unwrap_or_default();
    version.split(' ').nth(1).unwrap_or_default().to_owned()
}

#[test]
fn each_fixture_is_described() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("derive/ui");
    let readme = fs::read_to_string(folder.join("README.md")).unwrap();
    for folder in [folder.join("rustc"), folder] {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let stem = path.file_stem().unwrap().to_string_lossy();
            let fixture = path.extension().is_some_and(|extension| extension == "rs");
            assert!(!fixture || readme.contains(&format!("| `{stem}` |")), "{stem}");
        }
    }
}
