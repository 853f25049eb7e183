//! Which operation of which family is asked for.

use clap::Args;
use clap_complete::ArgValueCompleter;
use nlkit_codegen::ir;
use nlkit_dynamic::{Family, Mode, Operation};
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
    op: Option<String>,
    #[command(flatten)]
    input: Input,
    /// Show what the operation takes and gives, or what is at PATH in it, in place of asking
    #[arg(
        long,
        value_name = "PATH",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = ""
    )]
    pub(crate) attrs: Option<String>,
}

impl Request {
    /// The operation, and what it is asked with.
    ///
    /// # Errors
    /// Where there is no such operation, or what it is asked with is no request.
    pub(crate) fn read(
        &self,
        family: &'static Family,
        mode: Mode,
    ) -> Result<(&'static Operation, Value), Failure> {
        let Some(name) = &self.op else {
            return Err(Failure::usage("which operation?").help(has(family, mode)));
        };
        let (operation, level) = operation(family, name, mode)?;
        Ok((operation, self.input.read(level)?))
    }

    /// Shows what was asked to be shown in place of a call.
    ///
    /// # Errors
    /// Where there is no such operation, or nothing in it is called so.
    pub(crate) fn show(&self, family: &ir::Family, path: &str, common: &Common) -> Outcome {
        let path = path.trim_start_matches('.');
        let what = match (&self.op, path) {
            (Some(op), "") => Some(op.clone()),
            (Some(op), path) => Some(format!("{op}.{path}")),
            (None, _) => None,
        };
        describe::about(family, what.as_deref(), 1, &common.output)
    }
}

/// How an operation is asked for in this way.
pub(crate) fn call(operation: &ir::Operation, mode: Mode) -> Option<&ir::Call> {
    match mode {
        Mode::Do => operation.once.as_ref(),
        Mode::Dump => operation.dump.as_ref(),
    }
}

/// The operation of that name, and what its requests of this kind hold.
///
/// # Errors
/// Where there is none; with those that there are.
pub(crate) fn operation(
    family: &'static Family,
    name: &str,
    mode: Mode,
) -> Result<(&'static Operation, Level<'static>), Failure> {
    let operation = family.operation(name).ok_or_else(|| unknown(family, name, mode))?;
    let call = operation.call(mode).ok_or_else(|| {
        let (what, other) = match mode {
            Mode::Do => ("gives a list only", Mode::Dump),
            Mode::Dump => ("gives no list", Mode::Do),
        };
        Failure::new(code::UNKNOWN, format_args!("`{name}` of `{}` {what}", family.name()))
            .help(format_args!("`nlkit {other} {} {name}`", family.name()))
    })?;
    Ok((operation, Level::of_message(family.ir(), operation.ir(), &call.request)))
}

fn unknown(family: &'static Family, name: &str, mode: Mode) -> Failure {
    let what = format!("family `{}` has no operation `{name}`", family.name());
    let failure = Failure::new(code::UNKNOWN, what);
    match similar(name, family.operations().iter().map(Operation::name)) {
        Some(other) => failure.help(format_args!("there is one with a similar name: `{other}`")),
        None => failure.help(has(family, mode)),
    }
}

/// The operations that can be asked for in this way, as a sentence.
fn has(family: &'static Family, mode: Mode) -> String {
    let names = family.operations().iter().filter(|operation| operation.call(mode).is_some());
    let names: Vec<_> = names.map(Operation::name).collect();
    match names.as_slice() {
        [] => format!("`{}` has no operation for `nlkit {mode}`", family.name()),
        names => format!("`{}` has {}", family.name(), names.join(", ")),
    }
}
