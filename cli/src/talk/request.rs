//! Which operation of which family is asked for.

use clap::Args;
use clap_complete::ArgValueCompleter;
use nlkit_codegen::ir::{Call, Family, Operation};
use nlkit_dynamic::Family as Dynamic;
use serde_json::Value;

use crate::args::Common;
use crate::commands::{Outcome, describe};
use crate::completion;
use crate::failure::{Failure, code};
use crate::input::Input;
use crate::level::Level;
use crate::specs::similar;

/// Which operation of which family is asked for, and with what.
#[derive(Debug, Args)]
pub(crate) struct Request {
    /// Family, by its name or that of its spec
    #[arg(value_name = "FAMILY", add = ArgValueCompleter::new(completion::families))]
    pub(crate) family: String,
    /// Operation of the family
    #[arg(value_name = "OP", add = ArgValueCompleter::new(completion::operations))]
    pub(crate) op: Option<String>,
    #[command(flatten)]
    pub(crate) input: Input,
    /// Show what the operation takes and gives, or what is at PATH in it, in place of asking
    #[arg(long, value_name = "PATH", num_args = 0..=1, require_equals = true, default_missing_value = "")]
    pub(crate) attrs: Option<String>,
}

/// How an operation is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// Once.
    Do,
    /// For a list.
    Dump,
}

impl Way {
    /// The operation's call of this kind.
    pub(crate) fn of(self, operation: &Operation) -> Option<&Call> {
        match self {
            Self::Do => operation.once.as_ref(),
            Self::Dump => operation.dump.as_ref(),
        }
    }

    /// The other one.
    fn other(self) -> Self {
        match self {
            Self::Do => Self::Dump,
            Self::Dump => Self::Do,
        }
    }

    /// The command that asks so.
    pub(crate) fn command(self) -> &'static str {
        match self {
            Self::Do => "do",
            Self::Dump => "dump",
        }
    }
}

/// The operation of that name, and what its requests of this kind hold.
///
/// # Errors
/// Where there is none; with those that there are.
pub(crate) fn operation(
    family: &'static Dynamic,
    name: &str,
    way: Way,
) -> Result<(&'static nlkit_dynamic::Operation, Level<'static>), Failure> {
    let (ir, known) = find(family.ir(), name, way)?;
    let unknown = || Failure::new(code::UNKNOWN, format_args!("no operation `{name}`"));
    let level = Level::of_message(family.ir(), ir, &known.request);
    Ok((family.operation(name).ok_or_else(unknown)?, level))
}

fn find<'f>(
    family: &'f Family,
    name: &str,
    way: Way,
) -> Result<(&'f Operation, &'f Call), Failure> {
    let Some(operation) = family.operations.iter().find(|operation| operation.name == name) else {
        let what = format_args!("family `{}` has no operation `{name}`", family.name).to_string();
        let failure = Failure::new(code::UNKNOWN, what);
        let names = family.operations.iter().map(|operation| operation.name.as_str());
        return Err(match similar(name, names) {
            Some(other) => {
                failure.help(format_args!("there is one with a similar name: `{other}`"))
            }
            None => failure.help(has(family, way)),
        });
    };
    let missing = || {
        let what = match way {
            Way::Do => "gives a list only",
            Way::Dump => "gives no list",
        };
        let other = way.other().command();
        Failure::new(
            code::UNKNOWN,
            format_args!("`{}` of `{}` {what}", operation.name, family.name),
        )
        .help(format_args!("`nlkit {other} {} {}`", family.name, operation.name))
    };
    Ok((operation, way.of(operation).ok_or_else(missing)?))
}

/// The operations that can be asked for in this way, as a sentence.
pub(crate) fn has(family: &Family, way: Way) -> String {
    let names = family.operations.iter().filter(|operation| way.of(operation).is_some());
    let names: Vec<_> = names.map(|operation| operation.name.as_str()).collect();
    match names.as_slice() {
        [] => format!("`{}` has no operation for `nlkit {}`", family.name, way.command()),
        names => format!("`{}` has {}", family.name, names.join(", ")),
    }
}

impl Request {
    /// The operation, and what it is asked with.
    ///
    /// # Errors
    /// Where there is no such operation, or what it is asked with is no request.
    pub(crate) fn read(
        &self,
        family: &'static Dynamic,
        way: Way,
    ) -> Result<(&'static nlkit_dynamic::Operation, Value), Failure> {
        let Some(name) = &self.op else {
            return Err(Failure::usage("which operation?").help(has(family.ir(), way)));
        };
        let (operation, level) = operation(family, name, way)?;
        Ok((operation, self.input.read(level)?))
    }

    /// Shows what was asked to be shown in place of a call.
    ///
    /// # Errors
    /// Where there is no such operation, or nothing in it is called so.
    pub(crate) fn show(&self, family: &Family, path: &str, common: &Common) -> Outcome {
        let path = path.trim_start_matches('.');
        let what = match (&self.op, path) {
            (Some(op), "") => Some(op.clone()),
            (Some(op), path) => Some(format!("{op}.{path}")),
            (None, _) => None,
        };
        describe::about(family, what.as_deref(), 1, &common.output)
    }
}
