//! Our specs against what real kernels report of themselves: operation numbers, what can be done
//! and dumped and by whom, groups, and for each request the numbers, types, ranges and nests of its
//! attributes. The running kernel, and captures of others (`NLKIT_CAPTURES`).
//!
//! A difference fails, unless it is listed in [`EXCEPTIONS`] with its reason. What is newer than a kernel,
//! or cannot be told, is none; nor are limits that only the kernel has.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "these are tests")]

use std::fs;
use std::path::Path;

use nlkit::{Connection, Policies};
use nlkit_codegen::ir::Family;
use nlkit_dynamic::agreement::{Aspect, Finding, Level, compare};
use nlkit_tests::kernel::{captured, captures};
use nlkit_tests::skip::{folder, skip};

mod exceptions;
mod rules;

use exceptions::{EXCEPTIONS, Exception, PARTIAL};

fn specs() -> Vec<Family> {
    let families = Path::new(env!("CARGO_MANIFEST_DIR")).join("../specs/families");
    let mut files: Vec<_> = fs::read_dir(families).unwrap().map(|e| e.unwrap().path()).collect();
    files.sort();
    files.iter().map(|file| nlkit_codegen::Builder::new().resolve(file).unwrap()).collect()
}

#[test]
fn the_running_kernel_agrees() {
    let mut connection = match Connection::generic() {
        Ok(connection) => connection,
        Err(error) => return skip(&format!("no generic netlink here: {error}")),
    };
    let theirs = specs().into_iter().map(|spec| {
        let policies = connection.policy_of(&spec.name).unwrap();
        (spec.name, policies)
    });
    let theirs: Vec<_> = theirs.filter(|(_, policies)| policies.family().is_some()).collect();
    assert_agreement(&differences("live", &theirs));
}

#[test]
fn captured_kernels_agree() {
    let Some(folder) = folder("NLKIT_CAPTURES") else { return };
    let kernels = captures(&folder).unwrap().into_iter();
    let differences = kernels.flat_map(|folder| {
        let name = folder.file_name().unwrap().to_str().unwrap();
        differences(name, &captured(&folder).unwrap())
    });
    let differences: Vec<_> = differences.collect();
    for Exception { family, differences: reads, .. } in EXCEPTIONS {
        for reads in *reads {
            let shown = differences.iter().any(|(_, of, found)| of == family && found == reads);
            assert!(shown, "no captured kernel shows {family}: {reads}; drop the exception");
        }
    }
    assert_agreement(&differences);
}

/// Kernel, family and how they differ.
type Difference = (String, String, String);

/// All differences between our specs and a kernel's families.
fn differences(kernel: &str, families: &[(String, Policies)]) -> Vec<Difference> {
    let (mut found, mut compared) = (Vec::new(), Vec::new());
    for spec in specs() {
        let Some((_, theirs)) = families.iter().find(|(name, _)| *name == spec.name) else {
            println!("{kernel}: has no family {}", spec.name);
            continue;
        };
        let findings = compare(&spec, theirs);
        let agree = findings.iter().filter(|finding| finding.level == Level::Agrees).count();
        compared.push(format!("{} ({agree} facts agree)", spec.name));
        let differences = findings.iter().filter(|finding| is_difference(finding, &spec));
        found.extend(differences.map(|it| (kernel.to_owned(), spec.name.clone(), reads(it))));
    }
    println!("{kernel}: {}", compared.join(", "));
    assert!(!compared.is_empty(), "{kernel} has none of our families");
    found
}

fn is_difference(finding: &Finding, spec: &Family) -> bool {
    match finding.level {
        Level::Wrong => true,
        Level::NotInKernel => true,
        Level::NotInSpec => !finding.aspect.is_limit() && !is_only_named(finding, spec),
        _ => false,
    }
}

/// Whether the spec has the number of an operation that it does not describe.
fn is_only_named(finding: &Finding, spec: &Family) -> bool {
    let Some((_, names)) = PARTIAL.iter().find(|(family, _)| *family == spec.name) else {
        return false;
    };
    let id = finding.place.item.strip_prefix("operation ").and_then(|id| id.parse().ok());
    let names = spec.enums.iter().find(|item| item.name == *names).unwrap();
    names.entries.iter().any(|entry| Some(entry.value) == id)
}

/// A difference as exceptions have it: an attribute by its set, since many requests share that.
fn reads(finding: &Finding) -> String {
    let Finding { place, aspect, level, kernel, .. } = finding;
    let name = place.path.rsplit('.').next().unwrap_or_default();
    let set = place.set.as_deref().unwrap_or_default();
    match (name, *aspect, *level) {
        ("", aspect, _) => format!("{}: {}: {kernel}", place.item, aspect.name()),
        (_, Aspect::Presence, Level::NotInSpec) => format!("{set}.{name}: not in the spec"),
        (_, Aspect::Presence, _) => format!("{} {}: not in the policy", place.item, place.path),
        (_, aspect, _) => format!("{set}.{name}: {}: {kernel}", aspect.name()),
    }
}

fn assert_agreement(differences: &[Difference]) {
    let (excepted, failures): (Vec<_>, Vec<_>) =
        differences.iter().partition(|(kernel, family, reads)| exception(kernel, family, reads));
    println!("{} differences are listed exceptions", excepted.len());
    let text =
        failures.iter().map(|(kernel, family, reads)| format!("{kernel}: {family}: {reads}"));
    let text: Vec<_> = text.collect();
    assert!(text.is_empty(), "{} differences\n{}", text.len(), text.join("\n"));
}

fn exception(kernel: &str, family: &str, difference: &str) -> bool {
    EXCEPTIONS.iter().any(|exception| {
        let Exception { kernels, family: of, differences, .. } = exception;
        let of_kernel = kernels.is_empty() || kernels.contains(&kernel);
        of_kernel && *of == family && differences.contains(&difference)
    })
}

#[test]
fn exceptions_have_reasons_and_specs() {
    let specs = specs();
    for Exception { family, differences, why, .. } in EXCEPTIONS {
        assert!(specs.iter().any(|spec| spec.name == *family), "{family}");
        assert!(why.len() > 10, "{family}: {differences:?}: no reason");
    }
}
