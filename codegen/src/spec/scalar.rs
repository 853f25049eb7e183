//! Values that are more than one YAML type, or that must be kept although no schema has them.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::{MapAccessDeserializer, StrDeserializer};
use serde::de::{self, IgnoredAny, MapAccess, Unexpected, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

/// A word out of a fixed list, or one that is not on it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Word<T> {
    /// A word that the schemas have.
    Known(T),
    /// Any other.
    Unknown(String),
}

impl<T: Copy> Word<T> {
    /// The word, if the schemas have it.
    pub fn known(&self) -> Option<T> {
        match self {
            Self::Known(word) => Some(*word),
            Self::Unknown(_) => None,
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Word<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let word: StrDeserializer<'_, de::value::Error> = StrDeserializer::new(&text);
        Ok(T::deserialize(word).map_or_else(|_| Self::Unknown(text), Self::Known))
    }
}

/// A whole number, or the name of one (a constant, `u32-max`, `len - 1`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum IntOrName {
    /// A number.
    Int(i128),
    /// A name.
    Name(String),
}

impl<'de> Deserialize<'de> for IntOrName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Scalar;

        impl Visitor<'_> for Scalar {
            type Value = IntOrName;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a whole number or a name")
            }

            fn visit_i64<E>(self, number: i64) -> Result<IntOrName, E> {
                Ok(IntOrName::Int(number.into()))
            }

            fn visit_u64<E>(self, number: u64) -> Result<IntOrName, E> {
                Ok(IntOrName::Int(number.into()))
            }

            fn visit_i128<E>(self, number: i128) -> Result<IntOrName, E> {
                Ok(IntOrName::Int(number))
            }

            fn visit_u128<E: de::Error>(self, number: u128) -> Result<IntOrName, E> {
                let number = i128::try_from(number).map_err(|_| E::custom("number too large"))?;
                Ok(IntOrName::Int(number))
            }

            fn visit_str<E>(self, name: &str) -> Result<IntOrName, E> {
                Ok(IntOrName::Name(name.to_owned()))
            }
        }

        deserializer.deserialize_any(Scalar)
    }
}

/// An entry of an enum or flags, which may be just its name.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
pub enum Entry {
    /// A name.
    Name(String),
    /// A mapping.
    Map(EntryMap),
}

/// An entry of an enum or flags, written as a mapping.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct EntryMap {
    /// Its name.
    #[serde(deserialize_with = "name")]
    pub name: String,
    /// Its value, or bit number; one more than the previous where absent.
    pub value: Option<i128>,
    /// What it means.
    pub doc: Option<String>,
    /// Keys that no schema has.
    #[serde(flatten, skip_serializing)]
    pub unknown: Unknown,
}

impl<'de> Deserialize<'de> for Entry {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct NameOrMap;

        impl<'de> Visitor<'de> for NameOrMap {
            type Value = Entry;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a name or a mapping")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Entry, E> {
                name(StrDeserializer::new(text)).map(Entry::Name)
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Entry, A::Error> {
                EntryMap::deserialize(MapAccessDeserializer::new(map)).map(Entry::Map)
            }
        }

        deserializer.deserialize_any(NameOrMap)
    }
}

/// Keys that no schema has, in the order of the file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Unknown {
    /// The keys.
    pub keys: Vec<String>,
}

impl<'de> Deserialize<'de> for Unknown {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Rest;

        impl<'de> Visitor<'de> for Rest {
            type Value = Unknown;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a mapping")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Unknown, A::Error> {
                let mut keys = Vec::new();
                while let Some((Key(key), IgnoredAny)) = map.next_entry()? {
                    keys.push(key);
                }
                Ok(Unknown { keys })
            }
        }

        deserializer.deserialize_map(Rest)
    }
}

/// Any key as text: YAML has other keys than strings.
struct Key(String);

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = serde_yaml::Value::deserialize(deserializer)?;
        let text = serde_yaml::to_string(&value).unwrap_or_default();
        Ok(Self(value.as_str().unwrap_or(text.trim()).to_owned()))
    }
}

/// Reads a name, which is not empty: one that is missing is told as such.
pub(super) fn name<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    struct Name;

    impl Visitor<'_> for Name {
        type Value = String;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a name")
        }

        fn visit_str<E: de::Error>(self, text: &str) -> Result<String, E> {
            match text.is_empty() {
                true => Err(E::invalid_value(Unexpected::Str(""), &self)),
                false => Ok(text.to_owned()),
            }
        }
    }

    deserializer.deserialize_str(Name)
}

/// Reads a mapping that says something by standing there, even empty (`dump:`).
pub(super) fn present<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    T::deserialize(deserializer).map(Some)
}

/// The words that `T` knows, in the order of the schema.
pub(crate) fn words<'de, T: Deserialize<'de>>() -> &'static [&'static str] {
    let mut words: &'static [&'static str] = &[];
    let listener = Listener { words: &mut words, of: PhantomData };
    // The error is how the listener ends: it has no value to give.
    let _: Result<T, de::value::Error> = T::deserialize(listener);
    words
}

/// A deserializer that only hears which words an enum asks for.
struct Listener<'w, 'de> {
    words: &'w mut &'static [&'static str],
    of: PhantomData<&'de ()>,
}

impl<'de> Deserializer<'de> for Listener<'_, 'de> {
    type Error = de::value::Error;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Self::Error> {
        Err(de::Error::custom("not an enum"))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Self::Error> {
        *self.words = variants;
        Err(de::Error::custom("listened"))
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option
        unit unit_struct newtype_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}

/// The keys that a mapping knows, in the order of the model.
pub(crate) fn keys<T: Default + Serialize>() -> Vec<String> {
    let value = serde_yaml::to_value(T::default()).unwrap_or_default();
    let mapping = value.as_mapping().into_iter().flatten();
    mapping.filter_map(|(key, _)| Some(key.as_str()?.to_owned())).collect()
}

#[cfg(test)]
mod tests {
    use crate::spec::{AttrType, Attribute, Entry, IntOrName, Operation, Spec, Word};

    #[test]
    fn known_words_and_keys_are_those_of_the_schema() {
        assert_eq!(super::words::<AttrType>().first(), Some(&"unused"));
        assert!(super::words::<AttrType>().contains(&"nest-type-value"));
        let keys = super::keys::<Attribute>();
        assert!(keys.contains(&"nested-attributes".to_owned()), "{keys:?}");
        assert!(keys.contains(&"enum".to_owned()) && !keys.contains(&"unknown".to_owned()));
    }

    #[test]
    fn unknown_words_and_keys_are_kept() {
        let text = "name: x\nattribute-sets: [{name: a, attributes: [{name: b, type: u33, colour: 1, 7: 2}]}]";
        let spec: Spec = serde_yaml::from_str(text).unwrap();
        let sets = spec.attribute_sets.unwrap();
        let attribute = &sets[0].attributes.as_ref().unwrap()[0];
        assert_eq!(attribute.ty, Some(Word::Unknown("u33".to_owned())));
        assert_eq!(attribute.unknown.keys, ["colour", "7"]);
    }

    #[test]
    fn entries_are_names_or_mappings_and_numbers_can_be_names() {
        let entries: Vec<Entry> = serde_yaml::from_str("[off, {name: on, value: 0x10}]").unwrap();
        assert!(matches!(&entries[0], Entry::Name(name) if name == "off"));
        assert!(matches!(&entries[1], Entry::Map(map) if map.value == Some(16)));
        let limits: Vec<IntOrName> = serde_yaml::from_str("[u32-max, -1]").unwrap();
        assert_eq!(limits, [IntOrName::Name("u32-max".to_owned()), IntOrName::Int(-1)]);
    }

    #[test]
    fn a_bare_dump_is_there() {
        let operation: Operation = serde_yaml::from_str("{name: a, dump: }").unwrap();
        assert!(operation.dump.is_some() && operation.once.is_none());
    }
}
