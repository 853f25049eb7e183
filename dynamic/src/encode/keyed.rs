//! Nests whose numbers are data (nest-type-value).

use std::slice;

use nlkit::Writer;
use nlkit::wire::ATTR_ID_MASK;

use super::{Level, Members, Scope, Written, attributes, nest};
use crate::error::EncodeError;
use crate::schema::{EMPTY, Type};
use crate::{Value, text};

/// Entries whose numbers are data: an object, or a list of several.
pub(super) fn put(
    keys: &'static [&'static str],
    entry: &'static Type,
    id: u16,
    value: &Value,
    scope: Option<Scope<'_>>,
    out: &mut Writer<'_>,
) -> Written {
    let list = value.as_array().map_or(slice::from_ref(value), Vec::as_slice);
    let of = Keyed { keys, entry, scope, is_list: value.is_array() };
    let maps = list.iter().enumerate().map(|(at, value)| of.object(at, value));
    let maps = maps.collect::<Result<Vec<_>, _>>()?;
    nest(id, out, |out| of.entries(0, &maps, out))
}

/// What the entries of a nest-type-value are.
struct Keyed<'v> {
    keys: &'static [&'static str],
    entry: &'static Type,
    scope: Option<Scope<'v>>,
    is_list: bool,
}

/// An entry, and its position in the list.
#[derive(Clone, Copy)]
struct Placed<'v> {
    at: usize,
    map: &'v Members,
}

impl Keyed<'_> {
    fn object<'v>(&self, at: usize, value: &'v Value) -> Result<Placed<'v>, EncodeError> {
        let first = self.keys.first().copied().unwrap_or_default();
        let example = format!("{{{first:?}: 1, ..}}");
        let map = value.as_object();
        let map = map.ok_or_else(|| EncodeError::expected("an object", &example, value));
        map.map(|map| Placed { at, map }).map_err(|error| self.at(at, error))
    }

    /// An error of the entry at this position.
    fn at(&self, at: usize, error: EncodeError) -> EncodeError {
        if self.is_list { error.at_index(at) } else { error }
    }

    /// The entries `maps`, alike in the numbers before `at`: each run with the same next number becomes
    /// one attribute.
    fn entries(&self, at: usize, maps: &[Placed<'_>], out: &mut Writer<'_>) -> Written {
        let Some(key) = self.keys.get(at) else { return Ok(()) };
        let inner = self.keys.get(at + 1).copied();
        // Where the next number is not given there is nothing inside.
        let holds = |map: &Members| inner.is_some_and(|inner| map.contains_key(inner));
        let alike = |one: &Placed<'_>, other: &Placed<'_>| {
            holds(one.map) && holds(other.map) && one.map.get(*key) == other.map.get(*key)
        };
        for run in maps.chunk_by(alike) {
            let Some(&Placed { at: place, map: first }) = run.first() else { continue };
            let id = number(key, first).map_err(|error| self.at(place, error.at_name(key)))?;
            match inner {
                None => self.entry(id, first, out).map_err(|error| self.at(place, error))?,
                Some(_) if holds(first) => nest(id, out, |out| self.entries(at + 1, run, out))?,
                Some(inner) => {
                    let before = self.keys.get(..=at).unwrap_or_default();
                    nothing_but(before, inner, first).map_err(|error| self.at(place, error))?;
                    nest(id, out, |_| Ok(()))?;
                }
            }
        }
        Ok(())
    }

    fn entry(&self, id: u16, map: &Members, out: &mut Writer<'_>) -> Written {
        let level = match self.entry {
            Type::Nest(set) => Level { keys: self.keys, ..Level::of_set(set) },
            _ => Level { keys: self.keys, ..Level::of_set(&EMPTY) },
        };
        match (self.entry, map.get("value")) {
            (Type::Nest(_), _) => nest(id, out, |out| attributes(level, map, self.scope, out)),
            (ty, Some(value)) => {
                let others = map.keys().filter(|key| *key != "value" && !level.is_taken(key));
                if let Some(other) = others.into_iter().next() {
                    return Err(level.unknown(other).at_name(other));
                }
                super::put(ty, id, value, self.scope, out).map_err(|error| error.at_name("value"))
            }
            (_, None) => Err(missing("what the entry holds").at_name("value")),
        }
    }
}

fn number(key: &str, map: &Members) -> Result<u16, EncodeError> {
    let value = map.get(key).ok_or_else(|| missing("a number"))?;
    let number = text::number(value).and_then(|number| u16::try_from(number).ok());
    let number = number.filter(|number| *number <= ATTR_ID_MASK);
    number.ok_or_else(|| EncodeError::expected("a number up to 16383", "1", value))
}

/// An entry without the number `inner` has none but the numbers before: there is no place for more.
fn nothing_but(before: &[&str], inner: &str, map: &Members) -> Written {
    match map.keys().all(|name| before.contains(&name.as_str())) {
        true => Ok(()),
        false => Err(missing("a number").at_name(inner)),
    }
}

#[cold]
fn missing(what: &str) -> EncodeError {
    EncodeError::new("is missing").help(format!("it is {what}"))
}
