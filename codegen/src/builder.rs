//! The front door: options, files in, files out.

use std::path::{Path, PathBuf};
use std::string::FromUtf8Error;
use std::{env, fs, io};

use crate::catalogue::{Draft, Errors, texts};
use crate::emit::{self, Style};
use crate::ir::Family;
use crate::lint::{self, Levels};
use crate::report::Report;
use crate::resolve;
use crate::source::Source;

/// Generates code with options; [`compile`](crate::compile) is the short way.
///
/// # Examples
/// ```no_run
/// fn main() -> Result<(), nlkit_codegen::Report> {
///     nlkit_codegen::Builder::new()
///         .serde(true)
///         .compile(&["specs/lamp.yaml", "specs/socket.yaml"])?;
///     Ok(())
/// }
/// ```
#[derive(Clone, Debug)]
pub struct Builder {
    out_dir: Option<PathBuf>,
    layout: Layout,
    expand: bool,
    non_exhaustive: bool,
    derives: Vec<String>,
    serde: bool,
    allow_unknown_keys: bool,
    runtime: String,
}

/// Where nlkit is if nobody says otherwise; the derive has the same default.
const RUNTIME: &str = "::nlkit";

/// How the items of a family stand in the file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Layout {
    /// In a `pub mod` of the family's name, for `nlkit::include_family!`.
    #[default]
    Module,
    /// By themselves, with the docs of the family at the top: the file is the module.
    File,
}

impl Default for Builder {
    fn default() -> Self {
        Self {
            out_dir: None,
            layout: Layout::Module,
            expand: false,
            non_exhaustive: false,
            derives: Vec::new(),
            serde: false,
            allow_unknown_keys: false,
            runtime: RUNTIME.to_owned(),
        }
    }
}

impl Builder {
    /// The options of [`compile`](crate::compile).
    pub fn new() -> Self {
        Self::default()
    }

    /// Folder to write to; `OUT_DIR` of the build script by default.
    #[must_use]
    pub fn out_dir(mut self, path: impl Into<PathBuf>) -> Self {
        self.out_dir = Some(path.into());
        self
    }

    /// How the items stand in the file; [`Layout::Module`] by default.
    #[must_use]
    pub fn layout(mut self, layout: Layout) -> Self {
        self.layout = layout;
        self
    }

    /// Whether to print what `#[derive(NlAttrs)]` and `#[derive(NlStruct)]` would make in place of the
    /// derives, so that the code builds without the proc macros; off by default.
    #[must_use]
    pub fn expand(mut self, expand: bool) -> Self {
        self.expand = expand;
        self
    }

    /// Whether structs are `#[non_exhaustive]`, for code that is published: then an attribute that
    /// a later spec adds breaks nobody. Off by default.
    #[must_use]
    pub fn non_exhaustive(mut self, non_exhaustive: bool) -> Self {
        self.non_exhaustive = non_exhaustive;
        self
    }

    /// Adds a derive to structs, enums, flags and sub-messages, by its path: with `Eq` and `Hash` they
    /// can be keys of a map.
    ///
    /// A derive that a type has anyway is not repeated, as enums, flags and binary structs have these
    /// two. The enum of notifications gets none. A trait that a derive asks of each field has to be there for
    /// the types of nlkit, too; for serde's there is [`serde`](Self::serde).
    #[must_use]
    pub fn derive(mut self, path: impl Into<String>) -> Self {
        self.derives.push(path.into());
        self
    }

    /// Whether structs, enums, flags and sub-messages derive serde's `Serialize` and `Deserialize`;
    /// off by default. The crate needs `serde` with its feature `derive`, and nlkit with its
    /// feature `serde`.
    #[must_use]
    pub fn serde(mut self, serde: bool) -> Self {
        self.serde = serde;
        self
    }

    /// Whether keys that the spec language does not have are passed over, for specs from the
    /// future; off by default.
    #[must_use]
    pub fn allow_unknown_keys(mut self, allow: bool) -> Self {
        self.allow_unknown_keys = allow;
        self
    }

    /// Path of the crate nlkit; `::nlkit` by default.
    #[must_use]
    pub fn runtime(mut self, path: impl Into<String>) -> Self {
        self.runtime = path.into();
        self
    }

    /// Generates a file for each spec: `<module>.rs` in the folder to write to. Gives their paths.
    ///
    /// In a build script it also asks cargo to run the script again when a spec changes. A file
    /// that would not change is not written.
    ///
    /// # Errors
    /// All that is wrong with any of the specs, and with the files.
    pub fn compile(&self, specs: &[impl AsRef<Path>]) -> Result<Vec<PathBuf>, Report> {
        let mut report = Report::default();
        let mut written = Vec::new();
        for spec in specs {
            match self.compile_one(spec.as_ref()) {
                Ok(path) => written.push(path),
                Err(other) => report.append(other),
            }
        }
        if report.is_empty() { Ok(written) } else { Err(report) }
    }

    fn compile_one(&self, spec: &Path) -> Result<PathBuf, Report> {
        let of_file = |draft| Report::of_file(spec, draft);
        let build_dir = env::var_os("OUT_DIR").map(PathBuf::from);
        if build_dir.is_some() {
            println!("cargo::rerun-if-changed={}", spec.display());
        }
        let out_dir = self.out_dir.clone().or(build_dir);
        let out_dir = out_dir.ok_or_else(|| of_file(texts::missing_out_dir()))?;
        let family = self.resolve(spec)?;
        let code = self.emit(&family, spec)?;
        let path = out_dir.join(family.file_name());
        write_if_changed(&path, &code)
            .map_err(|error| of_file(texts::unwritable_file(&path, &error)))?;
        Ok(path)
    }

    /// Generates the code for the spec in a file.
    ///
    /// # Errors
    /// All that is wrong with it.
    pub fn generate(&self, spec: impl AsRef<Path>) -> Result<String, Report> {
        let spec = spec.as_ref();
        self.emit(&self.resolve(spec)?, spec)
    }

    /// Generates the code for a spec; `name` stands for the file.
    ///
    /// # Errors
    /// All that is wrong with it.
    pub fn generate_str(&self, name: &str, spec: &str) -> Result<String, Report> {
        self.emit(&self.resolve_str(name, spec)?, Path::new(name))
    }

    /// Resolves the spec in a file: all that the code would say, as data.
    ///
    /// # Errors
    /// All that is wrong with it.
    pub fn resolve(&self, spec: impl AsRef<Path>) -> Result<Family, Report> {
        let (name, text) = read(spec.as_ref())?;
        self.resolve_str(&name, &text)
    }

    /// Resolves a spec; `name` stands for the file.
    ///
    /// # Errors
    /// All that is wrong with it.
    pub fn resolve_str(&self, name: &str, spec: &str) -> Result<Family, Report> {
        let source = Source::new(name, spec);
        let model = source.read().map_err(|errors| Report::new(source, errors))?;
        resolve::resolve(&model, self.allow_unknown_keys)
            .map_err(|errors| Report::new(source, errors))
    }

    /// All that is wrong with the spec in a file or, where nothing is, what of it may not be meant so.
    pub fn check(&self, spec: impl AsRef<Path>, levels: &Levels) -> Report {
        match read(spec.as_ref()) {
            Ok((name, text)) => self.check_str(&name, &text, levels),
            Err(report) => report,
        }
    }

    /// As [`check`](Self::check), of a spec; `name` stands for the file.
    pub fn check_str(&self, name: &str, spec: &str, levels: &Levels) -> Report {
        let source = Source::new(name, spec);
        let checked = source.read().and_then(|model| {
            let family = resolve::resolve(&model, self.allow_unknown_keys)?;
            Ok(lint::lint(&model, &family, levels))
        });
        Report::new(source, checked.unwrap_or_else(|errors| errors))
    }

    /// Generates the code of a family that was resolved; its first line says the name of the file `spec`.
    ///
    /// # Errors
    /// Where an option is none.
    pub fn emit(&self, family: &Family, spec: impl AsRef<Path>) -> Result<String, Report> {
        let spec = spec.as_ref();
        let of_file = |draft| Report::of_file(spec, draft);
        let style = self.style().map_err(of_file)?;
        let origin = spec.file_name().unwrap_or(spec.as_os_str()).to_string_lossy();
        emit::file(family, &style, &origin)
            .map_err(|error| of_file(texts::internal(&error.to_string())))
    }

    fn style(&self) -> Result<Style, Draft> {
        let path = |option: &str, path: &String| {
            syn::parse_str(path).map_err(|_| texts::invalid_option(option, path))
        };
        let derives: Result<_, Draft> = self.derives.iter().map(|it| path("derive", it)).collect();
        Ok(Style {
            file: self.layout == Layout::File,
            expand: self.expand,
            non_exhaustive: self.non_exhaustive,
            derives: derives?,
            serde: self.serde,
            runtime: path("runtime", &self.runtime)?,
            renamed: self.runtime != RUNTIME,
        })
    }
}

/// The name and the text of a spec.
fn read(spec: &Path) -> Result<(String, String), Report> {
    let bytes =
        fs::read(spec).map_err(|error| Report::of_file(spec, texts::unreadable_file(&error)))?;
    let name = spec.display().to_string();
    let text = String::from_utf8(bytes).map_err(|error| not_utf8(&name, &error))?;
    Ok((name, text))
}

/// A report that shows where a file ceases to be UTF-8.
fn not_utf8(name: &str, error: &FromUtf8Error) -> Report {
    let text = String::from_utf8_lossy(error.as_bytes());
    // Up to here the text is as in the file; then comes the character that stands for the rest.
    let start = error.utf8_error().valid_up_to();
    let at = start..start + char::REPLACEMENT_CHARACTER.len_utf8();
    let mut errors = Errors::default();
    errors.push(texts::not_utf8(at));
    Report::new(Source { name, text: &text }, errors)
}

/// Writes a file unless it is so already: what depends on it stays fresh.
fn write_if_changed(path: &Path, text: &str) -> io::Result<()> {
    match fs::read(path) {
        Ok(old) if old == text.as_bytes() => Ok(()),
        _ => fs::write(path, text),
    }
}

#[cfg(test)]
mod tests {
    use super::Builder;

    /// A spec with an enum, a struct and a notification.
    const LAMP: &str = "
name: lamp
doc: Lamps.
definitions: [{ name: mode, type: enum, entries: [off, on] }]
attribute-sets: [{ name: lamp, attributes: [{ name: mode, type: u8, enum: mode }] }]
operations:
  list:
    - { name: get, doc: Look., attribute-set: lamp, do: { reply: { attributes: [mode] } } }
    - { name: changed, doc: It is another., notify: get }
";

    fn derives(builder: &Builder) -> Vec<String> {
        let code = builder.generate_str("lamp.yaml", LAMP).unwrap();
        let code: String = code.split_whitespace().collect();
        let lists = code.split("#[derive(").skip(1).filter_map(|rest| rest.split(")]").next());
        lists.map(|list| list.trim_end_matches(',').to_owned()).collect()
    }

    #[test]
    fn derives_are_added_where_they_are_not_there() {
        let builder = Builder::new().derive("Eq").derive("Hash").derive("std::fmt::Debug");
        let builder = builder.derive("::std::hash::Hash").derive("serde::Serialize").serde(true);
        let message = "Clone,Default,PartialEq,Eq,Hash,\
                       ::serde::Serialize,::serde::Deserialize,nl::NlAttrs";
        let expected = [
            "Clone,Copy,Debug",
            "Clone,Copy,Default,PartialEq,Eq,PartialOrd,Ord,Hash,\
             ::serde::Serialize,::serde::Deserialize",
            message,
            message,
            "Clone,Debug,PartialEq",
        ];
        assert_eq!(derives(&builder), expected);
    }

    #[test]
    fn a_file_that_cannot_be_read_is_told_why() {
        let folder = std::env::temp_dir().join(format!("nlkit-unreadable-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let file = folder.join("lamp.yaml");
        std::fs::write(&file, b"name: lamp\ndoc: \xc3\xa9 caf\xe9 lamp\n").unwrap();
        let latin1 = Builder::new().generate(&file).unwrap_err();
        let directory = Builder::new().generate(&folder).unwrap_err();
        std::fs::remove_dir_all(&folder).unwrap();
        let missing = Builder::new().generate(&file).unwrap_err();

        let first = latin1.diagnostics().first().unwrap();
        assert_eq!((first.code(), first.line(), first.column()), ("unreadable-file", 2, 11));
        let shown = latin1.to_string();
        assert!(
            shown.contains("lamp.yaml:2:11\n") && shown.contains("save it as UTF-8"),
            "{shown}"
        );
        let codes = |it: &super::Report| it.diagnostics().first().map(|it| it.code());
        assert_eq!([codes(&directory), codes(&missing)], [Some("unreadable-file"); 2]);
        assert!(!directory.to_string().contains("help"), "{directory}");
        assert!(missing.to_string().contains("paths are relative"), "{missing}");
    }

    #[test]
    fn without_a_folder_to_write_to_it_says_so() {
        // This crate has no build script, so cargo sets no `OUT_DIR` for its tests.
        assert!(std::env::var_os("OUT_DIR").is_none());
        let report = Builder::new().compile(&["lamp.yaml"]).unwrap_err();
        assert_eq!(report.diagnostics().first().map(|it| it.code()), Some("missing-out-dir"));
        let shown = format!("{report:?}");
        assert!(shown.starts_with("\nerror: no folder to write to"), "{shown}");
        assert!(shown.contains("--> lamp.yaml\n") && shown.contains("= help: "), "{shown}");
    }
}
