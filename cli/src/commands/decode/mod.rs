//! `nlkit decode`.

#[cfg(test)]
mod any;
mod buffers;
mod capture;
mod hex;
mod input;
mod names;
mod strace;
mod syntax;

use std::cell::RefCell;
use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::process::ExitCode;
use std::rc::Rc;

use clap_complete::engine::{ArgValueCompleter, PathCompleter};
use nlkit_dynamic::decoder::{Context, Decoder, Direction};
use nlkit_dynamic::{Family, Format as MessageFormat, Mode, Operation};
use serde_json::{Map, Value, json};

use self::input::{Datagram, FamilyId, Format, Item, Items, Told};
use crate::args::Common;
use crate::commands::Outcome;
use crate::completion;
use crate::count::counted;
use crate::failure::{Failure, code};
use crate::lookup::{Ids, SpecLookup};
use crate::print::Printer;
use crate::protocol;
use crate::shown::{self, Beside};
use crate::specs::{Specs, similar};

/// What `nlkit decode` takes.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  nlkit decode --protocol route 14000000 12000103 01000000 00000000 00000000
  nlkit decode --attrs netdev dev-get 0800010001000000    # attributes without headers
  tcpdump -i nlmon0 -U -w - | nlkit decode -              # everything on an nlmon device
  strace -e trace=network -e read=all -e write=all ip link 2>&1 | nlkit decode -

Ids of families are learnt of what is decoded; else the running kernel is asked, unless --offline.
The exit code is 7 where something was malformed, with all the rest printed, or nothing was found.")]
pub(crate) struct Args {
    /// A file, `-` for stdin, or hex; stdin where nothing is given
    #[arg(value_name = "FILE|HEX", add = ArgValueCompleter::new(PathCompleter::any()))]
    input: Vec<String>,
    /// How the input is written
    #[arg(long, value_enum, default_value = "auto", value_name = "FORMAT")]
    from: Format,
    /// The netlink protocol, where the input does not tell: `route`, `generic`, a number
    #[arg(long, value_parser = parse_protocol, add = ArgValueCompleter::new(completion::protocols))]
    protocol: Option<u16>,
    /// The family that all messages are of, whatever their types say
    #[arg(long, add = ArgValueCompleter::new(completion::families))]
    family: Option<String>,
    /// The operation of the family that they are of, whatever their numbers say
    #[arg(long, requires = "family", add = ArgValueCompleter::new(completion::operations))]
    op: Option<String>,
    /// Take them for requests, whatever their flags say
    #[arg(long, conflicts_with = "reply")]
    request: bool,
    /// Take them for replies or notifications, whatever their flags say
    #[arg(long)]
    reply: bool,
    /// There are no headers: what is there is of an operation (as a reply, unless --request) or a set
    #[arg(long, num_args = 2, value_names = ["FAMILY", "OP|SET"], conflicts_with_all = ["family", "op", "protocol", "raw"], add = ArgValueCompleter::new(completion::attrs))]
    attrs: Option<Vec<String>>,
    /// The family of generic netlink that has an id
    #[arg(long = "id", value_name = "ID=FAMILY", value_parser = parse_id)]
    ids: Vec<(u16, String)>,
    /// Do not ask the running kernel for ids
    #[arg(long)]
    offline: bool,
    /// Print the bytes, and what each of them says
    #[arg(long)]
    raw: bool,
}

fn parse_protocol(text: &str) -> Result<u16, String> {
    protocol::number(text)
        .ok_or_else(|| "a protocol is a number, or `route`, `generic`, ..".to_owned())
}

fn parse_id(text: &str) -> Result<(u16, String), String> {
    let (id, name) = text.split_once('=').ok_or("an id and a name: `20=netdev`")?;
    let id = id.trim().parse().map_err(|_| format!("`{id}` is no number up to 65535"))?;
    Ok((id, name.trim().to_owned()))
}

/// Decodes messages: hex, strace, dumps, captures.
pub(crate) fn run(args: &Args, common: &Common) -> Outcome {
    let ids = Rc::new(RefCell::new(Ids::new(args.ids.clone(), args.offline)));
    let mut lookup = SpecLookup::new(Specs::new(&common.specs), Rc::clone(&ids))?;
    let by_name: FamilyId = Rc::new(move |name| ids.borrow_mut().id_of(name));
    if let Some(names) = &args.attrs {
        return attributes(args, names, &mut lookup, &by_name, common);
    }
    let family = args.family.as_deref().map(|name| lookup.named(name)).transpose()?;
    let operation = family.zip(args.op.as_deref()).map(|(family, name)| operation(family, name));
    let mut run = Run {
        args,
        family,
        operation: operation.transpose()?,
        raw: args.raw.then(|| common.output.is_colored()),
        decoder: Decoder::new(lookup),
        printer: Printer::new(&common.output, true),
        malformed: false,
        without_bytes: 0,
    };
    for items in inputs(args, &by_name)? {
        for item in items {
            run.item(item?)?;
        }
    }
    run.finish()
}

/// Decoding, as far as it has got.
struct Run<'r> {
    args: &'r Args,
    family: Option<&'static Family>,
    operation: Option<&'static Operation>,
    /// Whether bytes are printed, and with colours.
    raw: Option<bool>,
    decoder: Decoder<SpecLookup>,
    printer: Printer,
    /// Whether something was.
    malformed: bool,
    /// How many messages the input told of without their bytes.
    without_bytes: usize,
}

impl Run<'_> {
    fn item(&mut self, item: Item) -> Result<(), Failure> {
        match item {
            Item::Datagram(datagram) => self.datagram(datagram),
            Item::Told(told) => {
                self.without_bytes += 1;
                print_told(&mut self.printer, &told)
            }
            Item::Fault(what) => {
                self.malformed = true;
                shown::print_fault(&mut self.printer, &what)
            }
        }
    }

    fn datagram(&mut self, datagram: Datagram) -> Result<(), Failure> {
        let direction = |to_kernel| match to_kernel {
            true => Direction::ToKernel,
            false => Direction::FromKernel,
        };
        let said = match (self.args.request, self.args.reply) {
            (true, _) => Some(Direction::ToKernel),
            (_, true) => Some(Direction::FromKernel),
            _ => None,
        };
        let context = Context {
            protocol: self.args.protocol.or(datagram.protocol),
            direction: said.or(datagram.to_kernel.map(direction)),
            family: self.family,
            operation: self.operation,
            cut_from: datagram.cut_from,
            told: false,
        };
        let beside = Beside { raw: self.raw, time: datagram.time, namespace: None };
        let bytes = match datagram.swapped {
            true => self.decoder.to_native(&datagram.bytes, &context),
            false => datagram.bytes,
        };
        for message in self.decoder.feed(&bytes, &context) {
            self.malformed |= message.is_malformed();
            shown::print(&mut self.printer, &message, &beside)?;
        }
        Ok(())
    }

    fn finish(self) -> Outcome {
        let found = self.printer.is_begun();
        self.printer.finish()?;
        if !found {
            return Err(Failure::system("no netlink messages found")
                .help("`--from hex|strace|raw|pcap` says how the input is written"));
        }
        if self.without_bytes > 0 {
            let help = "strace shows no bytes of messages that it decodes itself: run it with `-e read=all \
                        -e write=all`, and with `-s 65536` for generic netlink";
            let messages = counted(self.without_bytes, "message", "messages");
            Failure::system(format_args!("{messages} without bytes")).help(help).report();
        }
        let wrong = self.malformed || self.without_bytes > 0;
        Ok(if wrong { ExitCode::from(code::SYSTEM) } else { ExitCode::SUCCESS })
    }
}

/// Prints a message that the input decodes itself, in its words.
fn print_told(printer: &mut Printer, told: &Told) -> Result<(), Failure> {
    let arrow = if told.to_kernel { ">" } else { "<" };
    let protocol = told.protocol.map(protocol::name);
    let header: Map<String, Value> =
        told.header.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
    let word = |name: &str| header.get(name).and_then(Value::as_str).unwrap_or_default();
    let time = told.time.as_ref().map(|time| format!("{time} ")).unwrap_or_default();
    let heading = format!(
        "{time}{arrow} {} {}  seq {} port {} [{}]",
        protocol.as_deref().unwrap_or("netlink"),
        word("nlmsg_type"),
        word("nlmsg_seq"),
        word("nlmsg_pid"),
        word("nlmsg_flags"),
    );
    let mut whole = Map::new();
    for (name, value) in [
        ("time", json!(told.time)),
        ("kind", json!("without-bytes")),
        ("to-kernel", json!(told.to_kernel)),
        ("protocol", json!(protocol)),
        ("header", Value::Object(header)),
        ("strace", json!(told.body)),
    ] {
        if !value.is_null() {
            whole.insert(name.to_owned(), value);
        }
    }
    printer.headed(
        &shown::harmless(&heading),
        &json!({ "strace": told.body }),
        &Value::Object(whole),
    )
}

/// The inputs that the arguments name.
fn inputs(args: &Args, by_name: &FamilyId) -> Result<Vec<Items>, Failure> {
    let is_file = |name: &String| name == "-" || Path::new(name).exists();
    if args.input.is_empty() {
        return Ok(vec![open("-", args.from, by_name)?]);
    }
    if args.input.iter().any(is_file) || !matches!(args.from, Format::Auto | Format::Hex) {
        return args.input.iter().map(|name| open(name, args.from, by_name)).collect();
    }
    let text = args.input.join(" ");
    match hex::datagrams(&text) {
        Ok(datagrams) => Ok(vec![input::items(datagrams)]),
        Err(error) => Err(Failure::usage(format_args!("neither a file nor hex: {error}"))),
    }
}

fn open(name: &str, format: Format, by_name: &FamilyId) -> Result<Items, Failure> {
    let input: Box<dyn Read + Send> = match name {
        "-" => Box::new(std::io::stdin()),
        name => Box::new(File::open(name).map_err(|error| input::unreadable(name, &error))?),
    };
    let name = if name == "-" { "stdin" } else { name };
    input::read(input, format, name, by_name)
}

/// Decodes what has no headers.
fn attributes(
    args: &Args,
    names: &[String],
    lookup: &mut SpecLookup,
    by_name: &FamilyId,
    common: &Common,
) -> Outcome {
    let [family_name, name] = names else {
        return Err(Failure::usage("`--attrs` takes a family, and an operation or a set"));
    };
    let family = lookup.named(family_name)?;
    let format = format(family, name, args.request)?;
    let mut printer = Printer::new(&common.output, true);
    let mut malformed = false;
    for items in inputs(args, by_name)? {
        for item in items {
            match item? {
                Item::Datagram(datagram) => match format.decode(&datagram.bytes) {
                    Ok(value) => printer.value(&value)?,
                    Err(error) => {
                        malformed = true;
                        shown::print_fault(&mut printer, &error.to_string())?;
                    }
                },
                Item::Told(told) => print_told(&mut printer, &told)?,
                Item::Fault(what) => {
                    malformed = true;
                    shown::print_fault(&mut printer, &what)?;
                }
            }
        }
    }
    let found = printer.is_begun();
    printer.finish()?;
    if !found {
        return Err(Failure::system("no attributes found"));
    }
    Ok(if malformed { ExitCode::from(code::SYSTEM) } else { ExitCode::SUCCESS })
}

fn operation(family: &'static Family, name: &str) -> Result<&'static Operation, Failure> {
    family.operation(name).ok_or_else(|| {
        let names = family.operations().iter().map(Operation::name);
        unknown(format!("family `{}` has no operation `{name}`", family.name()), name, names)
    })
}

/// What an operation's messages hold, or a set.
fn format(family: &'static Family, name: &str, request: bool) -> Result<MessageFormat, Failure> {
    if let Some(operation) = family.operation(name) {
        let modes = [Mode::Do, Mode::Dump];
        let found = modes.into_iter().find_map(|mode| match request {
            true => family.request(operation, mode),
            false => family.reply(operation, mode),
        });
        return found.ok_or_else(|| {
            Failure::new(code::UNKNOWN, format_args!("operation `{name}` has no reply"))
                .help("`--request` decodes its requests")
        });
    }
    family.set(name).ok_or_else(|| {
        let sets = family.ir().sets.iter().map(|set| set.name.as_str());
        let names = family.operations().iter().map(Operation::name).chain(sets);
        let what =
            format!("family `{}` has neither an operation nor a set `{name}`", family.name());
        unknown(what, name, names)
    })
}

fn unknown<'n>(what: String, name: &str, names: impl Iterator<Item = &'n str>) -> Failure {
    let failure = Failure::new(code::UNKNOWN, what);
    match similar(name, names) {
        Some(other) => failure.help(format_args!("there is one with a similar name: `{other}`")),
        None => failure,
    }
}
