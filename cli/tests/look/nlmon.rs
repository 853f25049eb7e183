use nlkit_tests::lab::Lab;
use nlkit_tests::namespace::{in_namespace, ip, ip_can};
use nlkit_tests::skip::absent;

use crate::monitor::Listening;
use crate::run::nlkit;

#[test]
fn linux_7_2() {
    let programs = ["ip", env!("CARGO_BIN_EXE_nlkit")];
    Lab { kernel: "7.2", modules: "nlmon", programs: &programs }.run();
}

#[test]
fn what_others_ask_is_heard() {
    if in_namespace() && ip_can("link add nlmon0 type nlmon") {
        hear();
    } else {
        absent("nlmon");
    }
}

#[test]
#[ignore = "runs in the lab"]
fn what_others_ask_is_heard_in_the_lab() {
    assert!(in_namespace());
    ip("link add nlmon0 type nlmon");
    hear();
}

/// Listens to the device `nlmon0` of this namespace, from inside and from outside.
fn hear() {
    let inside = format!("/proc/{}/task/{}/ns/net", std::process::id(), nix::unistd::gettid());
    let ran = nlkit("monitor --nlmon nlmon0");
    ran.fails(7, "`nlmon0` is down: nothing is heard there\n  help: `ip link set nlmon0 up`");
    ip("link set nlmon0 up");
    ip("link set lo up");
    let begin =
        move || Listening::begin(&format!("monitor --nlmon nlmon0 --netns {inside} -o jsonl"));
    for mut heard in [
        Listening::begin("monitor --nlmon nlmon0 -o jsonl"),
        std::thread::spawn(begin).join().unwrap(),
    ] {
        let ask = || drop(ip("link show lo"));
        let records = heard.until(ask, |it| it["operation"] == "getlink" && it["kind"] == "reply");
        let reply = records.last().unwrap();
        assert_eq!(reply["message"]["ifname"], "lo");
        assert_eq!(reply["to-kernel"], false);
        let is_its = |it: &&serde_json::Value| it["header"]["seq"] == reply["header"]["seq"];
        let request = records.iter().find(is_its).unwrap();
        assert_eq!(request["kind"], "request");
        assert_eq!(request["to-kernel"], true);
    }
}
