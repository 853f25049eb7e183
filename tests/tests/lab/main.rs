//! Families that the running kernel may lack, under kernels from 6.1 to 7.2.
//!
//! All tests here but the first three run inside of the lab's kernels, in one boot for each:
//! `NLKIT_LAB_KERNELS='6.1 6.12 7.2' cargo test --test lab`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "these are tests"
)]

mod dumps;
mod links;
mod nfs;
mod nl80211;
mod openvswitch;
mod ovpn;
mod reload;
mod small;
mod team;
mod traffic;
mod wireguard;

use std::process::Command;

use nlkit::{Connection, Modifiers};
use nlkit_specs::rt_link::{LinkinfoAttrs, NewlinkRequest};
use nlkit_tests::lab::Lab;
use nlkit_tests::namespace::index_of;

const PROGRAMS: &[&str] = &["ip", "iw", "tc", "wg"];

/// Modules of families that all of the kernels have.
const MODULES: &[&str] = &[
    "wireguard",
    "mac80211_hwsim",
    "openvswitch",
    "team",
    "team_mode_loadbalance",
    "fou",
    "nf_conntrack_netlink",
    "nf_tables",
    "gtp",
];

#[test]
fn linux_6_1() {
    boot("6.1", &[]);
}

#[test]
fn linux_6_12() {
    boot("6.12", &["hsr", "nfsd"]);
}

#[test]
fn linux_7_2() {
    boot("7.2", &["hsr", "nfsd", "lockd", "ovpn", "gcm", "ctr"]);
}

fn boot(kernel: &'static str, more: &[&str]) {
    let modules = [MODULES, links::MODULES, traffic::MODULES, more].concat().join(",");
    Lab { kernel, modules: &modules, programs: PROGRAMS }.run();
}

/// What a program prints.
fn run(program: &str, arguments: &str) -> String {
    let output = Command::new(program).args(arguments.split(' ')).output().expect(program);
    assert!(output.status.success(), "{program} {arguments}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// Makes a device of this kind and gives its index.
fn make_link(name: &str, info: LinkinfoAttrs) -> u32 {
    let mut conn = Connection::route().unwrap();
    let request = NewlinkRequest::new().with_ifname(name).with_linkinfo(info);
    conn.request_with(&request, Modifiers::CREATE | Modifiers::EXCL).unwrap();
    index_of(name)
}
