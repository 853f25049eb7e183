//! Writes a table of all messages of nlkit-specs, from its specs, for the tests that go through all
//! of them: for each the functions of its Rust type.

use std::error::Error;
use std::fmt::Write;
use std::fs;
use std::path::Path;

use nlkit_codegen::ir::{Call, Family};

#[allow(unreachable_pub, reason = "it is part of the library, too")]
#[path = "src/tables.rs"]
mod tables;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = Path::new("../specs/families");
    println!("cargo::rerun-if-changed={}", folder.display());
    let (mut table, mut dumps) = (String::new(), String::new());
    for entry in fs::read_dir(folder)? {
        let spec = entry?.path();
        let family = nlkit_codegen::Builder::new().resolve(&spec)?;
        let stem = spec.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
        let module = format!("nlkit_specs::{}", family.module);
        table.push_str(&tables::messages(stem, &module, &family));
        print_dumps(&mut dumps, &family)?;
    }
    let out = std::env::var("OUT_DIR")?;
    fs::write(Path::new(&out).join("messages.rs"), format!("&[{table}]"))?;
    fs::write(Path::new(&out).join("dumps.rs"), format!("&[{dumps}]"))?;
    Ok(())
}

fn print_dumps(table: &mut String, family: &Family) -> Result<(), Box<dyn Error>> {
    for op in &family.operations {
        let Some(Call { request, .. }) = &op.dump else { continue };
        let ty = format!("nlkit_specs::{}::{}", family.module, request.rust);
        writeln!(table, "DumpType::of::<{ty}>(),")?;
    }
    Ok(())
}
