//! What stands before the word that is to be completed.

use std::env;
use std::ffi::OsString;
use std::path::PathBuf;

use clap::{ArgMatches, CommandFactory};
use nlkit_codegen::ir::Family;
use nlkit_dynamic::Mode;

use crate::args::{Args, SpecArgs};
use crate::specs::Specs;

/// The command so far.
pub(super) struct Context {
    pub(super) specs: Specs,
    /// How the command asks, where it is `do` or `dump`.
    pub(super) mode: Option<Mode>,
    family: Option<String>,
    pub(super) op: Option<String>,
    pub(super) pairs: Vec<String>,
    /// The family behind `--attrs`, where that is the last word.
    pub(super) family_of_attrs: Option<String>,
}

impl Context {
    /// That of the words that the shell gave this process.
    pub(super) fn of_process() -> Option<Self> {
        let mut words: Vec<OsString> =
            env::args_os().skip_while(|word| word != "--").skip(1).collect();
        // The word itself says nothing yet. fish gives it last, the others tell where it is.
        let index = env::var("_CLAP_COMPLETE_INDEX").ok().and_then(|index| index.parse().ok());
        words.truncate(index.unwrap_or(words.len().saturating_sub(1)));
        // In `multi` another operation begins behind each `--`.
        let begins = words.last().is_some_and(|word| word == "--");
        let family_of_attrs = match words.as_slice() {
            [.., option, family] if option == "--attrs" => family.to_str().map(ToOwned::to_owned),
            _ => None,
        };
        let command = Args::command().ignore_errors(true);
        let matches = command.try_get_matches_from(words).ok()?;
        let (name, matches) = matches.subcommand()?;
        let mut context = Self { family_of_attrs, ..Self::new(name, matches) };
        if begins {
            (context.op, context.pairs) = (None, Vec::new());
        }
        Some(context)
    }

    /// That of this process, where it names a family.
    pub(super) fn with_family() -> Option<(Self, Family)> {
        let context = Self::of_process()?;
        let family = context.specs.family(context.family.as_ref()?).ok()?;
        Some((context, family))
    }

    fn new(command: &str, matches: &ArgMatches) -> Self {
        let paths = |id| many::<PathBuf>(matches, id);
        let specs = SpecArgs { files: paths("files"), folders: paths("folders") };
        let mode = match command {
            "do" | "multi" => Some(Mode::Do),
            "dump" => Some(Mode::Dump),
            _ => None,
        };
        let mut op = many(matches, "op").pop();
        let mut pairs = many(matches, "pairs");
        let more: Vec<String> = many(matches, "more");
        if let Some(last) = more.rsplit(|word| word == "--").next().filter(|_| !more.is_empty()) {
            let mut last = last.iter().filter(|word| !word.starts_with("--")).cloned();
            op = last.next();
            pairs = last.collect();
        }
        let family = many(matches, "family").pop();
        let specs = Specs::silent(&specs);
        Self { specs, mode, family, op, pairs, family_of_attrs: None }
    }
}

/// The values of an argument that the command may not have.
fn many<T: Clone + Send + Sync + 'static>(matches: &ArgMatches, id: &str) -> Vec<T> {
    let values = matches.try_get_many::<T>(id).ok().flatten();
    values.into_iter().flatten().cloned().collect()
}
