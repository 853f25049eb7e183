//! Network namespaces for tests, and iproute2 as an independent witness of what is in them.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "it fails a test"
)]

use std::process::{Command, Output};

use nix::sched::{CloneFlags, unshare};
use nlkit::{Error, KernelError};
use serde_json::Value;

use crate::skip::{is_root, skip};

/// Moves this test's thread, and what it starts, into a new network namespace with `lo` and
/// nothing else. False where that needs more than this process may.
///
/// # Panics
/// Where root is refused a namespace.
pub fn in_namespace() -> bool {
    if !is_root() {
        skip("a network namespace needs root");
        return false;
    }
    unshare(CloneFlags::CLONE_NEWNET).expect("a network namespace");
    true
}

/// What `ip` prints.
///
/// # Panics
/// Where it fails.
pub fn ip(arguments: &str) -> String {
    succeed("ip", arguments)
}

/// What `tc` prints.
///
/// # Panics
/// Where it fails.
pub fn tc(arguments: &str) -> String {
    succeed("tc", arguments)
}

/// The objects that `ip -j -d -s` prints.
///
/// # Panics
/// Where it fails.
pub fn ip_json(arguments: &str) -> Vec<Value> {
    objects(&ip(&format!("-j -d -s {arguments}")))
}

/// The objects that `tc -j -d -s` prints.
///
/// # Panics
/// Where it fails.
pub fn tc_json(arguments: &str) -> Vec<Value> {
    objects(&tc(&format!("-j -d -s {arguments}")))
}

/// Whether `ip` can do this here: false where the kernel lacks the kind of device, for example.
pub fn ip_can(arguments: &str) -> bool {
    run("ip", arguments).status.success()
}

/// As [`ip_can`], of `tc`.
pub fn tc_can(arguments: &str) -> bool {
    run("tc", arguments).status.success()
}

fn run(program: &str, arguments: &str) -> Output {
    Command::new(program).args(arguments.split(' ')).output().expect("iproute2")
}

fn succeed(program: &str, arguments: &str) -> String {
    let output = run(program, arguments);
    assert!(output.status.success(), "{program} {arguments}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// iproute2 prints an empty object among others where it filters, and nothing where there is nothing.
fn objects(json: &str) -> Vec<Value> {
    if json.trim().is_empty() {
        return Vec::new();
    }
    let list: Vec<Value> = serde_json::from_str(json).expect(json);
    list.into_iter().filter(|entry| entry != &serde_json::json!({})).collect()
}

/// The index of a device, from iproute2.
///
/// # Panics
/// Where there is none.
pub fn index_of(device: &str) -> u32 {
    let link = ip_json(&format!("link show {device}")).pop().expect("a device");
    number(&link["ifindex"])
}

/// A number of iproute2's JSON in the type that the other side has.
///
/// # Panics
/// Where it is no number, or does not fit.
pub fn number<T: TryFrom<i64>>(value: &Value) -> T {
    let number = value.as_i64().and_then(|number| T::try_from(number).ok());
    number.unwrap_or_else(|| panic!("{value} is no such number"))
}

/// Asserts that iproute2 shows what `ours` says, an object with its names for the fields. A field
/// that we do not have (`null`) it must not show either.
///
/// # Panics
/// Where they differ.
pub fn assert_shows(shown: &Value, ours: &Value) {
    for (name, value) in ours.as_object().expect("an object") {
        assert_eq!(&shown[name], value, "`{name}`: iproute2 (left) and nlkit (right) in {shown}");
    }
}

/// The error with which the kernel refused.
///
/// # Panics
/// Where it did not.
pub fn kernel_error<T: std::fmt::Debug>(result: Result<T, Error>) -> KernelError {
    match result {
        Err(Error::Kernel(error)) => *error,
        other => panic!("the kernel should refuse it: {other:?}"),
    }
}
