use nlkit_tests::namespace::{in_namespace, ip, ip_can};
use serde_json::Value;

use crate::run::nlkit;

#[test]
fn the_table_has_a_line_for_each_family_of_the_kernel() {
    let ran = nlkit("families").ok();
    let lines: Vec<&str> = ran.stdout.lines().collect();
    let heading: Vec<&str> = lines[0].split_whitespace().collect();
    assert_eq!(heading, ["FAMILY", "ID", "VERSION", "OPERATIONS", "GROUPS", "SPEC"]);
    let controller: Vec<&str> = lines[1].split_whitespace().collect();
    assert_eq!(controller, ["nlctrl", "16", "2", "2", "notify", "built", "in"]);
    let mut conn = nlkit::Connection::generic().unwrap();
    assert_eq!(lines.len() - 1, conn.families().unwrap().len());
    // All columns begin at the same place.
    let column = lines[0].find("SPEC").unwrap();
    assert!(lines.iter().all(|line| line.as_bytes().get(column - 1) == Some(&b' ')), "{lines:#?}");
}

#[test]
fn all_adds_families_that_this_kernel_lacks_and_those_without_generic_netlink() {
    let all = nlkit("families --all -o jsonl").ok().records();
    let known = nlkit("families -o jsonl").ok().records();
    assert!(all.len() > known.len());
    assert!(known.iter().all(|family| family["in-kernel"] == true));
    let of = |name: &str| all.iter().find(|family| family["name"] == name).unwrap();
    assert_eq!(of("rt-link")["protocol"], "route");
    assert_eq!(of("rt-link")["in-kernel"], Value::Null);
    assert_eq!(of("nftables")["protocol"], "netfilter");
    // Whatever the kernel lacks: there are more families with a spec than any kernel has.
    let absent = all.iter().find(|family| family["in-kernel"] == false).unwrap();
    assert_eq!(absent["protocol"], "generic");
    assert_eq!(absent.get("id"), None);
    assert_eq!(absent["spec"], "built in");
    let table = nlkit("families --all").ok().stdout;
    let link = table.lines().find(|line| line.starts_with("rt-link ")).unwrap();
    let cells: Vec<&str> = link.split_whitespace().collect();
    let expected =
        ["rt-link", "route", "-", "8", "rtnlgrp-link", "rtnlgrp-ipv6-ifinfo", "rtnlgrp-stats"];
    assert_eq!(cells.get(..7), Some(&expected[..]), "{link}");
}

#[test]
fn a_family_is_shown_with_operations_groups_and_their_numbers() {
    let family = nlkit("families nlctrl -o json").ok();
    let family: Value = serde_json::from_str(&family.stdout).unwrap();
    assert_eq!(family["id"], 16);
    assert_eq!(
        family["operations"][0],
        serde_json::json!({
            "id": 3, "name": "getfamily", "do": true, "dump": true, "permission": "any", "policy": true,
        })
    );
    assert_eq!(family["groups"], serde_json::json!([{ "name": "notify", "id": 16 }]));
    let text = nlkit("families nlctrl").ok().stdout;
    assert!(text.starts_with("nlctrl  id 16, version 2"), "{text}");
    assert!(text.contains("\ngetpolicy  10      dump\n"), "{text}");
    // By its id as well.
    assert_eq!(nlkit("families 16").ok().stdout, text);
    assert!(nlkit("families 16 -o yaml").ok().stdout.starts_with("name: nlctrl\n"));
}

#[test]
fn permissions_are_those_that_the_kernel_tells() {
    let family = nlkit("families ethtool -o json").ok().stdout;
    let family: Value = serde_json::from_str(&family).unwrap();
    let operations = family["operations"].as_array().unwrap();
    let of = |name: &str| operations.iter().find(|it| it["name"] == name).unwrap();
    assert_eq!(of("rings-get")["permission"], "any");
    assert_eq!(of("rings-set")["permission"], "namespace-admin");
    assert_eq!(of("rings-set")["dump"], false);
}

#[test]
fn a_family_of_a_spec_alone_has_its_operations() {
    let text = nlkit("families rt-link").ok().stdout;
    assert!(
        text.starts_with("rt-link  without generic netlink, protocol route\nspec: built in\n"),
        "{text}"
    );
    assert!(text.contains("\ngetlink      18   do  dump\n"), "{text}");
    assert!(text.contains("\nrtnlgrp-link         1\n"), "{text}");
}

#[test]
fn a_spec_of_a_folder_comes_before_the_built_in_one() {
    let folder = crate::run::data("specs");
    let text = nlkit(&format!("families --specs {} nlctrl", folder.display())).ok().stdout;
    assert!(text.contains("nlctrl.yaml\n"), "{text}");
    assert!(text.contains("\nlook-up"), "the names are those of that spec: {text}");
}

#[test]
fn a_family_that_nobody_has_is_told_with_a_similar_name() {
    nlkit("families netdv")
        .fails(6, "has a family `netdv`\n  help: there is one with a similar name: `netdev`");
    nlkit("families what-is-this").fails(6, "`nlkit families --all` lists those that there are");
    nlkit("families --netns no-such-namespace").fails(7, "`no-such-namespace`");
}

#[test]
fn another_namespace_is_asked() {
    if !in_namespace() || !ip_can("netns list") {
        return;
    }
    let name = "nlkit-look-families";
    ip(&format!("netns add {name}"));
    let there = nlkit(&format!("families --netns {name} -o jsonl"));
    let here = nlkit(&format!("families --netns {} -o jsonl", std::process::id()));
    ip(&format!("netns del {name}"));
    // Some families are of the first namespace only.
    let names = |ran: crate::run::Ran| -> Vec<Value> {
        ran.ok().records().iter().map(|family| family["name"].clone()).collect()
    };
    let (there, here) = (names(there), names(here));
    assert!(there.contains(&"netdev".into()) && here.contains(&"netdev".into()));
    assert!(there.iter().all(|family| here.contains(family)), "{there:?} {here:?}");
}

#[test]
fn colours_are_for_who_asks() {
    assert!(nlkit("families --color always").ok().stdout.contains("\u{1b}["));
    assert!(!nlkit("families").ok().stdout.contains("\u{1b}["));
}
