//! Network namespaces that iproute2 knows by name.

use std::path::{Path, PathBuf};

use nlkit_tests::namespace::ip;
use nlkit_tests::skip::{is_root, skip};

/// A network namespace with a name of this process' own; it goes when this is dropped.
pub(crate) struct Named {
    name: String,
    path: PathBuf,
}

impl Named {
    /// A new one; `None`, said aloud, where this process may not make one.
    pub(crate) fn new(name: &str) -> Option<Self> {
        if !is_root() {
            skip("a network namespace needs root");
            return None;
        }
        let named = Self::called(name);
        ip(&format!("netns add {}", named.name));
        Some(named)
    }

    /// The calling thread's namespace, with a name from now on.
    pub(crate) fn of_this_thread(name: &str) -> Self {
        let named = Self::called(name);
        let thread = std::fs::read_link("/proc/thread-self").unwrap();
        let thread = thread.file_name().unwrap().to_str().unwrap();
        ip(&format!("netns attach {} {thread}", named.name));
        named
    }

    fn called(name: &str) -> Self {
        let name = format!("nlkit-{}-{name}", std::process::id());
        let path = Path::new("/run/netns").join(&name);
        Self { name, path }
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Named {
    fn drop(&mut self) {
        ip(&format!("netns del {}", self.name));
    }
}
