//! What `diff` says of the Rust API against the code itself: what of the old code's public items the new
//! code does not have is an `api` change, and where there is none it has all.

use std::collections::BTreeSet;
use std::path::Path;

use nlkit_tests::skip::folder;

use super::corpora::{KERNELS, pairs};
use super::{Folder, LAMP, nlkit_in, root};

/// The public items of generated code, each with its type: `Lamp.id: Option<u32>`, `Mode::ON`.
fn items(code: &str) -> BTreeSet<String> {
    let mut items = BTreeSet::new();
    let mut owner = String::new();
    for line in code.lines() {
        let word = |rest: &str| {
            rest.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap().to_owned()
        };
        let (indent, text) = (line.len() - line.trim_start().len(), line.trim());
        if let Some(rest) = text.strip_prefix("impl ").filter(|_| indent == 0) {
            // Of `impl nl::Do for GetRequest` what it is for; its reply is part of it.
            owner = rest.rsplit(" for ").next().map(word).unwrap();
        } else if let Some(rest) = text.strip_prefix("pub struct ") {
            owner = word(rest);
            items.insert(rest.split(" {").next().unwrap().to_owned());
        } else if let Some(rest) = text.strip_prefix("pub enum ") {
            owner = word(rest);
            items.insert(rest.split(" {").next().unwrap().to_owned());
        } else if let Some(rest) = text.strip_prefix("pub const ") {
            // Its value is no matter of types.
            let rest = rest.split(" = ").next().unwrap().trim_end_matches(" =");
            let of = if indent == 0 { "" } else { &owner };
            items.insert(format!("{of}::{rest}"));
        } else if let Some(rest) = text.strip_prefix("pub type ") {
            items.insert(format!("{} (type)", word(rest)));
        } else if let Some(rest) = text.strip_prefix("pub ").filter(|_| indent == 4) {
            items.insert(format!("{owner}.{rest}"));
        } else if let Some(rest) = text.strip_prefix("type Reply = ") {
            items.insert(format!("{owner} replies {rest}"));
        } else if indent == 4 && text.starts_with(char::is_uppercase) && text.ends_with(',') {
            items.insert(format!("{owner}::{text}"));
        }
    }
    items
}

fn code(folder: &Path, spec: &str) -> BTreeSet<String> {
    let args = ["generate", spec, "--stdout", "--layout", "file", "--allow-unknown-keys"];
    items(&nlkit_in(folder, &args).exits(0).stdout)
}

/// The items that are gone, and whether `diff` says that the API breaks.
fn compare(folder: &Path, old: &str, new: &str) -> (Vec<String>, bool) {
    // An alias that becomes a struct of the same name, and the reverse, is still a type of that name.
    let name = |item: &String| item.trim_end_matches(" (type)").to_owned();
    let new_items: BTreeSet<String> = code(folder, new).iter().map(name).collect();
    let old_items: BTreeSet<String> = code(folder, old).iter().map(name).collect();
    let gone = old_items.difference(&new_items).cloned().collect();
    let ran = nlkit_in(folder, &["diff", old, new, "--fail-on", "api"]);
    assert!(matches!(ran.code, 0 | 1), "{ran:?}");
    (gone, ran.code == 1)
}

#[test]
fn items_of_code_are_read() {
    let folder = Folder::of(&[("lamp.yaml", LAMP)]);
    let items = code(&folder.0, "lamp.yaml");
    let expected = [
        "::MAX_LAMPS: u64",
        "::EVENTS: nl::Group<Notification>",
        "Mode(pub u8);",
        "Mode::BLINK: Self",
        "Bulb.volt: u16,",
        "Timer.on_ms: Option<u32>,",
        "GetReply.label: Option<nl::NlString>,",
        "GetRequest replies GetReply;",
        "Notification::Changed(GetReply),",
    ];
    for item in expected {
        assert!(items.contains(item), "{item} in {items:#?}");
    }
}

#[test]
fn each_single_change_of_a_spec_breaks_the_api_as_the_code_does() {
    let changes = [
        ("{ name: label, type: string }", "{ name: title, type: string }", "label", "title"),
        ("name: off-ms, type: u32", "name: off-ms, type: u64", "", ""),
        ("name: port, type: u16", "name: port, type: u16, byte-order: big-endian", "", ""),
        (
            "type: nest, nested-attributes: timer",
            "type: nest, nested-attributes: timer, multi-attr: true",
            "",
            "",
        ),
        ("name: mode, type: u8", "name: mode, type: u32", "", ""),
        ("{ name: blink, value: 4 }", "{ name: blink, value: 5 }", "", ""),
        ("{ name: blink, value: 4 }", "{ name: blinks, value: 4 }", "", ""),
        ("name: lumen, type: u16", "name: lumen, type: u8", "", ""),
        ("name: volt, type: u16", "name: volts, type: u16", "", ""),
        ("name: max-lamps", "name: most-lamps", "", ""),
        ("list: [{ name: events", "list: [{ name: news", "mcgrp: events", "mcgrp: news"),
        ("{ name: drop, doc: Break.", "{ name: break, doc: Break.", "", ""),
        ("{ name: changed, doc", "{ name: differs, doc", "", ""),
        (
            "dump: { reply: { attributes: [id, mode] } }",
            "dump: { reply: { attributes: [id] } }",
            "",
            "",
        ),
        ("      dump: { reply: { attributes: [id, mode] } }\n", "", "", ""),
        ("name: joule, type: u64", "name: joule, type: u32", "", ""),
        ("name: gone, type: u64", "name: gone, type: binary", "", ""),
        (
            "name: room-name",
            "name: room_name",
            "label, kind, gone, room-name",
            "label, kind, gone, room_name",
        ),
        ("checks: { min: 1 }", "checks: { min: 2 }", "", ""),
        ("flags: [admin-perm]", "flags: [uns-admin-perm]", "", ""),
        ("doc: Turn.", "doc: Turn it.", "", ""),
    ];
    let (mut breaks, mut keeps) = (0, 0);
    for (from, to, also_from, also_to) in changes {
        assert!(LAMP.contains(from) && LAMP.contains(also_from), "{from}");
        let new = LAMP.replace(from, to);
        let new = if also_from.is_empty() { new } else { new.replace(also_from, also_to) };
        let folder = Folder::of(&[("old.yaml", LAMP), ("new.yaml", &new)]);
        let (gone, told) = compare(&folder.0, "old.yaml", "new.yaml");
        assert_eq!(!gone.is_empty(), told, "{from} -> {to}: {gone:?}");
        if told { breaks += 1 } else { keeps += 1 }
    }
    assert!(breaks >= 10 && keeps >= 6, "{breaks} break, {keeps} do not");
}

#[test]
fn corpora_break_the_api_where_their_code_does() {
    let Some(specs) = folder("NLKIT_KERNEL_SPECS") else { return };
    for (old, new) in pairs(&specs, KERNELS) {
        let (gone, told) = compare(&root(), &old, &new);
        assert_eq!(!gone.is_empty(), told, "{new}: {gone:?}");
    }
}
