//! Times on the command line: `5`, `1.5`, `200ms`, `2s`, `3m`.

use std::time::Duration;

/// Reads a time; a number alone is seconds.
///
/// # Errors
/// Where it is none.
pub(crate) fn parse(text: &str) -> Result<Duration, String> {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at_checked(end).unwrap_or((text, ""));
    let seconds = match unit {
        "" | "s" => 1.0,
        "ms" => 0.001,
        "m" | "min" => 60.0,
        "h" => 3600.0,
        _ => return Err("a time is a number of seconds, or with `ms`, `s`, `m`, `h`".to_owned()),
    };
    let number: f64 = number.parse().map_err(|_| format!("`{number}` is no number"))?;
    Duration::try_from_secs_f64(number * seconds).map_err(|error| error.to_string())
}

/// Reads a time to wait for something, which is some.
///
/// # Errors
/// Where it is none.
pub(crate) fn parse_some(text: &str) -> Result<Duration, String> {
    match parse(text)? {
        Duration::ZERO => {
            Err("nothing comes in no time; without the option there is no end to it".to_owned())
        }
        time => Ok(time),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_units() {
        assert_eq!(parse("5"), Ok(Duration::from_secs(5)));
        assert_eq!(parse("1.5"), Ok(Duration::from_millis(1500)));
        assert_eq!(parse("200ms"), Ok(Duration::from_millis(200)));
        assert_eq!(parse("3m"), Ok(Duration::from_secs(180)));
        for wrong in ["", "x", "-1", "1d", "1.1.1", "ms", "é"] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}
