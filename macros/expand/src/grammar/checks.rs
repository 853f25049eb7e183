//! Limits of an attribute: `min = 1, max = 100`.

use proc_macro2::Span;
use syn::meta::ParseNestedMeta;
use syn::parse::ParseStream;
use syn::spanned::Spanned;
use syn::{Error, Ident, LitInt, Result, Token};

use super::{Errors, given_twice, key_name, value};

/// A limit.
pub(crate) struct Check {
    /// The key, which is also what sets it: `min_len`.
    pub(crate) key: Ident,
    pub(crate) number: i128,
    span: Span,
}

/// The keys, with the least and the greatest number that each can have.
const KEYS: [(&str, i128, i128); 6] = [
    ("min", i64::MIN as i128, u64::MAX as i128),
    ("max", i64::MIN as i128, u64::MAX as i128),
    ("min_len", 0, MAX_LEN),
    ("max_len", 0, MAX_LEN),
    ("exact_len", 0, MAX_LEN),
    ("mask", 1, u64::MAX as i128),
];

/// Greatest length of a payload: the length field has 16 bits and counts the header of 4 bytes.
const MAX_LEN: i128 = 65_531;

pub(super) fn is_key(key: &str) -> bool {
    KEYS.iter().any(|(known, ..)| *known == key)
}

pub(super) fn read(meta: &ParseNestedMeta<'_>, checks: &mut Vec<Check>) -> Result<()> {
    let name = key_name(meta);
    if checks.iter().any(|check| check.key == name) {
        return Err(given_twice(meta));
    }
    let help = format!("expected a number, a literal: `{name} = 1`");
    let (number, span) = value(meta, &help, read_number)?;
    let limits = KEYS.iter().find(|(known, ..)| *known == name);
    if let Some((_, least, greatest)) = limits
        && !(least..=greatest).contains(&&number)
    {
        return Err(Error::new(span, format!("`{name}` is from {least} to {greatest}")));
    }
    checks.push(Check { key: Ident::new(&name, meta.path.span()), number, span });
    Ok(())
}

fn read_number(input: ParseStream<'_>) -> Result<(i128, Span)> {
    let minus = input.parse::<Option<Token![-]>>()?;
    let literal: LitInt = input.parse()?;
    let number: i128 = literal.base10_parse()?;
    Ok((if minus.is_some() { -number } else { number }, literal.span()))
}

/// Limits that nothing could keep.
pub(super) fn refuse_contradictions(checks: &[Check], errors: &mut Errors) {
    let get = |key: &str| checks.iter().find(|check| check.key == key);
    for (low, high) in [("min", "max"), ("min_len", "max_len")] {
        if let (Some(least), Some(greatest)) = (get(low), get(high))
            && least.number > greatest.number
        {
            let help = format!("`{high}` is below `{low}`, so nothing would be right");
            errors.push(Error::new(greatest.span, help));
        }
    }
    for other in ["min_len", "max_len"] {
        if let (Some(exact), Some(_)) = (get("exact_len"), get(other)) {
            let help = format!("`exact_len` says it all: leave out `{other}`");
            errors.push(Error::new(exact.span, help));
        }
    }
}
