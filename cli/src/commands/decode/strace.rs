//! What strace prints of netlink sockets.
//!
//! It shows messages that it knows decoded, without their bytes, so `-e read=all -e write=all` is needed for
//! them: the dumps below the calls. Where there is none, what is whole all the same is taken: buffers as
//! text, and of generic netlink, which strace does not decode, a header with the rest as text.

use std::collections::HashMap;
use std::io::BufRead;

use nlkit::wire::{HEADER_LEN, Header};

use crate::errno;
use crate::protocol;

use super::hex;
use super::input::{Datagram, FamilyId, Item, Items, Told, unreadable};
use super::names;
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

/// What a call's arguments show of a datagram.
enum Shown {
    Bytes(Vec<u8>),
    /// The first bytes of it.
    Cut(Vec<u8>),
    Messages(Vec<Message>),
}

/// A message that strace decoded.
enum Message {
    Whole(Vec<u8>),
    /// In its own words.
    Told {
        header: Vec<(String, String)>,
        body: String,
    },
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
        let ready = self.flush();
        self.begin(&Line::new(line));
        ready
    }

    /// What the last call moved, now that nothing more is said of it.
    fn flush(&mut self) -> Vec<Item> {
        self.pending.take().map(Call::items).unwrap_or_default()
    }

    fn begin(&mut self, line: &Line<'_>) {
        let pid = line.pid.unwrap_or_default();
        if let Some(begun) = line.text.strip_suffix("<unfinished ...>") {
            self.unfinished.insert(pid.to_owned(), begun.trim_end().to_owned());
            return;
        }
        let resumed = line.text.strip_prefix("<... ").and_then(|it| it.split_once(" resumed>"));
        let joined = match resumed {
            Some((_, rest)) => {
                let Some(begun) = self.unfinished.remove(pid) else { return };
                format!("{begun}{rest}")
            }
            None => line.text.to_owned(),
        };
        let line = Line { text: &joined, ..*line };
        let Some((name, rest)) = line.call() else { return };
        let Some((arguments, rest)) = arguments(rest) else { return };
        let returned = rest.trim_start().strip_prefix("= ").unwrap_or_default();
        if name == "socket" {
            self.made(pid, &arguments, returned);
        } else {
            self.pending = self.moved(name, &line, &arguments, returned);
        }
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

/// Reads what a call's arguments show.
struct Reader<'f> {
    family: &'f dyn Fn(&str) -> Option<u16>,
}

impl Reader<'_> {
    /// What a buffer shows: text, messages, or what stands around them.
    fn shown(&self, buffer: &Node<'_>, returned: usize) -> Vec<Shown> {
        match buffer {
            Node::Struct(_) => match buffer.get("msg_hdr").unwrap_or(buffer).get("msg_iov") {
                Some(Node::List(vectors, _)) => vec![self.gathered(bases(vectors), returned)],
                _ => Vec::new(),
            },
            Node::List(entries, _) if entries.iter().any(|it| it.get("msg_hdr").is_some()) => {
                let length = |entry: &Node<'_>| entry.get("msg_len")?.word()?.parse().ok();
                let shown = |it| self.shown(it, length(it).unwrap_or(usize::MAX));
                entries.iter().flat_map(shown).collect()
            }
            Node::List(entries, _) if entries.iter().any(|it| it.get("iov_base").is_some()) => {
                vec![self.gathered(bases(entries), returned)]
            }
            buffer => vec![self.gathered(std::iter::once(buffer), returned)],
        }
    }

    /// One datagram out of its parts.
    fn gathered<'n, 't: 'n>(
        &self,
        parts: impl Iterator<Item = &'n Node<'t>>,
        returned: usize,
    ) -> Shown {
        let mut bytes = Vec::new();
        let mut messages = Vec::new();
        for part in parts {
            match part {
                Node::Text(text, cut) => {
                    bytes.extend(text);
                    if *cut {
                        return Shown::Cut(bytes);
                    }
                }
                part => self.messages(part, &mut messages),
            }
        }
        if messages.is_empty() {
            bytes.truncate(returned);
            return Shown::Bytes(bytes);
        }
        Shown::Messages(messages)
    }

    /// Messages as strace decodes them: `[{nlmsg_len=.., ..}, body]`, or a list of those.
    fn messages(&self, node: &Node<'_>, all: &mut Vec<Message>) {
        match node {
            Node::List(entries, text) => match entries.split_first() {
                Some((header @ Node::Struct(_), body)) if header.get("nlmsg_len").is_some() => {
                    all.push(self.message(header, body, text));
                }
                _ => entries.iter().for_each(|entry| self.messages(entry, all)),
            },
            header @ Node::Struct(_) if header.get("nlmsg_len").is_some() => {
                all.push(self.message(header, &[], ""));
            }
            _ => {}
        }
    }

    fn message(&self, header: &Node<'_>, body: &[Node<'_>], text: &str) -> Message {
        if let Some(bytes) = self.whole(header, body) {
            return Message::Whole(bytes);
        }
        let words = ["nlmsg_len", "nlmsg_type", "nlmsg_flags", "nlmsg_seq", "nlmsg_pid"];
        let word = |name: &str| Some((name.to_owned(), header.get(name)?.word()?.to_owned()));
        let body = text.split_once("}, ").map_or("", |(_, body)| body);
        let body = body.strip_suffix(']').unwrap_or(body).to_owned();
        Message::Told { header: words.into_iter().filter_map(word).collect(), body }
    }

    /// The bytes of a message whose body strace shows as text, or as how an answer ended.
    fn whole(&self, header: &Node<'_>, body: &[Node<'_>]) -> Option<Vec<u8>> {
        let header = self.header(header)?;
        let mut bytes = header.to_bytes().to_vec();
        for part in body {
            match part {
                Node::Text(text, false) => bytes.extend(text),
                part => bytes.extend(self.end(part)?),
            }
        }
        (bytes.len() == usize::try_from(header.len).ok()?).then_some(bytes)
    }

    /// NLMSG_DONE or NLMSG_ERROR: `0`, `{error=.., msg=..}`, either with attributes behind it in a list.
    fn end(&self, node: &Node<'_>) -> Option<Vec<u8>> {
        match node {
            Node::Word(_) => Some(code(node)?.to_ne_bytes().to_vec()),
            Node::Struct(_) => {
                // Of a request that is repeated whole, strace shows more than its header.
                let request = self.header(node.get("msg")?)?;
                Some(
                    [&code(node.get("error")?)?.to_ne_bytes()[..], &request.to_bytes()[..]]
                        .concat(),
                )
            }
            Node::List(parts, _) => {
                let [end, Node::List(attributes, _)] = parts.as_slice() else { return None };
                let mut bytes = self.end(end)?;
                match attributes.as_slice() {
                    [header @ Node::Struct(_), value] => bytes.extend(ext_ack(header, value)?),
                    several => {
                        for attribute in several {
                            let Node::List(parts, _) = attribute else { return None };
                            let [header, value] = parts.as_slice() else { return None };
                            bytes.extend(ext_ack(header, value)?);
                        }
                    }
                }
                Some(bytes)
            }
            Node::Text(..) => None,
        }
    }

    fn header(&self, node: &Node<'_>) -> Option<Header> {
        let word = |name: &str| node.get(name)?.word();
        Some(Header {
            len: word("nlmsg_len")?.parse().ok()?,
            kind: names::kind(word("nlmsg_type")?, self.family)?,
            flags: names::flags(word("nlmsg_flags")?)?,
            seq: names::number(word("nlmsg_seq")?)?,
            port: names::number(word("nlmsg_pid")?)?,
        })
    }
}

/// A code: 0, or the name of an error.
fn code(node: &Node<'_>) -> Option<i32> {
    let code = node.word()?;
    match code.strip_prefix('-') {
        Some(name) => Some(-errno::number(name)?),
        None => code.parse().ok(),
    }
}

/// An attribute of an extended ACK: `[{nla_len=8, nla_type=NLMSGERR_ATTR_OFFS}, 20]`.
fn ext_ack(header: &Node<'_>, value: &Node<'_>) -> Option<Vec<u8>> {
    let len: u16 = header.get("nla_len")?.word()?.parse().ok()?;
    let kind = names::ext_ack(header.get("nla_type")?.word()?)?;
    let mut bytes = [len.to_ne_bytes(), kind.to_ne_bytes()].concat();
    match value {
        Node::Text(text, false) => bytes.extend(text),
        value => bytes.extend(names::number(value.word()?)?.to_ne_bytes()),
    }
    // The NUL behind a text is not shown.
    bytes.resize(usize::from(len).next_multiple_of(4), 0);
    Some(bytes)
}

/// The buffers of vectors.
fn bases<'n, 't>(vectors: &'n [Node<'t>]) -> impl Iterator<Item = &'n Node<'t>> {
    vectors.iter().filter_map(|vector| vector.get("iov_base"))
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
                Shown::Bytes(bytes) if self.certain || looks_like_one(&bytes) => {
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
