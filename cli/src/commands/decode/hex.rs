//! Hex as people have it: plain, with `0x`, colons or commas, `\x` escapes, and the dumps of xxd, hexdump, od
//! and tcpdump.

use std::fmt;

/// What is not hex, and where.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct NotHex {
    line: usize,
    column: usize,
    word: String,
}

impl fmt::Display for NotHex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { line, column, word } = self;
        write!(f, "line {line}, column {column}: `{word}` is not hex")?;
        match word.as_str() {
            "*" => f.write_str("; hexdump and od print lines that are the same with `-v`"),
            _ => Ok(()),
        }
    }
}

/// The datagrams in `text`: an empty line, or a dump's offset that begins anew, begins another one.
///
/// # Errors
/// At the first word that is not hex.
pub(crate) fn datagrams(text: &str) -> Result<Vec<Vec<u8>>, NotHex> {
    let mut all = vec![Vec::new()];
    let mut in_dump = false;
    for (index, line) in text.lines().enumerate() {
        let current = match all.last_mut() {
            Some(current) => current,
            None => continue,
        };
        if line.trim().is_empty() || line.trim_start().starts_with('#') {
            all.push(Vec::new());
            in_dump = false;
            continue;
        }
        let line = Line { number: index + 1, text: line };
        let dump = line.dump(current.len(), in_dump);
        in_dump = dump.is_some();
        match dump {
            Some(Dump { begins: true, bytes }) => all.push(bytes),
            Some(Dump { begins: false, bytes }) => current.extend(bytes),
            None => line.plain(current)?,
        }
    }
    all.retain(|datagram| !datagram.is_empty());
    Ok(all)
}

/// A line of a dump.
struct Dump {
    /// Whether its offset is 0, so that it begins another dump.
    begins: bool,
    bytes: Vec<u8>,
}

#[derive(Clone, Copy)]
struct Line<'t> {
    number: usize,
    text: &'t str,
}

impl<'t> Line<'t> {
    /// The bytes of a line that begins with an offset: 0, or how many bytes there are already. An offset
    /// alone ends a dump, so there must be one.
    fn dump(self, so_far: usize, in_dump: bool) -> Option<Dump> {
        let mut words = self.text.split_whitespace();
        let first = words.next()?;
        let (digits, marked) = match first.strip_suffix(':') {
            Some(digits) => (digits, true),
            None => (first, false),
        };
        let digits = digits.strip_prefix("0x").unwrap_or(digits);
        // Without a colon it could be data: then it has as many digits as no data has beside it.
        if !marked && digits.len() < 6 {
            return None;
        }
        let offset =
            [16, 10, 8].into_iter().filter_map(|radix| usize::from_str_radix(digits, radix).ok());
        let offset = offset.into_iter().find(|it| *it == 0 || *it == so_far)?;
        let groups = self.groups(first, marked);
        let Some(width) = groups.first().map(|group| group.len()) else {
            // Digits that are no groups of a dump are data, and so is a number that ends nothing.
            let ends = in_dump && words.next().is_none() && offset == so_far;
            return ends.then(|| Dump { begins: false, bytes: Vec::new() });
        };
        // `hexdump` and `od -x` print numbers of two bytes, in the order of the host.
        let swapped = !marked && width == 4;
        let mut bytes = Vec::new();
        for group in groups {
            let group = digits_of(group)?;
            match (swapped, group.as_slice()) {
                (true, [a, b]) => bytes.extend(u16::from_be_bytes([*a, *b]).to_ne_bytes()),
                _ => bytes.extend(group),
            }
        }
        Some(Dump { begins: offset == 0, bytes })
    }

    /// The groups of digits behind the offset; the text beside them is left out. That is in bars, or
    /// behind two spaces where there is hex before. Tools that mark offsets put no gap into the middle.
    fn groups(self, offset: &str, marked: bool) -> Vec<&'t str> {
        let rest = self.text.trim_start().get(offset.len()..).unwrap_or_default();
        let rest = rest.split('|').next().unwrap_or_default().trim();
        let mut groups = Vec::new();
        let mut count = 0;
        // hexdump -C and strace have two spaces in the middle as well: of 16 bytes, behind 8.
        for part in rest.split("  ").map(str::trim).filter(|part| !part.is_empty()) {
            let all: Vec<_> = part.split(' ').collect();
            let more: usize = all.iter().map(|it| it.len() / 2).sum();
            let goes_on = !marked && count == 8 && more <= 8 && all.iter().all(|it| it.len() == 2);
            if !(count == 0 || goes_on) || !all.iter().all(|it| is_group(it)) {
                break;
            }
            count += more;
            groups.extend(all);
        }
        groups
    }

    fn plain(self, bytes: &mut Vec<u8>) -> Result<(), NotHex> {
        let separator =
            |c: char| c.is_whitespace() || matches!(c, ':' | ',' | ';' | '"' | '\'' | '{' | '}');
        for word in self.text.split(separator).filter(|word| !word.is_empty()) {
            for part in word.split("\\x").filter(|part| !part.is_empty()) {
                let digits = part.strip_prefix("0x").or(part.strip_prefix("0X")).unwrap_or(part);
                let Some(found) = digits_of(digits) else {
                    let column = word.as_ptr() as usize - self.text.as_ptr() as usize + 1;
                    let word = word.chars().take(40).collect();
                    return Err(NotHex { line: self.number, column, word });
                };
                bytes.extend(found);
            }
        }
        Ok(())
    }
}

/// Whether it is one byte or two, as hex.
fn is_group(group: &str) -> bool {
    matches!(group.len(), 2 | 4) && digits_of(group).is_some()
}

/// The bytes of hex digits; `None` where they are none, or an odd number of them.
pub(super) fn digits_of(text: &str) -> Option<Vec<u8>> {
    let (pairs, []) = text.as_bytes().as_chunks::<2>() else {
        return None;
    };
    let digit = |c: u8| char::from(c).to_digit(16).and_then(|it| u8::try_from(it).ok());
    pairs.iter().map(|[high, low]| Some(digit(*high)? << 4 | digit(*low)?)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const BYTES: [u8; 20] =
        [0x14, 0, 0, 0, 0x12, 0, 1, 3, 0x7a, 0xbb, 1, 0x6b, 0, 0, 0, 0, 0x41, 0x42, 0x43, 0x44];

    fn one(text: &str) -> Vec<u8> {
        let mut all = datagrams(text).unwrap();
        assert_eq!(all.len(), 1, "{text}: {all:02x?}");
        all.remove(0)
    }

    #[test]
    fn plain_hex_may_be_written_in_many_ways() {
        for text in [
            "14000000120001037abb016b0000000041424344",
            "14 00 00 00 12 00 01 03 7a bb 01 6b 00 00 00 00 41 42 43 44",
            "14:00:00:00:12:00:01:03:7A:BB:01:6B:00:00:00:00:41:42:43:44",
            "{0x14, 0x00, 0x00, 0x00, 0x12, 0x00, 0x01, 0x03,\n0x7a, 0xbb, 0x01, 0x6b, 0X0000, 0x0000, 0x41424344}",
            r#""\x14\x00\x00\x00\x12\x00\x01\x03\x7a\xbb\x01\x6b\x00\x00\x00\x00\x41\x42\x43\x44""#,
            "14000000 12000103\n7abb016b 00000000 41424344",
        ] {
            assert_eq!(one(text), BYTES, "{text}");
        }
    }

    #[test]
    fn dumps_of_tools_are_read_without_their_offsets_and_texts() {
        for text in [
            "00000000: 1400 0000 1200 0103 7abb 016b 0000 0000  ........z..k....\n00000010: 4142 4344                                ABCD",
            "00000000  14 00 00 00 12 00 01 03  7a bb 01 6b 00 00 00 00  |........z..k....|\n00000010  41 42 43 44                                       |ABCD|\n00000014",
            "0000000 0014 0000 0012 0301 bb7a 6b01 0000 0000\n0000010 4241 4443\n0000014",
            "0000000 14 00 00 00 12 00 01 03 7a bb 01 6b 00 00 00 00\n0000020 41 42 43 44\n0000024",
            "000000 14 00 00 00 12 00 01 03 7a bb 01 6b 00 00 00 00\n000010 41 42 43 44\n000014",
            "0000000 14 00 00 00 12 00 01 03 7a bb 01 6b 00 00 00 00\n0000016 41 42 43 44\n0000020",
            "0000000 14 00 00 00 12 00 01 03 7a bb 01 6b 00 00 00 00  >........z..k....<\n0000020 41 42 43 44                                      >ABCD<\n0000024",
            "\t0x0000:  1400 0000 1200 0103 7abb 016b 0000 0000  ........z..k....\n\t0x0010:  4142 4344                                ABCD",
        ] {
            assert_eq!(one(text), BYTES, "{text}");
        }
    }

    #[test]
    fn zeros_at_the_begin_of_a_line_are_data_where_no_dump_is() {
        for text in [
            "14000000 12000103 7abb016b\n00000000 41424344",
            "14000000\n12000103\n7abb016b\n00000000\n41424344",
            "0x14000000 0x12000103 0x7abb016b\n0x00000000 0x41424344",
        ] {
            assert_eq!(one(text), BYTES, "{text}");
        }
    }

    #[test]
    fn dumps_may_have_wide_lines_and_texts_that_look_like_hex() {
        let wide =
            "00000000: 1400 0000 1200 0103 7abb 016b 0000 0000 4142 4344  ........z..k....ABCD";
        assert_eq!(one(wide), BYTES);
        let text = "00000000: 3131 2032 3220 3333      11 22 33\n00000008: 41  A";
        assert_eq!(one(text), b"11 22 33A");
    }

    #[test]
    fn an_empty_line_or_an_offset_of_zero_begins_another_datagram() {
        assert_eq!(
            datagrams("1400\n0000\n\n12 00\n").unwrap(),
            [vec![0x14, 0, 0, 0], vec![0x12, 0]]
        );
        let dumps = "00000000: 1400 0000  ....\n00000000: 1200  ..";
        assert_eq!(datagrams(dumps).unwrap(), [vec![0x14, 0, 0, 0], vec![0x12, 0]]);
    }

    #[test]
    fn what_is_not_hex_is_told_with_its_place() {
        let error = datagrams("14 00\n00 0g").unwrap_err();
        assert_eq!(error.to_string(), "line 2, column 4: `0g` is not hex");
        assert_eq!(datagrams("140").unwrap_err().word, "140");
        let squeezed = datagrams("00000000  00 00  |..|\n*\n00000010  00  |.|").unwrap_err();
        assert!(
            squeezed.to_string().starts_with("line 2, column 1: `*` is not hex; "),
            "{squeezed}"
        );
    }
}
