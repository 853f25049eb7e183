//! Calls to the real kernel, beside a raw socket that only walks message headers: a dump of
//! `netdev dev-get` over many veth devices, and a GETFAMILY round trip.
//!
//! ```sh
//! cargo run --release -p nlkit-bench --bin socket            # 1,000 devices
//! cargo run --release -p nlkit-bench --bin socket -- 5000
//! ```
//!
//! Needs root: it runs itself again in a network namespace of its own, where it makes the devices.

use std::error::Error;
use std::io::Write;
use std::process::{Command, ExitCode, Stdio};

use nlkit::nlctrl::GetFamily;
use nlkit::wire::{HEADER_LEN, Header, align, flag, kind};
use nlkit::{Connection, NlAttrs};
use nlkit_bench::{Contender, Effort, compare};
use nlkit_specs::netdev;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

fn main() -> ExitCode {
    let mut args = std::env::args().skip(1);
    let first = args.next();
    let outcome = match first.as_deref() {
        Some("--inside") => bench(args.next()),
        devices => enter_namespace(devices),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn enter_namespace(devices: Option<&str>) -> Result<()> {
    let status = Command::new("unshare")
        .arg("-n")
        .arg(std::env::current_exe()?)
        .args(["--inside", devices.unwrap_or("1000")])
        .status()?;
    status
        .success()
        .then_some(())
        .ok_or_else(|| format!("inside of the namespace: {status}").into())
}

fn bench(devices: Option<String>) -> Result<()> {
    let devices: u32 = devices.ok_or("how many devices?")?.parse()?;
    make_devices(devices / 2)?;
    bench_dump()?;
    bench_family()
}

fn make_devices(pairs: u32) -> Result<()> {
    let mut ip = Command::new("ip").args(["-batch", "-"]).stdin(Stdio::piped()).spawn()?;
    let mut batch = ip.stdin.take().ok_or("no pipe to ip")?;
    for pair in 0..pairs {
        writeln!(batch, "link add a{pair} type veth peer name b{pair}")?;
    }
    drop(batch);
    ip.wait()?.success().then_some(()).ok_or_else(|| "ip could not make the devices".into())
}

/// Two of the five attributes.
#[derive(Default, NlAttrs)]
struct Brief {
    #[nl(id = 1)]
    ifindex: Option<u32>,
    #[nl(id = 3)]
    xdp_features: Option<u64>,
}

fn bench_dump() -> Result<()> {
    let mut raw = Raw::new()?;
    let mut owned = Connection::generic()?;
    let mut collected = Connection::generic()?;
    let mut lent = Connection::generic()?;
    let family = owned.family::<netdev::Family>()?.id.ok_or("no id")?;
    let request = netdev::DevGetDump::new();
    let count = raw.dump(family, 1)?;
    let found = owned.dump(&request)?.filter(|reply| reply.is_ok()).count();
    if found != count {
        return Err(format!("nlkit got {found} devices, the raw loop {count}").into());
    }
    let effort = Effort { rounds: 300, repeats: 1, units: u32::try_from(count)? };
    compare(
        &format!("dump netdev dev-get, {count} devices, for each"),
        effort,
        vec![
            Contender::new("raw loop over message headers", || raw.dump(family, 1).ok()),
            Contender::new("nlkit, owned structs, streamed", || {
                owned
                    .dump(&request)
                    .map(|replies| replies.map_while(|reply| reply.ok()).count())
                    .ok()
            }),
            Contender::new("nlkit, owned structs, collected", || {
                let replies = collected.dump(&request).ok()?;
                replies.collect::<std::result::Result<Vec<_>, _>>().ok()
            }),
            Contender::new("nlkit, projection of 2, streamed", || {
                let mut views = lent.dump_as::<Brief, _>(&request).ok()?;
                let mut sum = 0;
                while let Some(Ok(brief)) = views.next() {
                    sum += brief.xdp_features.unwrap_or(0) + u64::from(brief.ifindex.unwrap_or(0));
                }
                Some(sum)
            }),
        ],
    );
    Ok(())
}

fn bench_family() -> Result<()> {
    let mut raw = Raw::new()?;
    let mut conn = Connection::generic()?;
    let request = GetFamily { name: Some("netdev".into()), id: None };
    compare(
        "GETFAMILY round trip",
        Effort { rounds: 200, repeats: 200, units: 1 },
        vec![
            Contender::new("raw send and receive", || raw.family().ok()),
            Contender::new("nlkit, owned reply", || conn.request(&request).ok()),
        ],
    );
    Ok(())
}

/// A socket and a loop, with nothing decoded but message headers.
struct Raw {
    socket: netlink_sys::Socket,
    buffer: Vec<u8>,
}

impl Raw {
    fn new() -> Result<Self> {
        let mut socket = netlink_sys::Socket::new(libc::NETLINK_GENERIC as isize)?;
        socket.bind_auto()?;
        Ok(Self { socket, buffer: Vec::with_capacity(256 * 1024) })
    }

    fn send(&self, family: u16, flags: u16, body: &[u8]) -> Result<()> {
        let len = u32::try_from(HEADER_LEN + body.len())?;
        let header = Header { len, kind: family, flags: flag::REQUEST | flags, seq: 1, port: 0 };
        self.socket.send(&[&header.to_bytes(), body].concat(), 0)?;
        Ok(())
    }

    fn dump(&mut self, family: u16, cmd: u8) -> Result<usize> {
        self.send(family, flag::DUMP, &[cmd, 1, 0, 0])?;
        let mut count = 0;
        loop {
            self.buffer.clear();
            self.socket.recv(&mut self.buffer, 0)?;
            let mut rest = self.buffer.as_slice();
            while let Some(header) = Header::parse(rest) {
                match header.kind {
                    kind::DONE => return Ok(count),
                    kind::ERROR => return Err("the kernel refuses the dump".into()),
                    _ => count += 1,
                }
                rest = rest.get(align(header.len as usize)..).unwrap_or_default();
            }
        }
    }

    fn family(&mut self) -> Result<usize> {
        // CTRL_CMD_GETFAMILY with CTRL_ATTR_FAMILY_NAME.
        self.send(0x10, 0, b"\x03\x02\0\0\x0b\0\x02\0netdev\0\0")?;
        self.buffer.clear();
        Ok(self.socket.recv(&mut self.buffer, 0)?)
    }
}
