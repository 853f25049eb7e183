use nlkit_tests::namespace::{in_namespace, ip, ip_can};
use nlkit_tests::skip::absent;
use serde_json::Value;

use crate::run::nlkit;

/// Where the running kernel has nlmon: the lab's have, as a module.
#[test]
fn requests_and_answers_of_others_are_heard() {
    if !in_namespace() {
        return;
    }
    if !ip_can("link add nlmon0 type nlmon") {
        return absent("nlmon");
    }
    nlkit("monitor --nlmon nlmon0 --duration 10ms").fails(7, "`nlmon0` is down");
    ip("link set nlmon0 up");
    let namespace = nix::unistd::gettid();
    let listening = std::thread::spawn(move || {
        let netns = format!("/proc/{}/task/{namespace}/ns/net", std::process::id());
        nlkit(&format!("monitor --nlmon nlmon0 --netns {netns} --duration 3 -o jsonl"))
    });
    while !listening.is_finished() {
        assert!(nlkit("do rt-link getlink ifi-index=1").code == 0);
    }
    let records = listening.join().unwrap().ok().records();
    let has = |kind: &str| {
        let is = |it: &&Value| it["operation"] == "getlink" && it["kind"] == kind;
        assert!(records.iter().any(|it| is(&it)), "{kind}: {records:#?}");
    };
    has("request");
    has("reply");
}
