//! CPU time and context switches of a process, from the family TASKSTATS: a family without a spec,
//! with its attributes derived by hand. Shows what `/proc` says beside it.
//!
//! ```sh
//! cargo run --example taskstats            # this process
//! cargo run --example taskstats -- 1       # process 1; needs CAP_NET_ADMIN for any
//! cargo run --example taskstats -- --sim   # of a simulated kernel, where nothing is compared
//! ```

use std::error::Error;
use std::fs;
use std::process::ExitCode;

use nlkit::errno;
use nlkit::serve::{Refusal, Service};
use nlkit::sim::Kernel;
use nlkit::{
    Attr, AttrValue, Connection, DecodeError, Do, Family, Generic, NlAttrs, Transport, Writer,
};

/// The family of linux/taskstats.h.
enum Taskstats {}

impl Family for Taskstats {
    type Protocol = Generic;
    const NAME: &'static str = "TASKSTATS";
}

/// TASKSTATS_CMD_GET. The reply comes with the number of TASKSTATS_CMD_NEW.
#[derive(Default, NlAttrs)]
struct Get {
    /// TASKSTATS_CMD_ATTR_PID
    #[nl(id = 1)]
    pid: Option<u32>,
}

impl Do for Get {
    type Family = Taskstats;
    type Reply = New;
    const NAME: &'static str = "get";
    const CMD: u16 = 1;
    const REPLY_CMD: u16 = 2;
}

#[derive(Default, NlAttrs)]
struct New {
    /// TASKSTATS_TYPE_AGGR_PID
    #[nl(id = 4)]
    aggr_pid: Option<Task>,
}

#[derive(Default, NlAttrs)]
struct Task {
    /// TASKSTATS_TYPE_PID
    #[nl(id = 1)]
    pid: Option<u32>,
    /// TASKSTATS_TYPE_STATS
    #[nl(id = 3)]
    stats: Option<Stats>,
}

/// The part of `struct taskstats` that is shown here. The struct has grown with almost every
/// version of it and never changed at its start, so any length from there on will do.
struct Stats {
    version: u16,
    comm: String,
    parent: u32,
    user_us: u64,
    system_us: u64,
}

impl AttrValue<'_> for Stats {
    fn put(&self, id: u16, out: &mut Writer<'_>) {
        out.attr(id, &self.write()); // only a simulated kernel sends one
    }

    fn get(attr: Attr<'_>) -> Result<Self, DecodeError> {
        Self::read(attr.payload)
            .ok_or_else(|| DecodeError::length("168 bytes or more", attr.payload.len()))
    }
}

impl Stats {
    /// Offsets of the 64 bit layout, which is that of all machines: the struct is explicitly
    /// aligned.
    fn read(bytes: &[u8]) -> Option<Self> {
        let comm = bytes.get(80..112)?.split(|byte| *byte == 0).next()?;
        Some(Self {
            version: u16::from_ne_bytes(*bytes.first_chunk()?),
            comm: String::from_utf8_lossy(comm).into_owned(),
            parent: u32::from_ne_bytes(*bytes.get(132..)?.first_chunk()?),
            user_us: u64::from_ne_bytes(*bytes.get(152..)?.first_chunk()?),
            system_us: u64::from_ne_bytes(*bytes.get(160..)?.first_chunk()?),
        })
    }

    fn write(&self) -> Vec<u8> {
        let comm = self.comm.as_bytes();
        let mut bytes = self.version.to_ne_bytes().to_vec();
        let members = [(80, comm), (132, &self.parent.to_ne_bytes())];
        let times = [(152, self.user_us.to_ne_bytes()), (160, self.system_us.to_ne_bytes())];
        for (at, member) in members.into_iter().chain(times.iter().map(|(at, it)| (*at, &it[..]))) {
            bytes.resize(at, 0);
            bytes.extend_from_slice(member);
        }
        bytes
    }
}

/// A kernel in which each process is the same.
fn simulated() -> Kernel {
    let mut service = Service::<Taskstats>::new();
    service.on_do(|request: Get, _| {
        let pid = request.pid.ok_or_else(|| Refusal::new(errno::EINVAL))?;
        let comm = "simulated".to_owned();
        let stats = Stats { version: 14, comm, parent: 1, user_us: 1500, system_us: 300 };
        Ok(New { aggr_pid: Some(Task { pid: Some(pid), stats: Some(stats) }) })
    });
    let kernel = Kernel::new();
    kernel.add(service);
    kernel
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn Error>> {
    let pid = match nlkit_examples::argument() {
        Some(pid) => pid.parse()?,
        None => std::process::id(),
    };
    if nlkit_examples::has("--sim") {
        return ask(&mut simulated().connect(), pid).map(|_| ());
    }
    let stats = ask(&mut Connection::generic()?, pid)?;
    let (comm, parent) = from_proc(pid)?;
    println!("/proc says   {comm}, parent {parent}");
    if (stats.comm.as_str(), stats.parent) != (comm.as_str(), parent) {
        return Err("TASKSTATS and /proc differ".into());
    }
    println!("both agree");
    Ok(())
}

fn ask<T: Transport>(conn: &mut Connection<Generic, T>, pid: u32) -> Result<Stats, Box<dyn Error>> {
    let reply = conn.request(&Get { pid: Some(pid) })?;
    let task = reply.aggr_pid.ok_or("the kernel sent no aggregate")?;
    let stats = task.stats.ok_or("the kernel sent no statistics")?;
    println!("taskstats version {}, process {}", stats.version, task.pid.unwrap_or(pid));
    println!("command      {}", stats.comm);
    println!("parent       {}", stats.parent);
    println!("user time    {} us", stats.user_us);
    println!("system time  {} us", stats.system_us);
    Ok(stats)
}

/// Command and parent of a process.
fn from_proc(pid: u32) -> Result<(String, u32), Box<dyn Error>> {
    let status = fs::read_to_string(format!("/proc/{pid}/status"))?;
    let field = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(":\t"));
        line.ok_or(format!("no {name} in /proc/{pid}/status"))
    };
    Ok((field("Name")?.to_owned(), field("PPid")?.parse()?))
}
