//! How strace writes values: `{nlmsg_len=20, ..}`, `["..", 4]`, words, text with escapes.

/// How deep values may stand in each other.
const MAX_DEPTH: u8 = 64;

/// A value as strace writes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Node<'t> {
    /// `[a, b]`, and its own text.
    List(Vec<Node<'t>>, &'t str),
    /// `{a=1, b}`; what has no name has an empty one.
    Struct(Vec<(&'t str, Node<'t>)>),
    /// `"text"`, and whether `...` behind it says that there was more.
    Text(Vec<u8>, bool),
    /// Anything else: numbers, names, flags.
    Word(&'t str),
}

impl<'t> Node<'t> {
    /// The member of a struct with this name.
    pub(super) fn get(&self, name: &str) -> Option<&Self> {
        match self {
            Self::Struct(members) => {
                members.iter().find(|(member, _)| *member == name).map(|(_, node)| node)
            }
            _ => None,
        }
    }

    pub(super) fn word(&self) -> Option<&'t str> {
        match self {
            Self::Word(word) => Some(word),
            _ => None,
        }
    }
}

/// The arguments of a call, from behind its parenthesis on, and what follows the closing one.
pub(super) fn arguments(text: &str) -> Option<(Vec<Node<'_>>, &str)> {
    let mut parser = Parser { text, at: 0, depth: 0 };
    let arguments = parser.list(b')')?;
    Some((arguments, text.get(parser.at..)?))
}

struct Parser<'t> {
    text: &'t str,
    at: usize,
    depth: u8,
}

impl<'t> Parser<'t> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip_blanks(&mut self) {
        loop {
            while self.peek() == Some(b' ') {
                self.at += 1;
            }
            if !self.rest().starts_with("/*") {
                return;
            }
            self.at += self.rest().find("*/").map_or(self.rest().len(), |end| end + 2);
        }
    }

    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// Values with commas between, up to the closing character, which is taken.
    fn list(&mut self, close: u8) -> Option<Vec<Node<'t>>> {
        let mut all = Vec::new();
        loop {
            self.skip_blanks();
            match self.peek()? {
                c if c == close => {
                    self.at += 1;
                    return Some(all);
                }
                b',' => self.at += 1,
                _ => all.push(self.value()?),
            }
        }
    }

    fn value(&mut self) -> Option<Node<'t>> {
        self.skip_blanks();
        match self.peek()? {
            b'"' => Some(self.text()),
            open @ (b'[' | b'{') => {
                self.depth = self.depth.checked_add(1).filter(|depth| *depth <= MAX_DEPTH)?;
                let start = self.at;
                self.at += 1;
                let node = match open {
                    b'[' => Node::List(self.list(b']')?, self.text.get(start..self.at)?),
                    _ => Node::Struct(self.members()?),
                };
                self.depth -= 1;
                Some(node)
            }
            _ => Some(self.word()),
        }
    }

    fn members(&mut self) -> Option<Vec<(&'t str, Node<'t>)>> {
        let mut all = Vec::new();
        loop {
            self.skip_blanks();
            match self.peek()? {
                b'}' => {
                    self.at += 1;
                    return Some(all);
                }
                b',' => self.at += 1,
                _ => all.push((self.name(), self.value()?)),
            }
        }
    }

    /// The name before `=`, if there is one.
    fn name(&mut self) -> &'t str {
        let rest = self.rest();
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
        match (rest.get(..end), rest.as_bytes().get(end)) {
            (Some(name), Some(b'=')) if !name.is_empty() => {
                self.at += end + 1;
                name
            }
            _ => "",
        }
    }

    /// All up to a comma or a closing bracket that is not its own.
    fn word(&mut self) -> Node<'t> {
        let start = self.at;
        let mut open = 0_usize;
        while let Some(c) = self.peek() {
            match c {
                b'"' => {
                    self.text();
                    continue;
                }
                // A shift is no bracket: `NFNL_SUBSYS_NFTABLES<<8|NFT_MSG_GETGEN`.
                b'<' | b'>' if self.rest().as_bytes().get(1) == Some(&c) => self.at += 1,
                b'(' | b'<' | b'[' => open += 1,
                b'>' if self.at > start && self.text.as_bytes().get(self.at - 1) == Some(&b'=') => {
                }
                b')' | b'>' | b']' if open > 0 => open -= 1,
                b',' | b')' | b']' | b'}' if open == 0 => break,
                _ => {}
            }
            self.at += 1;
        }
        if self.at == start {
            self.at += 1; // nothing of ours: a stray bracket must not stop us
        }
        Node::Word(self.text.get(start..self.at).unwrap_or_default().trim_end())
    }

    /// Text behind a quotation mark, with its escapes taken back.
    fn text(&mut self) -> Node<'t> {
        self.at += 1;
        let mut bytes = Vec::new();
        while let Some(c) = self.peek() {
            self.at += 1;
            match c {
                b'"' => break,
                b'\\' => bytes.extend(self.escape()),
                c => bytes.push(c),
            }
        }
        let cut = self.rest().starts_with("...");
        if cut {
            self.at += 3;
        }
        Node::Text(bytes, cut)
    }

    fn escape(&mut self) -> Option<u8> {
        let c = self.peek()?;
        self.at += 1;
        Some(match c {
            b'n' => b'\n',
            b't' => b'\t',
            b'r' => b'\r',
            b'v' => 0x0b,
            b'f' => 0x0c,
            b'x' => self.number(16, 2),
            b'0'..=b'7' => {
                self.at -= 1;
                self.number(8, 3)
            }
            c => c,
        })
    }

    /// A number of at most so many digits.
    fn number(&mut self, radix: u32, digits: usize) -> u8 {
        let mut number = 0_u32;
        for _ in 0..digits {
            let Some(digit) = self.peek().and_then(|c| char::from(c).to_digit(radix)) else {
                break;
            };
            number = number * radix + digit;
            self.at += 1;
        }
        number.to_le_bytes()[0]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_read_as_strace_writes_them() {
        let line = r#"3<NETLINK:[ROUTE:7]>, {msg_name={nl_pid=0}, msg_iov=[{iov_base="\24\0\x01a\n\"", iov_len=16384 => 5}]}, MSG_A|0x2 /* B */, if_nametoindex("a)b"), "ab"...) = 20 (x)"#;
        let (arguments, rest) = arguments(line).unwrap();
        assert_eq!(rest, " = 20 (x)");
        let [fd, message, flags, index, text] = arguments.as_slice() else {
            unreachable!("{arguments:?}")
        };
        assert_eq!(fd.word(), Some("3<NETLINK:[ROUTE:7]>"));
        let Some(Node::List(vectors, _)) = message.get("msg_iov") else {
            unreachable!("{message:?}")
        };
        let base = vectors.first().and_then(|it| it.get("iov_base"));
        assert_eq!(base, Some(&Node::Text(b"\x14\0\x01a\n\"".to_vec(), false)));
        assert_eq!(flags.word(), Some("MSG_A|0x2 /* B */"));
        assert_eq!(index.word(), Some("if_nametoindex(\"a)b\")"));
        assert_eq!(text, &Node::Text(b"ab".to_vec(), true));
    }

    #[test]
    fn shifts_are_no_brackets() {
        let (arguments, rest) =
            arguments("3<NETLINK:[NETFILTER:7]>, {a=X<<8|Y, b=1<<Z, c=7>>1}, f(1<<2)) = 20")
                .unwrap();
        assert_eq!(rest, " = 20");
        let [_, message, last] = arguments.as_slice() else { unreachable!("{arguments:?}") };
        let words = ["a", "b", "c"].map(|name| message.get(name).and_then(Node::word));
        assert_eq!(words, [Some("X<<8|Y"), Some("1<<Z"), Some("7>>1")]);
        assert_eq!(last.word(), Some("f(1<<2)"));
    }

    #[test]
    fn what_is_cut_or_too_deep_is_no_arguments() {
        assert_eq!(arguments("3, {a=1"), None);
        assert_eq!(arguments(&"[".repeat(100_000)), None);
        assert_eq!(arguments(&"/**/".repeat(100_000)), None);
    }

    #[test]
    fn octal_ends_where_the_digits_end() {
        let (found, _) = arguments(r#""\0019\08")"#).unwrap();
        assert_eq!(found, [Node::Text(b"\x019\x008".to_vec(), false)]);
    }
}
