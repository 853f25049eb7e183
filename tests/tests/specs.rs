//! nlkit-specs holds what the generator makes of its YAML now.

use std::fs;
use std::path::Path;

use nlkit_codegen::ir::Type;
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
        let family = builder.resolve_str(&name, &text).expect("our specs resolve");
        goldens.check(&format!("{}.rs", family.module), &code);
    }
    // Written by hand; the test below holds them against the folder.
    goldens.check("lib.rs", &source("lib.rs"));
    goldens.check("yaml.rs", &source("yaml.rs"));
    goldens.finish(".rs");
}

/// Each family is a feature and a module, and `all` has every feature.
#[test]
fn each_family_has_a_feature() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../specs");
    let manifest = fs::read_to_string(root.join("Cargo.toml")).expect("a manifest");
    let (lib, yaml) = (source("lib.rs"), source("yaml.rs"));
    let all = manifest.split("all = [").nth(1).and_then(|rest| rest.split(']').next());
    let all = all.expect("feature `all`");
    for entry in fs::read_dir(root.join("families")).expect("the specs are there") {
        let spec = entry.expect("the folder can be read").path();
        let family = spec.file_stem().expect("a name").to_string_lossy().into_owned();
        let quoted = format!("\"{family}\"");
        assert!(all.contains(&quoted), "`all` lacks {family}");
        assert!(manifest.contains(&format!("\n{family} = ")), "no feature {family}");
        assert!(lib.contains(&format!("#[cfg(feature = {quoted})]")), "no module {family}");
        assert!(yaml.contains(&format!(" in {quoted},")), "no text of {family}");
    }
}

#[expect(clippy::expect_used, reason = "a failure is that of a test")]
fn source(file: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../specs/src").join(file);
    fs::read_to_string(path).expect("a source file of the crate")
}

/// What a C programmer knows a thing by finds it in the docs.
#[test]
fn every_item_has_its_c_name() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../specs");
    let mut checked = 0;
    for entry in fs::read_dir(root.join("families")).expect("the specs are there") {
        let spec = entry.expect("the folder can be read").path();
        let family = Builder::new().resolve(&spec).expect("our specs resolve");
        // Not the file, which BLESS may be rewriting just now; that both are equal is tested above.
        let code = Builder::new().generate(&spec).expect("our specs compile");
        let nested = family.sets.iter().filter(|set| set.nested);
        let mut names: Vec<&str> = nested
            .flat_map(|set| &set.attributes)
            .filter(|attribute| !matches!(attribute.ty, Type::Pad | Type::Unused))
            .map(|attribute| attribute.c_name.as_str())
            .collect();
        names.extend(family.operations.iter().map(|op| op.c_name.as_str()));
        names.extend(family.groups.iter().map(|group| group.c_name.as_str()));
        names.extend(family.enums.iter().flat_map(|it| &it.entries).map(|it| it.c_name.as_str()));
        names.extend(family.notifications.iter().flatten().map(|it| it.c_name.as_str()));
        for call in family.operations.iter().flat_map(|op| [&op.once, &op.dump]).flatten() {
            let messages = [Some(&call.request), call.reply.as_ref()].into_iter().flatten();
            names.extend(messages.flat_map(|it| &it.attributes).map(|it| it.c_name.as_str()));
        }
        for name in names {
            // What is called so in Rust needs no alias.
            let alias = format!("#[doc(alias = \"{name}\")]");
            let found = code.contains(&alias) || code.contains(&format!("pub const {name}:"));
            assert!(found, "{name} is not found");
            checked += 1;
        }
    }
    assert!(checked > 1000, "{checked} names");
}

/// Whoever reads the docs of a family finds a sentence for all that has a name of its own.
#[test]
fn everything_has_a_doc() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../specs/families");
    let mut missing = Vec::new();
    for entry in fs::read_dir(root).expect("the specs are there") {
        let family = Builder::new().resolve(entry.expect("a spec").path()).expect("it resolves");
        let mut check = |what: &str, name: &str, doc: &str| {
            if doc.is_empty() {
                missing.push(format!("{}: {what} {name}", family.name));
            }
        };
        check("family", &family.name, &family.doc);
        family.groups.iter().for_each(|it| check("group", &it.name, &it.doc));
        family.enums.iter().for_each(|it| check("enum", &it.name, &it.doc));
        family.structs.iter().for_each(|it| check("struct", &it.name, &it.doc));
        family.sets.iter().for_each(|it| check("set", &it.name, &it.doc));
        family.sub_messages.iter().for_each(|it| check("sub-message", &it.name, &it.doc));
        family.operations.iter().for_each(|it| check("operation", &it.name, &it.doc));
        let told = family.notifications.iter().flatten();
        told.for_each(|it| check("notification", &it.name, &it.doc));
    }
    assert!(missing.is_empty(), "without a doc: {missing:#?}");
}
