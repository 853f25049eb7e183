//! Messages in hex, with what each run of bytes says beside it.

use std::fmt::Write;

use anstyle::{AnsiColor, Style};
use nlkit::wire::{ATTR_HEADER_LEN, Attrs, GENL_HEADER_LEN, HEADER_LEN, Header, align, flag, kind};
use nlkit_dynamic::decoder::{Body, Decoded, End, Role};
use nlkit_dynamic::{Mode, Piece};

use crate::errno;
use crate::shown::harmless;

/// Bytes in a line.
const LINE: usize = 8;

const BYTES: Style = Style::new().dimmed();
const NAME: Style = AnsiColor::Cyan.on_default();
const WRONG: Style = AnsiColor::Red.on_default();

/// The lines of a message: its headers, then its attributes one by one.
pub(crate) fn lines(message: &Decoded<'_>, colored: bool) -> String {
    let mut lines = Lines { text: String::new(), colored };
    for piece in pieces(message) {
        lines.piece(&piece, message.bytes);
    }
    lines.text
}

/// The pieces of a message, all of its bytes: what nobody has a word for is one without a name.
pub(crate) fn pieces(message: &Decoded<'_>) -> Vec<Piece> {
    let mut pieces = known(message);
    let known = pieces.last().map_or(0, |piece| piece.offset + piece.len);
    let rest = message.bytes.len().saturating_sub(known);
    if rest > 0 {
        pieces.push(piece(known, rest, "", ""));
    }
    pieces
}

fn piece(offset: usize, len: usize, name: &str, text: impl Into<String>) -> Piece {
    Piece { offset, len, depth: 0, name: name.to_owned(), text: text.into(), malformed: false }
}

fn known(message: &Decoded<'_>) -> Vec<Piece> {
    let Some(header) = message.header else { return Vec::new() };
    let flags = message.flags().join(",");
    let text = format!(
        "len={} type={} flags={flags} seq={} port={}",
        header.len, header.kind, header.seq, header.port
    );
    let mut pieces = vec![piece(0, HEADER_LEN, "nlmsghdr", text)];
    let mut at = HEADER_LEN;
    if let Some(generic) = message.generic {
        let text = format!("cmd={} version={}", generic.cmd, generic.version);
        pieces.push(piece(at, GENL_HEADER_LEN, "genlmsghdr", text));
        at += GENL_HEADER_LEN;
    }
    let body = message.bytes.get(at..).unwrap_or_default();
    match (&message.body, message.format) {
        (Body::Message(_) | Body::Undecodable(_), Some(format)) => {
            let moved = |it: Piece| Piece { offset: it.offset + at, ..it };
            let found = match (message.role, message.mode) {
                (Some(Role::Request), Some(Mode::Dump)) => format.annotate_dump(body),
                _ => format.annotate(body),
            };
            pieces.extend(found.into_iter().map(moved));
        }
        (Body::End(end), _) => self::end(end, header, body, at, &mut pieces),
        _ => {}
    }
    pieces
}

/// The end of an answer: the error number, the request that it is about, what the kernel says of it.
fn end(end: &End, header: Header, body: &[u8], at: usize, pieces: &mut Vec<Piece>) {
    let error = match (end.errno, body.len()) {
        (_, ..4) => return,
        (0, _) => "0".to_owned(),
        (number, _) => errno::name(number),
    };
    pieces.push(piece(at, 4, "error", error));
    let mut known = 4;
    if header.kind == kind::ERROR {
        // It comes back whole, but for the header alone where that is enough.
        let request = body.get(known..).and_then(Header::parse);
        let whole = request.and_then(|request| usize::try_from(request.len).ok());
        let is_whole = header.flags & flag::CAPPED == 0;
        let len = whole.filter(|_| is_whole).map_or(HEADER_LEN, align);
        let len = len.min(body.len().saturating_sub(known));
        pieces.push(piece(at + known, len, "request", ""));
        known += len;
    }
    if header.flags & flag::ACK_TLVS == 0 {
        return;
    }
    for attr in Attrs::new(body.get(known..).unwrap_or_default()).map_while(Result::ok) {
        let (name, text) = remark(end, attr.id);
        let len = align(ATTR_HEADER_LEN + attr.payload.len()).min(body.len() - known);
        pieces.push(piece(at + known, len, name, text));
        known += len;
    }
}

/// An attribute of an extended ACK (`NLMSGERR_ATTR_*`).
fn remark(end: &End, id: u16) -> (&'static str, String) {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    match id {
        1 => ("msg", end.message.as_ref().map(ToString::to_string).unwrap_or_default()),
        2 => ("offset", format!("{}  {}", end.offset.unwrap_or_default(), text(&end.attribute))),
        3 => ("cookie", String::new()),
        4 => ("policy", text(&end.policy)),
        5 => ("missing", text(&end.missing)),
        6 => ("missing-nest", String::new()),
        _ => ("", String::new()),
    }
}

/// Text under construction.
struct Lines {
    text: String,
    colored: bool,
}

impl Lines {
    fn styled(&mut self, style: Style, text: &str) {
        // Writing to a string does not fail.
        let _ = match self.colored {
            true => write!(self.text, "{style}{text}{style:#}"),
            false => write!(self.text, "{text}"),
        };
    }

    fn piece(&mut self, piece: &Piece, message: &[u8]) {
        let end = piece.offset.saturating_add(piece.len);
        let bytes = message.get(piece.offset..end).unwrap_or_default();
        let mut rows = bytes.chunks(LINE).enumerate();
        let (_, first) = rows.next().unwrap_or_default();
        self.row(piece.offset, first);
        if !(piece.name.is_empty() && piece.text.is_empty()) {
            let fill = " ".repeat((LINE - first.len()) * 3 + 2 + piece.depth * 2);
            self.text.push_str(&fill);
            self.styled(NAME, &harmless(&piece.name));
            let text = piece.text.trim_end();
            if !text.is_empty() {
                self.text.push_str("  ");
                let style = if piece.malformed { WRONG } else { Style::new() };
                self.styled(style, &harmless(text));
            }
        }
        self.text.push('\n');
        for (row, bytes) in rows {
            self.row(piece.offset + row * LINE, bytes);
            self.text.push('\n');
        }
    }

    fn row(&mut self, offset: usize, bytes: &[u8]) {
        let bytes: Vec<_> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        let row = format!("  {offset:04x}  {}", bytes.join(" "));
        self.styled(BYTES, &row);
    }
}
