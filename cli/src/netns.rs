//! Network namespaces as people name them: as `ip netns` does, by a file, by a process.

use std::num::ParseIntError;

use nlkit::Namespace;

use crate::failure::Failure;

/// The namespace that `text` names: a name of `ip netns`, a path, or the number of a process.
///
/// # Errors
/// Where there is none.
pub(crate) fn open(text: &str) -> Result<Namespace, Failure> {
    let pid: Result<u32, ParseIntError> = text.parse();
    let namespace = match pid {
        _ if text.contains('/') => Namespace::at(text),
        Ok(pid) => Namespace::of_process(pid),
        Err(_) => Namespace::named(text),
    };
    namespace.map_err(Failure::system)
}
