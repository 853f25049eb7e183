//! Devices and routes of the benchmark's own, in a network namespace that ends with it.

use std::io::{BufWriter, Write};
use std::process::{Command, Stdio};

use nix::sched::{CloneFlags, unshare};

use crate::Result;

/// Moves this thread into a new network namespace, and what it starts from then on.
///
/// # Errors
/// Where it may not: that needs root.
pub fn enter() -> Result<()> {
    unshare(CloneFlags::CLONE_NEWNET)
        .map_err(|error| format!("a network namespace: {error}").into())
}

/// Makes pairs of veth devices, `a0` and `b0` and so on.
///
/// # Errors
/// Where `ip` cannot.
pub fn make_veths(pairs: u32) -> Result<()> {
    let lines = (0..pairs).map(|pair| format!("link add a{pair} type veth peer name b{pair}"));
    ip_batch(lines)
}

/// Makes routes to single IPv4 addresses through `lo`, which every kernel has.
///
/// # Errors
/// Where `ip` cannot.
pub fn make_routes(routes: u32) -> Result<()> {
    let up = ["link set lo up".to_owned()];
    let routes = (0..routes).map(|route| {
        let [_, b, c, d] = route.to_be_bytes();
        format!("route add 10.{b}.{c}.{d} dev lo")
    });
    ip_batch(up.into_iter().chain(routes))
}

fn ip_batch(lines: impl Iterator<Item = String>) -> Result<()> {
    let mut ip = Command::new("ip").args(["-batch", "-"]).stdin(Stdio::piped()).spawn()?;
    let mut batch = BufWriter::new(ip.stdin.take().ok_or("no pipe to ip")?);
    for line in lines {
        writeln!(batch, "{line}")?;
    }
    drop(batch);
    ip.wait()?.success().then_some(()).ok_or_else(|| "ip could not do that".into())
}
