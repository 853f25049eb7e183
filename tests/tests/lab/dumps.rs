//! All dumps, under each kernel, with radios, an NFS server and so on behind some.

use nlkit::Error;
use nlkit_tests::lab::since;
use nlkit_tests::messages::DUMPS;

/// Whatever a kernel answers, it decodes; what it refuses, it refuses in words.
#[test]
#[ignore = "runs in the lab"]
fn every_dump_decodes() {
    let (mut generic, mut raw) = (0, 0);
    for dump in DUMPS {
        let name = format!("{} {}", dump.family, dump.op);
        match (dump.count)() {
            Ok(count) => {
                println!("{name}: {count}");
                let counter = if dump.generic { &mut generic } else { &mut raw };
                *counter += 1;
            }
            Err(Error::Kernel(error)) => println!("{error}"),
            Err(error @ Error::UnknownFamily { .. }) => println!("{error}"),
            Err(error) => panic!("{name}: {error}"),
        }
    }
    let enough = if since(6, 12) { 40 } else { 30 };
    assert!(generic > enough && raw > 10, "{generic} dumps answered, and {raw} raw ones");
}
