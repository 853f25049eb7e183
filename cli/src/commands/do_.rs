//! `nlkit do`.

use std::process::ExitCode;

use nlkit::errno::EINVAL;
use nlkit_dynamic::{Error, Family, Mode, Operation};
use serde_json::Value;

use crate::args::Common;
use crate::commands::Outcome;
use crate::failure::{Failure, code};
use crate::interrupt;
use crate::output::{Format, Output};
use crate::print::Printer;
use crate::specs::Specs;
use crate::talk::{self, Flags, Link, Request, tell_warnings};

/// What `nlkit do` takes.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  nlkit do netdev dev-get ifindex=1
  nlkit do ethtool rings-set header.dev-name=eth0 rx=512
  nlkit do rt-link newlink --create --excl --echo ifname=v0 linkinfo.kind=veth
  nlkit do netdev dev-get --json '{\"ifindex\": 1}' -o json
  nlkit do netdev dev-get --attrs")]
pub(crate) struct Args {
    #[command(flatten)]
    request: Request,
    #[command(flatten)]
    flags: Flags,
    /// Print what listeners are told of it
    #[arg(long, help_heading = "Changes")]
    echo: bool,
    #[command(flatten)]
    link: Link,
}

/// Asks the kernel once.
pub(crate) fn run(args: &Args, common: &Common) -> Outcome {
    let ir = args.link.family(&args.request.family, &Specs::new(&common.specs))?;
    if let Some(path) = &args.request.attrs {
        return args.request.show(&ir, path, common);
    }
    let family = Family::new(ir);
    let (operation, request) = args.request.read(family, Mode::Do)?;
    interrupt::exit_with(code::INTERRUPTED)?;
    let mut conn = args.link.open(&[family], common)?;
    let modifiers = args.flags.modifiers();
    let replies = if args.echo {
        let told = conn.request_echo(family, operation, &request, modifiers);
        told.map(|told| told.iter().map(talk::body).collect())
    } else {
        conn.request(family, operation, &request, modifiers)
    };
    let replies = replies.map_err(|error| refused(family, operation, error))?;
    tell_warnings(&mut conn);
    print(&common.output, replies)?;
    Ok(ExitCode::SUCCESS)
}

/// Why the kernel refused. A family with `batch-begin` changes things between that and `batch-end` only:
/// alone, what has no reply is invalid to it, of which it says no more.
fn refused(family: &'static Family, operation: &Operation, error: Error) -> Failure {
    let errno = error.netlink().and_then(nlkit::Error::errno);
    let failure = Failure::from(error);
    let is_change = operation.ir().once.as_ref().is_some_and(|call| call.reply.is_none());
    match family.operation("batch-begin") {
        Some(_) if is_change && errno == Some(EINVAL) => failure.help(format_args!(
            "changes of `{}` go between `batch-begin` and `batch-end`: `nlkit multi` sends them",
            family.name()
        )),
        _ => failure,
    }
}

/// Prints an answer, which is mostly one reply: JSON is that alone, `null` where there is none.
fn print(output: &Output, mut replies: Vec<Value>) -> Result<(), Failure> {
    let is_whole = matches!(output.format, Format::Json | Format::Yaml);
    let mut printer = Printer::new(output, !is_whole);
    if is_whole {
        let whole = match replies.len() {
            0 => Value::Null,
            1 => replies.remove(0),
            _ => Value::Array(replies),
        };
        printer.value(&whole)?;
    } else {
        for reply in &replies {
            printer.value(reply)?;
        }
    }
    printer.finish()
}
