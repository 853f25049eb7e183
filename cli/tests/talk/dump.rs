//! `nlkit dump`.

use std::io::Read;
use std::process::Stdio;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use nlkit_tests::namespace::{in_namespace, ip};
use nlkit_tests::skip::absent;
use serde_json::json;

use crate::run::{command, nlkit};

#[test]
fn a_list_is_a_record_for_each_entry() {
    if !in_namespace() {
        return;
    }
    ip("link add left type veth peer name right");
    let names = |links: &[serde_json::Value]| -> Vec<_> {
        links.iter().map(|link| link["ifname"].as_str().unwrap().to_owned()).collect()
    };
    let links = nlkit("dump rt-link getlink -o json").json();
    assert_eq!(names(links.as_array().unwrap()), ["lo", "right", "left"]);
    assert_eq!(names(&nlkit("dump rt-link getlink -o jsonl").lines()), ["lo", "right", "left"]);
    let text = nlkit("dump netdev dev-get").out();
    assert!(text.starts_with("ifindex=1 xdp-features=[]"), "{text}");
    let yaml = nlkit("dump netdev dev-get -o yaml").out();
    assert!(yaml.starts_with("---\nifindex: 1\nxdp-features: []\n"), "{yaml}");
    assert_eq!(yaml.matches("---\n").count(), 3, "{yaml}");
}

#[test]
fn an_empty_list_is_empty() {
    if !in_namespace() {
        return;
    }
    assert_eq!(nlkit("dump rt-route getroute rtm-family=2").out(), "");
    assert_eq!(nlkit("dump rt-route getroute rtm-family=2 -o json").out(), "[]\n");
    assert_eq!(nlkit("dump rt-route getroute rtm-family=2 -o jsonl").out(), "");
    assert_eq!(nlkit("dump rt-route getroute rtm-family=2 -o json --retries 0").out(), "[]\n");
}

#[test]
fn a_list_can_be_asked_for_in_part() {
    if !in_namespace() {
        return;
    }
    ip("link add left type veth peer name right");
    ip("addr add 192.0.2.1/24 dev left");
    ip("addr add 192.0.2.2/24 dev right");
    let index = nlkit_tests::namespace::index_of("right");
    let addresses = nlkit(&format!("dump rt-addr getaddr ifa-index={index} -o json")).json();
    assert_eq!(addresses.as_array().unwrap().len(), 1, "{addresses}");
    assert_eq!(addresses[0]["local"], json!("192.0.2.2"));
}

#[test]
fn a_refused_list_prints_nothing() {
    let refused = "dump nlctrl getpolicy family-name=nonexistent -o json";
    nlkit(refused).fails(3, "nlkit: nlctrl getpolicy: ");
    nlkit(&format!("{refused} --retries 0")).fails(3, "No such file or directory (2)");
}

#[test]
fn retries_are_a_number() {
    nlkit("dump netdev dev-get --retries many").fails(2, "invalid value 'many'");
}

/// The kernel tells that a table changed while it was dumped. Links come and go here for as long as it takes
/// to see that once.
#[test]
fn a_list_that_changes_meanwhile_is_told_to_be_incomplete() {
    if !in_namespace() {
        return;
    }
    many_links();
    let is_over = AtomicBool::new(false);
    let incomplete = thread::scope(|scope| {
        // This thread is in the namespace of the one that began it.
        scope.spawn(|| {
            while !is_over.load(Ordering::Relaxed) {
                ip("link add flap type veth peer name flop");
                ip("link del flap");
            }
        });
        let mut runs = (0..50).map(|_| nlkit("dump rt-link getlink -o jsonl"));
        let incomplete = runs.find(|run| run.code != Some(0));
        is_over.store(true, Ordering::Relaxed);
        incomplete
    });
    let Some(run) = incomplete else { return absent("dump that was interrupted in 50 tries") };
    assert_eq!(run.code, Some(4), "{run:?}");
    assert!(run.stderr.starts_with("nlkit: rt-link getlink: "), "{}", run.stderr);
    assert!(run.stdout.lines().count() > 100, "what there is is printed: {}", run.stdout);
}

/// More than fits into one datagram.
fn many_links() {
    let lines: String =
        (0..100).map(|n| format!("link add l{n} type veth peer name r{n}\n")).collect();
    let batch = std::env::temp_dir().join(format!("nlkit-talk-links-{}", std::process::id()));
    std::fs::write(&batch, lines).unwrap();
    ip(&format!("-batch {}", batch.display()));
}

#[test]
fn who_reads_no_more_is_not_told() {
    if !in_namespace() {
        return;
    }
    many_links();
    for format in ["text", "json", "jsonl", "yaml"] {
        let mut command = command(&["dump", "rt-link", "getlink", "-o", format, "--retries", "0"]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let mut stderr = String::new();
        child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
        assert_eq!((child.wait().unwrap().code(), stderr.as_str()), (Some(141), ""), "{format}");
    }
}
