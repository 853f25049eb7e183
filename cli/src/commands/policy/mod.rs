//! `nlkit policy`: what the running kernel checks, with the names of the spec.

mod text;
mod tree;

use std::io::Write;
use std::process::ExitCode;

use clap_complete::ArgValueCompleter;

use crate::args::Common;
use crate::commands::Outcome;
use crate::completion;
use crate::failure::{Failure, code};
use crate::kernel;
use crate::netns::Netns;
use crate::output::Format;
use crate::print::Printer;
use crate::specs::similar;

use self::tree::{Operation, Tree};

/// What `nlkit policy` takes.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Policies are of requests: what a request may hold, by attribute. An attribute that is not listed is \
either not there, or taken as it comes; numbers in network byte order are not listed either.

Examples:
  nlkit policy netdev
  nlkit policy ethtool rings-set -o json
  nlkit policy TASKSTATS 1")]
pub(crate) struct Args {
    /// A family of generic netlink, by its name in the kernel
    #[arg(add = ArgValueCompleter::new(completion::kernel_families))]
    family: String,
    /// One of its operations, by the name in the spec, or by number
    #[arg(value_name = "OP", add = ArgValueCompleter::new(completion::operations))]
    operation: Option<String>,
    #[command(flatten)]
    netns: Netns,
}

/// Shows what the running kernel checks.
pub(crate) fn run(args: &Args, common: &Common) -> Outcome {
    let known = kernel::known(&args.family, &args.netns, common)?;
    let mut tree = Tree::new(&known);
    if let Some(name) = &args.operation {
        tree.operations = vec![take(&tree, name)?];
    }
    if common.output.format == Format::Text {
        let text = text::of(&tree, common.output.is_colored());
        std::io::stdout().lock().write_all(text.as_bytes())?;
    } else {
        let mut printer = Printer::new(&common.output, false);
        printer.value(&tree.to_value())?;
        printer.finish()?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The operation of a name or number.
fn take(tree: &Tree, name: &str) -> Result<Operation, Failure> {
    let is_it = |op: &&Operation| op.name.as_deref() == Some(name) || op.id.to_string() == name;
    if let Some(found) = tree.operations.iter().find(is_it) {
        return Ok(found.clone());
    }
    let family = &tree.family;
    let message = format!("the running kernel's `{family}` has no operation `{name}`");
    let failure = Failure::new(code::UNKNOWN, message);
    let names = || tree.operations.iter().filter_map(|op| op.name.as_deref());
    Err(match (similar(name, names()), names().count()) {
        (Some(other), _) => {
            failure.help(format_args!("there is one with a similar name: `{other}`"))
        }
        (None, 0) => failure.help("there is no spec with names: operations go by number"),
        (None, _) => failure.help(format_args!("`nlkit policy {family}` shows all of them")),
    })
}

#[cfg(test)]
mod tests {
    use nlkit_tests::kernel::captured;
    use nlkit_tests::skip::folder;

    use super::text;
    use super::tree::Tree;
    use crate::kernel::Known;
    use crate::specs::Origin;

    #[test]
    fn a_policy_that_holds_itself_is_shown_once() {
        let Some(folder) = folder("NLKIT_CAPTURES") else { return };
        let families = captured(&folder.join("7.2")).unwrap();
        let (name, policies) = families.into_iter().find(|(name, _)| name == "nl80211").unwrap();
        let known = Known {
            name,
            spec: Some(Origin::BuiltIn("nl80211").resolve().unwrap()),
            info: policies.family().unwrap().clone(),
            policies,
        };
        let tree = Tree::new(&known);
        let text = text::of(&tree, false);
        assert!(text.contains("mlo-links (312)"), "{text}");
        let links = text.lines().find(|line| line.contains("mlo-links (312)")).unwrap();
        assert!(links.ends_with("nested-array, as above"), "{links}");
        // All operations go by one policy, which stands below the first of them.
        assert!(
            text.contains("do  as get-wiphy (1) do") || text.contains("  as get-wiphy (1)"),
            "{text}"
        );
        let json = tree.to_value().to_string();
        assert!(json.contains(r#""repeated":true"#));
    }
}
