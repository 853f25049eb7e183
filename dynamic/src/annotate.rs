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

/// The pieces of a request for a dump, whose fixed header may end early.
pub(crate) fn dump(of: &'static Body, bytes: &[u8]) -> Vec<Piece> {
    match of.header.filter(|_| decode::begun(of, bytes).is_some()) {
        Some(header) => {
            let mut out = Pieces { pieces: Vec::new(), depth: 0 };
            out.structure(header, bytes, 0);
            out.pieces
        }
        None => message(of, bytes),
    }
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

/// An attribute, and where it stands.
#[derive(Clone, Copy)]
struct Placed<'a> {
    attr: Attr<'a>,
    offset: usize,
    /// With its header, and the padding behind it.
    len: usize,
    level: Level<'a>,
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
                    self.depth += 1;
                    self.structure(inner, inside, offset + at);
                    self.depth -= 1;
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
                    self.attribute(inside, Placed { attr, offset: offset + at, len, level });
                    at += len;
                }
                Err(why) => return self.malformed(offset + at, left, why.kind()),
            }
        }
    }

    /// An attribute: what it is called, and what that makes it.
    fn attribute(&mut self, inside: Inside, placed: Placed<'_>) {
        let id = placed.attr.id;
        match inside {
            Inside::Set(set) => match set.attribute(id) {
                Some(Attribute { name, ty, .. }) => self.of_type(name, ty, placed),
                None => self.unknown(&text::unknown("UnknownAttr", id), placed),
            },
            Inside::Keyed([key], entry) => self.of_type(&format!("{key} {id}"), entry, placed),
            Inside::Keyed([key, inner @ ..], entry) => {
                self.holder(&format!("{key} {id}"), Inside::Keyed(inner, entry), placed);
            }
            Inside::Indexed(entry) | Inside::Keyed([], entry) => {
                self.of_type(&format!("[{id}]"), entry, placed);
            }
        }
    }

    fn of_type(&mut self, name: &str, ty: &'static Type, placed: Placed<'_>) {
        let Placed { attr, offset, len, level } = placed;
        match ty {
            _ if decode::says_nothing(ty, attr) => self.push(offset, len, name, ""),
            Type::Pad | Type::Unused => self.unknown(name, placed),
            Type::Struct(of) => self.struct_of(name, of, placed),
            Type::Nest(set) | Type::InOrder(set) => self.holder(name, Inside::Set(set), placed),
            Type::IndexedArray(entry) => self.holder(name, Inside::Indexed(entry), placed),
            Type::Keyed { keys, entry } => self.holder(name, Inside::Keyed(keys, entry), placed),
            Type::SubMessage { of, selector } => match level.scope.choose(of, *selector) {
                Some(Payload::Struct(of)) => self.struct_of(name, of, placed),
                Some(Payload::Body(of)) => self.header(name, placed, |out, offset, level| {
                    out.body(of, attr.payload, offset, level);
                }),
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
    fn unknown(&mut self, name: &str, placed: Placed<'_>) {
        match decode::unknown(placed.attr, placed.level) {
            Value::Object(_) => self.holder(name, Inside::Set(&EMPTY), placed),
            value => self.push(placed.offset, placed.len, name, show(&value)),
        }
    }

    /// An attribute that holds others.
    fn holder(&mut self, name: &str, inside: Inside, placed: Placed<'_>) {
        self.header(name, placed, |out, offset, level| {
            out.attributes(inside, placed.attr.payload, offset, level);
        });
    }

    fn struct_of(&mut self, name: &str, of: &'static Struct, placed: Placed<'_>) {
        self.around(name, placed, |out, offset| out.structure(of, placed.attr.payload, offset));
    }

    /// The header of an attribute that is a nest, and what is in it, by `then`.
    fn header(
        &mut self,
        name: &str,
        placed: Placed<'_>,
        then: impl FnOnce(&mut Self, usize, Level<'_>),
    ) {
        self.around(name, placed, |out, offset| match placed.level.deeper() {
            Ok(level) => then(out, offset, level),
            Err(why) => out.malformed(offset, placed.attr.payload.len(), why.kind()),
        });
    }

    /// The header of an attribute, then what is in it, by `then`, and its padding.
    fn around(&mut self, name: &str, placed: Placed<'_>, then: impl FnOnce(&mut Self, usize)) {
        let Placed { attr, offset, len, .. } = placed;
        let (start, payload) = (offset + ATTR_HEADER_LEN, attr.payload.len());
        self.push(offset, ATTR_HEADER_LEN, name, "");
        self.depth += 1;
        then(self, start);
        self.padding(start + payload, len - ATTR_HEADER_LEN - payload);
        self.depth -= 1;
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
