//! Each diagnostic of the code generator has a fixture that shows it: see `diagnostics/README.md`.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use nlkit_codegen::{Builder, Level, Levels, Lint, Report};
use nlkit_tests::golden::Goldens;

/// Codes of what no spec can bring about: tested below and, where the environment matters, in the
/// generator's own crate.
const WITHOUT_FIXTURE: &[&str] =
    &["unreadable-file", "unwritable-file", "missing-out-dir", "invalid-option", "internal"];

/// A spec without a mistake.
const LAMP: &str = "{name: lamp, doc: Lamps., attribute-sets: [], operations: {list: []}}";

#[test]
fn each_fixture_shows_its_diagnostic() {
    let mut goldens = Goldens::new("diagnostics");
    let mut shown = BTreeSet::new();
    for path in goldens.files(".yaml") {
        let file = path.file_name().unwrap().to_string_lossy().into_owned();
        let stem = file.strip_suffix(".yaml").unwrap();
        let code = stem.split('.').next().unwrap();
        let text = fs::read_to_string(&path).unwrap();
        let mut levels = Levels::default();
        for lint in Lint::ALL.iter().filter(|lint| lint.name() == code) {
            levels.set(*lint, Level::Warn);
        }
        let report = Builder::new().check_str(&file, &text, &levels);
        let codes: BTreeSet<&str> = report.diagnostics().iter().map(|it| it.code()).collect();
        assert!(codes.contains(code), "{file} does not show its diagnostic:\n{report}");
        shown.extend(codes);
        goldens.check(&format!("{stem}.txt"), &report.to_string());
    }
    goldens.finish(".txt");
    let all: BTreeSet<&str> = nlkit_codegen::codes().iter().copied().collect();
    let without: BTreeSet<&str> = WITHOUT_FIXTURE.iter().copied().collect();
    let missing: Vec<&str> =
        all.difference(&shown).filter(|it| !without.contains(*it)).copied().collect();
    assert!(missing.is_empty(), "no fixture shows {missing:?}");
    let stale: Vec<&&str> = without.iter().filter(|it| !all.contains(*it)).collect();
    assert!(stale.is_empty(), "{stale:?} are no diagnostics any more");
}

#[test]
fn the_readme_has_a_line_for_each_code() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("diagnostics/README.md");
    let readme = fs::read_to_string(path).unwrap();
    let listed: BTreeSet<&str> = readme
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split_once('`'))
        .map(|(code, _)| code)
        .collect();
    let all: BTreeSet<&str> = nlkit_codegen::codes().iter().copied().collect();
    assert_eq!(listed, all);
}

#[test]
fn diagnostics_are_sorted_and_say_where_they_are() {
    let spec = "name: lamp\ndoc: x\nattribute-sets: []\nzoo: 1\noperations: { list: [], ant: 2 }\n";
    let report = Builder::new().resolve_str("a/b.yaml", spec).unwrap_err();
    let places: Vec<_> = report.diagnostics().iter().map(|it| (it.line(), it.column())).collect();
    assert_eq!(places, [(4, 1), (5, 25)]);
    assert!(report.diagnostics().iter().all(|it| it.file() == "a/b.yaml"));
    assert!(report.to_string().contains(" --> a/b.yaml:5:25\n"), "{report}");
    let lenient = Builder::new().allow_unknown_keys(true).resolve_str("b.yaml", spec);
    assert_eq!(lenient.unwrap().name, "lamp");
}

#[test]
fn positions_hold_beside_wide_characters_and_carriage_returns() {
    let spec = "# \u{1f4a1} \u{e9}\r\nname: lamp\r\ndoc: \u{1f4a1} lamps\r\nattribute-sets: []\r\n\
                operations: { list: [], \u{e9}: 1 }\r\n";
    let report = Builder::new().resolve_str("lamp.yaml", spec).unwrap_err();
    let place = report.diagnostics().first().map(|it| (it.line(), it.column()));
    assert_eq!(place, Some((5, 25)), "{report}");
}

#[test]
fn there_is_an_end_to_the_diagnostics_shown() {
    let keys: String = (0..1000).map(|number| format!("key{number}: 1\n")).collect();
    let report = Builder::new().resolve_str("lamp.yaml", &keys).unwrap_err();
    assert_eq!(report.diagnostics().len(), 100);
    assert!(report.to_string().ends_with("\nand 904 more\n"));
}

fn codes(report: &Report) -> Vec<&str> {
    report.diagnostics().iter().map(|it| it.code()).collect()
}

#[test]
fn files_and_options_are_reported_too() {
    let folder = std::env::temp_dir().join(format!("nlkit-diagnostics-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let lamp = folder.join("lamp.yaml");
    fs::write(&lamp, LAMP).unwrap();

    let missing = folder.join("missing.yaml");
    let report = Builder::new().out_dir(&folder).compile(&[&missing, &lamp]).unwrap_err();
    assert_eq!(codes(&report), ["unreadable-file"]);
    assert!(report.to_string().contains("missing.yaml"), "{report}");

    let report = Builder::new().out_dir(folder.join("no/such")).compile(&[&lamp]).unwrap_err();
    assert_eq!(codes(&report), ["unwritable-file"]);

    let report = Builder::new().derive("not a path").generate(&lamp).unwrap_err();
    assert_eq!(codes(&report), ["invalid-option"]);
    fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn files_are_written_once_and_are_the_same_each_time() {
    let folder = std::env::temp_dir().join(format!("nlkit-written-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let lamp = folder.join("lamp.yaml");
    fs::write(&lamp, LAMP).unwrap();
    let builder = Builder::new().out_dir(&folder);

    let written = builder.compile(&[&lamp]).unwrap();
    assert_eq!(written, [folder.join("lamp.rs")]);
    let text = fs::read_to_string(folder.join("lamp.rs")).unwrap();
    assert_eq!(text, builder.generate(&lamp).unwrap());
    let first = "// @generated by nlkit-codegen from lamp.yaml. Do not edit.\n";
    assert!(text.starts_with(first), "{text}");

    // A file that would not change keeps its time, so that what is built from it stays fresh.
    let before = std::time::SystemTime::UNIX_EPOCH;
    let file = fs::File::options().write(true).open(folder.join("lamp.rs")).unwrap();
    file.set_modified(before).unwrap();
    builder.compile(&[&lamp]).unwrap();
    assert_eq!(fs::metadata(folder.join("lamp.rs")).unwrap().modified().unwrap(), before);
    fs::remove_dir_all(&folder).unwrap();
}
