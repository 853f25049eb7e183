//! What the generator makes of the specs in `golden/`: as checked in, and the same each time. The
//! test `generated` compiles it.

use std::fs;

use nlkit_codegen::Builder;
use nlkit_tests::golden::Goldens;

/// Specs whose expanded form is checked in, too.
const EXPANDED: &[&str] = &["tiny", "events", "raw"];
/// Specs whose form with serde's derives is checked in, too.
const WITH_SERDE: &[&str] = &["enums", "raw"];

#[test]
fn generated_code_is_as_checked_in() {
    let mut goldens = Goldens::new("golden");
    for spec in goldens.files(".yaml") {
        let stem = spec.file_stem().expect("a name").to_string_lossy().into_owned();
        let text = fs::read_to_string(&spec).expect("a spec can be read");
        let name = format!("{stem}.yaml");
        let code =
            Builder::new().generate_str(&name, &text).unwrap_or_else(|report| report.to_string());
        let again =
            Builder::new().generate_str(&name, &text).unwrap_or_else(|report| report.to_string());
        assert_eq!(code, again, "{name}: not the same twice");
        goldens.check(&format!("{stem}.rs"), &code);
        if EXPANDED.contains(&stem.as_str()) {
            let expanded = Builder::new().expand(true).generate_str(&name, &text);
            goldens.check(&format!("{stem}.expanded.rs"), &expanded.expect("it compiled before"));
        }
        if WITH_SERDE.contains(&stem.as_str()) {
            let with_serde = Builder::new().serde(true).generate_str(&name, &text);
            goldens.check(&format!("{stem}.serde.rs"), &with_serde.expect("it compiled before"));
        }
    }
    goldens.finish(".rs");
}
