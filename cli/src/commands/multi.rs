//! `nlkit multi`.

use std::process::ExitCode;

use clap_complete::ArgValueCompleter;
use nlkit::Modifiers;
use nlkit_dynamic::{Error, Family, Mode, Operation};
use serde_json::{Map, Value, json};

use crate::args::Common;
use crate::commands::Outcome;
use crate::failure::{Failure, code};
use crate::input::{self, of_pairs, read_json};
use crate::output::Format;
use crate::print::Printer;
use crate::specs::Specs;
use crate::talk::{Flags, Link, operation, tell_warnings};
use crate::{completion, interrupt};

/// What `nlkit multi` takes.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
The kernel gets all requests in one datagram, and carries out each, whatever becomes of the others; of nftables,
all between `batch-begin` and `batch-end`, or none. Each OP has its own --create and such; other options stand
before the first `--`. In JSON it is a list of {\"op\", \"request\", \"flags\"}; for each there is an {\"index\",
\"op\", \"reply\"}, or \"error\" in place of the reply.

Examples:
  nlkit multi rt-link newlink --create ifname=a linkinfo.kind=dummy -- setlink ifname=lo mtu=9000
  nlkit multi nftables batch-begin res-id=10 -- newtable --create nfgen-family=2 name=t -- batch-end res-id=10
  nlkit multi rt-link --json '[{\"op\": \"dellink\", \"request\": {\"ifname\": \"a\"}}]'")]
pub(crate) struct Args {
    /// Family, by its name or that of its spec
    #[arg(value_name = "FAMILY", add = ArgValueCompleter::new(completion::families))]
    family: String,
    /// The first operation
    #[arg(
        value_name = "OP",
        required_unless_present = "json",
        conflicts_with = "json",
        add = ArgValueCompleter::new(completion::operations)
    )]
    op: Option<String>,
    /// What it is asked with, as in `nlkit do`
    #[arg(value_name = "PAIR", add = ArgValueCompleter::new(completion::pairs))]
    pairs: Vec<String>,
    /// More operations: OP [FLAG|PAIR]..., with -- between them
    #[arg(
        last = true,
        value_name = "OP",
        conflicts_with = "json",
        add = ArgValueCompleter::new(completion::pairs)
    )]
    more: Vec<String>,
    /// All requests, in JSON: the text, @FILE, or - for stdin
    #[arg(long, value_name = "TEXT|@FILE|-", add = ArgValueCompleter::new(completion::json_file))]
    json: Option<String>,
    #[command(flatten)]
    flags: Flags,
    #[command(flatten)]
    link: Link,
}

/// A request of a batch.
struct Request {
    operation: &'static Operation,
    name: String,
    value: Value,
    flags: Modifiers,
}

/// Sends several requests as one.
pub(crate) fn run(args: &Args, common: &Common) -> Outcome {
    let family = Family::new(args.link.family(&args.family, &Specs::new(&common.specs))?);
    let requests = match &args.json {
        Some(_) if args.flags.modifiers() != Modifiers::default() => {
            return Err(Failure::usage("in JSON, each request has its `flags`"));
        }
        Some(json) => of_json(family, &read_json(json)?)?,
        None => of_words(family, args)?,
    };
    interrupt::exit_with(code::INTERRUPTED)?;
    let mut conn = args.link.open(&[family], common)?;
    let mut batch = conn.batch();
    for Request { operation, value, flags, .. } in &requests {
        batch.add(family, operation, value, *flags)?;
    }
    let outcomes = batch.send()?;
    tell_warnings(&mut conn);
    let mut printer = Printer::new(&common.output, true);
    let mut last = None;
    let is_text = common.output.format == Format::Text;
    for (index, (Request { name, .. }, outcome)) in requests.iter().zip(outcomes).enumerate() {
        match outcome {
            Ok(replies) => {
                let reply = one(replies);
                if !(is_text && reply.is_null()) {
                    let whole = json!({"index": index, "op": name, "reply": reply});
                    printer.headed(&format!("{index} {name}"), &reply, &whole)?;
                }
            }
            Err(error) => {
                if !is_text {
                    let error = refusal(&error);
                    printer.value(&json!({"index": index, "op": name, "error": error}))?;
                }
                let failure = Failure::from(error);
                failure.tell();
                last = Some(failure.told());
            }
        }
    }
    printer.finish()?;
    last.map_or(Ok(ExitCode::SUCCESS), Err)
}

/// An answer as JSON: the reply, `null` where there is none, a list of several.
fn one(mut replies: Vec<Value>) -> Value {
    match replies.len() {
        0 => Value::Null,
        1 => replies.remove(0),
        _ => Value::Array(replies),
    }
}

/// What stands in the place of a reply.
fn refusal(error: &Error) -> Value {
    let errno = error.netlink().and_then(nlkit::Error::errno);
    json!({"errno": errno, "message": error.to_string()})
}

/// The requests that words say, with `--` between them.
fn of_words(family: &'static Family, args: &Args) -> Result<Vec<Request>, Failure> {
    let mut requests = Vec::new();
    if let Some(op) = &args.op {
        requests.push(request(family, op, &args.pairs, args.flags.modifiers())?);
    }
    if args.more.is_empty() {
        return Ok(requests);
    }
    for words in args.more.split(|word| word == "--") {
        let Some((op, words)) = words.split_first() else {
            return Err(Failure::usage("there is no operation behind `--`"));
        };
        let (flags, pairs): (Vec<_>, Vec<_>) =
            words.iter().cloned().partition(|word| word.starts_with('-'));
        let mut modifiers = Modifiers::default();
        for flag in flags {
            let name = flag.strip_prefix("--").unwrap_or(&flag);
            modifiers |= Flags::named(name).map_err(misplaced)?;
        }
        requests.push(request(family, op, &pairs, modifiers)?);
    }
    Ok(requests)
}

fn misplaced(what: String) -> Failure {
    Failure::usage(what).help("other options stand before the first `--`")
}

fn request(
    family: &'static Family,
    op: &str,
    pairs: &[String],
    flags: Modifiers,
) -> Result<Request, Failure> {
    let (operation, level) = operation(family, op, Mode::Do)?;
    Ok(Request { operation, name: op.to_owned(), value: of_pairs(pairs, level)?, flags })
}

/// The requests that a JSON list says.
fn of_json(family: &'static Family, json: &Value) -> Result<Vec<Request>, Failure> {
    let Value::Array(entries) = json else {
        return Err(Failure::usage(
            "--json: a list of requests, each {\"op\", \"request\", \"flags\"}",
        ));
    };
    let one = |(index, entry)| {
        of_entry(family, entry)
            .map_err(|failure: Failure| failure.at(format_args!("--json: [{index}]")))
    };
    entries.iter().enumerate().map(one).collect()
}

fn of_entry(family: &'static Family, entry: &Value) -> Result<Request, Failure> {
    let empty = Map::new();
    let members = entry.as_object().unwrap_or(&empty);
    if let Some(name) =
        members.keys().find(|name| !matches!(name.as_str(), "op" | "request" | "flags"))
    {
        return Err(Failure::usage(format_args!("no `{name}` here: `op`, `request`, `flags`")));
    }
    let Some(op) = members.get("op").and_then(Value::as_str) else {
        return Err(Failure::usage("a request has an `op`, which is text"));
    };
    let (operation, _) = operation(family, op, Mode::Do)?;
    let mut flags = Modifiers::default();
    match members.get("flags") {
        None => {}
        Some(Value::Array(names)) => {
            for name in names {
                let name = name.as_str().unwrap_or_default();
                flags |= Flags::named(name).map_err(Failure::usage)?;
            }
        }
        Some(_) => return Err(Failure::usage("`flags` is a list of names")),
    }
    let request = members.get("request").cloned();
    let value = input::object(request.unwrap_or_else(|| json!({})))?;
    Ok(Request { operation, name: op.to_owned(), value, flags })
}
