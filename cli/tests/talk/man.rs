//! `nlkit man`, and the help.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use nlkit_tests::skip::skip;

use crate::run::{nlkit, run};

/// A folder of this test, which is not there yet.
fn folder(name: &str) -> PathBuf {
    std::env::temp_dir().join(format!("nlkit-man-{}-{name}", std::process::id()))
}

/// The commands that the help lists.
fn commands() -> Vec<String> {
    let help = nlkit("--help").out();
    let list = help.split("Commands:\n").nth(1).unwrap().split("\n\n").next().unwrap();
    let names = list.lines().filter_map(|line| line.split_whitespace().next());
    names.filter(|name| *name != "help").map(ToOwned::to_owned).collect()
}

#[test]
fn every_command_has_a_page() {
    let folder = folder("pages");
    let path = folder.display().to_string();
    run(&["man", "-o", &path]).out();
    let names = commands();
    assert!(names.len() >= 17, "{names:?}");
    let main = fs::read_to_string(folder.join("nlkit.1")).unwrap();
    for name in &names {
        let page = fs::read_to_string(folder.join(format!("nlkit-{name}.1"))).expect(name);
        for section in ["NAME", "SYNOPSIS", "DESCRIPTION", "EXIT STATUS", "ENVIRONMENT", "FILES"] {
            assert!(
                page.contains(&format!(".SH \"{section}\""))
                    || page.contains(&format!(".SH {section}")),
                "{name}: {section}"
            );
        }
        assert!(page.contains(".SH EXAMPLES"), "{name} has no examples");
        assert!(page.contains("\\fBnlkit\\fR(1)"), "{name}");
        assert!(main.contains(&format!("\\fBnlkit\\-{name}\\fR(1)")), "{name}: {main}");
    }
    assert!(main.contains("\\fB/usr/share/ynl/specs\\fR\nspecs that come"), "{main}");
    assert_eq!(fs::read_dir(&folder).unwrap().count(), names.len() + 1);
    let verify = fs::read_to_string(folder.join("nlkit-verify.1")).unwrap();
    let level = ".TP\n\\fBwrong\\fR\nspec and kernel contradict each other\n.TP\n";
    assert!(verify.contains(level), "tables stay tables: {verify}");
    let newer = "\n.TP\n\\fBnewer\\fR\n";
    let (_, behind) = verify.split_once(newer).unwrap();
    let next = behind.split("\n.TP\n\\fB").nth(1).unwrap();
    assert!(next.starts_with("not\\-checked\\fR\n"), "a line that goes on is no row: {next}");
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn pages_are_sound() {
    let folder = folder("sound");
    let path = folder.display().to_string();
    run(&["man", "-o", &path]).out();
    for page in fs::read_dir(&folder).unwrap() {
        let page = page.unwrap().path();
        let man = Command::new("man")
            .args(["--warnings", "-l"])
            .arg(&page)
            .env("MANWIDTH", "120")
            .output();
        let Ok(man) = man else { return skip("man is not installed") };
        assert!(man.status.success(), "{man:?}");
        assert_eq!(String::from_utf8_lossy(&man.stderr), "", "{}", page.display());
    }
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_folder_that_cannot_be_made_is_told() {
    nlkit("man -o /proc/nlkit").fails(7, "cannot write /proc/nlkit");
    nlkit("man").fails(2, "Usage: nlkit man");
}

#[test]
fn the_help_tells_exit_codes_and_the_environment() {
    let help = nlkit("help").out();
    for line in ["\n  3    the kernel refused\n", "\n  130  interrupted", "\n  NLKIT_SPECS "] {
        assert!(help.contains(line), "{line}: {help}");
    }
    for command in commands() {
        let help = run(&[&command, "--help"]).out();
        assert!(help.contains("Examples:\n  "), "{command}: {help}");
    }
}
