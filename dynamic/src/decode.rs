//! From bytes to JSON, in one pass.

use std::cell::Cell;
use std::ptr;

use nlkit::wire::MAX_NESTING;
use nlkit::{Attr, AttrValue, Attrs, Bitfield32, DecodeError, DecodeErrorKind, NlStr};
use serde_json::Map;

use crate::schema::{Attribute, Body, EMPTY, Enum, Number, Payload, Set, SubMessage, Type};
use crate::{Value, number, structs, text};

/// Where attributes stand.
#[derive(Clone, Copy)]
pub(crate) struct Level<'a> {
    /// The next set outwards that chooses sub-messages.
    pub(crate) scope: &'a Scope<'a>,
    /// How many nests it is inside of.
    depth: u8,
}

/// The attributes of a set that chooses sub-messages.
#[derive(Debug)]
pub(crate) struct Scope<'a> {
    attrs: &'a [u8],
    /// What was chosen the last time: of many sub-messages in a set, each would look for it anew.
    chosen: Cell<Option<Chosen>>,
}

#[derive(Clone, Copy, Debug)]
struct Chosen {
    of: &'static SubMessage,
    selector: u16,
    format: Option<&'static Payload>,
}

impl<'a> Scope<'a> {
    /// Where nothing chooses.
    pub(crate) fn nothing() -> Self {
        Self::new(&[])
    }

    pub(crate) fn new(attrs: &'a [u8]) -> Self {
        Self { attrs, chosen: Cell::new(None) }
    }

    /// What a sub-message holds, by the attribute with the number `selector`: of several the last, as for
    /// the kernel.
    pub(crate) fn choose(
        &self,
        of: &'static SubMessage,
        selector: u16,
    ) -> Option<&'static Payload> {
        let known = self.chosen.get();
        let known = known.filter(|it| ptr::eq(it.of, of) && it.selector == selector);
        let find = || {
            let attrs = Attrs::new(self.attrs).map_while(Result::ok);
            of.format(attrs.filter(|attr| attr.id == selector).last()?.payload)
        };
        let chosen = known.unwrap_or_else(|| Chosen { of, selector, format: find() });
        self.chosen.set(Some(chosen));
        chosen.format
    }
}

impl<'a> Level<'a> {
    /// Outside of any nest.
    pub(crate) fn top(scope: &'a Scope<'a>) -> Self {
        Self { scope, depth: 0 }
    }

    /// Among the attributes of a set, which are `own`.
    pub(crate) fn among(self, set: &Set, own: &'a Scope<'a>) -> Self {
        if set.scope { Self { scope: own, ..self } } else { self }
    }

    /// One nest further in.
    ///
    /// # Errors
    /// Where nests stand too deep.
    pub(crate) fn deeper(self) -> Result<Self, DecodeError> {
        match self.depth {
            MAX_NESTING.. => Err(DecodeError::new(DecodeErrorKind::TooDeep)),
            depth => Ok(Self { depth: depth + 1, ..self }),
        }
    }
}

/// The JSON of a message.
pub(crate) fn message(of: &'static Body, bytes: &[u8]) -> Result<Value, DecodeError> {
    body(of, bytes, Level::top(&Scope::nothing()))
}

/// A fixed header, where there is one, and the attributes behind it.
fn body(of: &'static Body, bytes: &[u8], level: Level<'_>) -> Result<Value, DecodeError> {
    let mut map = Map::new();
    let (header, attrs) = split_header(of, bytes)?;
    if let Some(of) = of.header {
        structs::decode(of, &mut nlkit::Bytes::new(header), &mut map);
    }
    attributes(of.set, attrs, &of.shared, &mut map, level)?;
    Ok(Value::Object(map))
}

/// The JSON of a request whose fixed header ends early: for a dump, `rtgenmsg` of one byte or four may stand
/// in its place. What is there is shown; `None` where it ends inside of a member, or does not end early.
pub(crate) fn begun(of: &'static Body, bytes: &[u8]) -> Option<Value> {
    let members = of.header?.members();
    if bytes.is_empty() || bytes.len() >= of.header_len() {
        return None;
    }
    let mut map = Map::new();
    let mut rest = nlkit::Bytes::new(bytes);
    for member in members {
        if rest.rest().is_empty() {
            break;
        }
        let len = structs::len(member);
        if rest.rest().len() < len {
            return None;
        }
        if let Some(value) = structs::decode_member(member, &mut rest) {
            map.insert(member.name.to_owned(), value);
        }
    }
    Some(Value::Object(map))
}

/// Splits the fixed header off, with the padding behind it.
///
/// # Errors
/// Where the bytes are shorter.
pub(crate) fn split_header<'a>(
    of: &Body,
    bytes: &'a [u8],
) -> Result<(&'a [u8], &'a [u8]), DecodeError> {
    let expected = of.header_len();
    let found = bytes.len();
    let short = || DecodeError::new(DecodeErrorKind::Short { expected, found });
    bytes.split_at_checked(expected).ok_or_else(short)
}

fn nest(set: &'static Set, bytes: &[u8], level: Level<'_>) -> Result<Value, DecodeError> {
    let mut map = Map::new();
    attributes(set, bytes, &[], &mut map, level.deeper()?)?;
    Ok(Value::Object(map))
}

/// Reads the attributes of a set into `map`, where the names in `taken` stand for something else.
fn attributes(
    set: &'static Set,
    bytes: &[u8],
    taken: &[&str],
    map: &mut Map<String, Value>,
    level: Level<'_>,
) -> Result<(), DecodeError> {
    let own = Scope::new(bytes);
    let level = level.among(set, &own);
    for attr in Attrs::new(bytes) {
        let attr = attr?;
        match set.attribute(attr.id) {
            Some(of) if says_nothing(&of.ty, attr) => {}
            Some(Attribute { ty: Type::Pad | Type::Unused, .. }) | None => {
                add_unknown(attr, map, level);
            }
            Some(of) => {
                let key = if taken.contains(&of.name) {
                    text::unknown("Attr", of.name)
                } else {
                    of.name.to_owned()
                };
                add(of, key, attr, map, level).map_err(|error| error.at_name(of.name))?;
            }
        }
    }
    Ok(())
}

/// Whether an attribute is one without meaning, and carries nothing: what a spec calls so wrongly does.
pub(crate) fn says_nothing(ty: &Type, attr: Attr<'_>) -> bool {
    match ty {
        Type::Pad => attr.payload.iter().all(|byte| *byte == 0),
        Type::Unused => attr.payload.is_empty(),
        _ => false,
    }
}

/// Adds an attribute: to the list of its like where it may repeat, and otherwise in the place of one that
/// came before, as for the kernel.
fn add(
    of: &'static Attribute,
    key: String,
    attr: Attr<'_>,
    map: &mut Map<String, Value>,
    level: Level<'_>,
) -> Result<(), DecodeError> {
    if !of.multi {
        map.insert(key, value(&of.ty, attr, level)?);
        return Ok(());
    }
    if let Value::Array(list) = map.entry(key).or_insert_with(|| Value::Array(Vec::new())) {
        let index = list.len();
        list.push(value(&of.ty, attr, level).map_err(|error| error.at_index(index))?);
    }
    Ok(())
}

/// Adds an attribute of which nothing is known; several of one number become a list.
fn add_unknown(attr: Attr<'_>, map: &mut Map<String, Value>, level: Level<'_>) {
    let value = unknown(attr, level);
    match map.get_mut(&text::unknown("UnknownAttr", attr.id)) {
        Some(Value::Array(list)) => list.push(value),
        Some(first) => *first = Value::Array(vec![first.take(), value]),
        None => {
            map.insert(text::unknown("UnknownAttr", attr.id), value);
        }
    }
}

/// What is not known: its attributes, where it is marked as a nest and holds some, or its bytes.
pub(crate) fn unknown(attr: Attr<'_>, level: Level<'_>) -> Value {
    let is_nest = attr.is_nest() && Attrs::new(attr.payload).all(|attr| attr.is_ok());
    let nested = is_nest.then(|| nest(&EMPTY, attr.payload, level).ok()).flatten();
    nested.unwrap_or_else(|| text::hex(attr.payload).into())
}

/// The JSON of an attribute.
pub(crate) fn value(
    ty: &'static Type,
    attr: Attr<'_>,
    level: Level<'_>,
) -> Result<Value, DecodeError> {
    Ok(match ty {
        // Their callers leave them out; in a list there are none.
        Type::Unused | Type::Pad => Value::Null,
        Type::Flag => Value::Bool(true),
        Type::Number(of) => of.show(number::get(of.wire, attr)?),
        Type::String => text::string(NlStr::get(attr)?.as_bytes()),
        Type::Bytes(shown) => shown.decode(attr)?,
        Type::Bitfield32(of) => bitfield(*of, Bitfield32::get(attr)?),
        Type::Array(of) => array(of, attr.payload)?,
        Type::Struct(of) => structs::decode_whole(of, &mut nlkit::Bytes::new(attr.payload)),
        Type::Nest(set) => nest(set, attr.payload, level)?,
        Type::InOrder(set) => in_order(set, attr.payload, level.deeper()?)?,
        Type::IndexedArray(entry) => indexed(entry, attr.payload, level.deeper()?)?,
        Type::Keyed { keys, entry } => keyed(keys, entry, attr, level)?,
        Type::SubMessage { of, selector } => match level.scope.choose(of, *selector) {
            Some(format) => sub_message(format, attr, level)?,
            None => text::hex(attr.payload).into(),
        },
    })
}

fn bitfield(of: Option<&Enum>, Bitfield32 { value, selector }: Bitfield32) -> Value {
    let show = |bits: u32| of.map_or(bits.into(), |of| of.show_flags(bits.into()));
    let members = [("value", show(value)), ("selector", show(selector))];
    Value::Object(members.map(|(name, value)| (name.to_owned(), value)).into_iter().collect())
}

/// Numbers side by side.
fn array(of: &Number, payload: &[u8]) -> Result<Value, DecodeError> {
    let len = number::len(of.wire);
    let chunks = payload.chunks_exact(len);
    if !chunks.remainder().is_empty() {
        return Err(DecodeError::length(format!("a multiple of {len} bytes"), payload.len()));
    }
    let number = |chunk| of.show(number::get_member(of.wire, &mut nlkit::Bytes::new(chunk)));
    Ok(Value::Array(chunks.map(number).collect()))
}

/// Attributes whose order means something: each an object of its own.
fn in_order(set: &'static Set, payload: &[u8], level: Level<'_>) -> Result<Value, DecodeError> {
    let own = Scope::new(payload);
    let level = level.among(set, &own);
    let mut list = Vec::new();
    for attr in Attrs::new(payload) {
        let attr = attr?;
        let mut map = Map::new();
        match set.attribute(attr.id) {
            Some(of) if says_nothing(&of.ty, attr) => continue,
            Some(Attribute { ty: Type::Pad | Type::Unused, .. }) | None => {
                add_unknown(attr, &mut map, level);
            }
            Some(of) => {
                let added = add(of, of.name.to_owned(), attr, &mut map, level);
                added.map_err(|error| error.at_name(of.name).at_index(list.len()))?;
            }
        }
        list.push(Value::Object(map));
    }
    Ok(Value::Array(list))
}

/// Entries whose numbers count them: nests with their numbers, others as they are.
fn indexed(entry: &'static Type, payload: &[u8], level: Level<'_>) -> Result<Value, DecodeError> {
    let mut list = Vec::new();
    for attr in Attrs::new(payload) {
        let attr = attr?;
        let value = value(entry, attr, level).map_err(|error| error.at_index(list.len()))?;
        list.push(match entry {
            Type::Nest(_) => Value::Object(Map::from_iter([(attr.id.to_string(), value)])),
            _ => value,
        });
    }
    Ok(Value::Array(list))
}

/// Entries whose numbers are data, as members beside what they hold; a list where there is not one.
fn keyed(
    keys: &'static [&'static str],
    entry: &'static Type,
    attr: Attr<'_>,
    level: Level<'_>,
) -> Result<Value, DecodeError> {
    let mut list = Vec::new();
    add_keyed(keys, 0, entry, attr, &Map::new(), &mut list, level)?;
    match <[Value; 1]>::try_from(list) {
        Ok([one]) => Ok(one),
        Err(list) => Ok(Value::Array(list)),
    }
}

/// Adds the entries in `attr`, whose numbers are `keys` from `at` on; `so_far` has those before.
fn add_keyed(
    keys: &'static [&'static str],
    at: usize,
    entry: &'static Type,
    attr: Attr<'_>,
    so_far: &Map<String, Value>,
    list: &mut Vec<Value>,
    level: Level<'_>,
) -> Result<(), DecodeError> {
    let Some(key) = keys.get(at) else {
        let mut map = so_far.clone();
        match entry {
            Type::Nest(set) => attributes(set, attr.payload, keys, &mut map, level.deeper()?)?,
            _ => {
                map.insert("value".to_owned(), value(entry, attr, level)?);
            }
        }
        list.push(Value::Object(map));
        return Ok(());
    };
    let level = level.deeper()?;
    let before = list.len();
    for inner in Attrs::new(attr.payload) {
        let inner = inner?;
        let mut map = so_far.clone();
        map.insert((*key).to_owned(), inner.id.into());
        let added = add_keyed(keys, at + 1, entry, inner, &map, list, level);
        added.map_err(|error| error.at_index(inner.id.into()))?;
    }
    // A number with nothing inside says something, too.
    if list.len() == before && at > 0 {
        list.push(Value::Object(so_far.clone()));
    }
    Ok(())
}

fn sub_message(
    format: &'static Payload,
    attr: Attr<'_>,
    level: Level<'_>,
) -> Result<Value, DecodeError> {
    match format {
        Payload::Nothing if attr.payload.is_empty() => Ok(Value::Object(Map::new())),
        Payload::Nothing => Ok(text::hex(attr.payload).into()),
        Payload::Struct(of) => Ok(structs::decode_whole(of, &mut nlkit::Bytes::new(attr.payload))),
        Payload::Body(of) => body(of, attr.payload, level.deeper()?),
    }
}
