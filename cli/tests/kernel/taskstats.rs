//! A family without a spec: its scaffold, with names filled in by hand, is a spec, and a program of what is
//! generated from it asks the kernel.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use nlkit_codegen::{Builder, Layout};
use nlkit_tests::scratch;
use nlkit_tests::skip::{is_root, skip};

use crate::{file, has, nlkit};

/// What a person does to the scaffold with linux/taskstats.h beside it: what stands there, and what is put in
/// its place. Each stands there once.
const FILLED_IN: &[(&str, &str)] = &[
    ("name: TASKSTATS\n", "name: TASKSTATS\nuapi-header: linux/taskstats.h\n"),
    ("doc: To be written.\n\nattribute-sets:\n", include_str!("taskstats-structs.yaml")),
    // Requests and replies have numbers of their own, and a spec one set for both: of the request it has
    // what is asked with, and the two that turn listeners on and off are left out.
    (
        "  - name: set-1
    doc: To be written.
    attributes:
      - name: attr-1
        type: u32
      - name: attr-2
        type: u32
      - name: attr-3
        type: string
        checks: { unterminated-ok: true }
      - name: attr-4
        type: string
        checks: { unterminated-ok: true }
",
        include_str!("taskstats-sets.yaml"),
    ),
    ("  - name: set-2\n    doc: To be written.\n", "  - name: cgroup\n    doc: A control group.\n"),
    (
        "      - name: attr-1\n        type: u32\n\noperations:",
        "      - name: fd\n        type: u32\n\noperations:",
    ),
    (
        "- name: op-1\n      doc: To be written.\n",
        "- name: get\n      doc: Statistics of a task.\n",
    ),
    ("attribute-set: set-1\n", "attribute-set: question\n"),
    ("&set-1 [attr-1, attr-2, attr-3, attr-4]", "[pid, tgid]"),
    (
        "        # reply: { value: 1, attributes: [] }\n",
        "        reply: { value: 2, attributes: [aggr-pid, aggr-tgid] }\n",
    ),
    (
        "- name: op-4\n      doc: To be written.\n",
        "- name: cgroup-get\n      doc: Tasks of a group.\n",
    ),
    ("attribute-set: set-2\n", "attribute-set: cgroup\n"),
    ("&set-2 [attr-1]", "[fd]"),
];

/// Asks for the process that its argument names, and prints what the kernel says.
const PROGRAM: &str = r#"
mod taskstats;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let pid: u32 = std::env::args().nth(1).ok_or("a process id")?.parse()?;
    let mut connection = nlkit::Connection::generic()?;
    let request = taskstats::GetRequest { pid: Some(pid), ..Default::default() };
    let reply = connection.request(&request)?;
    let task = reply.aggr_pid.ok_or("no task")?;
    let stats = task.stats.ok_or("no statistics")?;
    println!("{:?} {} {} {}", task.pid, stats.comm, stats.ppid, stats.uid);
    Ok(())
}
"#;

/// The scaffold with the names filled in.
fn filled_in() -> String {
    let mut text = nlkit(&["scaffold", "TASKSTATS"]).success();
    for (from, to) in FILLED_IN {
        assert_eq!(text.matches(from).count(), 1, "{from:?} in\n{text}");
        text = text.replace(from, to);
    }
    text
}

#[test]
fn a_scaffold_with_names_is_a_spec_that_a_program_calls_the_kernel_by() {
    if !has("TASKSTATS") {
        return;
    }
    if !is_root() {
        return skip("statistics of a task need CAP_NET_ADMIN");
    }
    let spec = filled_in();
    let code = Builder::new().layout(Layout::File).expand(true);
    let code =
        code.generate_str("taskstats.yaml", &spec).unwrap_or_else(|report| panic!("{report}"));
    let sources = [("main.rs", PROGRAM), ("taskstats.rs", code.as_str())];
    let sources: BTreeMap<_, _> =
        sources.map(|(name, text)| (name.to_owned(), text.to_owned())).into();
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("taskstats");
    let folder = scratch::write(&folder, "taskstats", &[], &sources).unwrap();
    let built = scratch::cargo(&folder, &["build"]).unwrap();
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));

    let pid = std::process::id();
    let program = folder.join("../target/debug/taskstats");
    let said = Command::new(program).arg(pid.to_string()).output().unwrap();
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    assert_eq!(String::from_utf8(said.stdout).unwrap(), from_proc(pid));
}

/// What `/proc` says of a process, in the words of the program.
fn from_proc(pid: u32) -> String {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let field = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
        line.split_whitespace().next().unwrap().to_owned()
    };
    format!("Some({pid}) {} {} {}\n", field("Name:"), field("PPid:"), field("Uid:"))
}

#[test]
fn what_was_filled_in_is_verified_but_for_what_the_language_cannot_say() {
    if !has("TASKSTATS") {
        return;
    }
    let path = file("filled-in", "taskstats.yaml");
    fs::write(&path, filled_in()).unwrap();
    let ran = nlkit(&["verify", path.to_str().unwrap()]);
    assert_eq!((ran.code, ran.err.as_str()), (1, ""), "{}", ran.out);
    let wrong: Vec<_> = ran.out.lines().filter(|line| line.starts_with("  wrong ")).collect();
    let [wrong] = wrong.as_slice() else { panic!("{}", ran.out) };
    // Number 4 is a list of CPUs in a request, and a nest in a reply.
    assert!(
        wrong.ends_with("get do .aggr-pid: type: the spec says nest task, the kernel string"),
        "{wrong}"
    );
    assert!(
        ran.out.contains("  not-in-spec    get do .3: the spec has none, the kernel has string")
    );
}
