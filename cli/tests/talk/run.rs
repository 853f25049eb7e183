//! Running the command.

use std::io::Write;
use std::process::{Child, Command, Stdio};

use serde_json::Value;

/// What became of a run.
#[derive(Debug)]
pub(crate) struct Run {
    /// The exit code; `None` of what a signal ended.
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// The command, with nothing in its environment that changes what it prints.
pub(crate) fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_nlkit"));
    for name in ["NO_COLOR", "CLICOLOR_FORCE", "CLICOLOR", "NLKIT_SPECS", "COMPLETE"] {
        command.env_remove(name);
    }
    command.args(arguments).stdin(Stdio::null());
    command
}

/// Runs `nlkit` with arguments that a space separates.
pub(crate) fn nlkit(arguments: &str) -> Run {
    run(&arguments.split(' ').collect::<Vec<_>>())
}

/// Runs `nlkit` with these arguments.
pub(crate) fn run(arguments: &[&str]) -> Run {
    finish(command(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap())
}

/// Runs `nlkit` with these arguments, and `input` on stdin.
pub(crate) fn run_with(arguments: &[&str], input: &str) -> Run {
    let mut command = command(arguments);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    finish(child)
}

/// Waits until a process is done.
pub(crate) fn finish(child: Child) -> Run {
    let output = child.wait_with_output().unwrap();
    Run {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

impl Run {
    /// What was printed, of a run that succeeded without a word on stderr.
    #[track_caller]
    pub(crate) fn out(self) -> String {
        assert_eq!((self.code, self.stderr.as_str()), (Some(0), ""), "{}", self.stdout);
        self.stdout
    }

    /// The JSON that was printed, of a run that succeeded.
    #[track_caller]
    pub(crate) fn json(self) -> Value {
        let out = self.out();
        serde_json::from_str(&out).unwrap_or_else(|error| panic!("{error}: {out}"))
    }

    /// The lines of JSON that were printed, of a run that succeeded.
    #[track_caller]
    pub(crate) fn lines(self) -> Vec<Value> {
        self.out().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// Asserts that it failed with this code and without output, and said this.
    #[track_caller]
    pub(crate) fn fails(self, code: i32, says: &str) {
        assert_eq!((self.code, self.stdout.as_str()), (Some(code), ""), "{}", self.stderr);
        assert!(self.stderr.contains(says), "`{says}` is not in: {}", self.stderr);
    }
}
