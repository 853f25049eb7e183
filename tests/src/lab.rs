//! Tests under other kernels than the running one: `tests/lab/run-in-kernel` boots a Debian kernel in
//! qemu and runs this very test binary in it.
//!
//! The tests to run there are those that are marked `#[ignore]`, all of them in one boot: a plain
//! `cargo test` lists them and runs only what boots the kernels.
//!
//! `NLKIT_LAB_KERNELS` names the kernels to use, as in `6.1 6.12 7.2`. That needs root on Debian, and
//! the network for the first run, which installs qemu and downloads the kernels.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use crate::skip::skip;

/// Names the kernel to the tests that run under it.
const INSIDE: &str = "NLKIT_LAB_KERNEL";

/// A kernel, with all that the tests of one binary need there.
#[derive(Clone, Copy, Debug)]
pub struct Lab<'a> {
    /// Its name for `run-in-kernel -k`, also in `NLKIT_LAB_KERNELS`.
    pub kernel: &'a str,
    /// Kernel modules to load, as `run-in-kernel -m` takes them.
    pub modules: &'a str,
    /// Programs that the tests run, by their names; one that is missing here is an error. One that is given
    /// by its path, a binary of ours, has a name that ends in `.stripped` there.
    pub programs: &'a [&'a str],
}

impl Lab<'_> {
    /// Boots the kernel and runs the tests of this binary that are marked `#[ignore]`.
    ///
    /// # Panics
    /// Where one of them fails there; what they print is printed.
    #[expect(clippy::expect_used, reason = "it fails a test")]
    pub fn run(&self) {
        let Ok(wanted) = std::env::var("NLKIT_LAB_KERNELS") else {
            return skip("NLKIT_LAB_KERNELS is not set");
        };
        if !wanted.split_whitespace().any(|kernel| kernel == self.kernel) {
            return skip(&format!("{} is not in NLKIT_LAB_KERNELS", self.kernel));
        }
        let output = self.command().stdin(Stdio::null()).output().expect("the lab's script runs");
        let (out, err) =
            (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        println!("{out}{err}");
        assert!(output.status.success(), "tests fail under Linux {}: see above", self.kernel);
        assert!(!out.contains("ok. 0 passed"), "no test has run under Linux {}", self.kernel);
    }

    fn command(&self) -> Command {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("lab/run-in-kernel");
        let mut command = Command::new(script);
        command.args(["-k", self.kernel, "-m", self.modules, "-e", "NLKIT_NO_SKIP=1"]);
        command.arg("-e").arg(format!("{INSIDE}={}", self.kernel));
        for program in self.programs {
            let is_path = Path::new(program).is_absolute();
            let path = if is_path { stripped(Path::new(program)) } else { program_path(program) };
            command.arg("-d").arg(path);
        }
        // One after the other: the guest has one CPU, and radios and the NFS server there once.
        command.arg("--").arg(binary()).args(["--ignored", "--test-threads=1", "--show-output"]);
        command
    }
}

/// Whether the kernel that this test runs under, in the lab, has this version or a later one.
///
/// # Panics
/// Outside of the lab.
#[expect(clippy::panic, reason = "it fails a test")]
pub fn since(major: u32, minor: u32) -> bool {
    let Ok(kernel) = std::env::var(INSIDE) else {
        panic!("this test runs in the lab: see NLKIT_LAB_KERNELS in tests/lab/README.md");
    };
    version(&kernel) >= Some((major, minor))
}

fn version(kernel: &str) -> Option<(u32, u32)> {
    let (major, minor) = kernel.split_once('.')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}

#[expect(clippy::panic, reason = "it fails a test")]
fn program_path(name: &str) -> PathBuf {
    let mut paths = ["/usr/sbin", "/usr/bin", "/sbin", "/bin"]
        .iter()
        .map(|folder| Path::new(folder).join(name));
    paths.find(|path| path.exists()).unwrap_or_else(|| panic!("{name} is not installed"))
}

/// This test binary, as [`stripped`] makes it.
#[expect(clippy::expect_used, reason = "it fails a test")]
fn binary() -> &'static Path {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| stripped(&std::env::current_exe().expect("this binary")))
}

/// A binary without its debug information, which would fill the memory of the guest.
#[expect(clippy::expect_used, reason = "it fails a test")]
fn stripped(whole: &Path) -> PathBuf {
    let stripped = whole.with_extension("stripped");
    let copy = whole.with_extension(format!("{}", std::process::id()));
    let status = Command::new("objcopy").arg("--strip-debug").arg(whole).arg(&copy).status();
    assert!(status.is_ok_and(|status| status.success()), "objcopy (binutils) is needed");
    std::fs::rename(copy, &stripped).expect("the copy takes its place");
    stripped
}
