//! Names of enums' values and of flags, both ways.

use crate::Value;
use crate::error::EncodeError;
use crate::schema::Enum;
use crate::text;

impl Enum {
    /// The name of a value; `Unknown(7)` where it has none.
    pub(crate) fn show(&self, number: i128) -> Value {
        let name = u64::try_from(number).ok().and_then(|value| self.name_of(value));
        name.map_or_else(|| text::unknown("Unknown", number).into(), Value::from)
    }

    /// The names of the bits that are set, in the order of the alphabet, as the kernel's client has them;
    /// `Unknown(17)`, with the number of the bit, where one has none.
    pub(crate) fn show_flags(&self, bits: u64) -> Value {
        let mut names: Vec<String> = Vec::new();
        let mut rest = bits;
        for (name, bit) in &self.by_name {
            let mask = mask(*bit);
            if bits & mask != 0 {
                names.push((*name).to_owned());
                rest &= !mask;
            }
        }
        if rest != 0 {
            let unknown = (0..64).filter(|bit| rest & mask(*bit) != 0);
            names.extend(unknown.map(|bit| text::unknown("Unknown", bit)));
            names.sort_unstable();
        }
        names.into()
    }

    /// The value that JSON gives: a name, `Unknown(7)`, or a number.
    ///
    /// # Errors
    /// Where the name is none of the enum's, offering one that is.
    pub(crate) fn read(&self, value: &Value) -> Result<i128, EncodeError> {
        if let Some(number) = value.as_str().and_then(|text| self.one(text)) {
            return Ok(number);
        }
        match (text::number(value), value.as_str()) {
            (Some(number), _) => Ok(number),
            (None, Some(name)) => Err(self.no_such("value", name)),
            (None, None) => Err(EncodeError::expected("a name", &self.example(), value)),
        }
    }

    /// The bits that JSON gives: a list of names, one name, or all bits as a number.
    ///
    /// # Errors
    /// Where a name is none of the flags', offering one that is.
    pub(crate) fn read_flags(&self, value: &Value) -> Result<i128, EncodeError> {
        if let Some(bits) = text::number(value).filter(|_| !self.is_name(value)) {
            return Ok(bits);
        }
        let names: Vec<&str> = match value {
            Value::String(text) if text.is_empty() => Vec::new(),
            Value::String(text) => text.split(',').map(str::trim).collect(),
            Value::Array(items) if items.iter().all(Value::is_string) => {
                items.iter().filter_map(Value::as_str).collect()
            }
            _ => {
                let example = format!("[{}]", self.example());
                return Err(EncodeError::expected("a list of names", &example, value));
            }
        };
        let mut bits = 0;
        for name in names {
            let bit = self.one(name).and_then(|bit| u64::try_from(bit).ok());
            match bit.map(mask) {
                Some(mask) if mask != 0 => bits |= mask,
                _ => return Err(self.no_such("flag", name)),
            }
        }
        Ok(bits.into())
    }

    /// The value, or number of a bit, that a name stands for.
    fn one(&self, name: &str) -> Option<i128> {
        self.value_of(name).map(i128::from).or_else(|| text::read_unknown("Unknown", name))
    }

    fn is_name(&self, value: &Value) -> bool {
        value.as_str().is_some_and(|text| self.value_of(text).is_some())
    }

    fn no_such(&self, noun: &str, name: &str) -> EncodeError {
        let names = self.by_name.iter().map(|(name, _)| *name);
        EncodeError::unknown_name(noun, name, &format!("`{}`", self.name), names)
    }

    /// A name, as JSON.
    fn example(&self) -> String {
        self.by_value.first().map_or_else(|| "42".to_owned(), |(_, name)| format!("{name:?}"))
    }
}

/// The mask of a bit; none of one that there cannot be.
fn mask(bit: u64) -> u64 {
    u32::try_from(bit).ok().and_then(|bit| 1_u64.checked_shl(bit)).unwrap_or(0)
}
