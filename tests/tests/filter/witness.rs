//! The tools that bear witness, and the namespaces that they look at.

use std::io;
use std::net::UdpSocket;
use std::process::{Command, Output};

use nlkit_tests::namespace::{self, ip};
use nlkit_tests::skip::skip;
use serde_json::Value;

/// A new network namespace for this test, whose `lo` is up. False, with the reason said, where this
/// process may not, or has not got one of the tools.
pub(crate) fn in_namespace(tools: &[&str]) -> bool {
    if let Some(missing) = tools.iter().find(|tool| !exists(tool)) {
        skip(&format!("`{missing}` is not installed"));
        return false;
    }
    if !namespace::in_namespace() {
        return false;
    }
    ip("link set lo up");
    true
}

pub(crate) fn exists(tool: &str) -> bool {
    let found = Command::new(tool).arg("--version").output();
    !matches!(found, Err(error) if error.kind() == io::ErrorKind::NotFound)
}

fn output(tool: &str, arguments: &str) -> Output {
    Command::new(tool).args(arguments.split_whitespace()).output().expect(tool)
}

/// Runs a tool, which has to succeed, with arguments between blanks, and gives what it says.
pub(crate) fn run(tool: &str, arguments: &str) -> String {
    let output = output(tool, arguments);
    assert!(output.status.success(), "{tool} {arguments}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// What a tool shows as JSON.
pub(crate) fn run_json(tool: &str, arguments: &str) -> Value {
    let text = run(tool, arguments);
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// Has nft carry out commands, one on each line, in one transaction; or why it could not.
pub(crate) fn nft_can(commands: &str) -> Result<String, String> {
    let output = Command::new("nft").arg(commands).output().expect("nft");
    match output.status.success() {
        true => Ok(String::from_utf8(output.stdout).unwrap()),
        false => Err(String::from_utf8_lossy(&output.stderr).into_owned()),
    }
}

/// Has nft carry out commands, one on each line, in one transaction, which has to succeed.
pub(crate) fn nft(commands: &str) -> String {
    nft_can(commands).unwrap_or_else(|why| panic!("{commands}: {why}"))
}

/// What nft knows of all things of one kind: `table`, `chain`, `set` and so on.
pub(crate) fn nft_list(kind: &str) -> Vec<Value> {
    let all = run_json("nft", "-j list ruleset");
    let all = all["nftables"].as_array().unwrap();
    all.iter().filter_map(|entry| entry.get(kind)).cloned().collect()
}

/// Sends a datagram of `len` bytes over `lo` to a socket that takes it.
pub(crate) fn send_over_lo(len: usize) -> (UdpSocket, UdpSocket) {
    let receiver = UdpSocket::bind("127.0.0.1:0").unwrap();
    let sender = UdpSocket::bind("127.0.0.1:0").unwrap();
    sender.send_to(&vec![0; len], receiver.local_addr().unwrap()).unwrap();
    (sender, receiver)
}
