//! `nlkit describe` and `nlkit doc`: what they print and write, and the pages in a browser.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests"
)]

mod browser;
mod changes;
mod describe;
mod doc;
mod search;
mod site;
mod webdriver;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::{env, fs, process};

/// Runs the command, with the built-in specs only.
fn nlkit(args: &[&str]) -> Output {
    command(args).output().unwrap()
}

fn command(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_nlkit"));
    command.args(args).env("COLUMNS", "100");
    for name in ["NLKIT_SPECS", "NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE"] {
        command.env_remove(name);
    }
    command
}

/// What a command that succeeds prints.
#[track_caller]
fn printed(args: &[&str]) -> String {
    let output = nlkit(args);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{args:?}: {errors}");
    assert_eq!(errors, "", "{args:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// The exit code of a command that fails, and what it says; it prints nothing.
#[track_caller]
fn failed(args: &[&str]) -> (i32, String) {
    let output = nlkit(args);
    assert!(output.stdout.is_empty(), "{args:?}");
    (output.status.code().unwrap(), String::from_utf8(output.stderr).unwrap())
}

/// A folder that goes with the value.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = env::temp_dir().join(format!("nlkit-pages-{name}-{}", process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn path(&self) -> &Path {
        &self.0
    }

    /// A path in it, as an argument.
    fn at(&self, name: &str) -> String {
        self.0.join(name).to_str().unwrap().to_owned()
    }

    fn write(&self, name: &str, text: &str) -> String {
        let path = self.at(name);
        fs::write(&path, text).unwrap();
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A spec that says in every text what a page must not run.
const HOSTILE: &str = r#"
name: hostile
doc: "<script>document.title = 'ran'</script> & `<b>code</b>` \"quoted\" 'single'"
protocol: genetlink-legacy
definitions:
  - { name: mode, type: enum, doc: "<img src=x onerror=\"document.title='ran'\">", entries: [{ name: on, doc: "</td><script>document.title = 'ran'</script>" }] }
  - { name: rec, type: struct, doc: "<svg onload=\"document.title='ran'\">", members: [{ name: a, type: u8, doc: "<i>" }] }
attribute-sets:
  - name: main
    doc: "--> <!-- <script>"
    attributes:
      - { name: id, type: u32, enum: mode, doc: "<script>document.title = 'ran'</script>" }
      - { name: rec, type: binary, struct: rec, doc: "javascript:alert(1)" }
operations:
  list:
    - { name: get, doc: "\"><script>document.title = 'ran'</script>", attribute-set: main, do: { request: { attributes: [id] }, reply: { attributes: [id, rec] } } }
mcast-groups: { list: [{ name: "a<b" }] }
"#;
