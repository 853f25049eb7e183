//! nlkit-specs holds what the generator makes of its YAML now.
#![expect(clippy::expect_used, reason = "helpers of tests")]

use std::fs;
use std::path::Path;

use nlkit_codegen::{Builder, Layout};
use nlkit_tests::golden::Goldens;

#[test]
fn generated_families_are_fresh() {
    let families = Path::new(env!("CARGO_MANIFEST_DIR")).join("../specs/families");
    let mut goldens = Goldens::new("../specs/src");
    for entry in fs::read_dir(families).expect("the specs are there") {
        let spec = entry.expect("the folder can be read").path();
        let name = spec.file_name().expect("a name").to_string_lossy().into_owned();
        let text = fs::read_to_string(&spec).expect("a spec can be read");
        let builder = Builder::new().expand(true).layout(Layout::File).non_exhaustive(true);
        let code = builder.generate_str(&name, &text).unwrap_or_else(|report| report.to_string());
        goldens.check(&name.replace(".yaml", ".rs"), &code);
    }
    goldens.check("lib.rs", &fs::read_to_string(lib()).expect("the crate has a root"));
    goldens.finish(".rs");
}

/// Each family is a feature and a module, and `all` has every feature.
#[test]
fn each_family_has_a_feature() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../specs");
    let manifest = fs::read_to_string(root.join("Cargo.toml")).expect("a manifest");
    let lib = fs::read_to_string(lib()).expect("a root");
    let all = manifest.lines().find(|line| line.starts_with("all = ")).expect("feature `all`");
    for entry in fs::read_dir(root.join("families")).expect("the specs are there") {
        let spec = entry.expect("the folder can be read").path();
        let family = spec.file_stem().expect("a name").to_string_lossy().into_owned();
        let quoted = format!("\"{family}\"");
        assert!(all.contains(&quoted), "`all` lacks {family}");
        assert!(manifest.contains(&format!("\n{family} = ")), "no feature {family}");
        assert!(lib.contains(&format!("#[cfg(feature = {quoted})]")), "no module {family}");
    }
}

fn lib() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../specs/src/lib.rs")
}
