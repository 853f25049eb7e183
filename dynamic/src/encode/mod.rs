//! From JSON to bytes. Attributes are written in the order in which JSON has them.

mod keyed;

use std::slice;

use nlkit::wire::ATTR_ID_MASK;
use nlkit::{AttrValue, Attrs, Bitfield32, Kind, Writer};
use serde_json::Map;

use crate::error::EncodeError;
use crate::schema::{
    Attribute, Body, Bytes, EMPTY, Enum, Number, Payload, Set, Struct, SubMessage, Type,
};
use crate::{Value, number, structs, text};

type Members = Map<String, Value>;
type Written = Result<(), EncodeError>;

/// What the members of an object are: attributes of a set, beside something else perhaps.
#[derive(Clone, Copy)]
struct Level {
    set: &'static Set,
    /// The struct whose members stand beside the attributes.
    header: Option<&'static Struct>,
    /// Other names that stand there.
    keys: &'static [&'static str],
}

/// Where selectors stand: the next object outwards whose set chooses sub-messages.
#[derive(Clone, Copy)]
struct Scope<'v> {
    level: Level,
    map: &'v Members,
}

impl Level {
    fn of_set(set: &'static Set) -> Self {
        Self { set, header: None, keys: &[] }
    }

    fn of_body(of: &'static Body) -> Self {
        Self { header: of.header, ..Self::of_set(of.set) }
    }

    /// Whether a name is not that of an attribute here.
    fn is_taken(&self, name: &str) -> bool {
        self.header.is_some_and(|header| header.has(name)) || self.keys.contains(&name)
    }

    /// The attribute that a member of the object stands for.
    ///
    /// # Errors
    /// Where there is none.
    fn attribute(&self, key: &str) -> Result<&'static Attribute, EncodeError> {
        let name = key.strip_prefix("Attr(").and_then(|rest| rest.strip_suffix(')'));
        self.set.named(name.unwrap_or(key)).ok_or_else(|| self.unknown(key))
    }

    #[cold]
    fn unknown(&self, key: &str) -> EncodeError {
        let members = self.header.into_iter().flat_map(Struct::names);
        let others = members.chain(self.keys.iter().copied());
        // Of an empty set nothing is known, not even what it is called.
        if self.set.name.is_empty() {
            return EncodeError::unknown_name("member", key, "what has no attributes", others);
        }
        let place = format!("set `{}`", self.set.name);
        let error = EncodeError::unknown_name("attribute", key, &place, self.names().chain(others));
        match self.nests_with(key).as_slice() {
            [] => error,
            nests => error.help(format!("did you mean `{}`?", nests.join("`, `"))),
        }
    }

    /// The attributes of that name that are one nest further in, such as `header.dev-name`.
    fn nests_with(&self, name: &str) -> Vec<String> {
        let holds = |it: &&Attribute| matches!(it.ty, Type::Nest(set) if set.named(name).is_some());
        let nests = self.set.attributes().iter().filter(holds);
        nests.map(|nest| format!("{}.{name}", nest.name)).take(3).collect()
    }

    /// The names of the attributes that hold something.
    fn names(&self) -> impl Iterator<Item = &'static str> {
        let holds = |it: &&Attribute| !matches!(it.ty, Type::Pad | Type::Unused);
        self.set.attributes().iter().filter(holds).map(|attribute| attribute.name)
    }
}

/// Appends a message to `buffer`; on an error the buffer is as before.
pub(crate) fn message(of: &'static Body, value: &Value, buffer: &mut Vec<u8>) -> Written {
    let start = buffer.len();
    let written = body(of, value, None, &mut Writer::new(buffer));
    if written.is_err() {
        buffer.truncate(start);
    }
    written
}

/// A fixed header, where there is one, and the attributes behind it.
fn body(
    of: &'static Body,
    value: &Value,
    scope: Option<Scope<'_>>,
    out: &mut Writer<'_>,
) -> Written {
    let level = Level::of_body(of);
    let map = object(value, level)?;
    if let Some(header) = of.header {
        structs::encode(header, map, out).map_err(|error| or_attribute(of, error))?;
        out.zeros(of.header_len() - header.ir.len);
    }
    attributes(level, map, scope, out)
}

/// An error of a member of the header, which may be meant for the attribute of the same name.
#[cold]
fn or_attribute(of: &Body, error: EncodeError) -> EncodeError {
    let path = error.path();
    let Some(name) = of.shared.iter().find(|name| path.strip_prefix('.') == Some(name)) else {
        return error;
    };
    let hint = format!("the attribute of this name is `Attr({name})`");
    error.also(&hint)
}

fn object(value: &Value, level: Level) -> Result<&Members, EncodeError> {
    value.as_object().ok_or_else(|| {
        let first = level.names().chain(level.header.into_iter().flat_map(Struct::names)).next();
        let example = first.map_or_else(|| "{}".to_owned(), |name| format!("{{{name:?}: ..}}"));
        EncodeError::expected("an object", &example, value)
    })
}

fn attributes(
    level: Level,
    map: &Members,
    scope: Option<Scope<'_>>,
    out: &mut Writer<'_>,
) -> Written {
    let scope = if level.set.scope { Some(Scope { level, map }) } else { scope };
    members(level, map, scope, out)
}

/// The members of an object that are attributes, where selectors stand in `scope`.
fn members(level: Level, map: &Members, scope: Option<Scope<'_>>, out: &mut Writer<'_>) -> Written {
    for (key, value) in map {
        if !level.is_taken(key) {
            member(level, key, value, scope, out).map_err(|error| error.at_name(key))?;
        }
    }
    Ok(())
}

/// An attribute, as often as it is given.
fn member(
    level: Level,
    key: &str,
    value: &Value,
    scope: Option<Scope<'_>>,
    out: &mut Writer<'_>,
) -> Written {
    if let Some(id) = text::read_unknown("UnknownAttr", key) {
        let id = u16::try_from(id).ok().filter(|id| *id <= ATTR_ID_MASK);
        let id = id.ok_or_else(|| EncodeError::new("attributes have numbers up to 16383"))?;
        return each(value, |value| unknown(id, value, out));
    }
    let Attribute { id, multi, ty, .. } = level.attribute(key)?;
    match multi {
        true => each(value, |value| put(ty, *id, value, scope, out)),
        false => put(ty, *id, value, scope, out),
    }
}

/// Each entry of a list, or what is not a list by itself.
fn each(value: &Value, mut put: impl FnMut(&Value) -> Written) -> Written {
    match value {
        Value::Array(list) => entries(list, |_, entry| put(entry)),
        one => put(one),
    }
}

/// Each entry of a list, with its position.
fn entries(list: &[Value], mut put: impl FnMut(usize, &Value) -> Written) -> Written {
    let mut numbered = list.iter().enumerate();
    numbered.try_for_each(|(at, entry)| put(at, entry).map_err(|error| error.at_index(at)))
}

/// An attribute of which nothing is known: its bytes, or what a nest holds.
fn unknown(id: u16, value: &Value, out: &mut Writer<'_>) -> Written {
    match value {
        Value::Object(map) => {
            nest(id, out, |out| attributes(Level::of_set(&EMPTY), map, None, out))
        }
        _ => bytes(id, &Bytes::Hex.read(value)?, out),
    }
}

/// Writes an attribute of these bytes.
fn bytes(id: u16, bytes: &[u8], out: &mut Writer<'_>) -> Written {
    out.attr(id, bytes);
    checked(out)
}

/// Writes a nest.
fn nest(id: u16, out: &mut Writer<'_>, put: impl FnOnce(&mut Writer<'_>) -> Written) -> Written {
    let mut written = Ok(());
    out.nest(id, |out| written = put(out));
    written.and_then(|()| checked(out))
}

/// What the writer could not write.
fn checked(out: &Writer<'_>) -> Written {
    out.failure().map_or(Ok(()), |kind| Err(EncodeError::wire(kind)))
}

/// An attribute.
fn put(
    ty: &'static Type,
    id: u16,
    value: &Value,
    scope: Option<Scope<'_>>,
    out: &mut Writer<'_>,
) -> Written {
    match ty {
        Type::Unused | Type::Pad => Err(EncodeError::new("stands for nothing, and takes no value")),
        Type::Flag => flag(id, value, out),
        Type::Number(of) => {
            number::put(of.wire, of.read(value)?, id, out);
            Ok(())
        }
        Type::String => {
            let mut text = text::read_string(value)?;
            text.push(0);
            bytes(id, &text, out)
        }
        Type::Bytes(shown) => bytes(id, &shown.read(value)?, out),
        Type::Bitfield32(of) => bitfield(*of, id, value, out),
        Type::Array(of) => array(of, id, value, out),
        Type::Struct(of) => structure(of, id, value, out),
        Type::Nest(set) => {
            let level = Level::of_set(set);
            let map = object(value, level)?;
            nest(id, out, |out| attributes(level, map, scope, out))
        }
        Type::InOrder(set) => in_order(set, id, value, scope, out),
        Type::IndexedArray(entry) => indexed(entry, id, value, scope, out),
        Type::Keyed { keys, entry } => keyed::put(keys, entry, id, value, scope, out),
        Type::SubMessage { of, selector } => sub_message(of, *selector, id, value, scope, out),
    }
}

fn flag(id: u16, value: &Value, out: &mut Writer<'_>) -> Written {
    let set = match value {
        Value::Bool(set) => Some(*set),
        Value::String(text) => text.parse().ok(),
        _ => None,
    };
    match set {
        Some(true) => bytes(id, &[], out),
        Some(false) => Ok(()),
        None => Err(EncodeError::expected("whether it is set", "true", value)),
    }
}

fn bitfield(of: Option<&Enum>, id: u16, value: &Value, out: &mut Writer<'_>) -> Written {
    let map = value.as_object().filter(|map| map.len() == 2);
    let member = |name| map.and_then(|map| map.get(name));
    let (Some(bits), Some(mask)) = (member("value"), member("selector")) else {
        let example = "{\"value\": 1, \"selector\": 3}";
        return Err(EncodeError::expected("bits, and which of them count", example, value));
    };
    let value = read_bits(of, bits).map_err(|error| error.at_name("value"))?;
    let selector = read_bits(of, mask).map_err(|error| error.at_name("selector"))?;
    Bitfield32 { value, selector }.put(id, out);
    Ok(())
}

fn read_bits(of: Option<&Enum>, value: &Value) -> Result<u32, EncodeError> {
    let bits = match of {
        Some(of) => of.read_flags(value)?,
        None => text::number(value).ok_or_else(|| EncodeError::expected("a number", "5", value))?,
    };
    let (lowest, highest) = (0, u32::MAX.into());
    u32::try_from(bits).map_err(|_| EncodeError::out_of_range(bits, Kind::U32, lowest, highest))
}

/// Numbers side by side.
fn array(of: &Number, id: u16, value: &Value, out: &mut Writer<'_>) -> Written {
    let mut payload = Vec::new();
    match value {
        Value::Array(list) => {
            let mut members = Writer::new(&mut payload);
            entries(list, |_, entry| {
                number::put_member(of.wire, of.read(entry)?, &mut members);
                Ok(())
            })?;
        }
        Value::String(_) => payload = Bytes::Hex.read(value)?,
        _ => return Err(EncodeError::expected("a list of numbers", "[1, 2]", value)),
    }
    bytes(id, &payload, out)
}

fn structure(of: &Struct, id: u16, value: &Value, out: &mut Writer<'_>) -> Written {
    let mut payload = Vec::new();
    structs::encode_whole(of, value, &mut Writer::new(&mut payload))?;
    bytes(id, &payload, out)
}

/// Attributes in the order of a list of objects, or of the members of one.
fn in_order(
    set: &'static Set,
    id: u16,
    value: &Value,
    scope: Option<Scope<'_>>,
    out: &mut Writer<'_>,
) -> Written {
    let level = Level::of_set(set);
    // What one object chooses by may stand in another.
    let all = set.scope.then(|| all_of(value));
    let scope = all.as_ref().map(|map| Scope { level, map }).or(scope);
    nest(id, out, |out| each(value, |entry| members(level, object(entry, level)?, scope, out)))
}

/// The members of all objects in a list, or of what is one by itself.
fn all_of(value: &Value) -> Members {
    let list = value.as_array().map_or(slice::from_ref(value), Vec::as_slice);
    let members = list.iter().filter_map(Value::as_object).flatten();
    members.map(|(name, value)| (name.clone(), value.clone())).collect()
}

/// Entries with the numbers that they give, or their position, counted from 1.
fn indexed(
    entry: &'static Type,
    id: u16,
    value: &Value,
    scope: Option<Scope<'_>>,
    out: &mut Writer<'_>,
) -> Written {
    let Value::Array(list) = value else {
        return Err(EncodeError::expected("a list", "[..]", value));
    };
    nest(id, out, |out| {
        entries(list, |at, value| {
            let (index, value) = numbered(value).unwrap_or((at + 1, value));
            let id = u16::try_from(index).ok().filter(|id| *id <= ATTR_ID_MASK);
            let id = id.ok_or_else(|| EncodeError::new("entries have numbers up to 16383"))?;
            put(entry, id, value, scope, out)
        })
    })
}

/// The number and the content of an entry such as `{"1": {..}}`.
fn numbered(value: &Value) -> Option<(usize, &Value)> {
    let map = value.as_object().filter(|map| map.len() == 1)?;
    let (key, value) = map.iter().next()?;
    Some((key.parse().ok()?, value))
}

/// What another attribute chooses; bytes in hex, where nobody knows what that is.
fn sub_message(
    of: &'static SubMessage,
    selector: u16,
    id: u16,
    value: &Value,
    scope: Option<Scope<'_>>,
    out: &mut Writer<'_>,
) -> Written {
    if let Value::String(_) = value {
        return bytes(id, &Bytes::Hex.read(value)?, out);
    }
    match choose(of, selector, scope)? {
        Payload::Struct(of) => structure(of, id, value, out),
        Payload::Body(of) => nest(id, out, |out| body(of, value, scope, out)),
        Payload::Nothing if value.as_object().is_some_and(Map::is_empty) => bytes(id, &[], out),
        Payload::Nothing => Err(EncodeError::expected("nothing, or bytes in hex", "{}", value)),
    }
}

/// What a sub-message holds, by the selector in `scope`.
fn choose(
    of: &'static SubMessage,
    selector: u16,
    scope: Option<Scope<'_>>,
) -> Result<&'static Payload, EncodeError> {
    let Some(Scope { level, map }) = scope else {
        return Err(EncodeError::new("nothing here tells its kind").help("bytes in hex always fit"));
    };
    let attribute = level.set.attribute(selector);
    let name = attribute.map_or("", |attribute| attribute.name);
    let key = if level.is_taken(name) { text::unknown("Attr", name) } else { name.to_owned() };
    let Some((attribute, value)) = attribute.zip(map.get(&key)) else {
        let what = format!("its kind is told by `{key}`, which is not given");
        return Err(EncodeError::new(what).help("give that too, or its bytes in hex"));
    };
    // The selector as the kernel will see it, so that names and numbers choose alike.
    let mut payload = Vec::new();
    put(&attribute.ty, selector, value, None, &mut Writer::new(&mut payload))
        .map_err(|error| EncodeError::new(format!("its kind is told by `{key}`: {error}")))?;
    let chosen = Attrs::new(&payload).find_map(Result::ok).and_then(|it| of.format(it.payload));
    chosen.ok_or_else(|| {
        let names = of.ir.formats.iter().map(|format| format.value.as_str());
        let kind = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let place = format!("sub-message `{}`, where `{key}` is `{kind}`", of.ir.name);
        EncodeError::unknown_name("kind", &kind, &place, names).also("bytes in hex always fit")
    })
}
