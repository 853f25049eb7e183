//! Golden files: what a test makes is compared with what is checked in.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// A folder of golden files.
///
/// Each [`Goldens::check`] compares one file; [`Goldens::finish`] fails where one differs, is
/// missing, or is left over. With `BLESS=1` in the environment, files are rewritten instead.
#[derive(Debug)]
pub struct Goldens {
    folder: PathBuf,
    bless: bool,
    seen: BTreeSet<PathBuf>,
    wrong: Vec<String>,
}

impl Goldens {
    /// The golden files in a folder, which is named from the crate's root.
    pub fn new(folder: &str) -> Self {
        Self {
            folder: Path::new(env!("CARGO_MANIFEST_DIR")).join(folder),
            bless: std::env::var_os("BLESS").is_some_and(|value| value != "0"),
            seen: BTreeSet::new(),
            wrong: Vec::new(),
        }
    }

    /// The files in the folder whose name ends in `suffix`, by name, sorted.
    ///
    /// # Panics
    /// Where the folder cannot be read.
    #[expect(clippy::expect_used, reason = "it fails a test")]
    pub fn files(&self, suffix: &str) -> Vec<PathBuf> {
        let entries = fs::read_dir(&self.folder).expect("the folder of goldens is there");
        let mut files: Vec<PathBuf> = entries
            .map(|entry| entry.expect("the folder of goldens can be read").path())
            .filter(|path| path.to_string_lossy().ends_with(suffix))
            .collect();
        files.sort();
        files
    }

    /// Compares the file `name` with `text`.
    ///
    /// # Panics
    /// Where `BLESS=1` is set and the file cannot be written.
    #[expect(clippy::expect_used, reason = "it fails a test")]
    pub fn check(&mut self, name: &str, text: &str) {
        let path = self.folder.join(name);
        let old = fs::read_to_string(&path).ok();
        if old.as_deref() != Some(text) {
            if self.bless {
                fs::write(&path, text).expect("the golden file can be written");
            } else {
                self.wrong.push(differs(name, old.as_deref(), text));
            }
        }
        self.seen.insert(path);
    }

    /// Fails where a golden file was wrong, or where one that ends in `suffix` was not checked.
    ///
    /// # Panics
    /// It says which.
    #[expect(clippy::expect_used, clippy::panic, reason = "it fails a test")]
    pub fn finish(mut self, suffix: &str) {
        for path in self.files(suffix) {
            if self.seen.contains(&path) {
                continue;
            }
            if self.bless {
                fs::remove_file(&path).expect("a stale golden file can be removed");
            } else {
                self.wrong.push(format!("{}: nothing makes it any more", path.display()));
            }
        }
        if !self.wrong.is_empty() {
            let wrong = self.wrong.join("\n\n");
            panic!("{wrong}\n\nBLESS=1 rewrites the golden files; then read the diff");
        }
    }
}

/// Says where the first difference is.
fn differs(name: &str, old: Option<&str>, new: &str) -> String {
    let Some(old) = old else {
        return format!("{name}: there is no such golden file");
    };
    let same = old.lines().zip(new.lines()).take_while(|(old, new)| old == new).count();
    let line = |text: &str| text.lines().nth(same).unwrap_or("(end of file)").to_owned();
    format!("{name}:{}: expected\n    {}\ngot\n    {}", same + 1, line(old), line(new))
}
