//! A message piece by piece, for dumps in hex: which bytes are what, as far as they can be read.

use nlkit::wire::{ATTR_HEADER_LEN, align};
use nlkit::{Attr, Attrs};

use crate::decode::{self, Level, Scope};
use crate::schema::{Attribute, Body, EMPTY, Member, MemberType, Payload, Set, Struct, Type};
use crate::{Value, structs, text};

/// A run of bytes in a message, and what it says.
///
/// The pieces of a message come in the order of their bytes, and cover all of them, each once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Where it begins.
    pub offset: usize,
    /// Length in bytes. Of a nest and of a struct that is only the header: what they hold comes behind.
    pub len: usize,
    /// How many attributes it stands in.
    pub depth: usize,
    /// What it is: the name of an attribute or of a member of a struct, `[1]` in a list, `padding`.
    pub name: String,
    /// Its value, in JSON but for text without quotes; empty of what holds other pieces.
    pub text: String,
    /// Whether it cannot be read: then `text` says why.
    pub malformed: bool,
}

/// The pieces of a message.
pub(crate) fn message(of: &'static Body, bytes: &[u8]) -> Vec<Piece> {
    let mut out = Pieces { pieces: Vec::new(), depth: 0 };
    out.body(of, bytes, 0, Level::top(&Scope::nothing()));
    out.pieces
}

struct Pieces {
    pieces: Vec<Piece>,
    depth: usize,
}

/// What stands at one level of a message.
#[derive(Clone, Copy)]
enum Inside {
    Set(&'static Set),
    Indexed(&'static Type),
    /// The names of the numbers from here on inwards.
    Keyed(&'static [&'static str], &'static Type),
}

impl Pieces {
    fn push(
        &mut self,
        offset: usize,
        len: usize,
        name: impl Into<String>,
        text: impl Into<String>,
    ) {
        let (name, text) = (name.into(), text.into());
        self.pieces.push(Piece { offset, len, depth: self.depth, name, text, malformed: false });
    }

    fn malformed(&mut self, offset: usize, len: usize, why: impl ToString) {
        let (name, text) = ("malformed".to_owned(), why.to_string());
        self.pieces.push(Piece { offset, len, depth: self.depth, name, text, malformed: true });
    }

    /// Zeros up to the next attribute, or to the end.
    fn padding(&mut self, offset: usize, len: usize) {
        if len > 0 {
            self.push(offset, len, "padding", "");
        }
    }

    fn deeper(&mut self, then: impl FnOnce(&mut Self)) {
        self.depth += 1;
        then(self);
        self.depth -= 1;
    }

    fn body(&mut self, of: &'static Body, bytes: &[u8], offset: usize, level: Level<'_>) {
        let (header, attrs) = match decode::split_header(of, bytes) {
            Ok(split) => split,
            Err(why) => return self.malformed(offset, bytes.len(), why.kind()),
        };
        if let Some(of) = of.header {
            self.structure(of, header, offset);
        }
        self.attributes(Inside::Set(of.set), attrs, offset + header.len(), level);
    }

    /// The members of a struct, and what stands behind them.
    fn structure(&mut self, of: &'static Struct, bytes: &[u8], offset: usize) {
        let mut rest = nlkit::Bytes::new(bytes);
        let mut at = 0;
        for member in of.members() {
            let before = rest.rest().len();
            if before == 0 {
                return;
            }
            let value = structs::decode_member(member, &mut rest);
            let len = before - rest.rest().len();
            match (member, value) {
                (Member { ty: MemberType::Struct(inner), name }, _) => {
                    let inside = bytes.get(at..at + len).unwrap_or_default();
                    self.push(offset + at, 0, *name, "");
                    self.deeper(|out| out.structure(inner, inside, offset + at));
                }
                (Member { name, .. }, Some(value)) => {
                    self.push(offset + at, len, *name, show(&value));
                }
                (_, None) => self.padding(offset + at, len),
            }
            at += len;
        }
        let left = rest.rest();
        match left.iter().all(|byte| *byte == 0) {
            true => self.padding(offset + at, left.len()),
            false => self.push(offset + at, left.len(), "unknown", text::hex(left)),
        }
    }

    fn attributes(&mut self, inside: Inside, bytes: &[u8], offset: usize, level: Level<'_>) {
        let own = Scope::new(bytes);
        let level = match inside {
            Inside::Set(set) => level.among(set, &own),
            _ => level,
        };
        let mut at = 0;
        for attr in Attrs::new(bytes) {
            let left = bytes.len() - at;
            match attr {
                Ok(attr) => {
                    let len = align(ATTR_HEADER_LEN + attr.payload.len()).min(left);
                    self.attribute(inside, attr, offset + at, len, level);
                    at += len;
                }
                Err(why) => return self.malformed(offset + at, left, why.kind()),
            }
        }
    }

    /// An attribute of `len` bytes, with its header and the padding behind it.
    fn attribute(
        &mut self,
        inside: Inside,
        attr: Attr<'_>,
        offset: usize,
        len: usize,
        level: Level<'_>,
    ) {
        let (name, ty) = match inside {
            Inside::Set(set) => match set.attribute(attr.id) {
                Some(Attribute { name, ty, .. }) => ((*name).to_owned(), Some(ty)),
                None => (text::unknown("UnknownAttr", attr.id), None),
            },
            Inside::Indexed(entry) => (format!("[{}]", attr.id), Some(entry)),
            Inside::Keyed([key, inner @ ..], entry) => {
                let name = format!("{key} {}", attr.id);
                if !inner.is_empty() {
                    return self.holder(
                        name,
                        Inside::Keyed(inner, entry),
                        attr,
                        offset,
                        len,
                        level,
                    );
                }
                (name, Some(entry))
            }
            Inside::Keyed([], entry) => (format!("[{}]", attr.id), Some(entry)),
        };
        let Some(ty) = ty else {
            return self.unknown(name, attr, offset, len, level);
        };
        match ty {
            _ if decode::says_nothing(ty, attr) => self.push(offset, len, name, ""),
            Type::Pad | Type::Unused => self.unknown(name, attr, offset, len, level),
            Type::Struct(of) => self.struct_of(name, of, attr, offset, len),
            Type::Nest(set) | Type::InOrder(set) => {
                self.holder(name, Inside::Set(set), attr, offset, len, level);
            }
            Type::IndexedArray(entry) => {
                self.holder(name, Inside::Indexed(entry), attr, offset, len, level);
            }
            Type::Keyed { keys, entry } => {
                self.holder(name, Inside::Keyed(keys, entry), attr, offset, len, level);
            }
            Type::SubMessage { of, selector } => match level.scope.choose(of, *selector) {
                Some(Payload::Struct(of)) => self.struct_of(name, of, attr, offset, len),
                Some(Payload::Body(of)) => {
                    self.header(name, attr, offset, len, level, |out, offset, level| {
                        out.body(of, attr.payload, offset, level);
                    });
                }
                Some(Payload::Nothing) | None => {
                    self.push(offset, len, name, text::hex(attr.payload));
                }
            },
            _ => match decode::value(ty, attr, level) {
                Ok(value) => self.push(offset, len, name, show(&value)),
                Err(why) => {
                    self.push(offset, len, name, why.kind().to_string());
                    if let Some(piece) = self.pieces.last_mut() {
                        piece.malformed = true;
                    }
                }
            },
        }
    }

    /// What is not known, but for its attributes, where it has some.
    fn unknown(
        &mut self,
        name: String,
        attr: Attr<'_>,
        offset: usize,
        len: usize,
        level: Level<'_>,
    ) {
        match decode::unknown(attr, level) {
            Value::Object(_) => {
                self.holder(name, Inside::Set(&EMPTY), attr, offset, len, level);
            }
            value => self.push(offset, len, name, show(&value)),
        }
    }

    /// An attribute that holds others.
    fn holder(
        &mut self,
        name: String,
        inside: Inside,
        attr: Attr<'_>,
        offset: usize,
        len: usize,
        level: Level<'_>,
    ) {
        self.header(name, attr, offset, len, level, |out, offset, level| {
            out.attributes(inside, attr.payload, offset, level);
        });
    }

    /// The header of an attribute, then what is in it, by `then`, and its padding.
    fn header(
        &mut self,
        name: String,
        attr: Attr<'_>,
        offset: usize,
        len: usize,
        level: Level<'_>,
        then: impl FnOnce(&mut Self, usize, Level<'_>),
    ) {
        let (start, payload) = (offset + ATTR_HEADER_LEN, attr.payload.len());
        self.push(offset, ATTR_HEADER_LEN, name, "");
        self.deeper(|out| {
            match level.deeper() {
                Ok(level) => then(out, start, level),
                Err(why) => out.malformed(start, payload, why.kind()),
            }
            out.padding(start + payload, len - ATTR_HEADER_LEN - payload);
        });
    }

    fn struct_of(
        &mut self,
        name: String,
        of: &'static Struct,
        attr: Attr<'_>,
        offset: usize,
        len: usize,
    ) {
        let (start, payload) = (offset + ATTR_HEADER_LEN, attr.payload.len());
        self.push(offset, ATTR_HEADER_LEN, name, "");
        self.deeper(|out| {
            out.structure(of, attr.payload, start);
            out.padding(start + payload, len - ATTR_HEADER_LEN - payload);
        });
    }
}

/// A value in a line: JSON, but for text without its quotes.
fn show(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(list) if list.iter().all(Value::is_string) => {
            list.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", ")
        }
        other => other.to_string(),
    }
}
