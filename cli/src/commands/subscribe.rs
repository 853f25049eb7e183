//! `nlkit subscribe`.

use std::process::ExitCode;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, SyncSender};
use std::thread;
use std::time::{Duration, Instant};

use clap_complete::ArgValueCompleter;
use nlkit_codegen::ir::GroupBy;
use nlkit_dynamic::{Error, Family, Notification, protocol_number};
use serde_json::{Map, Value, json};

use crate::args::Common;
use crate::commands::Outcome;
use crate::count::counted;
use crate::failure::{Failure, code};
use crate::print::Printer;
use crate::specs::{Specs, similar};
use crate::talk::{self, Link, Wire};
use crate::{completion, duration, interrupt, shown};

/// What `nlkit subscribe` takes.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Groups are those of the spec, or the kernel's; a family alone stands for all groups of its spec.

Examples:
  nlkit subscribe netdev:mgmt
  nlkit subscribe rt-link:rtnlgrp-link rt-route ethtool:monitor -o jsonl
  nlkit subscribe rt-link --count 1 --duration 10s")]
pub(crate) struct Args {
    /// What to listen to
    #[arg(
        value_name = "FAMILY[:GROUP[,GROUP]]",
        required = true,
        add = ArgValueCompleter::new(completion::groups)
    )]
    groups: Vec<String>,
    /// End after N notifications
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    count: Option<u64>,
    /// End after a time: 5, 500ms, 2m
    #[arg(long, value_name = "TIME", value_parser = duration::parse)]
    duration: Option<Duration>,
    #[command(flatten)]
    link: Link,
}

/// Prints what is told in multicast groups.
pub(crate) fn run(args: &Args, common: &Common) -> Outcome {
    let specs = Specs::new(&common.specs);
    let wanted = wanted(&args.groups, &args.link, &specs)?;
    // Who listens until it is enough ends it so.
    interrupt::exit_with(if args.count.is_some() { code::INTERRUPTED } else { 0 })?;
    let (sender, told) = mpsc::sync_channel(QUEUE);
    let mut protocols: Vec<_> = wanted.iter().map(Wanted::protocol).collect();
    protocols.sort_unstable();
    protocols.dedup();
    let mut wires = Vec::new();
    for protocol in protocols {
        let wanted: Vec<_> = wanted.iter().filter(|it| it.protocol() == protocol).collect();
        let families: Vec<_> = wanted.iter().map(|it| it.family).collect();
        let mut wire = args.link.listen(&families, common)?;
        wanted.iter().try_for_each(|it| it.join(&mut wire))?;
        wires.push(wire);
    }
    let mut printer = Printer::new(&common.output, true);
    for mut wire in wires {
        // That nothing is told is told below, of all of them together.
        wire.set_timeout(None);
        let sender = sender.clone();
        thread::spawn(move || listen(wire, &sender));
    }
    drop(sender);
    let end = print(&told, &mut printer, args)?;
    printer.finish()?;
    end.map_or(Ok(ExitCode::SUCCESS), Err)
}

/// What the words of the command line mean, each for itself.
fn wanted(words: &[String], link: &Link, specs: &Specs) -> Result<Vec<Wanted>, Failure> {
    let mut wanted: Vec<Wanted> = Vec::new();
    for word in words {
        let next = Wanted::new(word, link, specs).map_err(|failure| match wanted.last() {
            Some(before) if known(before.family).any(|group| group == word) => {
                let family = before.family.name();
                failure.help(format_args!("a group stands behind its family: `{family}:{word}`"))
            }
            _ => failure,
        })?;
        wanted.push(next);
    }
    Ok(wanted)
}

/// A family, and those of its groups to listen to.
struct Wanted {
    family: &'static Family,
    groups: Vec<String>,
}

impl Wanted {
    /// What a word of the command line means: FAMILY[:GROUP[,GROUP]].
    fn new(word: &str, link: &Link, specs: &Specs) -> Result<Self, Failure> {
        let (name, groups) = match word.split_once(':') {
            Some((name, groups)) => (name, Some(groups)),
            None => (word, None),
        };
        let family = Family::new(link.family(name, specs)?);
        let groups = match groups {
            Some(groups) => groups.split(',').map(ToOwned::to_owned).collect(),
            None => known(family).map(ToOwned::to_owned).collect(),
        };
        let wanted = Self { family, groups };
        if wanted.groups.is_empty() {
            let what = format!("the spec of `{}` has no groups", family.name());
            let help = format!("`nlkit families {name}` has those of the kernel: `{name}:GROUP`");
            return Err(Failure::new(code::UNKNOWN, what).help(help));
        }
        Ok(wanted)
    }

    fn protocol(&self) -> i32 {
        protocol_number(self.family.ir())
    }

    fn join(&self, wire: &mut Wire) -> Result<(), Failure> {
        self.groups.iter().try_for_each(|group| {
            wire.join(self.family, group).map_err(|error| self.refused(group, error))
        })
    }

    fn refused(&self, group: &str, error: Error) -> Failure {
        let is_unknown = matches!(error.netlink(), Some(nlkit::Error::UnknownGroup { .. }));
        let failure = Failure::from(error);
        match similar(group, known(self.family)) {
            _ if !is_unknown => failure,
            Some(other) => {
                failure.help(format_args!("there is one with a similar name: `{other}`"))
            }
            None => {
                let known: Vec<_> = known(self.family).collect();
                failure.help(format_args!("the spec has {}", known.join(", ")))
            }
        }
    }
}

/// The groups of a family that its spec knows how to find.
fn known(family: &'static Family) -> impl Iterator<Item = &'static str> {
    let known = family.ir().groups.iter().filter(|group| group.by != GroupBy::Nothing);
    known.map(|group| group.name.as_str())
}

/// Hands over what is told, until nobody wants it.
fn listen(mut wire: Wire, sender: &SyncSender<Result<Notification, Error>>) {
    loop {
        let told = wire.notification();
        let is_over =
            matches!(told.as_ref().err().and_then(Error::netlink), Some(nlkit::Error::Io(_)));
        if sender.send(told).is_err() || is_over {
            return;
        }
    }
}

/// So many wait to be printed at most: more stay with the kernel, which tells what it has no room for. As
/// many are printed when the time is over, since they came before.
const QUEUE: usize = 1 << 14;

/// Prints what comes until it is enough; gives what went wrong meanwhile.
fn print(
    told: &Receiver<Result<Notification, Error>>,
    printer: &mut Printer,
    args: &Args,
) -> Result<Option<Failure>, Failure> {
    let end = args.duration.and_then(|duration| Instant::now().checked_add(duration));
    let mut left = args.count;
    let (mut fault, mut late) = (None, 0);
    while left != Some(0) {
        let until_end = end.map(|end| end.saturating_duration_since(Instant::now()));
        late += usize::from(until_end == Some(Duration::ZERO));
        if late > QUEUE {
            return Ok(over(true, left).or(fault));
        }
        let wait = [until_end, args.link.timeout].into_iter().flatten().min();
        let next = match wait {
            Some(wait) => told.recv_timeout(wait),
            None => told.recv().map_err(|_| RecvTimeoutError::Disconnected),
        };
        match next {
            Ok(Ok(notification)) => {
                show(&notification, printer)?;
                left = left.map(|left| left - 1);
            }
            Ok(Err(error)) => {
                // The gap is told where it is: the stream goes on, but is not whole.
                let what = error.to_string();
                let failure = Failure::from(error);
                interrupt::set_code(failure.code());
                shown::print_fault(printer, &what)?;
                fault = Some(failure.told());
            }
            Err(RecvTimeoutError::Timeout) => return Ok(over(until_end == wait, left).or(fault)),
            Err(RecvTimeoutError::Disconnected) => break,
        }
    }
    Ok(fault)
}

/// What is wrong where the time is over: nothing at the end of --duration, if that is all that was asked for.
fn over(is_end: bool, left: Option<u64>) -> Option<Failure> {
    let what = match (is_end, left) {
        (true, None) => return None,
        (true, Some(left)) => {
            let left = counted(left, "notification", "notifications");
            format!("the time is over, {left} before the count")
        }
        (false, _) => "nothing was told for the time of --timeout".to_owned(),
    };
    Some(Failure::new(code::TIMEOUT, what))
}

/// Prints a notification. One that no spec knows has its number for a name, and its bytes.
fn show(notification: &Notification, printer: &mut Printer) -> Result<(), Failure> {
    let message = notification.message.message();
    let cmd = message.cmd();
    let name = notification.name.map_or(format!("Unknown({cmd})"), ToOwned::to_owned);
    let body = talk::body(notification);
    let mut whole = Map::new();
    let mut heading = String::new();
    if let Some(family) = notification.family {
        whole.insert("family".to_owned(), json!(family));
        heading = format!("{family} ");
    }
    heading += &name;
    whole.insert("name".to_owned(), json!(name));
    if let Some(namespace) = notification.namespace() {
        whole.insert("nsid".to_owned(), json!(namespace));
        heading += &format!(" (nsid {namespace})");
    }
    whole.insert("msg".to_owned(), body.clone());
    printer.headed(&heading, &body, &Value::Object(whole))
}
