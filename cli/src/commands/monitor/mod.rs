//! `nlkit monitor`.

mod ears;
mod nlmon;

use std::cell::RefCell;
use std::process::ExitCode;
use std::rc::Rc;
use std::time::{Duration, Instant};

use clap_complete::ArgValueCompleter;
use nlkit_dynamic::decoder::{Context, Decoder};

use self::ears::Ears;
use self::nlmon::Device;
use crate::args::Common;
use crate::commands::Outcome;
use crate::completion;
use crate::failure::{Failure, code};
use crate::lookup::{Ids, SpecLookup};
use crate::netns::Netns;
use crate::print::Printer;
use crate::shown::{self, Beside};
use crate::specs::Specs;
use crate::{duration, interrupt, time};

/// What `nlkit monitor` takes.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  nlkit monitor                        all that is told: route, generic, netfilter
  nlkit monitor route --time           links, addresses, routes, .. with times
  nlkit monitor ethtool netdev:mgmt    groups of families
  nlkit monitor --nlmon nlmon0         requests and answers of all processes as well; before:
                                       ip link add nlmon0 type nlmon; ip link set nlmon0 up")]
pub(crate) struct Args {
    /// What to listen to: a protocol, a family, groups of either; everything where nothing is given
    #[arg(
        value_name = "PROTOCOL|FAMILY[:GROUP[,GROUP]]",
        conflicts_with = "nlmon",
        add = ArgValueCompleter::new(completion::listened)
    )]
    what: Vec<String>,
    /// Listen to an nlmon device instead, which sees all datagrams of its network namespace
    #[arg(long, value_name = "DEVICE", conflicts_with = "all_namespaces")]
    nlmon: Option<String>,
    /// Print when each message came, in UTC
    #[arg(long)]
    time: bool,
    /// End after N messages
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    count: Option<u64>,
    /// End after a time: 5, 500ms, 2m
    #[arg(long, value_name = "TIME", value_parser = duration::parse)]
    duration: Option<Duration>,
    #[command(flatten)]
    netns: Netns,
    /// Hear those network namespaces as well that have a number in this one (`ip netns set`)
    #[arg(long)]
    all_namespaces: bool,
    /// Print the bytes, and what each of them says
    #[arg(long)]
    raw: bool,
}

/// What was heard.
enum Heard {
    Datagram {
        bytes: Vec<u8>,
        context: Context,
        namespace: Option<i32>,
    },
    /// Something was lost, or cannot be heard any more.
    Lost(String),
}

/// Where datagrams are heard.
trait Source {
    /// What was heard until `deadline`; nothing where that has passed.
    fn hear(&mut self, deadline: Option<Instant>) -> Result<Vec<Heard>, Failure>;
}

/// Prints everything on a netlink socket or an nlmon device.
pub(crate) fn run(args: &Args, common: &Common) -> Outcome {
    let namespace = args.netns.open()?;
    let families = ears::families(namespace.as_ref())?;
    let ids = Rc::new(RefCell::new(Ids::of(&families)));
    let mut lookup = SpecLookup::new(Specs::new(&common.specs), ids)?;
    let source: Box<dyn Source> = match &args.nlmon {
        Some(device) => Box::new(Device::open(device, namespace.as_ref())?),
        None => {
            let mut ears = Ears::new(namespace, args.all_namespaces);
            ears.open(&args.what, families, &mut lookup)?;
            Box::new(ears)
        }
    };
    // Who listens until it is enough ends it so.
    interrupt::exit_with(if args.count.is_some() { code::INTERRUPTED } else { 0 })?;
    listen(args, source, &mut Decoder::new(lookup), common)
}

/// So many datagrams that came in time are read when the time is over.
const LATE: usize = 1 << 16;

fn listen(
    args: &Args,
    mut source: Box<dyn Source>,
    decoder: &mut Decoder<SpecLookup>,
    common: &Common,
) -> Outcome {
    let deadline = args.duration.and_then(|duration| Instant::now().checked_add(duration));
    let mut out = Out {
        printer: Printer::new(&common.output, true),
        time: args.time,
        raw: args.raw.then(|| common.output.is_colored()),
        left: args.count.unwrap_or(u64::MAX),
        lost: false,
    };
    while out.left > 0 && deadline.is_none_or(|deadline| Instant::now() < deadline) {
        for heard in source.hear(deadline)? {
            out.print(heard, decoder)?;
        }
    }
    for _ in 0..LATE {
        let heard = if out.left > 0 { source.hear(Some(Instant::now()))? } else { Vec::new() };
        if heard.is_empty() {
            break;
        }
        for heard in heard {
            out.print(heard, decoder)?;
        }
    }
    out.printer.finish()?;
    Ok(ExitCode::from(if out.lost { code::INCOMPLETE } else { 0 }))
}

/// What is printed.
struct Out {
    printer: Printer,
    /// Whether times are.
    time: bool,
    /// Whether bytes are, and with colours.
    raw: Option<bool>,
    /// How many messages still are.
    left: u64,
    /// Whether something was lost.
    lost: bool,
}

impl Out {
    fn print(&mut self, heard: Heard, decoder: &mut Decoder<SpecLookup>) -> Result<(), Failure> {
        let (bytes, context, namespace) = match heard {
            Heard::Lost(what) => {
                self.lost = true;
                return shown::print_fault(&mut self.printer, &what);
            }
            Heard::Datagram { bytes, context, namespace } => (bytes, context, namespace),
        };
        let beside = Beside { raw: self.raw, time: self.time.then(time::now), namespace };
        for message in decoder.feed(&bytes, &context) {
            if self.left > 0 {
                shown::print(&mut self.printer, &message, &beside)?;
                self.left -= 1;
            }
        }
        Ok(())
    }
}
