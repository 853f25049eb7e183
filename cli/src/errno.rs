//! Error numbers by name.

use nix::errno::Errno;

/// The error number with this name.
pub(crate) fn number(name: &str) -> Option<i32> {
    (1..=133).find(|number| self::name(*number) == name)
}

/// The name of an error number.
pub(crate) fn name(number: i32) -> String {
    match Errno::from_raw(number) {
        Errno::UnknownErrno => format!("error {number}"),
        errno => format!("{errno:?}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn error_numbers_have_names() {
        assert_eq!(number("ENODEV"), Some(19));
        assert_eq!(number("EWHAT"), None);
        assert_eq!(name(22), "EINVAL");
        assert_eq!(name(5000), "error 5000");
    }
}
