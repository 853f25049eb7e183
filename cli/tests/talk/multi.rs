//! `nlkit multi`.

use nlkit_tests::namespace::{in_namespace, ip_can, ip_json};
use serde_json::json;

use crate::run::{nlkit, run, run_with};

const LEFT: &str = "newlink ifname=left linkinfo.kind=veth --create --excl";
const RIGHT: &str = "newlink ifname=right linkinfo.kind=veth --create --excl";

#[test]
fn requests_go_together_and_each_has_its_outcome() {
    if !in_namespace() {
        return;
    }
    let both = format!("multi rt-link -o json {LEFT} -- {RIGHT}");
    let made = |index| json!({"index": index, "op": "newlink", "reply": null});
    assert_eq!(nlkit(&both).json(), json!([made(0), made(1)]));
    assert!(ip_can("link show left") && ip_can("link show right"));
    let again = nlkit(&format!("{both} -- getlink ifname=left -- getlink ifname=lo"));
    assert_eq!(again.code, Some(3));
    let outcomes: serde_json::Value = serde_json::from_str(&again.stdout).unwrap();
    assert_eq!(outcomes[0]["error"]["errno"], json!(17));
    for (index, name) in [(2, "left"), (3, "lo")] {
        let outcome = &outcomes[index];
        assert_eq!((&outcome["index"], &outcome["op"]), (&json!(index), &json!("getlink")));
        assert_eq!(outcome["reply"]["ifname"], json!(name));
    }
    assert_eq!((&outcomes[1]["index"], &outcomes[1]["op"]), (&json!(1), &json!("newlink")));
    assert_eq!(outcomes[1].get("reply"), None);
    let stderr = again.stderr;
    assert!(
        stderr.contains("rt-link newlink: request 0 of the batch: File exists (17)"),
        "{stderr}"
    );
    assert!(stderr.contains("request 1 of the batch"), "{stderr}");
}

#[test]
fn text_shows_replies_under_their_operations() {
    if !in_namespace() {
        return;
    }
    let text = nlkit("multi netdev dev-get ifindex=1 -- dev-get ifindex=1").out();
    let line = "dev-get  ifindex=1 xdp-features=[] xdp-rx-metadata-features=[] xsk-features=[]\n";
    assert_eq!(text, format!("0 {line}1 {line}"));
}

#[test]
fn flags_behind_an_operation_are_for_that_alone() {
    if !in_namespace() {
        return;
    }
    let only_second = format!("multi rt-link newlink ifname=left linkinfo.kind=veth -- {RIGHT}");
    nlkit(&only_second).fails(3, "rt-link newlink: request 0 of the batch: No such device (19)");
    assert!(!ip_can("link show left") && ip_can("link show right"));
    nlkit("multi rt-link getlink -- newlink --cerate").fails(2, "no flag `cerate`");
    let late = nlkit("multi rt-link getlink ifname=lo -- getlink ifname=lo -o json");
    late.fails(2, "help: other options stand before the first `--`");
    nlkit("multi rt-link getlink -- --").fails(2, "there is no operation behind `--`");
}

#[test]
fn requests_come_as_json() {
    if !in_namespace() {
        return;
    }
    let requests = json!([
        {"op": "newlink", "request": {"ifname": "left", "linkinfo": {"kind": "veth"}}, "flags": ["create", "excl"]},
        {"op": "getlink", "request": {"ifname": "left"}},
    ])
    .to_string();
    let outcomes = run(&["multi", "rt-link", "--json", &requests, "-o", "jsonl"]).lines();
    assert_eq!(outcomes[0], json!({"index": 0, "op": "newlink", "reply": null}));
    assert_eq!(outcomes[1]["reply"]["ifname"], json!("left"));
    let delete = "[{\"op\": \"dellink\", \"request\": {\"ifname\": \"left\"}}]";
    run_with(&["multi", "rt-link", "--json", "-"], delete).out();
    assert_eq!(ip_json("link show").len(), 1);
}

#[test]
fn json_that_is_no_list_of_requests_is_told() {
    let asked = |json: &str| run(&["multi", "rt-link", "--json", json]);
    asked("{}").fails(2, "--json: a list of requests");
    asked("[{}]").fails(2, "--json: [0]: a request has an `op`");
    asked("[{\"op\": \"getlink\"}, {\"op\": \"getlnk\"}]")
        .fails(6, "--json: [1]: family `rt-link`");
    asked("[{\"op\": \"getlink\", \"flags\": [\"cerate\"]}]").fails(2, "no flag `cerate`");
    asked("[{\"op\": \"getlink\", \"flags\": \"create\"}]").fails(2, "`flags` is a list");
    asked("[{\"op\": \"getlink\", \"reqest\": {}}]").fails(2, "no `reqest` here");
    asked("[{\"op\": \"getlink\", \"request\": [1]}]").fails(2, "a request is a JSON object");
    asked("[{\"op\": \"getlink\", \"request\": null}]").fails(2, "one without attributes is `{}`");
    asked("[{\"op\": \"getlink\", \"op\": \"getlink\"}]").fails(2, "`op` is given twice");
    asked("[{\"op\": \"getlink\", \"request\": {\"ifnme\": \"x\"}}]").fails(2, ".ifnme");
    nlkit("multi rt-link").fails(2, "Usage: nlkit multi");
    nlkit("multi rt-link --create --json []").fails(2, "each request has its `flags`");
}
