//! The examples of the help texts do what they say.

use std::process::Command;

use crate::run::{command, nlkit};

/// The lines of a help text that run the command.
fn examples(help: &str) -> Vec<String> {
    let lines = help.lines().skip_while(|line| *line != "Examples:").skip(1);
    let lines = lines.take_while(|line| line.starts_with("  "));
    lines.filter(|line| line.contains("nlkit ")).map(|line| line.trim().to_owned()).collect()
}

/// Whether it needs neither this kernel, nor files of the reader's, nor writes some.
fn is_offline(example: &str) -> bool {
    let prints = ["nlkit describe ", "nlkit decode ", "nlkit generate "];
    prints.iter().any(|command| example.starts_with(command))
        && !example.contains(" -o src")
        && !example.contains("specs/")
}

#[test]
fn examples_that_need_no_kernel_run() {
    let help = nlkit("help").ok().stdout;
    let commands = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let commands: Vec<_> = commands
        .take_while(|line| line.starts_with("  "))
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| *name != "help")
        .collect();
    assert!(commands.contains(&"decode"), "{commands:?}");
    let mut ran = Vec::new();
    for name in commands {
        let examples = examples(&nlkit(&format!("help {name}")).ok().stdout);
        for example in examples.into_iter().filter(|example| is_offline(example)) {
            let nlkit = command("");
            let folder = std::path::Path::new(nlkit.get_program()).parent().unwrap();
            let path = format!("{}:{}", folder.display(), std::env::var("PATH").unwrap());
            let mut shell = Command::new("sh");
            let output =
                shell.args(["-c", &example]).env("PATH", path).env_remove("NLKIT_SPECS").output();
            let output = output.unwrap();
            assert!(output.status.success() && !output.stdout.is_empty(), "{example}: {output:?}");
            ran.push((name.to_owned(), example));
        }
    }
    for name in ["decode", "describe", "generate"] {
        assert!(ran.iter().any(|(of, _)| of == name), "no example of {name}: {ran:?}");
    }
}
