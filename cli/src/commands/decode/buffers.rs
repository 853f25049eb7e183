//! What strace shows of buffers: text, or messages that it decodes itself.

use nlkit::wire::Header;

use crate::errno;

use super::names;
use super::syntax::Node;

/// What a call's arguments show of a datagram.
pub(super) enum Shown {
    Bytes(Vec<u8>),
    /// The first bytes of it.
    Cut(Vec<u8>),
    Messages(Vec<Message>),
}

/// A message that strace decoded.
pub(super) enum Message {
    Whole(Vec<u8>),
    /// In its own words.
    Told {
        header: Vec<(String, String)>,
        body: String,
    },
}

/// Reads what a call's arguments show.
pub(super) struct Reader<'f> {
    pub(super) family: &'f dyn Fn(&str) -> Option<u16>,
}

impl Reader<'_> {
    /// What a buffer shows: text, messages, or what stands around them.
    pub(super) fn shown(&self, buffer: &Node<'_>, returned: usize) -> Vec<Shown> {
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
