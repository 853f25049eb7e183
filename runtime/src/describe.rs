//! A message in one line, for people: `header{dev-name="eth0"} rx=512`.

use std::fmt::{self, Write};

use crate::attrs::Set;
use crate::kind::Kind;
use crate::level::{Level, Located, Meaning, located};
use crate::shape::Shape;
use crate::string::NlStr;
use crate::wire::MAX_NESTING;

/// The longest text that comes of one message, in bytes; behind it is `..`.
const MAX_TEXT: usize = 4096;
/// So many bytes of a payload are shown.
const MAX_BYTES: usize = 32;

/// A message as one line of text, by the names and kinds of a set: what `bytes` hold, which begin with
/// the fixed header, or the first attribute where there is none.
///
/// Nests stand in braces, lists in brackets, a fixed header in angle brackets, as its bytes; an attribute
/// that the set does not have is `.77=0x01ff`. It never fails: what is malformed is called so, and a long
/// text ends with `..`.
///
/// # Examples
/// ```
/// use nlkit::{NlAttrs, nlctrl::GetFamily};
///
/// let bytes = nlkit::encode(&GetFamily { id: Some(16), name: Some("nlctrl".into()) })?;
/// let text = nlkit::describe(&bytes, GetFamily::SET).to_string();
/// assert_eq!(text, r#"family-id=16 family-name="nlctrl""#);
/// # Ok::<(), nlkit::EncodeError>(())
/// ```
pub fn describe<'a>(bytes: &'a [u8], set: &'static Set) -> impl fmt::Display + use<'a> {
    Described { bytes, set }
}

struct Described<'a> {
    bytes: &'a [u8],
    set: &'static Set,
}

impl fmt::Display for Described<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = Bounded { left: MAX_TEXT, out: f };
        let written = print_level(&mut out, self.bytes, Level::Set(self.set), &[], 0);
        // Whoever stops it for its length stops it with an error, too.
        match (written, out.left) {
            (Err(_), 0) => f.write_str(".."),
            (written, _) => written,
        }
    }
}

/// Text of a bounded length; what would be longer is an error, with nothing left.
struct Bounded<'f, 'o> {
    left: usize,
    out: &'f mut fmt::Formatter<'o>,
}

impl Write for Bounded<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        match self.left.checked_sub(text.len()) {
            Some(left) if left > 0 => {
                self.left = left;
                self.out.write_str(text)
            }
            _ => {
                self.left = 0;
                Err(fmt::Error)
            }
        }
    }
}

type Out<'o, 'f, 'g> = &'o mut Bounded<'f, 'g>;

fn print_level(
    out: Out<'_, '_, '_>,
    bytes: &[u8],
    level: Level,
    scope: &[u8],
    depth: u8,
) -> fmt::Result {
    let Some((header, attrs)) = bytes.split_at_checked(level.header()) else {
        return out.write_str("<malformed>");
    };
    let mut separator = "";
    if !header.is_empty() {
        out.write_char('<')?;
        print_bytes(out, header)?;
        out.write_char('>')?;
        separator = " ";
    }
    let scope = if level.is_scope() { attrs } else { scope };
    for attr in located(attrs) {
        out.write_str(separator)?;
        separator = " ";
        match attr {
            Ok(attr) => print_attr(out, attr, level, scope, depth)?,
            Err(_) => out.write_str("<malformed>")?,
        }
    }
    Ok(())
}

fn print_attr(
    out: Out<'_, '_, '_>,
    attr: Located<'_>,
    level: Level,
    scope: &[u8],
    depth: u8,
) -> fmt::Result {
    let meaning = level.meaning(attr.id);
    match (level, meaning) {
        (Level::Set(set) | Level::InOrder(set), Some(_)) => {
            out.write_str(set.name_of(attr.id).unwrap_or_default())?;
        }
        (Level::Keyed(_), Some(_)) => write!(out, "{}:", attr.id)?,
        (_, Some(_)) => {}
        (_, None) => {
            write!(out, ".{}=", attr.id)?;
            return print_bytes(out, attr.payload);
        }
    }
    let named = matches!(level, Level::Set(_) | Level::InOrder(_));
    let meaning = meaning.filter(|_| depth < MAX_NESTING);
    match meaning.map(|meaning| (meaning, meaning.inside(scope))) {
        Some((meaning, Level::Unknown)) => print_leaf(out, attr.payload, meaning, named),
        Some((_, inside)) => {
            let list = !matches!(inside, Level::Set(_));
            out.write_char(if list { '[' } else { '{' })?;
            if !attr.payload.is_empty() {
                print_level(out, attr.payload, inside, scope, depth + 1)?;
            }
            out.write_char(if list { ']' } else { '}' })
        }
        None => print_leaf(out, attr.payload, Meaning::of_bytes(), named),
    }
}

fn print_leaf(out: Out<'_, '_, '_>, payload: &[u8], meaning: Meaning, named: bool) -> fmt::Result {
    let (kind, swapped) = match meaning.shape {
        Shape::Leaf(kind) => (kind, false),
        Shape::Swapped(kind) => (kind, true),
        _ => (Kind::Binary, false),
    };
    if kind == Kind::Flag && payload.is_empty() {
        return Ok(());
    }
    if named {
        out.write_char('=')?;
    }
    if let Some(value) = kind.value(payload, swapped) {
        return write!(out, "{value}");
    }
    match (kind, payload) {
        (Kind::String | Kind::NulString, text) => {
            let text = text.split(|byte| *byte == 0).next().unwrap_or_default();
            write!(out, "{:?}", NlStr::new(text))
        }
        (Kind::Bitfield32, &[v0, v1, v2, v3, s0, s1, s2, s3]) => {
            let value = u32::from_ne_bytes([v0, v1, v2, v3]);
            let selector = u32::from_ne_bytes([s0, s1, s2, s3]);
            write!(out, "{value:#x}/{selector:#x}")
        }
        (_, bytes) => print_bytes(out, bytes),
    }
}

fn print_bytes(out: Out<'_, '_, '_>, bytes: &[u8]) -> fmt::Result {
    out.write_str("0x")?;
    bytes.iter().take(MAX_BYTES).try_for_each(|byte| write!(out, "{byte:02x}"))?;
    if bytes.len() > MAX_BYTES { out.write_str("..") } else { Ok(()) }
}
