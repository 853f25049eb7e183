use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};

use nlkit_tests::namespace::{in_namespace, ip};
use serde_json::Value;

use crate::run::{command, nlkit};

/// The command at work, which hears what happens from now on.
pub(crate) struct Listening(Child);

impl Listening {
    pub(crate) fn begin(arguments: &str) -> Self {
        let mut command = command(arguments);
        Self(command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the command"))
    }

    /// The records that it prints until one is as wanted, while `cause` happens again and again.
    pub(crate) fn until(
        &mut self,
        mut cause: impl FnMut(),
        wanted: impl Fn(&Value) -> bool,
    ) -> Vec<Value> {
        let stdout = self.0.stdout.take().expect("stdout");
        let (sender, lines) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    break;
                }
            }
        });
        let mut records = Vec::new();
        for _ in 0..300 {
            cause();
            while let Ok(line) = lines.recv_timeout(std::time::Duration::from_millis(100)) {
                let record: Value = serde_json::from_str(&line).expect("JSON");
                let found = wanted(&record);
                records.push(record);
                if found {
                    return records;
                }
            }
        }
        panic!("it never came: {records:#?}");
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Makes a pair of devices, and removes it.
fn pair() {
    ip("link add look0 type veth peer name look1");
    ip("link del look0");
}

#[test]
fn all_protocols_are_heard() {
    if !in_namespace() {
        return;
    }
    let mut heard = Listening::begin("monitor -o jsonl");
    let is = |family: &'static str, name: &'static str| {
        move |record: &Value| record["family"] == family && record["operation"] == name
    };
    let both = std::cell::Cell::new((false, false));
    let records = heard.until(pair, |record| {
        let (route, generic) = both.get();
        let route = route || is("rt-link", "dellink-ntf")(record);
        both.set((route, generic || is("netdev", "dev-add-ntf")(record)));
        both.get() == (true, true)
    });
    assert!(records.iter().all(|record| record["to-kernel"] == false));
    assert!(
        records.iter().all(|record| record["kind"] != "reply" && record["kind"] != "request"),
        "{records:#?}"
    );
    let link = records.iter().find(|record| is("rt-link", "dellink-ntf")(record)).unwrap();
    assert!(link["message"]["ifname"].as_str().unwrap().starts_with("look"));
}

#[test]
fn a_family_and_a_group_are_heard_alone() {
    if !in_namespace() {
        return;
    }
    let mut heard = Listening::begin("monitor netdev:mgmt rt-link:rtnlgrp-link --time -o jsonl");
    let both = std::cell::Cell::new((false, false));
    let records = heard.until(pair, |record| {
        let (route, generic) = both.get();
        both.set((route || record["family"] == "rt-link", generic || record["family"] == "netdev"));
        both.get() == (true, true)
    });
    assert!(
        records.iter().all(|it| it["family"] == "rt-link" || it["family"] == "netdev"),
        "{records:#?}"
    );
    assert!(records.iter().all(|it| it["time"].as_str().is_some_and(|it| it.ends_with('Z'))));
}

#[test]
fn groups_of_a_protocol_are_heard_alone() {
    if !in_namespace() {
        return;
    }
    let mut heard = Listening::begin("monitor route:rtnlgrp-link,rtnlgrp-neigh -o jsonl");
    let seen = std::cell::Cell::new(0);
    let cause = || {
        pair();
        ip("address add 192.0.2.1/24 dev lo");
        ip("address del 192.0.2.1/24 dev lo");
    };
    let records = heard.until(cause, |record| {
        seen.set(seen.get() + usize::from(record["operation"] == "dellink-ntf"));
        seen.get() == 4
    });
    assert!(records.iter().all(|it| it["family"] != "rt-addr"), "{records:#?}");
    Listening::begin("monitor route:5 -o jsonl")
        .until(cause, |record| record["operation"] == "newaddr-ntf");
}

#[test]
fn it_ends_after_so_many_messages() {
    if !in_namespace() {
        return;
    }
    let mut heard = Listening::begin("monitor rt-link --count 2 -o json");
    let mut ended = None;
    for _ in 0..300 {
        pair();
        ended = heard.0.try_wait().unwrap();
        if ended.is_some() {
            break;
        }
    }
    assert!(ended.unwrap().success());
    let mut text = String::new();
    std::io::Read::read_to_string(heard.0.stdout.as_mut().unwrap(), &mut text).unwrap();
    let records: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(records.as_array().unwrap().len(), 2);
}

#[test]
fn it_ends_after_a_time() {
    let ran = nlkit("monitor rt-link --duration 10ms -o json");
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(serde_json::from_str::<Value>(&ran.stdout).unwrap().is_array());
}

#[test]
fn another_namespace_is_heard() {
    if !in_namespace() {
        return;
    }
    // The command is outside, and goes by the process that is inside.
    let inside = format!("/proc/{}/task/{}/ns/net", std::process::id(), nix::unistd::gettid());
    let mut heard = std::thread::spawn(move || {
        Listening::begin(&format!("monitor rt-link --netns {inside} -o jsonl"))
    })
    .join()
    .unwrap();
    heard.until(pair, |record| record["operation"] == "newlink-ntf");
}

#[test]
fn namespaces_with_a_number_are_heard_all() {
    if !in_namespace() {
        return;
    }
    let name = "nlkit-look-all";
    ip(&format!("netns add {name}"));
    ip(&format!("netns set {name} 7"));
    let mut heard = Listening::begin("monitor rt-link --all-namespaces -o jsonl");
    let pair = || {
        ip(&format!("-n {name} link add look0 type veth peer name look1"));
        ip(&format!("-n {name} link del look0"));
    };
    let records = heard.until(pair, |record| record["namespace"] == 7);
    drop(heard);
    ip(&format!("netns del {name}"));
    assert!(records.last().unwrap()["family"] == "rt-link");
}

#[test]
fn what_cannot_be_heard_is_told() {
    nlkit("monitor netdev:what")
        .fails(6, "family `netdev` has no group `what`\n  help: it has mgmt, page-pool");
    nlkit("monitor netdev:mgmtt").fails(6, "a similar name: `mgmt`");
    nlkit("monitor route:rtnlgrp-lnk").fails(6, "a similar name: `rtnlgrp-link`");
    nlkit("monitor usersock:x").fails(6, "no group `x`\n  help: its groups go by number");
    nlkit("monitor what-is-this").fails(6, "no spec for the family `what-is-this`");
    nlkit("monitor --duration x").fails(2, "a time is a number of seconds");
    nlkit("monitor --count 0").fails(2, "--count");
    nlkit("monitor --nlmon nlmon0 route").fails(2, "cannot be used with");
    nlkit("monitor --netns no-such-namespace").fails(7, "`no-such-namespace`");
    // A family with a spec that this kernel lacks, whichever that is.
    let all = nlkit("families --all -o jsonl").ok().records();
    let absent = all.iter().find(|family| family["in-kernel"] == false).unwrap();
    let name = absent["name"].as_str().unwrap();
    nlkit(&format!("monitor {name}")).fails(6, &format!("this kernel has no family `{name}`"));
}

#[test]
fn a_device_must_be_one_that_sees_netlink() {
    nlkit("monitor --nlmon lo")
        .fails(2, "`lo` is no nlmon device\n  help: `ip link add nlmon0 type nlmon`");
    nlkit("monitor --nlmon nosuch0").fails(7, "no device `nosuch0`");
}
