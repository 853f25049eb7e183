//! A test run again in a process of its own: as another user, or as the other end of a socket.

#![allow(clippy::unwrap_used, clippy::panic, reason = "it fails a test")]

use std::os::unix::process::CommandExt;
use std::process::{Command, Output};
use std::sync::atomic::{AtomicU32, Ordering};

use crate::skip::{is_root, skip};

/// The variable that tells a process what it is there for.
const ROLE: &str = "NLKIT_TEST_ROLE";

/// What this process is there for, where it was started by [`again`].
pub fn role() -> Option<String> {
    std::env::var(ROLE).ok()
}

/// The command that runs the test with this name again, where [`role`] is `role`.
///
/// # Panics
/// Where this program is not to be found.
pub fn again(test: &str, role: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", test]).env(ROLE, role);
    command
}

/// Runs the test with this name again, as a user with no rights. False where this process cannot
/// become one.
///
/// # Panics
/// Where it fails.
pub fn as_nobody(test: &str, role: &str) -> bool {
    static COPIES: AtomicU32 = AtomicU32::new(0);
    if !is_root() {
        skip("to become somebody else needs root");
        return false;
    }
    // Where others can read it. Not by this process: what another thread starts meanwhile would have the
    // file open for writing, and nobody can execute it then.
    let number = COPIES.fetch_add(1, Ordering::Relaxed);
    let copy = std::env::temp_dir().join(format!("nlkit-{}-{number}", std::process::id()));
    let copied = Command::new("cp").arg(std::env::current_exe().unwrap()).arg(&copy).status();
    assert!(copied.unwrap().success(), "a copy of this program");
    let mut command = Command::new(&copy);
    command.args(["--exact", test]).env(ROLE, role).uid(65534).gid(65534);
    let output = command.output();
    std::fs::remove_file(copy).unwrap();
    assert_passed(&output.unwrap());
    true
}

/// Asserts that a process ran one test, which passed.
///
/// # Panics
/// Where it did not.
pub fn assert_passed(output: &Output) {
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && text.contains("1 passed"), "{text}");
}
