//! Runs the command.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

/// How a run of the command ended.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ran {
    /// The records of `-o jsonl`.
    pub(crate) fn records(&self) -> Vec<Value> {
        let lines = self.stdout.lines();
        lines
            .map(|line| serde_json::from_str(line).unwrap_or_else(|it| panic!("{it}: {line}")))
            .collect()
    }

    /// That it went well.
    #[track_caller]
    pub(crate) fn ok(self) -> Self {
        assert_eq!(self.code, 0, "{self:?}");
        assert_eq!(self.stderr, "", "{self:?}");
        self
    }

    /// That it failed so.
    #[track_caller]
    pub(crate) fn fails(&self, code: i32, stderr: &str) {
        assert_eq!(self.code, code, "{self:?}");
        assert!(self.stderr.contains(stderr), "{stderr:?} is not in {self:?}");
    }
}

/// The command with these arguments, separated by spaces.
pub(crate) fn command(arguments: &str) -> Command {
    let built = env!("CARGO_BIN_EXE_nlkit");
    // In the lab it is what came along.
    let mut command =
        Command::new(if Path::new(built).exists() { built } else { "nlkit.stripped" });
    command.args(arguments.split_whitespace()).env_remove("NLKIT_SPECS").env("NO_COLOR", "1");
    command
}

/// Runs the command with these arguments, separated by spaces.
pub(crate) fn nlkit(arguments: &str) -> Ran {
    with_input(arguments, b"")
}

/// Runs the command with these arguments.
pub(crate) fn run(arguments: &[&str]) -> Ran {
    let mut command = command("");
    command.args(arguments);
    fed(command, b"")
}

/// Runs the command with this on stdin.
pub(crate) fn with_input(arguments: &str, input: &[u8]) -> Ran {
    fed(command(arguments), input)
}

fn fed(mut command: Command, input: &[u8]) -> Ran {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the command");
    // Who does not read it all may close it before.
    let _ = child.stdin.take().expect("stdin").write_all(input);
    let output = child.wait_with_output().expect("its output");
    let text = |bytes| String::from_utf8(bytes).expect("text");
    Ran {
        code: output.status.code().unwrap_or(-1),
        stdout: text(output.stdout),
        stderr: text(output.stderr),
    }
}

/// A file beside these tests.
pub(crate) fn data(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/look/data").join(name)
}
