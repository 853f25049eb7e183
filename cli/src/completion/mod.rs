//! Completion in shells. Their scripts ask the command itself, with COMPLETE in its environment: so it
//! completes what the spec of the family that stands there knows, too.

mod context;
mod shells;

use std::ffi::OsStr;

use clap::CommandFactory;
use clap_complete::CompletionCandidate;
use clap_complete::engine::{PathCompleter, ValueCompleter};
use clap_complete::env::{CompleteEnv, EnvCompleter, Fish, Shells};
use nlkit::{Connection, Generic};
use nlkit_codegen::ir::{Enum, Family, GroupBy};

use crate::args::Args;
use crate::failure::Failure;
use crate::input;
use crate::level::{Kind, Level, Place};
use crate::protocol;
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

/// Families of generic netlink that the running kernel has.
pub(crate) fn kernel_families(current: &OsStr) -> Vec<CompletionCandidate> {
    let families = Connection::<Generic>::open().and_then(|mut conn| conn.families());
    let names = families.into_iter().flatten().filter_map(|it| it.name);
    beginning(current, names.map(|name| (name.to_string(), String::new())))
}

/// Families that have a spec, and those that the running kernel has.
pub(crate) fn all_families(current: &OsStr) -> Vec<CompletionCandidate> {
    let mut all = families(current);
    for of_kernel in kernel_families(current) {
        if !all.iter().any(|it| it.get_value() == of_kernel.get_value()) {
            all.push(of_kernel);
        }
    }
    all
}

/// Netlink protocols.
pub(crate) fn protocols(current: &OsStr) -> Vec<CompletionCandidate> {
    beginning(current, protocol::names().map(|name| (name, String::new())))
}

/// What can be listened to: protocols, families, and groups of families.
pub(crate) fn listened(current: &OsStr) -> Vec<CompletionCandidate> {
    let mut all = protocols(current);
    all.extend(groups(current));
    all
}

/// JSON in a file, behind `@`.
pub(crate) fn json_file(current: &OsStr) -> Vec<CompletionCandidate> {
    let Some(path) = current.to_str().and_then(|it| it.strip_prefix('@')) else {
        return Vec::new();
    };
    let files = PathCompleter::any().complete(OsStr::new(path));
    files.into_iter().map(|file| file.add_prefix("@")).collect()
}

/// Network namespaces: those with a name, and paths.
pub(crate) fn namespaces(current: &OsStr) -> Vec<CompletionCandidate> {
    let named = std::fs::read_dir("/run/netns").into_iter().flatten().flatten();
    let named = named.filter_map(|entry| entry.file_name().into_string().ok());
    let mut all = beginning(current, named.map(|name| (name, String::new())));
    if current.to_string_lossy().contains('/') {
        all.extend(PathCompleter::any().complete(current));
    }
    all
}

/// Of `--attrs`: the family, then an operation or a set of it.
pub(crate) fn attrs(current: &OsStr) -> Vec<CompletionCandidate> {
    let Some(context) = Context::of_process() else { return Vec::new() };
    let Some(family) = context.family_of_attrs else { return families(current) };
    let Ok(family) = context.specs.family(&family) else { return Vec::new() };
    let operations = family.operations.iter().map(|it| (&it.name, &it.doc));
    let named = operations.chain(family.sets.iter().map(|it| (&it.name, &it.doc)));
    beginning(current, named.map(|(name, doc)| (name.clone(), first_sentence(doc))))
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

/// All that has a name in the family that stands there; of several with one name each by its address, as all
/// where an address was begun.
pub(crate) fn items(current: &OsStr) -> Vec<CompletionCandidate> {
    let Some((_, family)) = Context::with_family() else { return Vec::new() };
    let family = reference::family(&family);
    let items: Vec<_> = family.items().into_iter().filter(|it| it.is_whole()).collect();
    let is_address = current.to_string_lossy().contains(':');
    let name = |item: &reference::Item<'_>| {
        let is_only = items.iter().filter(|other| other.name == item.name).count() == 1;
        let is_name = is_only && !is_address;
        let name = if is_name { item.name.to_owned() } else { item.link.to_string() };
        (name, first_sentence(item.doc))
    };
    beginning(current, items.iter().map(name))
}

/// Groups of families: `FAMILY:GROUP,GROUP`.
pub(crate) fn groups(current: &OsStr) -> Vec<CompletionCandidate> {
    let Some((name, typed)) = current.to_str().and_then(|it| it.split_once(':')) else {
        return families(current);
    };
    let before = typed.rsplit_once(',').map_or(String::new(), |(before, _)| format!("{before},"));
    let family = Context::of_process().and_then(|context| context.specs.family(name).ok());
    let groups = family.iter().flat_map(|family| &family.groups);
    let groups = groups.filter(|group| {
        group.by != GroupBy::Nothing && !before.split(',').any(|it| it == group.name)
    });
    let groups = groups.map(|it| (format!("{name}:{before}{}", it.name), first_sentence(&it.doc)));
    beginning(current, groups)
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
