//! `nlkit subscribe`.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, Command, Stdio};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use nlkit_tests::namespace::{in_namespace, ip};
use serde_json::{Value, json};

use crate::run::{Run, command, finish, nlkit};

/// Starts `nlkit` with arguments that a space separates.
fn start(arguments: &str) -> Child {
    let mut command = command(&arguments.split(' ').collect::<Vec<_>>());
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

/// Does something to be told of, over and over, until the process has heard enough: when it began to
/// listen nobody tells.
fn until_done(mut child: Child, mut act: impl FnMut()) -> Run {
    while child.try_wait().unwrap().is_none() {
        act();
    }
    finish(child)
}

fn link_comes_and_goes() {
    ip("link add left type veth peer name right");
    ip("link del left");
}

#[test]
fn what_is_told_is_printed_until_it_is_enough() {
    if !in_namespace() {
        return;
    }
    let told = start("subscribe netdev:mgmt --count 2 -o json");
    let told = until_done(told, link_comes_and_goes).json();
    assert_eq!(told.as_array().unwrap().len(), 2, "{told}");
    assert_eq!(told[0]["family"], json!("netdev"));
    assert!(told[0]["name"].as_str().unwrap().starts_with("dev-"), "{told}");
    assert!(told[0]["msg"]["ifindex"].is_u64(), "{told}");
}

#[test]
fn text_has_the_name_before_the_message() {
    if !in_namespace() {
        return;
    }
    let told = until_done(start("subscribe netdev:mgmt --count 1"), link_comes_and_goes).out();
    assert!(told.starts_with("netdev dev-"), "{told}");
    assert!(told.contains("ifindex"), "{told}");
}

#[test]
fn several_families_and_protocols_are_heard_together() {
    if !in_namespace() {
        return;
    }
    let groups = "netdev rt-link:rtnlgrp-link rt-addr:rtnlgrp-ipv4-ifaddr";
    let told = start(&format!("subscribe {groups} --count 40 -o jsonl"));
    let told = until_done(told, || {
        ip("link add left type veth peer name right");
        ip("addr add 192.0.2.1/24 dev left");
        ip("link del left");
    });
    let told = told.lines();
    let heard: Vec<_> = told.iter().map(|it| format!("{} {}", it["family"], it["name"])).collect();
    for expected in ["netdev", "rt-link", "rt-addr"] {
        assert!(told.iter().any(|it| it["family"] == expected), "{expected} in {heard:?}");
    }
    for expected in ["dev-del-ntf", "dellink-ntf", "deladdr-ntf"] {
        assert!(told.iter().any(|it| it["name"] == expected), "{expected} in {heard:?}");
    }
}

#[test]
fn a_group_can_be_given_by_its_number() {
    if !in_namespace() {
        return;
    }
    let told = until_done(start("subscribe rt-link:1 --count 1 -o jsonl"), link_comes_and_goes);
    assert_eq!(told.lines()[0]["family"], json!("rt-link"));
}

#[test]
fn it_ends_after_a_time() {
    if !in_namespace() {
        return;
    }
    assert_eq!(nlkit("subscribe netdev:mgmt --duration 10ms").out(), "");
    assert_eq!(nlkit("subscribe netdev:mgmt --duration 10ms -o json").out(), "[]\n");
}

#[test]
fn too_few_in_the_time_are_a_timeout() {
    if !in_namespace() {
        return;
    }
    let missed = nlkit("subscribe netdev:mgmt --duration 10ms --count 3");
    missed.fails(5, "the time is over, 3 notifications before the count");
    let missed = nlkit("subscribe netdev:mgmt --duration 10ms --count 1");
    missed.fails(5, "the time is over, 1 notification before the count");
    let silent = nlkit("subscribe netdev:mgmt --timeout 10ms");
    silent.fails(5, "nothing was told for the time of --timeout");
}

/// What is said in a format where so many links changed while nobody read, up to the first line that
/// `is_last`, after which it is ended; the exit code, and what is on stderr.
fn flooded(format: &str, changes: usize, is_last: &dyn Fn(&str) -> bool) -> Run {
    let mut child = start(&format!("subscribe rt-link:rtnlgrp-link -o {format}"));
    let id = Pid::from_raw(child.id().try_into().unwrap());
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    let mut printed = String::new();
    std::thread::scope(|scope| {
        let reader = scope.spawn(|| stdout.read_line(&mut printed));
        while !reader.is_finished() {
            link_comes_and_goes();
        }
    });
    kill(id, Signal::SIGSTOP).unwrap();
    let lines = (0..changes).map(|number| format!("link set lo mtu {}\n", 1000 + number));
    let mut batch = Command::new("ip").args(["-batch", "-"]).stdin(Stdio::piped()).spawn().unwrap();
    batch.stdin.take().unwrap().write_all(lines.collect::<String>().as_bytes()).unwrap();
    assert!(batch.wait().unwrap().success());
    kill(id, Signal::SIGCONT).unwrap();
    let mut line = String::new();
    while !is_last(&line) {
        line.clear();
        assert!(stdout.read_line(&mut line).unwrap() > 0, "{printed}");
        printed += &line;
    }
    kill(id, Signal::SIGINT).unwrap();
    stdout.read_to_string(&mut printed).unwrap();
    Run { stdout: printed, ..finish(child) }
}

#[test]
fn what_comes_while_nobody_reads_waits_in_a_large_buffer() {
    if !in_namespace() {
        return;
    }
    let changes = 1500;
    let last = format!("\"mtu\":{}", 1000 + changes - 1);
    let run = flooded("jsonl", changes, &|line| line.contains(&last));
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""));
    let count = run.stdout.lines().filter(|line| line.contains("\"ifname\":\"lo\"")).count();
    assert_eq!(count, changes);
}

#[test]
fn a_gap_is_told_once_where_it_is() {
    if !in_namespace() {
        return;
    }
    let lost = "messages were lost";
    for (format, kind) in [
        ("jsonl", "\"kind\":\"fault\""),
        ("json", "\"kind\": \"fault\""),
        ("yaml", "kind: fault"),
        ("text", "! "),
    ] {
        let run = flooded(format, 20_000, &|line| line.contains(lost));
        assert_eq!((run.code, run.stderr.as_str()), (Some(4), ""), "{format}");
        assert_eq!(run.stdout.matches(lost).count(), 1, "{format}");
        assert!(run.stdout.contains(kind), "{format}");
    }
}

#[test]
fn groups_that_are_not_there_are_unknown() {
    nlkit("subscribe netdev:mgmt,mgmnt").fails(6, "no group `mgmnt`");
    nlkit("subscribe netdev:mgmnt").fails(6, "help: there is one with a similar name: `mgmt`");
    nlkit("subscribe rt-link:nothing").fails(6, "help: the spec has rtnlgrp-link");
    nlkit("subscribe nlctrl:nothing").fails(6, "no group `nothing`");
    nlkit("subscribe netdef").fails(6, "no spec for the family `netdef`");
    nlkit("subscribe netdev mgmt")
        .fails(6, "help: a group stands behind its family: `netdev:mgmt`");
    nlkit("subscribe tcp_metrics").fails(6, "the spec of `tcp_metrics` has no groups");
    nlkit("subscribe").fails(2, "Usage: nlkit subscribe");
    nlkit("subscribe netdev --count 0").fails(2, "invalid value '0'");
}

/// Ends a process that has printed a record by a signal; what it printed after that one.
fn ended_by(signal: Signal, format: &str) -> (Option<i32>, String, String) {
    let mut child = start(&format!("subscribe rt-link:rtnlgrp-link -o {format}"));
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    let (mut printed, mut is_told) = (String::new(), false);
    // Links come and go in this namespace, until something has been told.
    std::thread::scope(|scope| {
        let reader = scope.spawn(|| stdout.read_line(&mut printed));
        while !reader.is_finished() {
            link_comes_and_goes();
        }
        is_told = reader.join().unwrap().unwrap() > 0;
    });
    assert!(is_told);
    kill(Pid::from_raw(child.id().try_into().unwrap()), signal).unwrap();
    stdout.read_to_string(&mut printed).unwrap();
    let run = finish(child);
    (run.code, printed, run.stderr)
}

#[test]
fn a_stream_that_is_ended_is_whole() {
    if !in_namespace() {
        return;
    }
    for signal in [Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP] {
        let (code, json, stderr) = ended_by(signal, "json");
        assert_eq!((code, stderr.as_str()), (Some(0), ""), "{signal}");
        let told: Value = serde_json::from_str(&json).expect(&json);
        assert!(!told.as_array().unwrap().is_empty());
    }
    let (code, lines, _) = ended_by(Signal::SIGINT, "jsonl");
    assert_eq!(code, Some(0));
    assert!(lines.lines().all(|line| serde_json::from_str::<Value>(line).is_ok()), "{lines}");
}

#[test]
fn who_waits_for_a_count_is_interrupted() {
    if !in_namespace() {
        return;
    }
    let mut child = start("subscribe rt-link:rtnlgrp-link --count 100000 -o jsonl");
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    std::thread::scope(|scope| {
        let reader = scope.spawn(|| stdout.read_line(&mut line));
        while !reader.is_finished() {
            link_comes_and_goes();
        }
    });
    kill(Pid::from_raw(child.id().try_into().unwrap()), Signal::SIGINT).unwrap();
    assert_eq!(finish(child).code, Some(130));
}
