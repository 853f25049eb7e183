//! A message through its type and back: decoded, encoded again, and compared. It needs nothing but
//! nlkit, for the crates that tests make.

#![expect(clippy::indexing_slicing, clippy::unwrap_used, reason = "a failure is that of a test")]

use nlkit::{Attrs, DecodeError, EncodeError, Kind, NlAttrs, Set, Shape};

/// A message of a family.
pub struct MessageType {
    /// File name of the spec, without its ending.
    pub family: &'static str,
    /// Name of the operation.
    pub op: &'static str,
    /// `do`, `dump` or `event`.
    pub mode: &'static str,
    /// `request` or `reply`.
    pub direction: &'static str,
    /// Its attributes.
    pub set: &'static Set,
    /// Decodes the attributes, encodes them again, and shows the value.
    pub round_trip: fn(&[u8]) -> Result<RoundTrip, DecodeError>,
}

/// What became of a message.
pub struct RoundTrip {
    /// The value's `Debug`.
    pub value: String,
    /// The value, encoded.
    pub bytes: Result<Vec<u8>, EncodeError>,
}

impl MessageType {
    /// The message of this type.
    pub const fn of<T: for<'a> NlAttrs<'a> + std::fmt::Debug>(
        family: &'static str,
        op: &'static str,
        mode: &'static str,
        direction: &'static str,
    ) -> Self {
        Self { family, op, mode, direction, set: T::SET, round_trip: round_trip::<T> }
    }
}

fn round_trip<T: for<'a> NlAttrs<'a> + std::fmt::Debug>(
    bytes: &[u8],
) -> Result<RoundTrip, DecodeError> {
    let value: T = nlkit::decode(bytes)?;
    Ok(RoundTrip { value: format!("{value:?}"), bytes: nlkit::encode(&value) })
}

impl MessageType {
    /// Decodes the attributes and encodes them again, which must give the same attributes.
    ///
    /// # Errors
    /// Why they are not the same.
    pub fn check(&self, bytes: &[u8]) -> Result<(), String> {
        let trip = (self.round_trip)(bytes).map_err(|error| error.to_string())?;
        let again = trip.bytes.map_err(|error| error.to_string())?;
        let (before, after) = (tree(bytes, self.set, &[]), tree(&again, self.set, &[]));
        if before != after {
            return Err(format!("{before:?} became {after:?} by {}", trip.value));
        }
        Ok(())
    }
}

/// An attribute: its number with the flag bits, and what it holds.
#[derive(Debug)]
struct Node {
    kind: u16,
    content: Content,
}

/// The message is the same where only zeros stand behind a shorter payload: padding at the end of a
/// struct, which the kernel's specs leave out.
impl PartialEq for Node {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind && self.content == other.content
    }
}

#[derive(Debug)]
enum Content {
    Bytes(Vec<u8>),
    Nest(Vec<u8>, Vec<Node>),
}

/// Longest padding at the end of a struct.
const PADDING: usize = 6;

impl PartialEq for Content {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Bytes(before), Self::Bytes(after)) => {
                let padding = after.strip_prefix(before.as_slice());
                padding.is_some_and(|it| it.len() <= PADDING && it.iter().all(|byte| *byte == 0))
            }
            (Self::Nest(header, nodes), Self::Nest(other_header, others)) => {
                header == other_header && nodes == others
            }
            _ => false,
        }
    }
}

/// An attribute of which nothing is known.
const BYTES: Shape = Shape::Leaf(Kind::Binary);

/// The header and the attributes of a set; `scope` is where outer selectors stand.
fn tree(bytes: &[u8], set: &'static Set, scope: &[u8]) -> Content {
    let (header, attrs) = bytes.split_at(set.header.min(bytes.len()));
    let scope = if set.scope { attrs } else { scope };
    let mut nodes = nodes(attrs, scope, |id| set.entry(id).map_or(BYTES, |entry| entry.shape));
    // The order among different attributes means nothing; among equal ones it does, and is kept.
    nodes.sort_by_key(|node| node.kind);
    Content::Nest(header.to_vec(), nodes)
}

fn nodes(bytes: &[u8], scope: &[u8], shape_of: impl Fn(u16) -> Shape) -> Vec<Node> {
    let mut rest = bytes;
    let mut nodes = Vec::new();
    for attr in Attrs::new(bytes) {
        let attr = attr.unwrap();
        let kind = u16::from_ne_bytes([rest[2], rest[3]]);
        rest = rest.get(nlkit::wire::align(4 + attr.payload.len())..).unwrap_or_default();
        nodes.push(Node { kind, content: content(attr.payload, scope, shape_of(attr.id)) });
    }
    nodes
}

fn content(payload: &[u8], scope: &[u8], shape: Shape) -> Content {
    match shape {
        Shape::Leaf(_) | Shape::Swapped(_) => Content::Bytes(payload.to_vec()),
        Shape::Nest(set) => tree(payload, set.get(), scope),
        Shape::InOrder(set) => {
            let shape_of = |id| set.get().entry(id).map_or(BYTES, |entry| entry.shape);
            Content::Nest(Vec::new(), nodes(payload, scope, shape_of))
        }
        Shape::Keyed(entry) => Content::Nest(Vec::new(), nodes(payload, scope, |_| *entry)),
        Shape::Array(entry) => {
            // The numbers of entries only count them. The vectors count from 0, nlkit from 1.
            let mut entries = nodes(payload, scope, |_| *entry);
            for (node, index) in entries.iter_mut().zip(0..) {
                node.kind = node.kind & 0xc000 | index;
            }
            Content::Nest(Vec::new(), entries)
        }
        Shape::SubMessage { selector, formats, .. } => {
            let mut attrs = Attrs::new(scope).map(Result::unwrap);
            match attrs.find(|attr| attr.id == selector) {
                Some(attr) => content(payload, scope, formats.under(attr.payload)),
                None => Content::Bytes(payload.to_vec()),
            }
        }
    }
}
