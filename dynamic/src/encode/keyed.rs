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
    let list = match value {
        Value::Array(list) => list.as_slice(),
        one => slice::from_ref(one),
    };
    let of = Keyed { keys, entry, scope };
    let maps = list.iter().enumerate().map(|(at, value)| {
        of.object(value).map_err(|error| if list.len() > 1 { error.at_index(at) } else { error })
    });
    let maps = maps.collect::<Result<Vec<_>, _>>()?;
    nest(id, out, |out| of.entries(0, &maps, out))
}

/// What the entries of a nest-type-value are.
struct Keyed<'v> {
    keys: &'static [&'static str],
    entry: &'static Type,
    scope: Option<Scope<'v>>,
}

impl Keyed<'_> {
    fn object<'v>(&self, value: &'v Value) -> Result<&'v Members, EncodeError> {
        let first = self.keys.first().copied().unwrap_or_default();
        let example = format!("{{{first:?}: 1, ..}}");
        value.as_object().ok_or_else(|| EncodeError::expected("an object", &example, value))
    }

    /// The entries `maps`, alike in the numbers before `at`: each run with the same next number becomes
    /// one attribute.
    fn entries(&self, at: usize, maps: &[&Members], out: &mut Writer<'_>) -> Written {
        let Some(key) = self.keys.get(at) else { return Ok(()) };
        let inner = self.keys.get(at + 1).copied();
        // Where the next number is not given there is nothing inside.
        let holds = |map: &Members| inner.is_some_and(|inner| map.contains_key(inner));
        let alike = |one: &&Members, other: &&Members| {
            holds(one) && holds(other) && one.get(*key) == other.get(*key)
        };
        for run in maps.chunk_by(alike) {
            let Some(first) = run.first() else { continue };
            let id = self.number(key, first).map_err(|error| error.at_name(key))?;
            match inner {
                None => self.entry(id, first, out)?,
                Some(_) if holds(first) => nest(id, out, |out| self.entries(at + 1, run, out))?,
                Some(_) => nest(id, out, |_| Ok(()))?,
            }
        }
        Ok(())
    }

    fn number(&self, key: &str, map: &Members) -> Result<u16, EncodeError> {
        let value = map.get(key);
        let value = value.ok_or_else(|| EncodeError::new("is missing").help("a number"))?;
        let number = text::number(value).and_then(|number| u16::try_from(number).ok());
        let number = number.filter(|number| *number <= ATTR_ID_MASK);
        number.ok_or_else(|| EncodeError::expected("a number up to 16383", "1", value))
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
            (_, None) => Err(EncodeError::new("is missing").at_name("value")),
        }
    }
}
