//! Crates that tests make and build: generated code, and what shall be done with it.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A crate in a folder of its own below `folder`, with the sources by their names, of which one is
/// `lib.rs` or `main.rs`. It depends on nlkit with these features.
///
/// # Errors
/// Where it cannot be written.
pub fn write(
    folder: &Path,
    name: &str,
    features: &[&str],
    sources: &BTreeMap<String, String>,
) -> io::Result<PathBuf> {
    let folder = folder.join(name);
    fs::create_dir_all(folder.join("src"))?;
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    let root = tests.parent().unwrap_or(tests);
    let mut manifest =
        format!("[package]\nname = {name:?}\nversion = \"0.0.0\"\nedition = \"2024\"\n");
    let runtime = root.join("runtime");
    let dependency = format!("nlkit = {{ path = {runtime:?}, features = {features:?} }}");
    // No debug info: it is most of what the compiler would write.
    let _ = write!(
        manifest,
        "\n[dependencies]\n{dependency}\n\n[profile.dev]\ndebug = false\n\n[workspace]\n"
    );
    write_new(&folder.join("Cargo.toml"), &manifest)?;
    // The versions that are there already: the test needs no network.
    fs::copy(root.join("Cargo.lock"), folder.join("Cargo.lock"))?;
    for (name, text) in sources {
        write_new(&folder.join("src").join(name), text)?;
    }
    Ok(folder)
}

/// Writes a file unless it is so already, so that nothing is built twice.
fn write_new(path: &Path, text: &str) -> io::Result<()> {
    if fs::read_to_string(path).ok().as_deref() == Some(text) {
        return Ok(());
    }
    fs::write(path, text)
}

/// Runs cargo in a crate, with a target folder beside it.
///
/// # Errors
/// Where it cannot be started.
pub fn cargo(folder: &Path, arguments: &[&str]) -> io::Result<Output> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    Command::new(cargo)
        .args(["--offline", "--quiet"])
        .args(arguments)
        .current_dir(folder)
        .env("CARGO_TARGET_DIR", folder.join("../target"))
        .output()
}
