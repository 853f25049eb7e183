//! `nlkit dump`.

use std::process::ExitCode;

use nlkit::Transport;
use nlkit_dynamic::{Connection, Family, Mode, Operation};
use serde_json::Value;

use crate::args::Common;
use crate::commands::Outcome;
use crate::failure::{Failure, code};
use crate::interrupt;
use crate::output::Format;
use crate::print::Printer;
use crate::specs::Specs;
use crate::talk::{Link, Progress, Request, tell_warnings};

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
    let ir = args.link.family(&args.request.family, &Specs::new(&common.specs))?;
    if let Some(path) = &args.request.attrs {
        return args.request.show(&ir, path, common);
    }
    let family = Family::new(ir);
    let (operation, request) = args.request.read(family, Mode::Dump)?;
    interrupt::exit_with(code::INTERRUPTED)?;
    let conn = args.link.open(&[family], common)?;
    let retries = args.retries.unwrap_or(match common.output.format {
        Format::Jsonl => 0,
        _ => 3,
    });
    let mut dump = Dump { conn, family, operation, request };
    let mut printer = Printer::new(&common.output, true);
    let fault = match retries {
        0 => dump.each(&mut |entry| printer.value(&entry))?,
        _ => {
            let (entries, fault) = dump.whole(retries)?;
            entries.iter().try_for_each(|entry| printer.value(entry))?;
            fault
        }
    };
    tell_warnings(&mut dump.conn);
    // Where the kernel refused there is no list: no empty one either.
    let is_refused = fault.as_ref().is_some_and(|fault| !fault.is_incomplete);
    if printer.is_begun() || !is_refused {
        printer.finish()?;
    }
    fault.map_or(Ok(ExitCode::SUCCESS), |fault| Err(fault.failure))
}

/// A list to be asked for.
struct Dump<T: Transport> {
    conn: Connection<T>,
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

impl<T: Transport> Dump<T> {
    /// A list that is whole, or what there is of it at the last attempt.
    fn whole(&mut self, retries: u32) -> Result<(Vec<Value>, Option<Fault>), Failure> {
        let mut attempt = 0;
        loop {
            let mut entries = Vec::new();
            let fault = self.each(&mut |entry| {
                entries.push(entry);
                Ok(())
            })?;
            match &fault {
                Some(Fault { is_incomplete: true, .. }) if attempt < retries => attempt += 1,
                _ => return Ok((entries, fault)),
            }
        }
    }

    /// Asks once, and gives each entry to `take`. What is wrong with one does not end the list.
    fn each(
        &mut self,
        take: &mut dyn FnMut(Value) -> Result<(), Failure>,
    ) -> Result<Option<Fault>, Failure> {
        let mut fault: Option<Fault> = None;
        let mut progress = Progress::new();
        for entry in self.conn.dump(self.family, self.operation, &self.request)? {
            match entry {
                Ok(entry) => {
                    progress.step();
                    take(entry)?;
                }
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

#[cfg(test)]
mod tests {
    use nlkit::nlctrl::FamilyInfo;
    use nlkit::script::{Script, answer};
    use nlkit::wire::flag;
    use serde_json::json;

    use super::*;

    /// What becomes of a list that changes while it is dumped, the first times that it is asked for: how
    /// often that was, what came, and the exit code.
    fn dumped(changes: usize, retries: u32) -> (usize, Vec<Value>, Option<u8>) {
        let mut asked = 0;
        let kernel = Script::new(|request: &[u8]| {
            let flags = if asked < changes { flag::MULTI | flag::DUMP_INTR } else { flag::MULTI };
            asked += 1;
            let lamp = FamilyInfo { id: u16::try_from(asked).ok(), ..Default::default() };
            let body = [&[1, 2, 0, 0], nlkit::encode(&lamp).unwrap().as_slice()].concat();
            vec![answer(request).message(16, flags, body).done(0).into_datagram()]
        });
        let source = nlkit_specs::yaml::SOURCES.iter().find(|it| it.family == "nlctrl").unwrap();
        let ir = nlkit_codegen::Builder::new().resolve_str("nlctrl", source.text).unwrap();
        let family = Family::new(ir);
        let operation = family.operation("getfamily").unwrap();
        let conn = Connection::with_transport(family, kernel);
        let mut dump = Dump { conn, family, operation, request: json!({}) };
        let (entries, fault) = dump.whole(retries).unwrap();
        drop(dump);
        (asked, entries, fault.map(|fault| fault.failure.code()))
    }

    #[test]
    fn a_list_that_changed_is_asked_for_again() {
        assert_eq!(dumped(0, 3), (1, vec![json!({"family-id": 1})], None));
        assert_eq!(dumped(2, 3), (3, vec![json!({"family-id": 3})], None));
    }

    #[test]
    fn what_there_is_of_a_list_that_never_comes_whole_is_kept() {
        let incomplete = Some(code::INCOMPLETE);
        assert_eq!(dumped(9, 3), (4, vec![json!({"family-id": 4})], incomplete));
    }
}
