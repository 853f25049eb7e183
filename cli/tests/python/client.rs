//! The kernel's Python client and `nlkit`, side by side.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use nlkit_tests::skip::folder;
use serde_json::Value;

use crate::corrections::CORRECTIONS;

/// What counts time: what one client is told the other is not.
fn is_moving(name: &str) -> bool {
    name.ends_with("-timer")
}

/// Both clients, with the specs of a kernel's source tree (`NLKIT_PYNL`).
pub(crate) struct Clients {
    tree: PathBuf,
    /// The same specs with corrections, for `nlkit`.
    corrected: PathBuf,
}

/// What a client said.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) success: bool,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl From<Output> for Said {
    fn from(output: Output) -> Self {
        Self {
            success: output.status.success(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

impl Said {
    /// Its JSON, with what has no order in one; what says how time goes by is left out.
    pub(crate) fn json(&self) -> Value {
        let json = serde_json::from_str(&self.out);
        comparable(json.unwrap_or_else(|error| panic!("{error}: {self:?}")))
    }
}

impl Clients {
    /// Both clients; `None`, said aloud, where there is no source tree of a kernel.
    pub(crate) fn new(test: &str) -> Option<Self> {
        let tree = folder("NLKIT_PYNL")?;
        let corrected = Path::new(env!("CARGO_TARGET_TMPDIR")).join("python").join(test);
        fs::create_dir_all(&corrected).unwrap();
        let clients = Self { tree, corrected };
        for spec in ["netdev", "ethtool", "nlctrl", "rt_link", "rt_addr", "rt_route", "tc"] {
            let mut text = fs::read_to_string(clients.spec(spec)).unwrap();
            for correction in CORRECTIONS.iter().filter(|it| it.spec == spec) {
                assert!(text.contains(correction.from), "{spec}: {}", correction.from);
                text = text.replace(correction.from, correction.to);
            }
            fs::write(clients.corrected.join(format!("{spec}.yaml")), text).unwrap();
        }
        Some(clients)
    }

    fn spec(&self, name: &str) -> PathBuf {
        self.tree.join("Documentation/netlink/specs").join(format!("{name}.yaml"))
    }

    /// What the Python client says.
    pub(crate) fn python(&self, spec: &str, mode: &str, op: &str, request: &Value) -> Said {
        let mut command = Command::new("python3");
        command.arg(self.tree.join("tools/net/ynl/cli.py")).arg("--spec").arg(self.spec(spec));
        // What its specs do not have would end it.
        command.args(["--no-schema", "--process-unknown", "--output-json"]);
        command.args([&format!("--{mode}"), op, "--json", &request.to_string()]);
        command.output().expect("python3").into()
    }

    /// What `nlkit` says, by the corrected specs.
    pub(crate) fn nlkit(&self, spec: &str, mode: &str, op: &str, request: &Value) -> Said {
        nlkit_by(&self.corrected.join(format!("{spec}.yaml")), spec, mode, op, request)
    }

    /// What `nlkit` says by its own specs.
    pub(crate) fn nlkit_by_its_own(
        &self,
        family: &str,
        mode: &str,
        op: &str,
        request: &Value,
    ) -> Said {
        let mut command = Command::new(env!("CARGO_BIN_EXE_nlkit"));
        command.args([mode, family, op, "-o", "json", "--json", &request.to_string()]);
        command.output().unwrap().into()
    }

    /// What `nlkit` says by the specs as they are.
    pub(crate) fn nlkit_uncorrected(
        &self,
        spec: &str,
        mode: &str,
        op: &str,
        request: &Value,
    ) -> Said {
        nlkit_by(&self.spec(spec), spec, mode, op, request)
    }

    /// Asserts that both say the same, data or error; gives what that is. What moves on meanwhile is asked
    /// for again.
    #[track_caller]
    pub(crate) fn same(&self, spec: &str, mode: &str, op: &str, request: Value) -> Value {
        let mut tries = 5;
        loop {
            let theirs = self.python(spec, mode, op, &request);
            let ours = self.nlkit(spec, mode, op, &request);
            let call = format!("{spec} {mode} {op} {request}");
            if !theirs.success {
                assert_same_error(&theirs, &ours, &call);
                return Value::Null;
            }
            assert!(ours.success, "{call}: {ours:?}");
            let (theirs, ours) = (theirs.json(), ours.json());
            tries -= 1;
            match difference(&theirs, &ours, "") {
                None => return ours,
                Some(difference) => assert!(tries > 0, "{call}: {difference}"),
            }
        }
    }
}

fn nlkit_by(spec: &Path, name: &str, mode: &str, op: &str, request: &Value) -> Said {
    let mut command = Command::new(env!("CARGO_BIN_EXE_nlkit"));
    command.args([mode, &name.replace('_', "-"), op, "-o", "json"]);
    command.arg("--spec").arg(spec).args(["--json", &request.to_string()]);
    command.output().unwrap().into()
}

/// Asserts that both were refused by the kernel, in the same words.
#[track_caller]
fn assert_same_error(theirs: &Said, ours: &Said, call: &str) {
    let number = theirs.out.split("error: -").nth(1).and_then(|rest| rest.lines().next());
    let number =
        number.unwrap_or_else(|| panic!("{call}: the client failed otherwise: {theirs:?}"));
    assert!(!ours.success && ours.err.contains(&format!("({number})")), "{call}: {ours:?}");
    let message = theirs.out.split("'msg': '").nth(1).and_then(|rest| rest.split('\'').next());
    assert!(message.is_none_or(|message| ours.err.contains(message)), "{theirs:?} {ours:?}");
}

/// Where two values begin to differ.
fn difference(theirs: &Value, ours: &Value, path: &str) -> Option<String> {
    match (theirs, ours) {
        (Value::Object(these), Value::Object(those)) => {
            let mut names: Vec<_> = these.keys().chain(those.keys()).collect();
            names.dedup();
            let at = |name: &String| format!("{path}.{name}");
            names.iter().find_map(|name| difference(&theirs[*name], &ours[*name], &at(name)))
        }
        (Value::Array(these), Value::Array(those)) if these.len() == those.len() => {
            let mut pairs = these.iter().zip(those).enumerate();
            pairs.find_map(|(at, (this, that))| difference(this, that, &format!("{path}[{at}]")))
        }
        _ if theirs == ours => None,
        _ => Some(format!("{path}: the client says {theirs}, nlkit {ours}")),
    }
}

/// Flags have no order in the client's JSON. Of a member and an attribute of one name it has only one:
/// `defects`.
fn comparable(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let members = members
                .into_iter()
                .filter(|(name, _)| !is_moving(name) && !name.starts_with("Attr("));
            Value::Object(members.map(|(name, value)| (name, comparable(value))).collect())
        }
        Value::Array(entries) => {
            let mut entries: Vec<_> = entries.into_iter().map(comparable).collect();
            if entries.iter().all(Value::is_string) {
                entries.sort_by_key(ToString::to_string);
            }
            Value::Array(entries)
        }
        other => other,
    }
}
