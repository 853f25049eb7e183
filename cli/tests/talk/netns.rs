//! `--netns`.

use std::process::{Child, Command, Stdio};
use std::thread;

use nlkit_tests::namespace::{in_namespace, ip};
use nlkit_tests::skip::{is_root, skip};
use serde_json::Value;

use crate::run::nlkit;

/// A process in a network namespace of its own, with a device `inside`.
struct Elsewhere(Child);

impl Elsewhere {
    fn new() -> Self {
        let there = thread::spawn(|| {
            assert!(in_namespace());
            ip("link add inside type veth peer name other");
            Command::new("cat").stdin(Stdio::piped()).spawn().unwrap()
        });
        Self(there.join().unwrap())
    }
}

impl Drop for Elsewhere {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[track_caller]
fn assert_is_inside(arguments: &str) {
    let links = nlkit(&format!("{arguments} -o json")).json();
    let has = |link: &Value| link["ifname"] == "inside";
    assert!(links.as_array().unwrap().iter().any(has), "{links}");
}

#[test]
fn a_namespace_is_found_by_process_path_or_name() {
    if !is_root() {
        return skip("a network namespace needs root");
    }
    let there = Elsewhere::new();
    let pid = there.0.id();
    assert_is_inside(&format!("dump rt-link getlink --netns {pid}"));
    assert_is_inside(&format!("dump rt-link getlink --netns /proc/{pid}/ns/net"));
    let name = format!("nlkit-talk-{pid}");
    ip(&format!("netns attach {name} {pid}"));
    let outcome = std::panic::catch_unwind(|| {
        assert_is_inside(&format!("dump rt-link getlink --netns {name}"));
        let link =
            nlkit(&format!("do rt-link getlink ifname=inside --netns {name} -o json")).json();
        assert_eq!(link["ifname"], "inside");
    });
    ip(&format!("netns del {name}"));
    outcome.unwrap();
}

#[test]
fn a_namespace_that_is_not_there_is_told() {
    let missing = nlkit("dump rt-link getlink --netns nlkit-nowhere");
    missing.fails(7, "nlkit: network namespace `nlkit-nowhere`: ");
    nlkit("dump rt-link getlink --netns /nonexistent").fails(7, "no namespace is mounted there");
    nlkit("dump rt-link getlink --netns 4000000000").fails(7, "there is no such process");
}
