//! `nlkit do`.

use std::process::Stdio;

use nlkit_tests::namespace::in_namespace;
use nlkit_tests::skip::absent;
use serde_json::json;

use crate::run::{command, finish, nlkit, run};

#[test]
fn a_reply_is_a_record() {
    if !in_namespace() {
        return;
    }
    let text = "ifindex=1 xdp-features=[] xdp-rx-metadata-features=[] xsk-features=[]\n";
    assert_eq!(nlkit("do netdev dev-get ifindex=1 -o text").out(), text);
    let reply = nlkit("do netdev dev-get ifindex=1 -o json").json();
    assert_eq!(reply["ifindex"], json!(1));
    assert_eq!(reply["xdp-features"], json!([]));
}

#[test]
fn an_acknowledgement_prints_nothing_and_null_in_json() {
    if !in_namespace() {
        return;
    }
    let set_up = "do rt-link setlink ifi-index=1 ifi-flags=up ifi-change=1";
    assert_eq!(nlkit(set_up).out(), "");
    assert_eq!(nlkit(&format!("{set_up} -o jsonl")).out(), "");
    assert_eq!(nlkit(&format!("{set_up} -o json")).out(), "null\n");
    assert_eq!(nlkit(&format!("{set_up} -o yaml")).out(), "null\n");
}

#[test]
fn the_kernels_refusal_names_the_attribute() {
    let refused = nlkit("do netdev dev-get ifindex=0");
    refused.fails(3, "nlkit: netdev dev-get: .ifindex: Numerical result out of range (34)");
    nlkit("do netdev dev-get").fails(3, "missing attribute .ifindex: Invalid argument (22)");
    let device = nlkit("do netdev dev-get ifindex=99999999 -o json");
    device.fails(3, "netdev dev-get");
}

#[test]
fn a_family_without_a_spec_is_unknown() {
    nlkit("do netdef dev-get").fails(6, "no spec for the family `netdef`");
    nlkit("do netdef dev-get").fails(6, "help: there is one with a similar name: `netdev`");
}

#[test]
fn a_family_that_the_kernel_lacks_is_unknown() {
    let spec = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/talk/nowhere.yaml");
    let asked = run(&["--spec", spec, "do", "nowhere", "look"]);
    asked.fails(6, "the running kernel has no generic netlink family `nowhere`");
}

#[test]
fn an_operation_that_is_not_there_is_unknown() {
    nlkit("do netdev dev-gett").fails(6, "family `netdev` has no operation `dev-gett`");
    nlkit("do netdev dev-gett").fails(6, "help: there is one with a similar name: `dev-get`");
    nlkit("do netdev something-else").fails(6, "help: `netdev` has dev-get, page-pool-get");
}

#[test]
fn an_operation_of_the_other_kind_says_which_command_asks_it() {
    nlkit("do netdev qstats-get").fails(6, "`qstats-get` of `netdev` gives a list only");
    nlkit("do netdev qstats-get").fails(6, "help: `nlkit dump netdev qstats-get`");
    nlkit("dump netdev bind-rx").fails(6, "`bind-rx` of `netdev` gives no list");
    nlkit("dump netdev bind-rx").fails(6, "help: `nlkit do netdev bind-rx`");
}

#[test]
fn without_an_operation_those_that_there_are_are_told() {
    nlkit("do netdev").fails(2, "which operation?");
    nlkit("do netdev").fails(2, "help: `netdev` has dev-get, page-pool-get");
    nlkit("dump netdev").fails(2, "qstats-get");
}

#[test]
fn what_an_operation_takes_is_shown_without_asking() {
    let shown = nlkit("do netdev queue-get --attrs").out();
    assert!(shown.contains("queue-type"), "{shown}");
    assert!(shown.contains("ifindex"), "{shown}");
    let spec = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/talk/nowhere.yaml");
    let shown = run(&["--spec", spec, "do", "nowhere", "look", "--attrs"]).out();
    assert!(shown.contains("brightness"), "{shown}");
    let inner = nlkit("do ethtool rings-get --attrs=header").out();
    assert!(inner.contains("dev-name"), "{inner}");
    let family = nlkit("dump netdev --attrs").out();
    assert!(family.contains("qstats-get"), "{family}");
    nlkit("do netdev queue-get --attrs=nothing").fails(6, "nothing");
}

#[test]
fn a_wrong_command_line_is_told_with_the_usage() {
    nlkit("do").fails(2, "Usage: nlkit do");
    nlkit("do netdev dev-get --nonsense").fails(2, "unexpected argument '--nonsense'");
    nlkit("do netdev dev-get -o xml").fails(2, "invalid value 'xml'");
    nlkit("do netdev dev-get --timeout 1y").fails(2, "a time is a number of seconds");
    nlkit("do netdev dev-get --timeout 0ms").fails(2, "nothing comes in no time");
    nlkit("nonsense").fails(2, "unrecognized subcommand 'nonsense'");
}

#[test]
fn a_timeout_does_not_end_what_is_answered() {
    let asked = nlkit("do nlctrl getfamily family-name=nlctrl --timeout 10s -o json").json();
    assert_eq!(asked["family-id"], json!(16));
}

#[test]
fn a_spec_that_is_wrong_is_shown_with_its_place() {
    let spec = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/talk/wrong.yaml");
    let asked = run(&["--spec", spec, "do", "wrong", "look"]);
    asked.fails(2, "wrong.yaml:");
}

#[test]
fn files_that_cannot_be_read_have_one_exit_code() {
    let folder = std::env::temp_dir();
    for (arguments, file) in [
        (&["--spec", "/none.yaml", "do", "x", "y"][..], "/none.yaml"),
        (&["--specs", "/none", "do", "x", "y"], "/none"),
        (&["do", "netdev", "dev-get", "--json", "@/none"], "/none"),
        (&["multi", "netdev", "--json", "@/none"], "/none"),
        (&["check", "-"], "-"),
        (&["check", "/none"], "/none"),
        (&["verify", "/none"], "/none"),
        (&["generate", "/none", "--stdout"], "/none"),
        (&["diff", "/none", "/none"], "/none"),
        (&["--spec", folder.to_str().unwrap(), "do", "x", "y"], folder.to_str().unwrap()),
    ] {
        let ran = run(arguments);
        assert!(!ran.stderr.contains("Cargo.toml"), "{}", ran.stderr);
        ran.fails(7, &format!("nlkit: cannot read {file}: "));
    }
}

#[test]
fn a_folder_of_the_environment_that_is_missing_is_passed_over() {
    let asked = |folders: &str| {
        let mut command = command(&["do", "nlctrl", "getfamily", "family-name=nlctrl"]);
        command.env("NLKIT_SPECS", folders).stdout(Stdio::piped()).stderr(Stdio::piped());
        finish(command.spawn().unwrap())
    };
    let ran = asked("/none:/none/either:");
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let expected = "nlkit: warning: no folder /none, of $NLKIT_SPECS\n\
                    nlkit: warning: no folder /none/either, of $NLKIT_SPECS\n";
    assert_eq!(ran.stderr, expected);
    assert!(ran.stdout.contains("family-id    16\n"), "{}", ran.stdout);
    asked("/dev/null").fails(7, "cannot read /dev/null: ");
}

#[test]
fn a_family_of_the_kernel_without_a_spec_is_said_to_be_one() {
    // One that there is in all network namespaces, and in none of the built-in specs.
    let families = nlkit("families -o json").json();
    let bare = families.as_array().unwrap().iter().find(|it| it["spec"].is_null());
    let Some(name) = bare.and_then(|it| it["name"].as_str()) else {
        absent("family without a spec");
        return;
    };
    let what = format!("nlkit: the running kernel has the family `{name}`, but there is no spec");
    let help = format!(
        "  help: `nlkit policy {name}` shows what the kernel tells of it; \
         `nlkit scaffold {name} -o {name}.yaml` begins a spec\n"
    );
    for call in ["do NAME get", "dump NAME get", "multi NAME get", "subscribe NAME:event"] {
        let asked = nlkit(&call.replace("NAME", name));
        assert!(asked.stderr.ends_with(&help), "{}", asked.stderr);
        asked.fails(6, &what);
    }
    nlkit("do nonesuch get").fails(6, "nlkit: no spec for the family `nonesuch`");
}

#[test]
fn a_change_of_nftables_alone_is_told_of_batches() {
    if !in_namespace() {
        return;
    }
    let alone = nlkit("do nftables newtable --create nfgen-family=2 name=t");
    if alone.stderr.contains("Protocol not supported") {
        absent("netfilter");
        return;
    }
    alone.fails(
        3,
        "help: changes of `nftables` go between `batch-begin` and `batch-end`: `nlkit multi`",
    );
    let get = nlkit("do nftables gettable nfgen-family=2");
    assert!(get.code == Some(3) && !get.stderr.contains("batch"), "{}", get.stderr);
}

#[test]
fn an_attribute_of_a_nest_is_offered_with_its_path() {
    let asked = nlkit("do ethtool rings-get dev-name=eth0");
    asked.fails(2, "no such attribute in set `rings`; did you mean `header.dev-name`?");
}
