//! Counts the lines of code that the specs in a folder become, before derives are expanded.
//!
//! ```sh
//! cargo run --release -p nlkit-bench --bin lines -- specs/families
//! ```

use std::path::Path;

use nlkit_bench::Result;
use nlkit_codegen::Builder;

fn main() -> Result<()> {
    let folder = std::env::args().nth(1).ok_or("a folder of specs, please")?;
    let mut total = 0;
    let mut families = 0;
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "yaml") {
            total += lines_of(&path)?;
            families += 1;
        }
    }
    println!("{total} lines of generated code before expansion, {families} families");
    Ok(())
}

fn lines_of(spec: &Path) -> Result<usize> {
    let name = spec.file_name().unwrap_or_default().to_string_lossy();
    let code = Builder::new().generate_str(&name, &std::fs::read_to_string(spec)?)?;
    Ok(code.lines().count())
}
