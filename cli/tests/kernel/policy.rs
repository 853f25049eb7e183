//! `nlkit policy`.

use nlkit::{Connection, Kind, Policy};
use serde_json::Value;

use crate::{families, has, nlkit};

#[test]
fn a_request_is_shown_with_names_types_and_limits() {
    if !has("netdev") {
        return;
    }
    let text = nlkit(&["policy", "netdev"]).success();
    assert!(text.starts_with("netdev  id "), "{text}");
    assert!(text.contains("\ndev-get (1)  do\n  ifindex (1)  u32, at least 1\n"), "{text}");
    assert!(text.contains("\ndev-get (1)  dump  takes no attributes\n"), "{text}");
    // A nest stands below, further in.
    assert!(text.contains("  queues (2)   nested\n    id (1)    u32\n"), "{text}");
    assert!(text.contains("bind-rx (13)  do, needs CAP_NET_ADMIN"), "{text}");
    assert!(!text.contains('\x1b'), "no colours in a pipe: {text}");
    let colored = nlkit(&["policy", "netdev", "--color", "always"]).success();
    assert!(colored.contains("\x1b[36mifindex (1)\x1b[0m"), "{colored}");
}

#[test]
fn an_operation_is_named_or_numbered() {
    if !has("netdev") {
        return;
    }
    let named = nlkit(&["policy", "netdev", "queue-get"]).success();
    assert!(named.contains("queue-get (10)  do\n") && !named.contains("dev-get (1)"), "{named}");
    assert_eq!(nlkit(&["policy", "netdev", "10"]).success(), named);
    let wrong = nlkit(&["policy", "netdev", "queue-gt"]).failure(6);
    let expected = "nlkit: the running kernel's `netdev` has no operation `queue-gt`\n  \
                    help: there is one with a similar name: `queue-get`\n";
    assert_eq!(wrong, expected);
    let wrong = nlkit(&["policy", "netdev", "99"]).failure(6);
    assert!(wrong.contains("`nlkit policy netdev` shows all of them"), "{wrong}");
}

#[test]
fn families_without_a_spec_go_by_numbers() {
    if !has("TASKSTATS") {
        return;
    }
    let text = nlkit(&["policy", "TASKSTATS", "1"]).success();
    assert!(text.contains("no spec: numbers for names"), "{text}");
    assert!(
        text.contains("\noperation 1  do, needs CAP_NET_ADMIN\n  1  u32\n  2  u32\n"),
        "{text}"
    );
    let wrong = nlkit(&["policy", "TASKSTATS", "get"]).failure(6);
    assert!(wrong.contains("there is no spec with names: operations go by number"), "{wrong}");
}

#[test]
fn a_family_without_policies_says_so() {
    if !has("VFS_DQUOT") {
        return;
    }
    let text = nlkit(&["policy", "VFS_DQUOT"]).success();
    assert!(text.ends_with("\n  it has no policies\n"), "{text}");
}

#[test]
fn all_that_the_kernel_tells_is_in_the_json() {
    let mut connection = Connection::generic().unwrap();
    for family in families() {
        let policies = connection.policy_of(&family).unwrap();
        let shown = nlkit(&["policy", &family, "-o", "json"]).success();
        let shown: Value = serde_json::from_str(&shown).unwrap();
        let info = policies.family().unwrap();
        assert_eq!((&shown["family"], &shown["id"]), (&family.clone().into(), &info.id.into()));
        let operations = shown["operations"].as_array().unwrap();
        assert_eq!(operations.len(), policies.operations().count());
        for (shown, theirs) in operations.iter().zip(policies.operations()) {
            assert_eq!(shown["id"], theirs.id(), "{family}");
            for (mode, can, policy) in [
                ("do", theirs.can_do(), theirs.of_do()),
                ("dump", theirs.can_dump(), theirs.of_dump()),
            ] {
                assert_eq!(shown.get(mode).is_some(), can, "{family} {mode}");
                assert_eq!(shown.get(mode).is_some_and(Value::is_object), policy.is_some());
                if let Some(policy) = policy {
                    assert_shows(&shown[mode], policy);
                }
            }
        }
    }
}

/// Asserts that a table has what a policy lists, and so what is in it.
fn assert_shows(shown: &Value, policy: Policy<'_>) {
    assert_eq!(shown["policy"], policy.index());
    let Some(attributes) = shown.get("attributes") else {
        assert_eq!(shown["repeated"], true);
        return;
    };
    let attributes = attributes.as_array().unwrap();
    assert_eq!(attributes.len(), policy.attributes().count());
    for (shown, theirs) in attributes.iter().zip(policy.attributes()) {
        let info = theirs.info();
        assert_eq!(shown["id"], theirs.id());
        assert_eq!(shown["type"], theirs.kind().map_or("unknown", Kind::name));
        let max = info.max.map(Value::from).or(info.max_signed.map(Value::from));
        assert_eq!(shown.get("max-value"), max.as_ref());
        assert_eq!(shown.get("max-length"), info.max_len.map(Value::from).as_ref());
        match theirs.inside() {
            Some(inside) => assert_shows(shown, inside),
            None => assert_eq!(shown.get("policy"), None),
        }
    }
}

#[test]
fn every_format_has_the_same_data() {
    let json = nlkit(&["policy", "nlctrl", "-o", "json"]).json();
    assert_eq!(nlkit(&["policy", "nlctrl", "-o", "jsonl"]).json(), json);
    let yaml = nlkit(&["policy", "nlctrl", "-o", "yaml"]).success();
    assert!(yaml.starts_with("family: nlctrl\nid: 16\n"), "{yaml}");
}

#[test]
fn families_that_are_not_there_or_cannot_be_asked_are_told() {
    let absent = nlkit(&["policy", "nlctrx"]).failure(6);
    let expected = "nlkit: the running kernel has no family `nlctrx`\n  \
                    help: it has one with a similar name: `nlctrl`\n";
    assert_eq!(absent, expected);
    let absent = nlkit(&["policy", "a-name-too-long-for-any"]).failure(6);
    assert!(absent.contains("`nlkit families` lists those that it has"), "{absent}");
    let raw = nlkit(&["policy", "rt-link"]).failure(6);
    assert!(raw.contains("`rt-link` is of a raw protocol, 0: only generic netlink tells"), "{raw}");
    assert!(nlkit(&["policy"]).failure(2).contains("<FAMILY>"));
}

#[test]
fn another_namespace_is_asked_by_name_path_or_process() {
    let own = nlkit(&["policy", "nlctrl"]).success();
    assert_eq!(nlkit(&["policy", "nlctrl", "--netns", "/proc/self/ns/net"]).success(), own);
    let pid = std::process::id().to_string();
    assert_eq!(nlkit(&["policy", "nlctrl", "--netns", &pid]).success(), own);
    let wrong = nlkit(&["policy", "nlctrl", "--netns", "no-such-namespace"]).failure(7);
    assert!(wrong.contains("no-such-namespace"), "{wrong}");
}
