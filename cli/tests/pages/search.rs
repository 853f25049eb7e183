//! `nlkit describe --search`.

use serde_json::Value;

use crate::{Folder, HOSTILE, failed, nlkit, printed};

fn hits(args: &[&str]) -> Vec<Value> {
    let args: Vec<&str> = args.iter().copied().chain(["-o", "json"]).collect();
    serde_json::from_str(&printed(&args)).unwrap()
}

#[test]
fn names_c_names_and_docs_are_searched_in_all_families() {
    let text = printed(&["describe", "--search", "ETHTOOL_A_RINGS_RX"]);
    let first = text.lines().next().unwrap();
    assert!(first.contains("ethtool") && first.contains("attr:rings.rx "), "{first}");
    let found = hits(&["describe", "--search", "page pool cache"]);
    assert!(found.iter().any(|hit| hit["address"] == "attr:page-pool-stats.recycle-cache-full"));
    let families = |found: &[Value]| {
        let mut families: Vec<String> = found.iter().map(|hit| hit["family"].to_string()).collect();
        families.sort();
        families.dedup();
        families.len()
    };
    assert!(families(&hits(&["describe", "--search", "ifindex"])) > 5);
    assert_eq!(families(&hits(&["describe", "netdev", "--search", "ifindex"])), 1);
}

#[test]
fn what_is_called_so_comes_first() {
    let found = hits(&["describe", "netdev", "--search", "NAPI"]);
    assert_eq!(found[0]["address"], "set:napi");
    let last = found.last().unwrap();
    // Only its docs have it.
    assert!(!last["address"].as_str().unwrap().contains("napi"), "{last}");
}

#[test]
fn whole_words_come_before_parts_of_words() {
    let found = hits(&["describe", "ethtool", "--search", "rings"]);
    assert_eq!(found[0]["address"], "set:rings");
    let found = hits(&["describe", "nl80211", "--search", "key"]);
    let names = |hit: &Value| format!("{}-{}", hit["address"], hit["c_name"]).to_lowercase();
    let has_key =
        |hit: &Value| names(hit).split(|it: char| !it.is_alphanumeric()).any(|it| it == "key");
    let first_without = found.iter().position(|hit| !has_key(hit)).unwrap();
    assert!(first_without > 10, "{first_without}: {}", found[first_without]);
    // Docs come last.
    let last = found.last().unwrap();
    assert!(!names(last).contains("key"), "{last}");
    // Names are written with hyphens, dots or underscores.
    assert_eq!(hits(&["describe", "--search", "rings_rx"])[0]["address"], "attr:rings.rx");
    let lines = printed(&["describe", "ethtool", "--search", "rings", "-o", "jsonl"]);
    assert_eq!(lines.lines().count(), hits(&["describe", "ethtool", "--search", "rings"]).len());
    assert!(lines.lines().all(|line| line.starts_with('{')), "{lines}");
}

#[test]
fn nothing_found_is_an_error() {
    let (code, text) = failed(&["describe", "--search", "no-such-thing anywhere"]);
    assert_eq!((code, text.as_str()), (6, "nlkit: nothing has `no-such-thing anywhere` in it\n"));
    let (code, text) = failed(&["describe", "--search", " "]);
    assert_eq!((code, text.as_str()), (2, "nlkit: there is no word to search for\n"));
    assert_eq!(failed(&["describe", "netdve", "--search", "x"]).0, 6);
    assert_eq!(failed(&["describe", "netdev", "dev", "--search", "x"]).0, 2);
}

#[test]
fn a_spec_that_is_wrong_is_told_and_passed_over() {
    let folder = Folder::new("passed-over");
    folder.write("wrong.yaml", &HOSTILE.replace("attributes: [id]", "attributes: [ip]"));
    let specs = folder.path().to_str().unwrap();
    let output = nlkit(&["describe", "--search", "xdp-act", "--specs", specs]);
    assert!(output.status.success());
    assert!(String::from_utf8_lossy(&output.stdout).contains("flags:xdp-act"));
    assert!(String::from_utf8_lossy(&output.stderr).contains("wrong.yaml:"));
}
