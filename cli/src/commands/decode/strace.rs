//! What strace prints of netlink sockets.
//!
//! It shows messages that it knows decoded, without their bytes, so `-e read=all -e write=all` is needed for
//! them: the dumps below the calls. Where there is none, what is whole all the same is taken: buffers as
//! text, and of generic netlink, which strace does not decode, a header with the rest as text.

use std::collections::HashMap;
use std::io::BufRead;

use nlkit::wire::{HEADER_LEN, Header};

use crate::protocol;

use super::buffers::{Message, Reader, Shown};
use super::hex;
use super::input::{Datagram, FamilyId, Item, Items, Told, unreadable};
use super::syntax::{Node, arguments};

/// Whether text looks like strace's, as far as there is any yet: a call, a signal, an exit.
pub(super) fn is_strace(text: &str) -> bool {
    text.lines().any(|line| {
        let text = Line::new(line).text;
        let name = text.split_once('(').map_or("", |(name, _)| name);
        let is_name = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'_';
        let is_call = !name.is_empty() && name.bytes().all(is_name);
        is_call
            || ["--- SIG", "+++ exited", "+++ killed", "strace: ", "<... "]
                .iter()
                .any(|it| text.starts_with(it))
    })
}

/// The datagrams that strace shows.
pub(super) fn read(input: impl BufRead + 'static, name: String, family: FamilyId) -> Items {
    let mut trace = Trace::new(family);
    let mut lines = input.split(b'\n');
    let mut ready = Vec::new().into_iter();
    let mut ended = false;
    Box::new(std::iter::from_fn(move || {
        loop {
            if let Some(item) = ready.next() {
                return Some(Ok(item));
            }
            if ended {
                return None;
            }
            match lines.next() {
                Some(Ok(line)) => {
                    ready = trace.line(&String::from_utf8_lossy(&line)).into_iter();
                }
                Some(Err(error)) => {
                    ended = true;
                    return Some(Err(unreadable(&name, &error)));
                }
                None => {
                    ended = true;
                    ready = trace.flush().into_iter();
                }
            }
        }
    }))
}

/// A line without what strace puts before the call.
struct Line<'t> {
    pid: Option<&'t str>,
    time: Option<&'t str>,
    text: &'t str,
}

impl<'t> Line<'t> {
    fn new(line: &'t str) -> Self {
        let mut text = line.trim();
        let mut pid = None;
        if let Some((found, rest)) = text.strip_prefix("[pid").and_then(|rest| rest.split_once(']'))
        {
            pid = Some(found.trim());
            text = rest.trim_start();
        }
        let mut time = None;
        // With -o, the pid is the first word; with -t, -tt, -ttt and -r comes a time.
        while let Some((word, rest)) = text.split_once(' ') {
            let is_number = word.bytes().all(|c| c.is_ascii_digit());
            let is_time =
                word.bytes().all(|c| c.is_ascii_digit() || matches!(c, b':' | b'.' | b'+'));
            match (is_number, is_time) {
                _ if word.is_empty() => {}
                (true, _) if pid.is_none() => pid = Some(word),
                (_, true) => time = Some(word),
                _ => break,
            }
            text = rest.trim_start();
        }
        Self { pid, time, text }
    }

    /// Name and the rest of a call that moves datagrams, or makes a socket.
    fn call(&self) -> Option<(&'t str, &'t str)> {
        let (name, rest) = self.text.split_once('(')?;
        (name == "socket" || direction(name).is_some()).then_some((name, rest))
    }
}

/// Whether a call sends; `None` where it does neither that nor receive.
fn direction(call: &str) -> Option<bool> {
    match call {
        "send" | "sendto" | "sendmsg" | "sendmmsg" | "write" | "writev" => Some(true),
        "recv" | "recvfrom" | "recvmsg" | "recvmmsg" | "read" | "readv" => Some(false),
        _ => None,
    }
}

/// What is known so far.
struct Trace {
    family: FamilyId,
    /// Protocols of the descriptors that were seen to be made.
    sockets: HashMap<String, u16>,
    /// What strace began to print of a call, by process.
    unfinished: HashMap<String, String>,
    /// The last call, whose bytes may follow.
    pending: Option<Call>,
}

/// A call that moved datagrams.
struct Call {
    to_kernel: bool,
    time: Option<String>,
    protocol: Option<u16>,
    /// Whether the descriptor is known to be a netlink socket.
    certain: bool,
    returned: usize,
    /// What the arguments show, one for each datagram.
    shown: Vec<Shown>,
    /// What was dumped below the call, one for each datagram.
    dumped: Vec<Vec<u8>>,
}

impl Trace {
    fn new(family: FamilyId) -> Self {
        Self { family, sockets: HashMap::new(), unfinished: HashMap::new(), pending: None }
    }

    /// What is complete with this line.
    fn line(&mut self, line: &str) -> Vec<Item> {
        let dump = line.trim_start();
        if let Some(call) = &mut self.pending {
            if dump.starts_with("= ") && dump.contains(" buffers in vector ") {
                call.dumped.push(Vec::new());
                return Vec::new();
            }
            if dump.starts_with("* ") && dump.contains(" bytes in buffer ") {
                return Vec::new();
            }
            if let Some(bytes) = dump.strip_prefix("| ").and_then(dumped_bytes) {
                match call.dumped.last_mut() {
                    Some(last) => last.extend(bytes),
                    None => call.dumped.push(bytes),
                }
                return Vec::new();
            }
        }
        let mut ready = self.flush();
        ready.extend(self.begin(&Line::new(line)));
        ready
    }

    /// What the last call moved, now that nothing more is said of it.
    fn flush(&mut self) -> Vec<Item> {
        self.pending.take().map(Call::items).unwrap_or_default()
    }

    /// Takes a line that begins something. What it tells of a netlink socket and cannot be read is a fault.
    fn begin(&mut self, line: &Line<'_>) -> Option<Item> {
        let pid = line.pid.unwrap_or_default();
        if let Some(begun) = line.text.strip_suffix("<unfinished ...>") {
            self.unfinished.insert(pid.to_owned(), begun.trim_end().to_owned());
            return None;
        }
        let resumed = line.text.strip_prefix("<... ").and_then(|it| it.split_once(" resumed>"));
        let joined = match resumed {
            Some((_, rest)) => {
                let Some(begun) = self.unfinished.remove(pid) else {
                    return rest.contains("nlmsg_len=").then(|| unreadable_call(line.text));
                };
                format!("{begun}{rest}")
            }
            None => line.text.to_owned(),
        };
        let line = Line { text: &joined, ..*line };
        let (name, rest) = line.call()?;
        let Some((arguments, rest)) = arguments(rest) else {
            let is_ours = self.sockets.contains_key(digits(rest)) || rest.contains("NETLINK");
            return (is_ours || rest.contains("nlmsg_len=")).then(|| unreadable_call(line.text));
        };
        let returned = rest.trim_start().strip_prefix("= ").unwrap_or_default();
        if name == "socket" {
            self.made(pid, &arguments, returned);
        } else {
            self.pending = self.moved(name, &line, &arguments, returned);
        }
        None
    }

    fn made(&mut self, pid: &str, arguments: &[Node<'_>], returned: &str) {
        if let [Node::Word("AF_NETLINK" | "PF_NETLINK"), _, Node::Word(protocol), ..] = arguments
            && let Some(protocol) = protocol::number(protocol)
        {
            let fd = digits(returned);
            self.sockets.insert(format!("{pid}:{fd}"), protocol);
            self.sockets.insert(fd.to_owned(), protocol);
        } else if let [Node::Word(_), ..] = arguments {
            let fd = digits(returned);
            self.sockets.remove(&format!("{pid}:{fd}"));
            self.sockets.remove(fd);
        }
    }

    fn moved(
        &self,
        name: &str,
        line: &Line<'_>,
        arguments: &[Node<'_>],
        returned: &str,
    ) -> Option<Call> {
        let to_kernel = direction(name)?;
        let (fd, rest) = arguments.split_first()?;
        let fd = fd.word()?;
        let peeks = |node: &Node<'_>| node.word().is_some_and(|it| it.contains("MSG_PEEK"));
        if rest.iter().any(peeks) {
            return None; // it comes again
        }
        let known = |key: &str| self.sockets.get(key).copied();
        let pid = line.pid.unwrap_or_default();
        // Before a socket is bound, the number of its file stands there in place of the protocol.
        let is_name = |name: &&str| name.starts_with(|c: char| c.is_ascii_uppercase());
        let named = fd.split_once("NETLINK:[").map(|(_, name)| Some(name).filter(is_name));
        let named = named.map(|name| name.and_then(protocol::number));
        let protocol = named
            .flatten()
            .or_else(|| known(&format!("{pid}:{}", digits(fd))))
            .or_else(|| known(digits(fd)));
        let mut call = Call {
            to_kernel,
            time: line.time.map(str::to_owned),
            protocol,
            certain: named.is_some() || protocol.is_some(),
            returned: 0,
            shown: Vec::new(),
            dumped: Vec::new(),
        };
        if returned.starts_with('-') {
            return (call.certain && !to_kernel && returned.contains("ENOBUFS")).then_some(call);
        }
        call.returned = digits(returned).parse().ok()?;
        let reader = Reader { family: &*self.family };
        call.shown =
            rest.first().map(|buffer| reader.shown(buffer, call.returned)).unwrap_or_default();
        Some(call)
    }
}

/// So much of a line is repeated where it cannot be read.
const SHOWN: usize = 60;

fn unreadable_call(line: &str) -> Item {
    let begin: String = line.chars().take(SHOWN).collect();
    Item::Fault(format!("a line of strace's cannot be read: `{begin}..`"))
}

/// The digits that a text begins with.
fn digits(text: &str) -> &str {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    text.get(..end).unwrap_or_default()
}

/// The bytes of a line of a dump: offset, hex, text.
fn dumped_bytes(line: &str) -> Option<Vec<u8>> {
    let (offset, rest) = line.split_once("  ")?;
    usize::from_str_radix(offset, 16).ok()?;
    // 16 bytes take three columns each, and one more in the middle.
    let hex: String = rest.chars().take(49).filter(|c| !c.is_whitespace()).collect();
    hex::digits_of(&hex)
}

impl Call {
    fn items(self) -> Vec<Item> {
        if self.returned == 0 && self.shown.is_empty() {
            return vec![Item::Fault(
                "messages were lost: the receive buffer was full (ENOBUFS)".to_owned(),
            )];
        }
        let datagram = |bytes: Vec<u8>| Datagram {
            bytes,
            protocol: self.protocol,
            to_kernel: Some(self.to_kernel),
            time: self.time.clone(),
            ..Datagram::default()
        };
        let dumped = self.dumped.iter().filter(|bytes| !bytes.is_empty());
        let dumped: Vec<_> = dumped.filter(|bytes| self.certain || looks_like_one(bytes)).collect();
        if !dumped.is_empty() {
            return dumped
                .into_iter()
                .map(|bytes| Item::Datagram(datagram(bytes.clone())))
                .collect();
        }
        let mut items = Vec::new();
        for shown in self.shown {
            match shown {
                Shown::Bytes(bytes)
                    if !bytes.is_empty() && (self.certain || looks_like_one(&bytes)) =>
                {
                    items.push(Item::Datagram(datagram(bytes)));
                }
                Shown::Cut(bytes) if self.certain || looks_like_one(&bytes) => {
                    let cut_from = Some(self.returned);
                    items.push(Item::Datagram(Datagram { cut_from, ..datagram(bytes) }));
                }
                Shown::Messages(messages) => {
                    for message in messages {
                        items.push(match message {
                            Message::Whole(bytes) => Item::Datagram(datagram(bytes)),
                            Message::Told { header, body } => Item::Told(Told {
                                to_kernel: self.to_kernel,
                                protocol: self.protocol,
                                time: self.time.clone(),
                                header,
                                body,
                            }),
                        });
                    }
                }
                Shown::Bytes(_) | Shown::Cut(_) => {}
            }
        }
        if items.is_empty() && self.certain && self.returned > 0 {
            let what = format!("strace shows nothing of the {} bytes of a call", self.returned);
            items.push(Item::Fault(what));
        }
        items
    }
}

/// Whether bytes of a descriptor that is not known begin as a netlink message does.
fn looks_like_one(bytes: &[u8]) -> bool {
    let header = Header::parse(bytes);
    header.is_some_and(|it| {
        let len = usize::try_from(it.len).unwrap_or(usize::MAX);
        (HEADER_LEN..=bytes.len().max(HEADER_LEN)).contains(&len) && it.kind > 0
    })
}
