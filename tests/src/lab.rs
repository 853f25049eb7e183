//! Tests under other kernels than the running one: `tests/lab/run-in-kernel` boots a Debian kernel in
//! qemu and runs this very test binary in it.
//!
//! `NLKIT_LAB_KERNELS` names the kernels to use, as in `6.1 6.12 7.2`. That needs root on Debian, and
//! the network for the first run, which installs qemu and downloads the kernels.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use crate::skip::skip;

/// Names the kernel to a test that runs in the lab.
const INSIDE: &str = "NLKIT_LAB_KERNEL";

/// A test that runs under other kernels.
#[derive(Clone, Copy, Debug)]
pub struct Lab {
    /// Its name in its test binary.
    pub test: &'static str,
    /// The kernels that have what it needs, of those that the lab knows.
    pub kernels: &'static [&'static str],
    /// Kernel modules to load, as `run-in-kernel -m` takes them.
    pub modules: &'static str,
    /// Programs that it runs beside, by their names; one that is missing here is an error.
    pub programs: &'static [&'static str],
}

impl Lab {
    /// Runs the test under each of its kernels; inside of one of them, runs `body` with its name.
    ///
    /// # Panics
    /// Where the test fails under a kernel; the message holds what it printed.
    pub fn run(&self, body: impl FnOnce(&str)) {
        if let Ok(kernel) = std::env::var(INSIDE) {
            return body(&kernel);
        }
        let Ok(wanted) = std::env::var("NLKIT_LAB_KERNELS") else {
            return skip("NLKIT_LAB_KERNELS is not set");
        };
        let wanted: Vec<_> = wanted.split_whitespace().collect();
        let kernels: Vec<_> = self.kernels.iter().filter(|it| wanted.contains(it)).collect();
        if kernels.is_empty() {
            return skip(&format!("none of {:?} is in NLKIT_LAB_KERNELS", self.kernels));
        }
        for kernel in kernels {
            self.run_under(kernel);
        }
    }

    #[expect(clippy::expect_used, clippy::panic, reason = "it fails a test")]
    fn run_under(&self, kernel: &str) {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("lab/run-in-kernel");
        let mut command = Command::new(script);
        command.args(["-k", kernel, "-e", &format!("{INSIDE}={kernel}")]);
        if !self.modules.is_empty() {
            command.args(["-m", self.modules]);
        }
        for program in self.programs {
            let found =
                program_path(program).unwrap_or_else(|| panic!("{program} is not installed"));
            command.arg("-d").arg(found);
        }
        command.arg("--").arg(binary()).args([self.test, "--exact", "--nocapture"]);
        let output = command.output().expect("the lab's script runs");
        let (out, err) =
            (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        println!("{} under {kernel}:\n{out}{err}", self.test);
        let ran = out.contains("1 passed");
        assert!(output.status.success() && ran, "{} fails under Linux {kernel}", self.test);
    }
}

fn program_path(name: &str) -> Option<PathBuf> {
    ["/usr/sbin", "/usr/bin", "/sbin", "/bin"]
        .iter()
        .map(|folder| Path::new(folder).join(name))
        .find(|path| path.exists())
}

/// This test binary without its debug information, which would fill the memory of the guest.
#[expect(clippy::expect_used, reason = "it fails a test")]
fn binary() -> &'static Path {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| {
        let whole = std::env::current_exe().expect("this binary");
        let stripped = whole.with_extension("stripped");
        let copy = whole.with_extension(format!("{}", std::process::id()));
        let status = Command::new("objcopy").arg("--strip-debug").arg(&whole).arg(&copy).status();
        assert!(status.is_ok_and(|status| status.success()), "objcopy (binutils) is needed");
        std::fs::rename(copy, &stripped).expect("the copy takes its place");
        stripped
    })
}
