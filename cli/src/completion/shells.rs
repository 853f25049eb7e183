//! The scripts of bash and zsh. clap's own take `=` and `:` for the end of a word, or put a space behind
//! what is to go on; here pairs are one word, and go on behind `=`, `.` and `,`.

use std::ffi::OsString;
use std::io::{self, Write};
use std::path::Path;

use clap::Command;
use clap_complete::CompletionCandidate;
use clap_complete::env::EnvCompleter;

/// A shell: its script, and how it is given a candidate.
pub(super) struct Shell {
    name: &'static str,
    script: &'static str,
    line: fn(&CompletionCandidate) -> String,
}

pub(super) const BASH: Shell = Shell {
    name: "bash",
    script: BASH_SCRIPT,
    line: |candidate| candidate.get_value().to_string_lossy().into_owned(),
};

pub(super) const ZSH: Shell = Shell { name: "zsh", script: ZSH_SCRIPT, line: of_zsh };

/// What zsh shows behind a colon is help; the script makes one of the tab.
fn of_zsh(candidate: &CompletionCandidate) -> String {
    let value = candidate.get_value().to_string_lossy().replace(':', "\\:");
    let help = candidate.get_help().map(ToString::to_string).unwrap_or_default();
    let help = help.lines().next().unwrap_or_default().replace('\\', "\\\\");
    format!("{value}{}{help}", if help.is_empty() { "" } else { "\t" })
}

const BASH_SCRIPT: &str = r#"_NAME_complete() {
    # Bash cuts words at =, : and @, too: put together what has no space between.
    local rest=$COMP_LINE word i
    local -a words=()
    for ((i = 0; i <= COMP_CWORD; i++)); do
        word=${COMP_WORDS[i]}
        if [[ i -eq 0 || $rest == [[:space:]]* ]]; then
            words+=("")
            rest=${rest#"${rest%%[![:space:]]*}"}
        fi
        words[${#words[@]}-1]+=$word
        rest=${rest#"$word"}
    done
    local current=${words[${#words[@]}-1]} quote=
    if [[ $current == [\'\"]* ]]; then
        quote=${current:0:1}
        current=${current:1}
        words[${#words[@]}-1]=$current
    fi
    # Bash replaces what is behind its last cut; an @ stays a part of the word.
    local before=
    [[ -z $quote && $current == *[=:]* ]] && before=${current%"${current##*[=:]}"}
    local line
    COMPREPLY=()
    while IFS= read -r line; do
        [[ -n $line ]] && COMPREPLY+=("${line#"$before"}")
    done < <(VAR=bash _CLAP_COMPLETE_INDEX=$((${#words[@]} - 1)) "COMPLETER" -- "${words[@]}" 2>/dev/null)
    if [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *[=.:/] ]]; then
        compopt -o nospace 2>/dev/null
    fi
}
complete -o bashdefault -o nosort -F _NAME_complete BIN 2>/dev/null ||
    complete -o bashdefault -F _NAME_complete BIN
"#;

const ZSH_SCRIPT: &str = r#"#compdef BIN
_NAME_complete() {
    local -a lines ends goes_on
    local line
    lines=("${(@f)$(VAR=zsh _CLAP_COMPLETE_INDEX=$((CURRENT - 1)) COMPLETER -- "${(@Q)words[1,CURRENT]}" 2>/dev/null)}")
    for line in $lines; do
        if [[ ${line%%$'\t'*} == *[=./:] ]]; then
            goes_on+=("${line/$'\t'/:}")
        else
            ends+=("${line/$'\t'/:}")
        fi
    done
    (( $#ends )) && _describe -V 'NAME' ends
    (( $#goes_on )) && _describe -V 'NAME' goes_on -S ''
}
compdef _NAME_complete BIN
"#;

fn fill(script: &str, var: &str, name: &str, bin: &str, completer: &str) -> String {
    let script = script.replace("NAME", &name.replace('-', "_")).replace("VAR", var);
    script.replace("BIN", bin).replace("COMPLETER", completer)
}

/// The place of the word that is to be completed.
fn index() -> usize {
    let index = std::env::var("_CLAP_COMPLETE_INDEX").ok();
    index.and_then(|index| index.parse().ok()).unwrap_or_default()
}

impl EnvCompleter for Shell {
    fn name(&self) -> &'static str {
        self.name
    }

    fn is(&self, name: &str) -> bool {
        name == self.name
    }

    fn write_registration(
        &self,
        var: &str,
        name: &str,
        bin: &str,
        completer: &str,
        buf: &mut dyn Write,
    ) -> io::Result<()> {
        buf.write_all(fill(self.script, var, name, bin, completer).as_bytes())
    }

    fn write_complete(
        &self,
        cmd: &mut Command,
        mut args: Vec<OsString>,
        current_dir: Option<&Path>,
        buf: &mut dyn Write,
    ) -> io::Result<()> {
        // zsh leaves out a last word that is empty.
        if args.len() == index() {
            args.push(OsString::new());
        }
        for candidate in clap_complete::engine::complete(cmd, args, index(), current_dir)? {
            writeln!(buf, "{}", (self.line)(&candidate))?;
        }
        Ok(())
    }
}
