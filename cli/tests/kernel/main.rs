//! `policy`, `verify` and `scaffold`, of the running kernel.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "these are tests"
)]

mod policy;
mod scaffold;
mod taskstats;
mod verify;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use nlkit::Connection;
use nlkit::nlctrl::{FamilyInfo, GetFamily};
use nlkit_tests::skip::{absent, skip};
use serde_json::Value;

/// What a run of the command gave.
struct Ran {
    code: i32,
    out: String,
    err: String,
}

/// Runs `nlkit` with these arguments.
fn nlkit(arguments: &[&str]) -> Ran {
    let mut command = Command::new(env!("CARGO_BIN_EXE_nlkit"));
    command.args(arguments).env_remove("NLKIT_SPECS").env_remove("NO_COLOR");
    let output = command.output().unwrap();
    Ran {
        code: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

impl Ran {
    /// What was printed by a run without a failure.
    #[track_caller]
    fn success(self) -> String {
        assert_eq!((self.code, self.err.as_str()), (0, ""), "{}", self.out);
        self.out
    }

    /// What was said by a run that failed so.
    #[track_caller]
    fn failure(self, code: i32) -> String {
        assert_eq!((self.code, self.out.as_str()), (code, ""), "{}", self.err);
        self.err
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.out).expect(&self.out)
    }
}

/// The names of the kernel's families; none, said aloud, where it has no generic netlink.
fn families() -> Vec<String> {
    let families = Connection::generic().and_then(|mut connection| {
        let families: Result<Vec<FamilyInfo>, _> =
            connection.dump(&GetFamily::default())?.collect();
        families
    });
    match families {
        Ok(families) => {
            families.into_iter().map(|family| family.name.unwrap().to_string()).collect()
        }
        Err(error) => {
            skip(&format!("no generic netlink here: {error}"));
            Vec::new()
        }
    }
}

/// Whether the kernel has a family; said aloud where not.
fn has(family: &str) -> bool {
    let has = families().iter().any(|name| name == family);
    if !has {
        absent(&format!("family {family}"));
    }
    has
}

/// A spec of ours.
fn spec(file: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../specs/families").join(file);
    fs::read_to_string(path).unwrap()
}

/// A file of this name in a folder of the test's own.
fn file(test: &str, name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("kernel").join(test);
    fs::create_dir_all(&folder).unwrap();
    folder.join(name)
}

/// Writes a file in a folder of the test's own.
fn written(test: &str, name: &str, text: &str) -> String {
    let path = file(test, name);
    fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}
