//! Messages of every operation, made by the kernel's own client: decode has its JSON, and encode of that
//! JSON its bytes, by the kernel's own specs.

use nlkit_tests::skip::folder;
use nlkit_tests::vectors::{Line, Vector, assert_all, from_hex, vectors};

use crate::families::{families, format};

/// The kernel with the specs that the vectors were made from.
const KERNEL: &str = "linux-7.3";

#[test]
fn decode_has_the_json_of_the_kernels_client_and_encode_its_bytes() {
    let (Some(root), Some(specs)) = (folder("NLKIT_VECTORS"), folder("NLKIT_KERNEL_SPECS")) else {
        return;
    };
    let families = families(&specs.join(KERNEL));
    let vectors = vectors(&root, Some(KERNEL));
    let mut lost = vec![0; LOST.len()];
    let mut check = |vector: &Vector| {
        let Line { op, mode, dir, bytes, json } = &vector.line;
        let format = format(families[&vector.family], op, mode, dir).ok_or("no such message")?;
        let bytes = from_hex(bytes).ok_or("not hex")?;
        let decoded = format.decode(&bytes).map_err(|error| error.to_string())?;
        let (mut theirs, mut input) = (decoded.clone(), json);
        for (Lost { family, member, .. }, count) in LOST.iter().zip(&mut lost) {
            let removed = theirs.as_object_mut().unwrap().remove(*member);
            if vector.family == *family && removed.is_some() {
                *count += 1;
                input = &decoded;
            }
        }
        if theirs != *json {
            return Err(format!("decoded to {decoded}"));
        }
        let mut encoded = Vec::new();
        format.encode(input, &mut encoded).map_err(|error| error.to_string())?;
        if encoded != bytes {
            return Err(format!("encoded to {encoded:02x?}, not {bytes:02x?}"));
        }
        Ok(())
    };
    let results: Vec<_> = vectors.iter().map(&mut check).collect();
    assert_all(&vectors, &results, &[]);
    for (Lost { family, member, why }, count) in LOST.iter().zip(lost) {
        println!("{count} of {family}, {member}: {why}");
        assert!(count > 0, "{family}, {member}: not needed any more");
    }
}

/// A member that the client loses from what it decodes, so that its JSON does not have it, and no JSON
/// that lacks it has the bytes. All else is to be equal.
struct Lost {
    family: &'static str,
    member: &'static str,
    why: &'static str,
}

const LOST: &[Lost] = &[Lost {
    family: "rt-rule",
    member: "Attr(table)",
    why: "the client puts the header's member of this name in the place of the attribute",
}];
