//! Signals to a process that cannot go on.

use std::io::Read;
use std::process::Stdio;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use nlkit_tests::namespace::{in_namespace, ip};

use crate::run::command;

/// A dump longer than a pipe holds, of which nobody reads more than the beginning.
#[test]
fn a_dump_that_nobody_reads_can_be_interrupted() {
    if !in_namespace() {
        return;
    }
    for number in 0..40 {
        ip(&format!("link add l{number} type veth peer name r{number}"));
    }
    let mut command = command(&["dump", "rt-link", "getlink", "-o", "json", "--retries", "0"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stdout = child.stdout.take().unwrap();
    let mut begin = [0; 2];
    stdout.read_exact(&mut begin).unwrap();
    assert_eq!(&begin, b"[\n");
    kill(Pid::from_raw(child.id().try_into().unwrap()), Signal::SIGINT).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130));
    let mut stderr = String::new();
    child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
    assert_eq!(stderr, "");
}
