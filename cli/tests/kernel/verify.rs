//! `nlkit verify`.

use crate::{has, nlkit, spec, written};

/// Our spec of ethtool with one change: `phy-index`, which is of 32 bits, has 16.
fn with_wrong_type(test: &str) -> String {
    let (text, from) = (spec("ethtool.yaml"), "- name: phy-index\n        type: u32\n");
    assert_eq!(text.matches(from).count(), 1);
    written(test, "ethtool.yaml", &text.replace(from, "- name: phy-index\n        type: u16\n"))
}

#[test]
fn a_wrong_type_is_found_with_its_path() {
    if !has("ethtool") {
        return;
    }
    let right = nlkit(&["verify", "--family", "ethtool"]);
    assert_eq!((right.code, right.out.contains("  wrong ")), (0, false), "{}", right.out);
    let file = with_wrong_type("wrong-type");
    let wrong = nlkit(&["verify", &file]);
    assert_eq!((wrong.code, wrong.err.as_str()), (1, ""));
    let line = wrong.out.lines().nth(1).unwrap();
    assert!(line.starts_with("  wrong          "), "the worst comes first: {line}");
    assert!(line.ends_with(".header.phy-index: type: the spec says u16, the kernel u32"), "{line}");
}

#[test]
fn a_wrong_limit_is_found() {
    if !has("netdev") {
        return;
    }
    let (text, from) = (spec("netdev.yaml"), "name: ifindex, type: u32, checks: { min: 1 }");
    assert!(text.contains(from));
    let text = text.replace(from, "name: ifindex, type: u32, checks: { min: 2 }");
    let wrong = nlkit(&["verify", &written("wrong-limit", "netdev.yaml", &text)]);
    assert_eq!(wrong.code, 1, "{}", wrong.err);
    let found = "dev-get do .ifindex: min: the spec says 2, the kernel 1";
    assert!(wrong.out.contains(found), "{}", wrong.out);
}

#[test]
fn what_is_newer_than_the_kernel_fails_only_where_that_is_asked() {
    if !has("tcp_metrics") {
        return;
    }
    let more = "\n    - { name: to-come, value: 200, doc: To come., do: {} }\n";
    let text = written("newer", "tcp_metrics.yaml", &(spec("tcp_metrics.yaml") + more));
    let lenient = nlkit(&["verify", &text]);
    assert_eq!(lenient.code, 0, "{}{}", lenient.out, lenient.err);
    let newer = "  newer          operation to-come (200): the kernel has none\n";
    assert!(lenient.out.contains(newer), "{}", lenient.out);
    assert_eq!(nlkit(&["verify", &text, "--strict"]).code, 1);
}

#[test]
fn what_the_spec_lacks_is_told_apart_from_what_is_wrong() {
    if !has("tcp_metrics") {
        return;
    }
    let text = spec("tcp_metrics.yaml");
    assert_eq!(nlkit(&["verify", "--family", "tcp_metrics", "--strict"]).code, 0);
    let (less, _) = text.split_once("    - name: del\n").expect("the last operation");
    let less = written("less", "tcp_metrics.yaml", less);
    let ran = nlkit(&["verify", &less]);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    assert!(ran.out.contains("  not-in-spec    operation "), "{}", ran.out);
    assert_eq!(nlkit(&["verify", &less, "--strict"]).code, 1);
}

#[test]
fn what_agrees_and_what_cannot_be_checked_is_listed_on_request() {
    let ran = nlkit(&["verify", "--family", "nlctrl", "--verbose"]);
    assert_eq!(ran.code, 0);
    assert!(
        ran.out.contains("  agrees         getfamily do (and 1 more) .family-id: type: u16\n"),
        "{}",
        ran.out
    );
    let brief = nlkit(&["verify", "--family", "nlctrl"]);
    assert!(!brief.out.contains("  agrees  "), "{}", brief.out);
    assert!(brief.out.contains(" agrees"), "counted all the same: {}", brief.out);
}

#[test]
fn json_has_counts_and_findings() {
    if !has("ethtool") {
        return;
    }
    let file = with_wrong_type("json");
    let ran = nlkit(&["verify", &file, "-o", "json"]);
    assert_eq!(ran.code, 1);
    let found = &ran.json()[0];
    assert_eq!((&found["family"], &found["checked"]), (&"ethtool".into(), &true.into()));
    assert_eq!(found["spec"], file.as_str());
    assert!(found["summary"]["agrees"].as_u64().unwrap() > 100, "{found}");
    let wrong = &found["findings"][0];
    assert_eq!(wrong["level"], "wrong");
    assert_eq!((&wrong["aspect"], &wrong["set"]), (&"type".into(), &"header".into()));
    assert_eq!((&wrong["spec"], &wrong["kernel"]), (&"u16".into(), &"u32".into()));
    let lines = nlkit(&["verify", "--family", "nlctrl", "--family", "rt-link", "-o", "jsonl"]);
    assert_eq!(lines.out.lines().count(), 2, "a line for each family");
}

#[test]
fn raw_protocols_and_absent_families_are_not_checked() {
    let raw = nlkit(&["verify", "--family", "rt-link"]);
    assert_eq!(raw.code, 6);
    let text = "  not-checked    the kernel has no policies to ask for in a raw protocol\n";
    assert!(raw.out.ends_with(text), "{}", raw.out);
    let made_up = spec("tcp_metrics.yaml").replace("name: tcp_metrics\n", "name: nobody\n");
    let absent = nlkit(&["verify", &written("absent", "nobody.yaml", &made_up)]);
    assert_eq!(absent.code, 6);
    assert!(
        absent.out.ends_with("  not-in-kernel  the kernel has no such family\n"),
        "{}",
        absent.out
    );
    // One that can be checked makes the others no failure.
    let both = nlkit(&["verify", "--family", "rt-link", "--family", "nlctrl", "--strict"]);
    assert_eq!(both.code, 1, "limits that the spec does not say: {}", both.out);
    assert_eq!(nlkit(&["verify", "--family", "rt-link", "--family", "nlctrl"]).code, 0);
}

#[test]
fn a_folder_is_checked_whole() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../specs/families");
    let ran = nlkit(&["verify", folder, "-o", "json"]);
    let files = std::fs::read_dir(folder).unwrap().count();
    assert_eq!(ran.json().as_array().unwrap().len(), files);
}

#[test]
fn what_is_no_spec_is_told() {
    let none = nlkit(&["verify"]).failure(2);
    assert!(none.contains("no spec is named"), "{none}");
    let broken = nlkit(&["verify", &written("broken", "x.yaml", "name: x\ndoc: X.\n")]).failure(2);
    assert!(broken.contains("operations"), "{broken}");
    let unknown = nlkit(&["verify", "--family", "netdv"]).failure(6);
    assert!(unknown.contains("similar name: `netdev`"), "{unknown}");
    let netns = nlkit(&["verify", "--family", "nlctrl", "--netns", "no-such-namespace"]);
    assert!(netns.failure(7).contains("no-such-namespace"));
}
