//! How output looks: formats, colours, `--raw`.

use std::process::Stdio;

use nlkit_tests::namespace::{in_namespace, ip};
use serde_json::{Value, json};

use crate::run::{command, finish, nlkit};

const ASK: &str = "do netdev dev-get ifindex=1";

/// What is printed where these variables are set.
fn printed(arguments: &str, variables: &[(&str, &str)]) -> String {
    let mut command = command(&arguments.split(' ').collect::<Vec<_>>());
    command.envs(variables.iter().copied()).stdout(Stdio::piped()).stderr(Stdio::piped());
    finish(command.spawn().unwrap()).out()
}

/// What is printed on a terminal.
fn on_terminal(arguments: &str, variables: &[(&str, &str)]) -> String {
    let nlkit = env!("CARGO_BIN_EXE_nlkit");
    let mut script = std::process::Command::new("script");
    script.args(["-qec", &format!("{nlkit} {arguments}"), "/dev/null"]);
    script.env_remove("NO_COLOR").env_remove("CLICOLOR_FORCE").env("TERM", "xterm");
    script.env_remove("CI"); // there a dumb terminal counts as one with colours
    script.envs(variables.iter().copied()).stdin(Stdio::null()).stdout(Stdio::piped());
    finish(script.stderr(Stdio::piped()).spawn().unwrap()).out()
}

#[test]
fn formats_say_the_same() {
    if !in_namespace() {
        return;
    }
    let json = nlkit(&format!("{ASK} -o json"));
    assert!(json.stdout.starts_with("{\n  \"ifindex\": 1,\n"), "{}", json.stdout);
    let expected = json.json();
    assert_eq!(nlkit(&format!("{ASK} --output jsonl")).json(), expected);
    let yaml = nlkit(&format!("{ASK} -o yaml")).out();
    assert_eq!(
        yaml,
        "ifindex: 1\nxdp-features: []\nxdp-rx-metadata-features: []\nxsk-features: []\n"
    );
    assert_eq!(expected["xsk-features"], json!([]));
}

#[test]
fn long_records_are_blocks() {
    if !in_namespace() {
        return;
    }
    ip("link add left type veth peer name right");
    let text = nlkit("do rt-link getlink ifname=left").out();
    assert!(text.starts_with("ifi-family "), "{text}");
    assert!(text.contains("\nstats64\n  rx-packets "), "{text}");
    assert!(text.contains("\nlinkinfo "), "{text}");
    assert!(!text.contains('\u{1b}'), "{text}");
}

#[test]
fn colours_are_for_terminals() {
    if !in_namespace() {
        return;
    }
    let colored = "\u{1b}[36mifindex\u{1b}[0m=1";
    assert!(!printed(ASK, &[]).contains('\u{1b}'));
    assert!(on_terminal(ASK, &[]).contains(colored));
    assert!(!on_terminal(ASK, &[("NO_COLOR", "1")]).contains('\u{1b}'));
    assert!(!on_terminal(ASK, &[("TERM", "dumb")]).contains('\u{1b}'));
    assert!(!on_terminal(&format!("{ASK} --color never"), &[]).contains('\u{1b}'));
}

#[test]
fn colours_can_be_asked_for() {
    if !in_namespace() {
        return;
    }
    let colored = "\u{1b}[36mifindex\u{1b}[0m=1";
    assert!(printed(&format!("{ASK} --color always"), &[]).contains(colored));
    assert!(printed(&format!("{ASK} --color always"), &[("NO_COLOR", "1")]).contains(colored));
    assert!(printed(ASK, &[("CLICOLOR_FORCE", "1")]).contains(colored));
    assert!(!printed(&format!("{ASK} -o json"), &[("CLICOLOR_FORCE", "1")]).contains('\u{1b}'));
    // 0 forces nothing, and takes nothing away.
    assert!(!printed(ASK, &[("CLICOLOR_FORCE", "0")]).contains('\u{1b}'));
    assert!(on_terminal(ASK, &[("CLICOLOR_FORCE", "0")]).contains(colored));
}

#[test]
fn names_cannot_command_the_terminal() {
    if !in_namespace() {
        return;
    }
    ip("link add left type veth peer name right");
    ip("link set left alias a\u{1b}[31mb");
    let text = nlkit("do rt-link getlink ifname=left").out();
    assert!(text.contains("\"a\\u001b[31mb\"") && !text.contains('\u{1b}'), "{text}");
    let link: Value = nlkit("do rt-link getlink ifname=left -o json").json();
    assert_eq!(link["ifalias"], json!("a\u{1b}[31mb"));
}

#[test]
fn raw_shows_both_directions_beside_the_output() {
    if !in_namespace() {
        return;
    }
    let raw = nlkit(&format!("{ASK} --raw -o json"));
    assert_eq!(serde_json::from_str::<Value>(&raw.stdout).unwrap()["ifindex"], json!(1));
    let text = raw.stderr;
    assert!(text.contains("> nlctrl getfamily do request"), "{text}");
    let asked = text.split("> netdev dev-get do request").nth(1).expect(&text);
    let (asked, answered) = asked.split_once("< netdev dev-get do reply").expect(&text);
    assert!(
        asked.contains("  0010  01 01 00 00              genlmsghdr  cmd=1 version=1\n"),
        "{text}"
    );
    assert!(asked.contains("  0014  08 00 01 00 01 00 00 00  ifindex  1\n"), "{text}");
    assert!(answered.contains("  0014  08 00 01 00 01 00 00 00  ifindex  1\n"), "{text}");
    assert!(!text.contains('\u{1b}'), "{text}");
}

#[test]
fn raw_shows_what_the_kernel_refused() {
    if !in_namespace() {
        return;
    }
    let refused = nlkit("do netdev dev-get ifindex=0 --raw");
    assert_eq!((refused.code, refused.stdout.as_str()), (Some(3), ""));
    assert!(refused.stderr.contains("error  ERANGE\n"), "{}", refused.stderr);
    assert!(refused.stderr.contains("offset  20  .ifindex\n"), "{}", refused.stderr);
    let missing = nlkit("do netdev dev-get --raw").stderr;
    assert!(missing.contains("missing  .ifindex\n"), "{missing}");
}

#[test]
fn raw_is_for_dumps_batches_and_streams_too() {
    if !in_namespace() {
        return;
    }
    let dumped = nlkit("dump rt-link getlink --raw").stderr;
    assert!(dumped.contains("< rt-link getlink dump reply"), "{dumped}");
    assert!(dumped.contains("ifname  lo\n"), "{dumped}");
    let batch = nlkit("multi netdev dev-get ifindex=1 -- dev-get ifindex=1 --create --raw");
    batch.fails(2, "no flag `raw`");
    let batch = nlkit("multi netdev --raw dev-get ifindex=1 -- dev-get ifindex=1").stderr;
    assert_eq!(batch.matches("> netdev dev-get do request").count(), 2, "{batch}");
    let joined = nlkit("subscribe netdev:mgmt --duration 1ms --raw").stderr;
    assert!(joined.contains("mcast-groups"), "{joined}");
}

#[test]
fn output_that_does_not_fit_is_told() {
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let mut command = command(&ASK.split(' ').collect::<Vec<_>>());
    let printed = finish(command.stdout(full).stderr(Stdio::piped()).spawn().unwrap());
    assert_eq!(printed.code, Some(7));
    assert_eq!(printed.stderr, "nlkit: No space left on device (os error 28)\n");
}

#[test]
fn yaml_is_read_by_versions_1_1_and_1_2_as_the_same() {
    let python = std::process::Command::new("python3").args(["-c", "import yaml"]).output();
    if !python.is_ok_and(|it| it.status.success()) {
        return nlkit_tests::skip::absent("python3 with yaml");
    }
    if !in_namespace() {
        return;
    }
    let names = [
        "no",
        "yes",
        "on",
        "off",
        "y",
        "n",
        "null",
        "~",
        "1_2",
        "0o7",
        "010",
        "1e3",
        "0x1f",
        "=",
        "<<",
        ".inf",
        "2020-01-01",
        "1",
        "-",
        "a\u{202e}b",
    ];
    ip(
        "link add left address 52:54:00:12:34:56 type veth peer name right address 32:33:00:00:00:16",
    );
    for name in names {
        let alias =
            std::process::Command::new("ip").args(["link", "set", "left", "alias", name]).status();
        assert!(alias.unwrap().success(), "{name}");
        let yaml = nlkit("do rt-link getlink ifname=left -o yaml").out();
        assert!(!yaml.contains('\u{202e}'), "{yaml}");
        let json = nlkit("do rt-link getlink ifname=left -o json").json();
        assert_eq!(json["ifalias"], json!(name));
        let load = "import json, sys, yaml; json.dump(yaml.safe_load(sys.stdin), sys.stdout)";
        let mut python = std::process::Command::new("python3");
        python.args(["-c", load]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = python.stderr(Stdio::piped()).spawn().unwrap();
        std::io::Write::write_all(&mut child.stdin.take().unwrap(), yaml.as_bytes()).unwrap();
        let read: Value = finish(child).json();
        assert_eq!(read, json, "{yaml}");
        assert_eq!(serde_yaml::from_str::<Value>(&yaml).unwrap(), json, "{yaml}");
    }
}
