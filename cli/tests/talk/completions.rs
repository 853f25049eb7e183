//! `nlkit completions`: scripts that shells run, and what they are answered.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use nlkit_tests::skip::skip;

use crate::run::nlkit;

/// What the command offers for the last of these words.
fn offered(words: &[&str]) -> Vec<String> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_nlkit"));
    command.env("COMPLETE", "bash").env("_CLAP_COMPLETE_INDEX", words.len().to_string());
    let output = command.args(["--", "nlkit"]).args(words).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap().lines().map(ToOwned::to_owned).collect()
}

#[test]
fn families_and_operations_are_those_with_specs() {
    assert_eq!(offered(&["do", "netd"]), ["netdev"]);
    assert_eq!(offered(&["do", "netdev", "dev"]), ["dev-get"]);
    // Of a dump, only what gives a list.
    assert_eq!(offered(&["dump", "netdev", "q"]), ["queue-get", "qstats-get"]);
    assert_eq!(offered(&["do", "netdev", "q"]), ["queue-get", "queue-create"]);
    assert_eq!(offered(&["-o", "json", "no-command", "x"]), Vec::<String>::new());
}

#[test]
fn specs_on_the_command_line_are_known() {
    let spec = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/talk/nowhere.yaml");
    assert_eq!(offered(&["--spec", spec, "do", "now"]), ["nowhere"]);
    assert_eq!(offered(&["do", "--spec", spec, "nowhere", "lo"]), ["look"]);
    assert_eq!(offered(&["do", "nowhere", "look", "--spec", spec, "b"]), ["brightness="]);
}

#[test]
fn names_go_on_as_their_types_do() {
    assert_eq!(offered(&["do", "netdev", "dev-get", "i"]), ["ifindex="]);
    assert_eq!(offered(&["do", "ethtool", "rings-set", "he"]), ["header."]);
    let members = offered(&["do", "ethtool", "rings-set", "header."]);
    assert!(members.contains(&"header.dev-name=".to_owned()), "{members:?}");
    assert_eq!(offered(&["do", "ethtool", "features-set", "wanted.nom"]), ["wanted.nomask"]);
    let entry = offered(&["do", "netdev", "bind-rx", "queues[0].t"]);
    assert_eq!(entry, ["queues[0].type="]);
}

#[test]
fn values_are_the_entries_of_enums_and_flags() {
    assert_eq!(offered(&["do", "netdev", "queue-get", "type="]), ["type=rx", "type=tx"]);
    let flags = offered(&["do", "rt-link", "newlink", "ifi-flags=up,ru"]);
    assert_eq!(flags, ["ifi-flags=up,running"]);
}

#[test]
fn a_sub_message_goes_by_its_selector() {
    let kinds = offered(&["do", "rt-link", "newlink", "linkinfo.kind=vl"]);
    assert_eq!(kinds, ["linkinfo.kind=vlan"]);
    let data = ["do", "rt-link", "newlink", "linkinfo.kind=vlan", "linkinfo.data.i"];
    assert_eq!(offered(&data), ["linkinfo.data.id=", "linkinfo.data.ingress-qos."]);
    let peer = ["do", "rt-link", "newlink", "linkinfo.kind=veth", "linkinfo.data.peer.ifna"];
    assert_eq!(offered(&peer), ["linkinfo.data.peer.ifname="]);
}

#[test]
fn batches_and_groups_are_completed_too() {
    assert_eq!(offered(&["multi", "rt-link", "newlink", "mt"]), ["mtu="]);
    let second = ["multi", "netdev", "dev-get", "ifindex=1", "--", "queue-g"];
    assert_eq!(offered(&second), ["queue-get"]);
    let pair = ["multi", "netdev", "dev-get", "ifindex=1", "--", "queue-get", "type=r"];
    assert_eq!(offered(&pair), ["type=rx"]);
    assert_eq!(offered(&["subscribe", "netdev:m"]), ["netdev:mgmt"]);
}

#[test]
fn what_the_kernel_has_is_completed() {
    assert_eq!(offered(&["policy", "nlc"]), ["nlctrl"]);
    assert_eq!(offered(&["scaffold", "nlc"]), ["nlctrl"]);
    assert_eq!(offered(&["families", "nlc"]), ["nlctrl"]);
    // With a spec only, too.
    assert_eq!(offered(&["families", "rt-li"]), ["rt-link"]);
    assert_eq!(offered(&["policy", "netdev", "dev"]), ["dev-get"]);
}

#[test]
fn what_can_be_listened_to_is_completed() {
    assert_eq!(offered(&["monitor", "rou"]), ["route"]);
    assert_eq!(offered(&["monitor", "netdev:m"]), ["netdev:mgmt"]);
    let second = offered(&["subscribe", "nl80211:scan,m"]);
    assert_eq!(second, ["nl80211:scan,mlme"]);
    assert_eq!(offered(&["subscribe", "nl80211:scan,sc"]), Vec::<String>::new());
}

#[test]
fn what_decode_takes_is_completed() {
    assert_eq!(offered(&["decode", "--protocol", "gen"]), ["generic"]);
    assert_eq!(offered(&["decode", "--family", "netde"]), ["netdev"]);
    assert_eq!(offered(&["decode", "--family", "netdev", "--op", "dev-"]), ["dev-get"]);
    assert_eq!(offered(&["decode", "--attrs", "netd"]), ["netdev"]);
    assert_eq!(offered(&["decode", "--attrs", "netdev", "dev-"]), ["dev-get"]);
}

#[test]
fn files_are_completed_where_they_are_taken() {
    let begin = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/talk/nowh");
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/talk/nowhere.yaml");
    assert_eq!(offered(&["decode", begin]), [file]);
    assert_eq!(offered(&["do", "netdev", "dev-get", "--netns", begin]), [file]);
    let json = format!("@{begin}");
    assert_eq!(offered(&["do", "netdev", "dev-get", "--json", &json]), [format!("@{file}")]);
    assert_eq!(offered(&["multi", "netdev", "--json", &json]), [format!("@{file}")]);
}

#[test]
fn another_operation_of_a_batch_is_completed() {
    let words = ["multi", "rt-link", "newlink", "--create", "ifname=a", "--", "set"];
    assert_eq!(offered(&words), ["setlink", "setstats"]);
}

#[test]
fn a_shell_that_is_not_known_is_told() {
    nlkit("completions tcsh").fails(2, "invalid value 'tcsh'");
}

/// What an interactive shell prints, on a terminal, of lines with tabs in them.
fn typed(shell: &str, arguments: &str, lines: &str) -> Option<String> {
    if Command::new(shell).arg("--version").output().is_err() {
        skip(&format!("{shell} is not installed"));
        return None;
    }
    let bin = Path::new(env!("CARGO_BIN_EXE_nlkit")).parent().unwrap();
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap());
    let mut command = Command::new("script");
    command.args(["-qec", &format!("{shell} {arguments}"), "/dev/null"]);
    command.env("PATH", path).env("TERM", "dumb").env("PS1", "$ ").env_remove("COMPLETE");
    command.env("HOME", std::env::temp_dir()).env("NO_COLOR", "1");
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(lines.as_bytes()).unwrap();
    Some(String::from_utf8_lossy(&child.wait_with_output().unwrap().stdout).into_owned())
}

/// A call whose words are all completed: it asks for the loopback device.
const CALL: &str = "nlkit do netd\tdev-g\tifi\t1 -o jsonl\nexit\n";

#[track_caller]
fn assert_asked(printed: &str) {
    assert!(printed.contains("{\"ifindex\":1,"), "{printed}");
}

#[test]
fn bash_completes() {
    let lines = format!("source <(nlkit completions bash)\n{CALL}");
    if let Some(printed) = typed("bash", "--norc --noprofile -i", &lines) {
        assert_asked(&printed);
    }
    // Behind `=`, where bash cuts words.
    let lines = "source <(nlkit completions bash)\nnlkit do netdev queue-get type=r\tid=0 ifindex=1 --raw\nexit\n";
    if let Some(printed) = typed("bash", "--norc --noprofile -i", lines) {
        assert!(printed.contains("type  rx"), "{printed}");
    }
}

#[test]
fn bash_completes_files_behind_an_at_sign() {
    let folder = std::env::temp_dir().join(format!("nlkit-at-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("request.json"), r#"{"ifindex": 1}"#).unwrap();
    let request = format!("nlkit do netdev dev-get --json @{}/requ\t -o jsonl", folder.display());
    let lines = format!("source <(nlkit completions bash)\n{request}\nexit\n");
    if let Some(printed) = typed("bash", "--norc --noprofile -i", &lines) {
        assert_asked(&printed);
    }
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn zsh_completes() {
    let lines =
        format!("autoload -U compinit; compinit -u -D\nsource <(nlkit completions zsh)\n{CALL}");
    if let Some(printed) = typed("zsh", "-f -i", &lines) {
        assert_asked(&printed);
    }
}

#[test]
fn fish_completes() {
    let lines = format!("nlkit completions fish | source\n{CALL}");
    if let Some(printed) = typed("fish", "--no-config -i", &lines) {
        assert_asked(&printed);
    }
}
