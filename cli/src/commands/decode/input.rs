//! What `nlkit decode` reads, whatever it is written in: datagrams, one after the other.

use std::io::{BufReader, Cursor, ErrorKind, Read};
use std::rc::Rc;

use crate::failure::Failure;

use super::{capture, hex, strace};

/// How an input is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Format {
    /// By what it begins with
    Auto,
    /// Hex: plain, xxd, hexdump, od, tcpdump -x
    Hex,
    /// What strace prints
    Strace,
    /// Messages as they are, one after the other
    Raw,
    /// A capture of an nlmon device: pcap or pcapng
    Pcap,
}

/// A datagram of an input, and what is known of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Datagram {
    pub(crate) bytes: Vec<u8>,
    pub(crate) protocol: Option<u16>,
    /// Whether it goes to the kernel.
    pub(crate) to_kernel: Option<bool>,
    /// When it was sent or received.
    pub(crate) time: Option<String>,
    /// Its length, where the input holds less.
    pub(crate) cut_from: Option<usize>,
    /// Whether it is of a host with the other byte order.
    pub(crate) swapped: bool,
}

/// A message that an input tells of without its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Told {
    pub(crate) to_kernel: bool,
    pub(crate) protocol: Option<u16>,
    pub(crate) time: Option<String>,
    /// Its header, in the input's own words.
    pub(crate) header: Vec<(String, String)>,
    /// What it holds, in the input's own words.
    pub(crate) body: String,
}

/// What an input holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Item {
    Datagram(Datagram),
    Told(Told),
    /// Something that is wrong with the input, or that was lost.
    Fault(String),
}

/// Finds the number of a generic family: strace names it.
pub(crate) type FamilyId = Rc<dyn Fn(&str) -> Option<u16>>;

/// Items as they come. An error ends the command; what is wrong in the middle is an item.
pub(crate) type Items = Box<dyn Iterator<Item = Result<Item, Failure>>>;

/// So many bytes tell what an input is.
const PEEK: usize = 4096;

/// Reads an input.
///
/// # Errors
/// Where it cannot be read, or is not written in this format.
pub(crate) fn read(
    input: Box<dyn Read + Send>,
    format: Format,
    name: &str,
    family: &FamilyId,
) -> Result<Items, Failure> {
    let (begin, input) = peek(input).map_err(|error| unreadable(name, &error))?;
    let input = BufReader::new(Cursor::new(begin.clone()).chain(input));
    let format = match format {
        Format::Auto => guess(&begin),
        format => format,
    };
    match format {
        Format::Pcap => capture::read(input, name),
        Format::Strace => Ok(strace::read(input, name.to_owned(), Rc::clone(family))),
        Format::Hex | Format::Auto => {
            let text = String::from_utf8_lossy(&whole(input, name)?).into_owned();
            of_hex(&text, name)
        }
        Format::Raw => {
            let bytes = whole(input, name)?;
            Ok(items(vec![bytes]))
        }
    }
}

/// What an input begins with, without waiting for more than what tells a capture.
fn peek(mut input: impl Read) -> std::io::Result<(Vec<u8>, impl Read)> {
    let mut begin = Vec::new();
    let mut buffer = [0; PEEK];
    while begin.len() < capture::MAGIC_LEN {
        match input.read(&mut buffer) {
            Ok(0) => break,
            Ok(len) => begin.extend(buffer.get(..len).unwrap_or_default()),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok((begin, input))
}

/// The datagrams of hex.
fn of_hex(text: &str, name: &str) -> Result<Items, Failure> {
    let datagrams = hex::datagrams(text).map_err(|error| {
        Failure::usage(format_args!("{name}: {error}"))
            .help("`--from hex|strace|raw|pcap` says how the input is written")
    })?;
    Ok(items(datagrams))
}

/// Datagrams of which nothing is known but the bytes.
pub(super) fn items(datagrams: Vec<Vec<u8>>) -> Items {
    let item = |bytes| Ok(Item::Datagram(Datagram { bytes, ..Datagram::default() }));
    Box::new(datagrams.into_iter().map(item))
}

/// What an input is, by what it begins with.
fn guess(begin: &[u8]) -> Format {
    if capture::is_capture(begin) {
        return Format::Pcap;
    }
    let text = |c: &u8| matches!(c, b'\t' | b'\n' | b'\r' | 0x1b | 0x20..=0x7e | 0x80..);
    if !begin.iter().all(text) {
        return Format::Raw;
    }
    if strace::is_strace(&String::from_utf8_lossy(begin)) { Format::Strace } else { Format::Hex }
}

fn whole(mut input: impl Read, name: &str) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    input.read_to_end(&mut bytes).map_err(|error| unreadable(name, &error))?;
    Ok(bytes)
}

pub(super) fn unreadable(name: &str, error: &std::io::Error) -> Failure {
    Failure::system(format_args!("cannot read {name}: {error}"))
}
