//! Writes a table of all messages of nlkit-specs, from its specs, for the tests that go through all
//! of them: for each the functions of its Rust type.

use std::error::Error;
use std::fmt::Write;
use std::fs;
use std::path::Path;

use nlkit_codegen::ir::{Call, Family, Message};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = Path::new("../specs/families");
    println!("cargo::rerun-if-changed={}", folder.display());
    let (mut table, mut dumps) = (String::new(), String::new());
    for entry in fs::read_dir(folder)? {
        let spec = entry?.path();
        let family = nlkit_codegen::Builder::new().resolve(&spec)?;
        let stem = spec.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
        print_family(&mut table, stem, &family)?;
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

fn print_family(table: &mut String, stem: &str, family: &Family) -> Result<(), Box<dyn Error>> {
    let mut row = |op: &str, mode: &str, direction: &str, message: &Message| {
        let ty = format!("nlkit_specs::{}::{}", family.module, message.rust);
        writeln!(table, "MessageType::of::<{ty}>({stem:?}, {op:?}, {mode:?}, {direction:?}),")
    };
    for op in &family.operations {
        for (mode, call) in [("do", &op.once), ("dump", &op.dump)] {
            let Some(Call { request, reply, .. }) = call else { continue };
            row(&op.name, mode, "request", request)?;
            if let Some(reply) = reply {
                row(&op.name, mode, "reply", reply)?;
            }
        }
    }
    for notification in family.notifications.iter().flatten() {
        row(&notification.name, "event", "reply", &notification.message)?;
    }
    Ok(())
}
