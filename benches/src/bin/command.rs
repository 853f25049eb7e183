//! `nlkit do` from start to finish, beside the kernel's Python client with the same call: the time that who
//! types it waits.
//!
//! ```sh
//! cargo build --release -p nlkit-cli
//! NLKIT_PYNL=/usr/src/linux cargo run --release -p nlkit-bench --bin command
//! ```
//!
//! `NLKIT_PYNL` is the source tree of a kernel, as that of Linux 6.12, with the client and its specs. They
//! take turns; what counts is the ratio within a round, of which the median is given.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use nlkit_bench::{Result, median};

/// How often they take turns.
const ROUNDS: u32 = 25;

fn main() -> Result<()> {
    let tree = std::env::var_os("NLKIT_PYNL").ok_or("NLKIT_PYNL is not set")?;
    let nlkit = std::env::current_exe()?.with_file_name("nlkit");
    if !nlkit.exists() {
        return Err("no nlkit beside this program: cargo build --release -p nlkit-cli".into());
    }
    let bench = Bench { tree: tree.into(), nlkit };
    bench.compare("netdev", "dev-get", r#"{"ifindex":1}"#)?;
    bench.compare("ethtool", "strset-get", r#"{"header":{"dev-name":"lo"}}"#)?;
    bench.compare("nlctrl", "getfamily", r#"{"family-name":"netdev"}"#)
}

struct Bench {
    tree: PathBuf,
    nlkit: PathBuf,
}

impl Bench {
    fn compare(&self, family: &str, op: &str, request: &str) -> Result<()> {
        let mut built_in = Command::new(&self.nlkit);
        built_in.args(["do", family, op, "-o", "json", "--json", request]);
        let spec = self.tree.join("Documentation/netlink/specs").join(format!("{family}.yaml"));
        let mut by_spec = Command::new(&self.nlkit);
        by_spec.arg("--spec").arg(&spec).args(["do", family, op, "-o", "json", "--json", request]);
        let [client, unchecked] = [&[][..], &["--no-schema"][..]].map(|more| {
            let mut client = Command::new("python3");
            client.arg(self.tree.join("tools/net/ynl/cli.py")).arg("--spec").arg(&spec).args(more);
            client.args(["--do", op, "--json", request, "--output-json"]);
            client
        });
        println!("\n{family} {op} {request}");
        println!("  {:<34} {:>9} {:>7}", "", "ms", "ratio");
        let names = ["nlkit", "nlkit --spec of the kernel", "cli.py --no-schema", "cli.py"];
        let mut commands = [built_in, by_spec, unchecked, client];
        let mut turns: [Vec<Duration>; 4] = Default::default();
        for round in 0..=ROUNDS {
            for (turns, command) in turns.iter_mut().zip(&mut commands) {
                let took = run(command)?;
                // The first round warms up.
                if round > 0 {
                    turns.push(took);
                }
            }
        }
        let first = turns.first().cloned().unwrap_or_default();
        for (name, turns) in names.iter().zip(&turns) {
            let ratios =
                turns.iter().zip(&first).map(|(turn, first)| turn.div_duration_f64(*first));
            let millis = median(turns.iter().map(Duration::as_secs_f64)) * 1e3;
            println!("  {name:<34} {millis:>9.2} {:>7.1}", median(ratios));
        }
        Ok(())
    }
}

/// How long a command takes, which is to succeed.
fn run(command: &mut Command) -> Result<Duration> {
    let start = Instant::now();
    let status = command.stdout(Stdio::null()).status()?;
    let took = start.elapsed();
    match status.success() {
        true => Ok(took),
        false => {
            let program = Path::new(command.get_program()).display().to_string();
            Err(format!("{program}: {status}").into())
        }
    }
}
