//! The specs that a command is to work on: files, folders of them, families by their names.

use std::fs::File;
use std::path::{Path, PathBuf};

use clap::Args;
use clap_complete::ArgValueCompleter;
use nlkit_codegen::{Builder, Report, ir};

use crate::completion;
use crate::failure::Failure;
use crate::specs::{Origin, Specs, unreadable, yaml_files};

/// Specs, as the command line names them.
#[derive(Clone, Debug, Args)]
pub(crate) struct Sources {
    /// Specs, or folders of them
    #[arg(value_name = "SPEC")]
    pub(crate) paths: Vec<PathBuf>,
    /// A family, whose spec is looked for where all are
    #[arg(long = "family", value_name = "NAME", add = ArgValueCompleter::new(completion::families))]
    pub(crate) families: Vec<String>,
}

impl Sources {
    /// Whether none is named.
    pub(crate) fn is_empty(&self) -> bool {
        self.paths.is_empty() && self.families.is_empty()
    }

    /// The specs in the order of the command line, each once.
    ///
    /// # Errors
    /// Where none is named, a folder has none, or a family's is not found.
    pub(crate) fn origins(&self, specs: &Specs) -> Result<Vec<Origin>, Failure> {
        let mut origins = Vec::new();
        for path in &self.paths {
            origins.extend(files(path)?.into_iter().map(Origin::File));
        }
        for family in &self.families {
            origins.push(specs.find(family)?);
        }
        if origins.is_empty() {
            let failure = Failure::usage("no spec is named");
            return Err(failure.help("name files or folders, or a family with `--family NAME`"));
        }
        let mut seen = std::collections::BTreeSet::new();
        origins.retain(|origin| seen.insert(origin.clone()));
        Ok(origins)
    }
}

/// The file itself, or the specs of a folder.
///
/// # Errors
/// Where there is no such file, or a folder cannot be read or has no spec.
pub(crate) fn files(path: &Path) -> Result<Vec<PathBuf>, Failure> {
    if !path.is_dir() {
        // A file that fails is no mistake of a spec. What is no plain file can be opened only once.
        let is_file = path.metadata().map_err(|error| unreadable(path, &error))?.is_file();
        if is_file {
            File::open(path).map_err(|error| unreadable(path, &error))?;
        }
        return Ok(vec![path.to_owned()]);
    }
    let files = yaml_files(path)?;
    match files.is_empty() {
        true => Err(Failure::usage(format_args!("no specs in the folder {}", path.display()))),
        false => Ok(files),
    }
}

/// A spec that was resolved.
#[derive(Debug)]
pub(crate) struct Resolved {
    pub(crate) origin: Origin,
    /// What the file is called in what is made of it.
    pub(crate) file: String,
    pub(crate) family: ir::Family,
}

/// Resolves specs.
///
/// # Errors
/// All that is wrong with any of them.
pub(crate) fn resolve(origins: Vec<Origin>, builder: &Builder) -> Result<Vec<Resolved>, Failure> {
    let mut report = Report::default();
    let mut resolved = Vec::new();
    for origin in origins {
        let result = match &origin {
            // The generator says why a file cannot be read, and where it ceases to be text.
            Origin::File(path) => builder.resolve(path).map(|it| (path.display().to_string(), it)),
            Origin::BuiltIn(_) => {
                let (file, text) = origin.read()?;
                builder.resolve_str(&file, &text).map(|family| (file, family))
            }
        };
        match result {
            Ok((file, family)) => resolved.push(Resolved { origin, file, family }),
            Err(other) => report.append(other),
        }
    }
    if report.is_empty() { Ok(resolved) } else { Err(report.into()) }
}
