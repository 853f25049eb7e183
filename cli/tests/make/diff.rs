//! `nlkit diff`.

use nlkit_tests::golden::Goldens;
use serde_json::{Value, json};

use super::{Folder, LAMP, nlkit_in, root};

const NEW: &str = include_str!("golden/new.yaml");

fn lamps() -> Folder {
    Folder::of(&[("old.yaml", LAMP), ("new.yaml", NEW)])
}

/// What `diff` says of a spec in which `from` is `to`: each change as one line.
fn changes(from: &str, to: &str) -> Vec<String> {
    assert!(LAMP.contains(from), "{from}");
    let folder = Folder::of(&[("old.yaml", LAMP), ("new.yaml", &LAMP.replace(from, to))]);
    let found = folder.nlkit(&["diff", "old.yaml", "new.yaml", "-o", "json"]).exits(0).json();
    found["families"][0]["changes"].as_array().unwrap().iter().map(line).collect()
}

fn line(change: &Value) -> String {
    let text = |key: &str| change[key].as_str().unwrap_or("-").to_owned();
    let classes = change["classes"].as_array().unwrap().iter();
    let classes: Vec<&str> = classes.map(|class| class.as_str().unwrap()).collect();
    let keys = ["change", "item", "of", "name", "aspect", "old", "new"].map(text);
    format!("{} [{}]", keys.join(" | "), classes.join(", "))
}

#[test]
fn text_is_as_it_was() {
    let folder = lamps();
    let mut goldens = Goldens::new("../cli/tests/make/golden");
    let mut golden = |name: &str, args: &[&str]| {
        let ran = folder.nlkit(&[&["diff", "old.yaml", "new.yaml"], args].concat()).exits(0);
        goldens.check(name, &ran.stdout);
    };
    golden("diff.txt", &[]);
    golden("diff-exhaustive-docs.txt", &["--exhaustive", "--docs"]);
    golden("diff.json", &["-o", "json"]);
    goldens.finish(".txt");
}

#[test]
fn what_is_the_same_has_no_changes() {
    let folder = lamps();
    let ran = folder.nlkit(&["diff", "old.yaml", "old.yaml", "--exit-code"]).exits(0);
    let expected = "families: 0 added, 0 removed, 0 changed, 1 the same\n\
                    changes: 0 added, 0 wire, 0 api, 0 other\n";
    assert_eq!(ran.stdout, expected);
}

#[test]
fn each_change_has_its_class() {
    let cases = [
        // Numbers and types.
        (
            "name: off-ms, type: u32",
            "name: off-ms, type: s32",
            "changed | attribute | timer | off-ms | type | u32 | s32 [wire, api]",
        ),
        (
            "name: port, type: u16",
            "name: port, type: u16, byte-order: big-endian",
            "changed | attribute | lamp | port | type | u16 | u16 big-endian [wire]",
        ),
        (
            "name: room-name, type: string",
            "name: room-name, type: string, value: 12",
            "changed | attribute | lamp | room-name | number | 10 | 12 [wire]",
        ),
        (
            "name: mode, type: u8, enum: mode",
            "name: mode, type: u8",
            "changed | attribute | lamp | mode | type | u8 of mode | u8 [api]",
        ),
        (
            "name: room-name, type: string",
            "name: room-name, type: string, multi-attr: true",
            "changed | attribute | lamp | room-name | type | string | string, multi-attr [wire, api]",
        ),
        // What nobody has in Rust breaks nothing there.
        (
            "name: joule, type: u64",
            "name: joule, type: u32",
            "changed | attribute | meter | joule | type | u64 | u32 [wire]",
        ),
        (
            "checks: { min: 1 }",
            "checks: { max: 7 }",
            "changed | attribute | lamp | id | checks | at least 1 | at most 7 [other]",
        ),
        // Bytes that have a meaning now are the bytes that they were.
        (
            "name: gone, type: u64",
            "name: gone, type: unused",
            "changed | attribute | lamp | gone | type | u64 | unused [wire, api]",
        ),
        // Definitions.
        (
            "{ name: blink, value: 4 }",
            "{ name: blink, value: 6 }",
            "changed | entry | mode | blink | value | 4 | 6 [wire]",
        ),
        (
            "{ name: blink, value: 4 }",
            "{ name: flash, value: 4 }",
            "renamed | entry | mode | flash | - | blink | flash [api]",
        ),
        (
            "entries: [red, green]",
            "entries: [red]",
            "removed | entry | color | green | - | 1 | - [wire, api]",
        ),
        (
            "entries: [red, green]",
            "entries: [red, green, blue]",
            "added | entry | color | blue | - | - | 2 [added]",
        ),
        (
            "name: max-lamps, type: const, value: 8",
            "name: max-lamps, type: const, value: 9",
            "changed | constant | - | max-lamps | value | 8 | 9 [wire]",
        ),
        (
            "{ name: lumen, type: u16 }",
            "{ name: lumens, type: u16 }",
            "renamed | member | bulb | lumens | - | lumen | lumens [api]",
        ),
        (
            "{ name: lumen, type: u16 }",
            "{ name: lumen, type: s16 }",
            "changed | member | bulb | lumen | type | u16 | s16 [wire, api]",
        ),
        // Operations.
        (
            "flags: [admin-perm]",
            "flags: [uns-admin-perm]",
            "changed | operation | - | set | permission | CAP_NET_ADMIN | CAP_NET_ADMIN in the namespace [other]",
        ),
        (
            "{ name: drop, doc: Break.",
            "{ name: drop, value: 9, doc: Break.",
            "changed | operation | - | drop | do request number | 3 | 9 [wire]",
        ),
        (
            "      dump: { reply: { attributes: [id, mode] } }\n",
            "",
            "removed | operation | - | get | dump | yes | no [wire, api]",
        ),
        (
            "[id, mode, label]",
            "[id, label]",
            "removed | listed | set | mode | - | do request | - [api]",
        ),
        (
            "[id, mode, label]",
            "[id, mode, label, port]",
            "added | listed | set | port | - | - | do request [added]",
        ),
        (
            ", mcgrp: events",
            "",
            "changed | notification | - | changed | group | events | none [other]",
        ),
        (
            "list: [{ name: events",
            "list: [{ name: more }, { name: events",
            "added | group | - | more | - | - | by name [added]",
        ),
        (
            "protocol: genetlink-legacy",
            "protocol: genetlink-legacy\nversion: 2",
            "changed | family | - | lamp | version | 1 | 2 [other]",
        ),
        (
            "name: lamp\ndoc",
            "name: lamps\ndoc",
            "renamed | family | - | lamps | - | lamp | lamps [wire, api]",
        ),
    ];
    for (from, to, expected) in cases {
        let found = changes(from, to);
        assert!(found.iter().any(|line| line == expected), "{from} -> {to}: {found:#?}");
    }
}

#[test]
fn an_operation_that_has_a_new_name_keeps_its_number() {
    let found = changes("{ name: drop, doc", "{ name: smash, doc");
    let expected = [
        "renamed | operation | - | smash | - | drop | smash [other]",
        "changed | operation | - | smash | do request Rust type | DropRequest | SmashRequest [api]",
    ];
    assert_eq!(found, expected);
}

#[test]
fn struct_members_that_move_break_the_wire() {
    let found = changes("      - { name: watt, type: u32 }\n", "");
    let expected = [
        "changed | struct | - | bulb | length | 8 | 4 [wire]",
        "changed | member | bulb | volt | offset | 4 | 0 [wire]",
        "changed | member | bulb | lumen | offset | 6 | 2 [wire]",
        "removed | member | bulb | watt | - | at 0, u32 | - [wire, api]",
    ];
    assert_eq!(found, expected);
}

#[test]
fn sets_that_are_renamed_are_found_by_their_use() {
    let folder = Folder::of(&[
        ("old.yaml", LAMP),
        (
            "new.yaml",
            &LAMP
                .replace("name: timer\n", "name: times\n")
                .replace("nested-attributes: timer", "nested-attributes: times"),
        ),
    ]);
    let found = folder.nlkit(&["diff", "old.yaml", "new.yaml", "-o", "json"]).exits(0).json();
    let found: Vec<String> =
        found["families"][0]["changes"].as_array().unwrap().iter().map(line).collect();
    assert_eq!(found, ["renamed | set | - | times | - | timer | times [api]"]);
}

#[test]
fn options_say_what_is_looked_at() {
    let to = "{ name: off-ms, type: u32 }\n      - { name: dim-ms, type: u32, doc: Slowly. }";
    let new =
        LAMP.replace("{ name: off-ms, type: u32 }", to).replace("doc: Turn.", "doc: Turn it.");
    let folder = Folder::of(&[("old.yaml", LAMP), ("new.yaml", &new)]);
    let classes = |args: &[&str]| {
        let args = [&["diff", "old.yaml", "new.yaml", "-o", "json"], args].concat();
        let summary = folder.nlkit(&args).exits(0).json()["summary"]["classes"].take();
        ["added", "wire", "api", "other", "docs"].map(|class| summary[class].as_u64().unwrap())
    };
    assert_eq!(classes(&[]), [1, 0, 0, 0, 0]);
    assert_eq!(classes(&["--docs"]), [1, 0, 0, 0, 1]);
    assert_eq!(classes(&["--exhaustive"]), [0, 0, 1, 0, 0]);
}

#[test]
fn exit_codes_say_what_is_not_the_same() {
    let docs = LAMP.replace("doc: Turn.", "doc: Turn it.");
    let added = LAMP.replace("entries: [red, green]", "entries: [red, green, blue]");
    let wire = LAMP.replace("{ name: blink, value: 4 }", "{ name: blink, value: 6 }");
    let api = LAMP.replace("{ name: blink, value: 4 }", "{ name: flash, value: 4 }");
    let folder = Folder::of(&[
        ("old.yaml", LAMP),
        ("docs.yaml", &docs),
        ("added.yaml", &added),
        ("wire.yaml", &wire),
        ("api.yaml", &api),
    ]);
    let codes = |new: &str| {
        let code = |args: &[&str]| folder.nlkit(&[&["diff", "old.yaml", new], args].concat()).code;
        let on = |class: &str| code(&["--fail-on", class]);
        [code(&[]), code(&["--exit-code"]), on("any"), on("wire"), on("api")]
    };
    assert_eq!(codes("docs.yaml"), [0; 5]);
    assert_eq!(codes("added.yaml"), [0, 1, 1, 0, 0]);
    assert_eq!(codes("wire.yaml"), [0, 1, 1, 1, 0]);
    assert_eq!(codes("api.yaml"), [0, 1, 1, 0, 1]);
    folder.nlkit(&["diff", "old.yaml", "docs.yaml", "--docs", "--exit-code"]).exits(1);
}

#[test]
fn folders_are_compared_family_by_family() {
    let room = LAMP.replace("name: lamp\ndoc", "name: room\ndoc");
    let gone = LAMP.replace("name: lamp\ndoc", "name: my_gone\ndoc");
    let came = LAMP.replace("name: lamp\ndoc", "name: came\ndoc");
    let folder = Folder::of(&[
        ("old/lamp_1.yaml", LAMP),
        ("old/room.yaml", &room),
        ("old/gone.yaml", &gone),
        ("new/lamp-1.yaml", NEW),
        ("new/room.yaml", &room),
        ("new/came.yaml", &came),
    ]);
    let ran = folder.nlkit(&["diff", "old", "new"]).exits(0);
    let counts = "4 operations";
    assert!(!ran.stdout.contains(counts), "{}", ran.stdout);
    let whole = "3 operations, 1 notification, 3 sets, 13 attributes, 1 struct";
    let blocks = [
        format!("came\n  + family came: {whole}\n\n"),
        "lamp  (lamp_1.yaml is lamp-1.yaml now)\n".to_owned(),
        format!("my_gone\n  - family my_gone: {whole}  [wire, api]\n\n"),
        "\nfamilies: 1 added, 1 removed, 1 changed, 1 the same\n".to_owned(),
    ];
    for block in blocks {
        assert!(ran.stdout.contains(&block), "{block}\n{}", ran.stdout);
    }
    let found = folder.nlkit(&["diff", "old", "new", "-o", "json"]).exits(0).json();
    let families = found["families"].as_array().unwrap();
    let fates: Vec<_> =
        families.iter().map(|it| (it["family"].clone(), it["fate"].clone())).collect();
    let expected =
        [("came", "added"), ("lamp", "changed"), ("my_gone", "removed"), ("room", "same")];
    assert_eq!(fates, expected.map(|(family, fate)| (json!(family), json!(fate))));
    assert_eq!(families[0]["old"], Value::Null);
    assert_eq!(families[0]["new"]["counts"]["attributes"], 13);
    assert_eq!(families[0]["changes"][1]["implied"], true);
    assert_eq!(found["summary"]["old"]["attributes"], 39);
    // What comes with a whole family is counted, each once.
    assert_eq!(found["summary"]["items"]["operations"]["removed"], json!(4));
    // One family, by whichever spelling, or by its file.
    for name in ["my_gone", "my-gone", "gone"] {
        let found = folder.nlkit(&["diff", "old", "new", "--family", name, "-o", "json"]).exits(0);
        assert_eq!(found.json()["families"].as_array().unwrap().len(), 1);
    }
    // A spec against its family in a folder, and the reverse.
    for args in [["diff", "old/lamp_1.yaml", "new"], ["diff", "old", "new/lamp-1.yaml"]] {
        let found = folder.nlkit(&[&args[..], &["-o", "json"]].concat()).exits(0).json();
        assert_eq!(found["summary"]["families"]["changed"], 1);
        assert_eq!(found["families"].as_array().unwrap().len(), 1);
    }
}

#[test]
fn one_spec_is_compared_with_that_which_would_be_used() {
    let folder = lamps();
    let ran =
        folder.nlkit(&["diff", "old.yaml", "--spec", "new.yaml", "--fail-on", "wire"]).exits(1);
    assert!(ran.stdout.contains("switch-times"), "{ran:?}");
    let fou = root().join("specs/families/fou.yaml").display().to_string();
    let ran = folder.nlkit(&["diff", &fou, "--exit-code"]).exits(0);
    assert!(ran.stdout.contains("1 the same"), "{ran:?}");
}

#[test]
fn colors_are_for_terminals_or_who_asks() {
    let folder = lamps();
    let colored = folder.nlkit(&["diff", "old.yaml", "new.yaml", "--color", "always"]).stdout;
    assert!(colored.contains("\u{1b}[32m+ operation break: do 7\u{1b}[0m"), "{colored}");
    assert!(colored.contains("\u{1b}[1m\u{1b}[31m  [wire, api]\u{1b}[0m"), "{colored}");
    let plain = folder.nlkit(&["diff", "old.yaml", "new.yaml"]).stdout;
    assert!(!plain.contains('\u{1b}'));
}

#[test]
fn json_lines_and_yaml_have_the_same_as_json() {
    let folder = lamps();
    let output =
        |format: &str| folder.nlkit(&["diff", "old.yaml", "new.yaml", "-o", format]).exits(0);
    let json = output("json").json();
    let lines = output("jsonl").stdout;
    assert_eq!(lines.lines().count(), 1);
    assert_eq!(serde_json::from_str::<Value>(&lines).unwrap(), json);
    assert!(output("yaml").stdout.starts_with("families:\n- family: lamp\n"));
}

#[test]
fn it_says_what_is_wrong() {
    let wrong = LAMP.replace("type: u64", "type: u65");
    let folder = Folder::of(&[
        ("old.yaml", LAMP),
        ("wrong.yaml", &wrong),
        ("empty/x", ""),
        ("other/room.yaml", &LAMP.replace("name: lamp\ndoc", "name: room\ndoc")),
    ]);
    let fails = |args: &[&str], code: i32, text: &str| {
        let ran = folder.nlkit(&[&["diff"], args].concat()).exits(code);
        assert!(ran.stderr.contains(text) && ran.stdout.is_empty(), "{ran:?}");
    };
    fails(&[], 2, "<OLD>");
    fails(&["none.yaml", "old.yaml"], 7, "cannot read none.yaml: ");
    fails(&["old.yaml", "wrong.yaml"], 2, "--> wrong.yaml:");
    fails(&["old.yaml", "empty"], 2, "no specs in the folder empty");
    fails(&["old.yaml", "other"], 6, "no spec for the family `lamp` in the folder other");
    fails(&["old.yaml"], 6, "no spec for the family `lamp`");
    fails(&["old.yaml", "old.yaml", "--family", "lmap"], 6, "similar name: `lamp`");
    fails(&["old.yaml", "old.yaml", "--family", "zebra"], 6, "family `zebra`");
    fails(&["old.yaml", "old.yaml", "--fail-on", "docs"], 2, "[possible values: wire, api, any]");
    fails(&["old.yaml", "old.yaml", "--fail-on", "api", "--exit-code"], 2, "cannot be used with");
}

#[test]
fn the_help_explains_classes_and_json() {
    let help = nlkit_in(&root(), &["diff", "--help"]).exits(0).stdout;
    for word in ["added ", "wire ", "api ", "other ", "docs ", "implied", "summary"] {
        assert!(help.contains(word), "{word}");
    }
}
