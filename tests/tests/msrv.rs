//! No dependency of a published crate needs a newer Rust than the workspace states.
#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "helpers of tests")]

use std::collections::BTreeSet;
use std::process::Command;

use serde_json::Value;

#[test]
fn dependencies_keep_to_the_stated_rust() {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version=1", "--locked", "--all-features"])
        .output()
        .expect("cargo runs");
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("cargo prints JSON");
    let packages = metadata["packages"].as_array().expect("packages");
    let stated = version(env!("CARGO_PKG_RUST_VERSION"));
    let mut seen = BTreeSet::new();
    let published = packages
        .iter()
        .filter(|package| package["source"].is_null() && package["publish"].is_null());
    let mut open: Vec<&str> = published.filter_map(|package| package["id"].as_str()).collect();
    assert!(open.len() >= 5, "the published crates: {open:?}");
    while let Some(id) = open.pop() {
        if !seen.insert(id) {
            continue;
        }
        let package = packages.iter().find(|package| package["id"] == id).expect("a package");
        if let Some(needs) = package["rust_version"].as_str() {
            assert!(version(needs) <= stated, "{id} needs Rust {needs}");
        }
        open.extend(dependencies(&metadata, id));
    }
}

/// What a package needs to build, without what only its tests need.
fn dependencies<'m>(metadata: &'m Value, id: &str) -> Vec<&'m str> {
    let nodes = metadata["resolve"]["nodes"].as_array().expect("a graph");
    let node = nodes.iter().find(|node| node["id"] == id).expect("a node");
    let dependencies = node["deps"].as_array().expect("dependencies").iter().filter(|dependency| {
        let kinds = dependency["dep_kinds"].as_array().expect("kinds");
        kinds.iter().any(|kind| kind["kind"] != "dev")
    });
    dependencies.filter_map(|dependency| dependency["pkg"].as_str()).collect()
}

fn version(text: &str) -> Vec<u32> {
    text.split('.').take(2).map(|part| part.parse().expect("a version")).collect()
}
