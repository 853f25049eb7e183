//! Tests that cannot run everywhere: they say why they skip, and on CI they must run.

use std::io::Write;
use std::path::PathBuf;
use std::process::Command;

/// Says that a test skips, and why. Where `NLKIT_NO_SKIP` is set, as on CI, that is a failure.
///
/// # Panics
/// Where `NLKIT_NO_SKIP` is set.
#[expect(clippy::panic, reason = "it fails a test")]
pub fn skip(why: &str) {
    if std::env::var_os("NLKIT_NO_SKIP").is_some() {
        panic!("may not skip here: {why}");
    }
    // Not `eprintln`, which the test runner keeps to itself.
    let _ = writeln!(std::io::stderr(), "skipped: {why}");
}

/// Says that a test skips since the running kernel was built without what it is about. That is no
/// fault of how a machine is set up, so it is never a failure; the lab's kernels may have it.
pub fn absent(what: &str) {
    let _ = writeln!(std::io::stderr(), "skipped: the running kernel has no {what}");
}

/// The folder that an environment variable names; `None`, said aloud, where it is not set.
pub fn folder(variable: &str) -> Option<PathBuf> {
    let folder = std::env::var_os(variable).map(PathBuf::from);
    match folder {
        Some(folder) if folder.is_dir() => Some(folder),
        Some(folder) => {
            skip(&format!("{variable} is {}, which is no folder", folder.display()));
            None
        }
        None => {
            skip(&format!("{variable} is not set"));
            None
        }
    }
}

/// Whether this process is root, which network namespaces need.
pub fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|id| id.stdout == b"0\n")
}
