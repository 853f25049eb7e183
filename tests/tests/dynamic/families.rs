//! Families by the names of their files, and their messages by the names that vectors have.

use std::collections::BTreeMap;
use std::path::Path;

use nlkit_codegen::{Builder, ir};
use nlkit_dynamic::{Family, Format, Mode};
use nlkit_tests::vectors::sorted;

/// The families of a folder of specs, by the names of its files.
pub(crate) fn families(folder: &Path) -> BTreeMap<String, &'static Family> {
    let specs = sorted(folder).into_iter();
    let specs = specs.filter(|file| file.extension().is_some_and(|ending| ending == "yaml"));
    let family = |file: &Path| {
        let ir = Builder::new().resolve(file).unwrap_or_else(|report| panic!("{report}"));
        (file.file_stem().unwrap().to_str().unwrap().to_owned(), Family::new(ir))
    };
    specs.map(|file| family(&file)).collect()
}

/// Those of nlkit-specs.
pub(crate) fn ours() -> BTreeMap<String, &'static Family> {
    families(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../specs/families"))
}

/// One of nlkit-specs.
pub(crate) fn family(stem: &str) -> &'static Family {
    Family::new(resolve(stem))
}

/// One of nlkit-specs, to be changed.
pub(crate) fn resolve(stem: &str) -> ir::Family {
    let specs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../specs/families");
    Builder::new().resolve(specs.join(format!("{stem}.yaml"))).unwrap()
}

/// A message by the names that vectors and nlkit-tests' table have for it.
pub(crate) fn format(
    family: &'static Family,
    op: &str,
    mode: &str,
    direction: &str,
) -> Option<Format> {
    let mode = match mode {
        "do" => Mode::Do,
        "dump" => Mode::Dump,
        _ => {
            let told = family.ir().notifications.iter().flatten().find(|it| it.name == op)?;
            return family.notification(told.id).map(|(_, format)| format);
        }
    };
    let operation = family.operation(op)?;
    match direction {
        "request" => family.request(operation, mode),
        _ => family.reply(operation, mode),
    }
}
