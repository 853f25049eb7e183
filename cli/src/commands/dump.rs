//! `nlkit dump`.

use std::process::ExitCode;

use nlkit_dynamic::{Family, Operation};
use serde_json::Value;

use crate::args::Common;
use crate::commands::Outcome;
use crate::failure::{Failure, code};
use crate::interrupt;
use crate::output::{Format, Output};
use crate::print::Printer;
use crate::specs::Specs;
use crate::talk::{Link, Progress, Request, Way, Wire, tell_warnings};

/// What `nlkit dump` takes.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
A list that changed while it was dumped is asked for again, 3 times at most, and printed when it is whole. With
JSON lines, or --retries 0, entries are printed as they come; an incomplete list ends with exit status 4.

Examples:
  nlkit dump rt-link getlink
  nlkit dump netdev queue-get ifindex=2
  nlkit dump rt-route getroute rtm-family=2 -o jsonl
  nlkit dump nlctrl getpolicy family-name=netdev -o json")]
pub(crate) struct Args {
    #[command(flatten)]
    request: Request,
    /// How often to ask again for a list that changed meanwhile [default: 3, with JSON lines 0]
    #[arg(long, value_name = "N")]
    retries: Option<u32>,
    #[command(flatten)]
    link: Link,
}

/// Asks the kernel for a list.
pub(crate) fn run(args: &Args, common: &Common) -> Outcome {
    let ir = Specs::new(&common.specs).family(&args.request.family)?;
    if let Some(path) = &args.request.attrs {
        return args.request.show(&ir, path, common);
    }
    let family = Family::new(ir);
    let (operation, request) = args.request.read(family, Way::Dump)?;
    interrupt::exit_with(code::INTERRUPTED)?;
    let conn = args.link.open(family)?;
    let retries = args.retries.unwrap_or(match common.output.format {
        Format::Jsonl => 0,
        _ => 3,
    });
    let mut dump = Dump { conn, family, operation, request };
    let fault = match retries {
        0 => dump.as_it_comes(&common.output)?,
        _ => dump.whole(&common.output, retries)?,
    };
    tell_warnings(&mut dump.conn);
    match fault {
        Some(fault) => Err(fault),
        None => Ok(ExitCode::SUCCESS),
    }
}

/// A list to be asked for.
struct Dump {
    conn: Wire,
    family: &'static Family,
    operation: &'static Operation,
    request: Value,
}

/// What was wrong with a list, all of which was read.
struct Fault {
    failure: Failure,
    /// Whether it may be whole the next time.
    is_incomplete: bool,
}

impl Dump {
    /// Prints entries as they come.
    fn as_it_comes(&mut self, output: &Output) -> Result<Option<Failure>, Failure> {
        let mut printer = Printer::new(output, true);
        let mut progress = Progress::new();
        let fault = self.each(&mut |entry| {
            progress.step();
            printer.value(&entry)
        })?;
        drop(progress);
        finish(printer, fault)
    }

    /// Prints a list that is whole, or what there is of it at the last attempt.
    fn whole(&mut self, output: &Output, retries: u32) -> Result<Option<Failure>, Failure> {
        let mut attempt = 0;
        let (entries, fault) = loop {
            let mut entries = Vec::new();
            let mut progress = Progress::new();
            let fault = self.each(&mut |entry| {
                progress.step();
                entries.push(entry);
                Ok(())
            })?;
            match &fault {
                Some(Fault { is_incomplete: true, .. }) if attempt < retries => attempt += 1,
                _ => break (entries, fault),
            }
        };
        let mut printer = Printer::new(output, true);
        entries.iter().try_for_each(|entry| printer.value(entry))?;
        finish(printer, fault)
    }

    /// Asks once, and gives each entry to `take`. What is wrong with one does not end the list.
    fn each(
        &mut self,
        take: &mut dyn FnMut(Value) -> Result<(), Failure>,
    ) -> Result<Option<Fault>, Failure> {
        let mut fault: Option<Fault> = None;
        for entry in self.conn.dump(self.family, self.operation, &self.request)? {
            match entry {
                Ok(entry) => take(entry)?,
                Err(error) => {
                    let is_incomplete = error.netlink().is_some_and(nlkit::Error::is_incomplete);
                    let new = Fault { failure: error.into(), is_incomplete };
                    if let Some(before) = fault.replace(new) {
                        before.failure.tell();
                    }
                }
            }
        }
        Ok(fault)
    }
}

/// Ends the list. Where the kernel refused there is none: no empty one either.
fn finish(printer: Printer, fault: Option<Fault>) -> Result<Option<Failure>, Failure> {
    let is_refused = fault.as_ref().is_some_and(|fault| !fault.is_incomplete);
    if printer.is_begun() || !is_refused {
        printer.finish()?;
    }
    Ok(fault.map(|fault| fault.failure))
}
