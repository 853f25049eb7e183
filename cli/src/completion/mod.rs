//! Completion in shells. Their scripts ask the command itself, with COMPLETE in its environment: so it
//! completes what the spec of the family that stands there knows, too.

mod context;
mod shells;

use std::ffi::OsStr;

use clap::CommandFactory;
use clap_complete::CompletionCandidate;
use clap_complete::env::{CompleteEnv, EnvCompleter, Fish, Shells};
use nlkit_codegen::ir::{Enum, Family, GroupBy};

use crate::args::Args;
use crate::failure::Failure;
use crate::input;
use crate::level::{Kind, Level, Place};
use crate::reference::{self, first_sentence};
use crate::talk::call;

use self::context::Context;
use self::shells::{BASH, ZSH};

/// The shells, by their names.
const SHELLS: [&dyn EnvCompleter; 3] = [&BASH, &ZSH, &Fish];

/// The variable that tells that a shell asks, and which one.
const VARIABLE: &str = "COMPLETE";

/// Answers a shell that asks for completions, and ends the process; returns where none does.
pub(crate) fn answer() {
    if std::env::var_os(VARIABLE).is_some() {
        CompleteEnv::with_factory(Args::command).var(VARIABLE).shells(Shells(&SHELLS)).complete();
    }
}

/// The script that makes a shell ask.
///
/// # Errors
/// Where it is none of those known.
pub(crate) fn script(shell: &str) -> Result<Vec<u8>, Failure> {
    let Some(shell) = SHELLS.into_iter().find(|it| it.is(shell)) else {
        return Err(Failure::usage(format_args!("no completions for `{shell}`")));
    };
    let mut script = Vec::new();
    shell.write_registration(VARIABLE, "nlkit", "nlkit", "nlkit", &mut script)?;
    Ok(script)
}

/// Families that have a spec.
pub(crate) fn families(current: &OsStr) -> Vec<CompletionCandidate> {
    let all = Context::of_process().and_then(|context| context.specs.all().ok());
    let names = all.into_iter().flatten().map(|(name, _)| name);
    beginning(current, names.map(|name| (name, String::new())))
}

/// Operations of the family that stands there.
pub(crate) fn operations(current: &OsStr) -> Vec<CompletionCandidate> {
    let Some((context, family)) = Context::with_family() else { return Vec::new() };
    let operations = family.operations.iter().filter(|operation| match context.mode {
        Some(mode) => call(operation, mode).is_some(),
        None => true,
    });
    beginning(current, operations.map(|it| (it.name.clone(), first_sentence(&it.doc))))
}

/// All that has a name in the family that stands there; of several with one name each by its address.
pub(crate) fn items(current: &OsStr) -> Vec<CompletionCandidate> {
    let Some((_, family)) = Context::with_family() else { return Vec::new() };
    let family = reference::family(&family);
    let items: Vec<_> = family.items().into_iter().filter(|it| it.is_whole()).collect();
    let name = |item: &reference::Item<'_>| {
        let is_only = items.iter().filter(|other| other.name == item.name).count() == 1;
        let name = if is_only { item.name.to_owned() } else { item.link.to_string() };
        (name, first_sentence(item.doc))
    };
    beginning(current, items.iter().map(name))
}

/// Groups of families: `FAMILY:GROUP`.
pub(crate) fn groups(current: &OsStr) -> Vec<CompletionCandidate> {
    let Some((name, _)) = current.to_str().and_then(|it| it.split_once(':')) else {
        return families(current);
    };
    let family = Context::of_process().and_then(|context| context.specs.family(name).ok());
    let groups = family.iter().flat_map(|family| &family.groups);
    let groups = groups.filter(|group| group.by != GroupBy::Nothing);
    beginning(current, groups.map(|it| (format!("{name}:{}", it.name), first_sentence(&it.doc))))
}

/// Pairs of the operation that stands there: names up to `=`, `.` or a flag, then values. Where none stands
/// there, behind a `--` of `multi`, the operation.
pub(crate) fn pairs(current: &OsStr) -> Vec<CompletionCandidate> {
    let found = || {
        let (context, family) = Context::with_family()?;
        if context.op.is_none() {
            return Some(operations(current));
        }
        let (listed, whole) = request_levels(&family, &context)?;
        let current_text = current.to_str()?;
        let (path, value) = match current_text.split_once('=') {
            Some((path, value)) => (path, Some(value)),
            None => (current_text, None),
        };
        let (before, name) = path.rsplit_once('.').map_or(("", path), |(nest, name)| (nest, name));
        let level = if before.is_empty() && value.is_none() { listed } else { whole };
        let level = input::level_at(level, before, &context.pairs)?;
        Some(match value {
            None => beginning(current, names(level, before)),
            Some(value) => {
                let begin = current_text.strip_suffix(value)?;
                beginning(current, values(level, level.place(name)?, begin, value))
            }
        })
    };
    found().unwrap_or_default()
}

/// What the spec lists for the request, and all that it can hold.
fn request_levels<'f>(family: &'f Family, context: &Context) -> Option<(Level<'f>, Level<'f>)> {
    let name = context.op.as_ref()?;
    let operation = family.operations.iter().find(|operation| operation.name == *name)?;
    let of_mode = context.mode.and_then(|mode| call(operation, mode));
    let call = of_mode.or(operation.once.as_ref()).or(operation.dump.as_ref())?;
    let whole = Level::of_message(family, operation, &call.request);
    Some((Level::listed(family, &call.request), whole))
}

fn names(level: Level<'_>, before: &str) -> Vec<(String, String)> {
    let before = if before.is_empty() { String::new() } else { format!("{before}.") };
    let name = |place: Place<'_>| {
        let behind = match place.kind() {
            Kind::Flag => "",
            Kind::Nest(_) | Kind::Choice(..) => ".",
            _ => "=",
        };
        (format!("{before}{}{behind}", place.name()), first_sentence(place.doc()))
    };
    level.places().map(name).collect()
}

/// The values that have names, behind those that stand there already.
fn values(level: Level<'_>, place: Place<'_>, begin: &str, typed: &str) -> Vec<(String, String)> {
    let kind = place.kind();
    let is_list = place.is_list() || matches!(kind, Kind::Flags(_) | Kind::Bitfield(_));
    let before = if is_list { typed.rsplit_once(',').map(|(before, _)| before) } else { None };
    let before = before.map_or(begin.to_owned(), |before| format!("{begin}{before},"));
    let entries = |of: &Enum| -> Vec<_> {
        let entries = of.entries.iter();
        entries.map(|it| (format!("{before}{}", it.name), first_sentence(&it.doc))).collect()
    };
    match kind {
        Kind::Flag => vec![(format!("{before}true"), String::new())],
        Kind::Text => {
            // What chooses a sub-message.
            let chosen = level.places().filter_map(|it| match it.kind() {
                Kind::Choice(of, selector) if level.name_of(selector) == Some(place.name()) => {
                    Some(of)
                }
                _ => None,
            });
            let formats = chosen.flat_map(|of| &of.formats);
            formats.map(|it| (format!("{before}{}", it.value), first_sentence(&it.doc))).collect()
        }
        _ => kind.names().map(entries).unwrap_or_default(),
    }
}

/// The candidates that begin as what was typed.
fn beginning(
    current: &OsStr,
    candidates: impl IntoIterator<Item = (String, String)>,
) -> Vec<CompletionCandidate> {
    let current = current.to_string_lossy();
    let candidates = candidates.into_iter().filter(|(name, _)| name.starts_with(&*current));
    let help = |doc: String| (!doc.is_empty()).then(|| doc.into());
    candidates.map(|(name, doc)| CompletionCandidate::new(name).help(help(doc))).collect()
}
