//! Where specs are found: `--spec`, `--specs`, `$NLKIT_SPECS`, the system's, those built in.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::{env, fs};

use nlkit_codegen::Builder;
use nlkit_codegen::ir::Family;

use crate::args::SpecArgs;
use crate::failure::{Failure, code};

/// The folders where systems install specs: our own, and those of the kernel's tools.
const SYSTEM: [&str; 2] = ["/usr/share/nlkit/specs", "/usr/share/ynl/specs"];

/// What those are, for man pages.
pub(crate) const FOLDERS: [(&str, &str); 2] =
    [(SYSTEM[0], "specs of the system"), (SYSTEM[1], "specs that come with the kernel's tools")];

/// Where specs are looked for, in words, for help and man pages.
pub(crate) fn places() -> impl Iterator<Item = &'static str> {
    let named = ["--spec FILE", "--specs DIR", "the folders in $NLKIT_SPECS"];
    named.into_iter().chain(SYSTEM).chain(["those built in"])
}

/// All specs that there are, in the order in which they are looked for.
#[derive(Debug, Default)]
pub(crate) struct Specs {
    files: Vec<PathBuf>,
    /// Folders, the first ones first; the system's last.
    folders: Vec<PathBuf>,
}

/// Where a spec comes from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Origin {
    /// A file.
    File(PathBuf),
    /// nlkit itself, by the name of its file.
    BuiltIn(&'static str),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => path.display().fmt(f),
            Self::BuiltIn(_) => f.write_str("built in"),
        }
    }
}

impl Origin {
    /// The text of the spec, and what it is called in errors.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub(crate) fn read(&self) -> Result<(String, String), Failure> {
        match self {
            Self::File(path) => {
                let text = fs::read_to_string(path).map_err(|error| unreadable(path, &error))?;
                Ok((path.display().to_string(), text))
            }
            Self::BuiltIn(file) => {
                let found = nlkit_specs::yaml::SOURCES.iter().find(|it| it.file == *file);
                let text = found.map(|it| it.text.to_owned()).unwrap_or_default();
                Ok((format!("<nlkit>/{file}.yaml"), text))
            }
        }
    }

    /// The family of the spec, resolved. Keys from the future are passed over: it is to be used, not checked.
    ///
    /// # Errors
    /// All that is wrong with it.
    pub(crate) fn resolve(&self) -> Result<Family, Failure> {
        let (name, text) = self.read()?;
        Ok(Builder::new().allow_unknown_keys(true).resolve_str(&name, &text)?)
    }
}

impl Origin {
    /// As [`Origin::resolve`], for who can do without: `None` where it is wrong.
    pub(crate) fn usable(&self) -> Option<Family> {
        let (name, text) = self.read().ok()?;
        Builder::new().allow_unknown_keys(true).resolve_str(&name, &text).ok()
    }
}

impl Specs {
    /// The specs that the command line and the environment name, the system's and those built in. A folder
    /// of the environment that is not there is told on stderr: one left in a profile stops no command.
    pub(crate) fn new(args: &SpecArgs) -> Self {
        let (specs, missing) = Self::there(args);
        for folder in missing {
            let folder = folder.display();
            let _ = writeln!(io::stderr(), "nlkit: warning: no folder {folder}, of $NLKIT_SPECS");
        }
        specs
    }

    /// As [`Specs::new`], without a word.
    pub(crate) fn silent(args: &SpecArgs) -> Self {
        Self::there(args).0
    }

    /// The specs, and the folders of the environment that are not there.
    fn there(args: &SpecArgs) -> (Self, Vec<PathBuf>) {
        let of_environment = env::var_os("NLKIT_SPECS").unwrap_or_default();
        let (there, missing): (Vec<_>, _) = env::split_paths(&of_environment)
            .filter(|it| !it.as_os_str().is_empty())
            .partition(|it| it.try_exists().unwrap_or(true));
        let system = SYSTEM.iter().map(PathBuf::from);
        let folders = args.folders.iter().cloned().chain(there).chain(system);
        (Self { files: args.files.clone(), folders: folders.collect() }, missing)
    }

    /// The spec of a family, by its name in the kernel or that of its file.
    ///
    /// # Errors
    /// Where there is none; similar names are offered.
    pub(crate) fn find(&self, family: &str) -> Result<Origin, Failure> {
        let all = self.all()?;
        let by_file =
            || all.iter().find(|(_, origin)| origin.stem().is_some_and(|it| it == family));
        let found = all.get_key_value(family).or_else(by_file);
        match found {
            Some((_, origin)) => Ok(origin.clone()),
            None => Err(unknown(family, all.keys().map(String::as_str))),
        }
    }

    /// The family of that name, resolved.
    ///
    /// # Errors
    /// Where there is none, or its spec is wrong.
    pub(crate) fn family(&self, name: &str) -> Result<Family, Failure> {
        self.find(name)?.resolve()
    }

    /// All specs by the names of their families; of several for one family the first that is found.
    ///
    /// # Errors
    /// Where a file or folder that was named cannot be read.
    pub(crate) fn all(&self) -> Result<BTreeMap<String, Origin>, Failure> {
        let mut all = BTreeMap::new();
        for file in &self.files {
            let text = fs::read_to_string(file).map_err(|error| unreadable(file, &error))?;
            add(&mut all, file, &text);
        }
        for folder in &self.folders {
            if SYSTEM.iter().any(|it| folder == Path::new(it)) && !folder.is_dir() {
                continue;
            }
            for file in yaml_files(folder)? {
                // A folder may hold other files; those that cannot be read are not specs of ours.
                if let Ok(text) = fs::read_to_string(&file) {
                    add(&mut all, &file, &text);
                }
            }
        }
        for source in nlkit_specs::yaml::SOURCES {
            all.entry(source.family.to_owned()).or_insert(Origin::BuiltIn(source.file));
        }
        Ok(all)
    }
}

impl Origin {
    /// The name of the file, without its ending.
    pub(crate) fn stem(&self) -> Option<&str> {
        match self {
            Self::File(path) => path.file_stem()?.to_str(),
            Self::BuiltIn(file) => Some(file),
        }
    }
}

fn add(all: &mut BTreeMap<String, Origin>, file: &Path, text: &str) {
    let name = family_name(text).or_else(|| file.file_stem()?.to_str());
    if let Some(name) = name {
        all.entry(name.to_owned()).or_insert_with(|| Origin::File(file.to_owned()));
    }
}

/// The name of the family in a spec, without reading all of it.
fn family_name(text: &str) -> Option<&str> {
    let name = text.lines().find_map(|line| line.strip_prefix("name:"))?;
    let name = name.split_once(" #").map_or(name, |(name, _)| name);
    Some(name.trim().trim_matches(['"', '\''])).filter(|name| !name.is_empty())
}

/// The YAML files of a folder, in the order of their names.
///
/// # Errors
/// Where it cannot be read.
pub(crate) fn yaml_files(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let entries = fs::read_dir(folder).map_err(|error| unreadable(folder, &error))?;
    let is_yaml = |path: &PathBuf| path.extension().is_some_and(|it| it == "yaml" || it == "yml");
    let mut files: Vec<_> = entries.flatten().map(|entry| entry.path()).filter(is_yaml).collect();
    files.sort();
    Ok(files)
}

pub(crate) fn unreadable(path: &Path, error: &std::io::Error) -> Failure {
    Failure::system(format_args!("cannot read {}: {error}", path.display()))
}

fn unknown<'n>(family: &str, names: impl Iterator<Item = &'n str>) -> Failure {
    let failure = Failure::new(code::UNKNOWN, format_args!("no spec for the family `{family}`"));
    match similar(family, names) {
        Some(name) => failure.help(format_args!("there is one with a similar name: `{name}`")),
        None => failure.help(
            "`nlkit families --all` lists those that there are; `--spec FILE` brings another, \
             `nlkit scaffold` begins one",
        ),
    }
}

/// The name that is most like `name`.
pub(crate) fn similar<'n>(name: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let rated = names.map(|other| (strsim::damerau_levenshtein(name, other), other));
    let near = rated.filter(|(distance, _)| *distance <= (name.chars().count() / 3).max(1));
    near.min().map(|(_, other)| other)
}
