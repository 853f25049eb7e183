//! The numbers of our specs against those of C, by their C names: what the kernel's UAPI headers of
//! this machine have. That is all there is for families without policies, as rt-link and tc.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "these are tests"
)]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use nlkit_codegen::ir::{EnumKind, Family, Protocol};
use nlkit_tests::in_c;
use nlkit_tests::skip::skip;

/// Numbers that are others in the headers of some kernels: the beginning of the C name, and why.
const EXCEPTIONS: &[(&str, &str)] = &[
    ("IPSTATS_MIB_", "6.1 has another order than 6.18 and 7.3, whose numbers ours are"),
    ("DEVLINK_RESOURCE_SCOPE_", "numbers of bits, with the names that C has for the bits"),
];

/// A number of a spec.
struct Fact {
    place: String,
    c_name: String,
    number: i128,
    /// Whether it is a bit, of which C may have the number or the value.
    is_bit: bool,
}

fn facts(family: &Family) -> Vec<Fact> {
    let mut facts = Vec::new();
    let mut push = |place: String, c_name: &str, number: i128, is_bit: bool| {
        let place = format!("{} {place}", family.name);
        facts.push(Fact { place, c_name: c_name.to_owned(), number, is_bit });
    };
    for item in &family.enums {
        // The flags that belong to an enum have its names.
        let is_bit = match item.kind {
            EnumKind::Enum => false,
            EnumKind::Flags => true,
            EnumKind::FlagsOfEnum => continue,
        };
        for entry in &item.entries {
            let place = format!("{}.{}", item.name, entry.name);
            push(place, &entry.c_name, entry.value.into(), is_bit);
        }
    }
    for set in &family.sets {
        for attribute in &set.attributes {
            let place = format!("{}.{}", set.name, attribute.name);
            push(place, &attribute.c_name, attribute.id.into(), false);
        }
    }
    // Netfilter's numbers have that of the subsystem before them.
    let number = |id: u16| match family.protocol {
        Protocol::Raw(12) => i128::from(id & 0xff),
        _ => i128::from(id),
    };
    for op in &family.operations {
        let call = op.once.as_ref().or(op.dump.as_ref()).unwrap();
        push(op.name.clone(), &op.c_name, number(call.request_id), false);
    }
    for told in family.notifications.iter().flatten() {
        push(told.name.clone(), &told.c_name, number(told.id), false);
    }
    facts
}

fn specs() -> Vec<Family> {
    let families = Path::new(env!("CARGO_MANIFEST_DIR")).join("../specs/families");
    let mut files: Vec<_> = fs::read_dir(families).unwrap().map(|e| e.unwrap().path()).collect();
    files.sort();
    files.iter().map(|file| nlkit_codegen::Builder::new().resolve(file).unwrap()).collect()
}

#[test]
fn numbers_are_as_in_c() {
    if !in_c::is_here() {
        return skip("there is no C compiler");
    }
    let facts: Vec<_> = specs().iter().flat_map(facts).collect();
    let answers = in_c::answers(facts.iter().map(|fact| fact.c_name.as_str()));
    let mut counts = BTreeMap::<&str, [usize; 2]>::new();
    let mut failures = Vec::new();
    for (index, Fact { place, c_name, number, is_bit }) in facts.iter().enumerate() {
        let [known, unknown] = counts.entry(place.split(' ').next().unwrap()).or_default();
        let Some(in_c) = answers.get(&index) else {
            *unknown += 1;
            continue;
        };
        *known += 1;
        // C has some numbers of 32 bits as negative ones.
        let in_c = if *in_c < 0 && *number >= 0 { in_c + (1 << 32) } else { *in_c };
        let bit = || 1_i128.checked_shl(u32::try_from(*number).unwrap());
        let same = *number == in_c || *is_bit && bit() == Some(in_c);
        if !same && !EXCEPTIONS.iter().any(|(start, _)| c_name.starts_with(start)) {
            failures.push(format!("{place}: {number}, but {c_name} is {in_c}"));
        }
    }
    for (family, [known, unknown]) in &counts {
        println!("{family}: {known} numbers compared, {unknown} not in this machine's headers");
    }
    println!("{} numbers compared with C", answers.len());
    assert!(failures.is_empty(), "{} differences\n{}", failures.len(), failures.join("\n"));
    assert!(answers.len() > 3000, "only {} numbers", answers.len());
}

/// nlkit has the numbers of protocols itself, since other systems' libc does not.
#[test]
fn protocols_have_the_numbers_that_c_has() {
    use nlkit::{Generic, Netfilter, Protocol, Route, Usersock};

    assert_eq!(Generic::NUMBER, libc::NETLINK_GENERIC);
    assert_eq!(Route::NUMBER, libc::NETLINK_ROUTE);
    assert_eq!(Netfilter::NUMBER, libc::NETLINK_NETFILTER);
    assert_eq!(Usersock::NUMBER, libc::NETLINK_USERSOCK);
}
