//! What a connection tells those who trace it (feature `tracing`), over a simulated kernel.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of tests")]

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use nlkit::nlctrl::GetFamily;
use nlkit::sim::{Fault, Faults, Kernel};
use nlkit::{Generic, Modifiers};
use nlkit_dynamic::{Connection, Family};
use tracing::Level;

/// What is traced while `calls` are made.
fn traced(level: Level, calls: impl FnOnce()) -> Vec<String> {
    // Which events somebody wants is known to all threads together.
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _alone = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let lines = Arc::new(Mutex::new(Vec::new()));
    let out = Arc::clone(&lines);
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(level)
        .without_time()
        .with_ansi(false)
        .with_target(false)
        .with_writer(move || Lines(Arc::clone(&out)))
        .finish();
    tracing::subscriber::with_default(subscriber, calls);
    let text = String::from_utf8(lines.lock().unwrap().clone()).unwrap();
    text.lines().map(|line| line.trim().to_owned()).collect()
}

struct Lines(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// The family with this id: nlctrl has 16, nobody has 9.
fn by_id(id: u16) -> GetFamily {
    GetFamily { id: Some(id), name: None }
}

#[test]
fn each_request_is_told_with_its_result_and_duration() {
    let mut conn = Kernel::new().connect::<Generic>();
    let lines = traced(Level::DEBUG, || {
        conn.request(&by_id(16)).unwrap();
        conn.request_with(&by_id(16), Modifiers::CREATE).unwrap();
        conn.request(&by_id(9)).unwrap_err();
        assert_eq!(conn.families().unwrap().len(), 1);
    });
    let name = r#"DEBUG netlink{family="nlctrl" operation="getfamily""#;
    let wanted = [
        ("request", "done"),
        ("request | create", "done"),
        ("request", "failed"),
        ("request | dump", "done"),
    ];
    assert_eq!(lines.len(), wanted.len(), "{lines:#?}");
    for (line, (flags, end)) in lines.iter().zip(wanted) {
        // The span knows its result and the time by then.
        let (span, event) = line.rsplit_once("}: ").unwrap();
        assert!(span.starts_with(&format!("{name} flags={flags} ")), "{line}");
        assert!(span.contains(" result=") && span.contains(" micros="), "{line}");
        assert!(event.starts_with(&format!("{end} micros=")), "{line}");
    }
    let error = "error=nlctrl getfamily: No such file or directory (2)";
    assert!(lines[2].ends_with(error), "{}", lines[2]);
}

#[test]
fn at_trace_level_the_messages_are_told() {
    let mut conn = Kernel::new().connect::<Generic>();
    let lines = traced(Level::TRACE, || {
        conn.request(&by_id(16)).unwrap();
    });
    assert!(lines[0].starts_with("TRACE netlink{"), "{lines:#?}");
    assert!(lines[0].ends_with("request attributes=family-id=16"), "{lines:#?}");
    let reply = r#"reply attributes=family-id=16 family-name="nlctrl" version=2"#;
    assert!(lines[1].contains(reply), "{lines:#?}");
}

#[test]
fn a_family_of_a_spec_at_run_time_is_told_of_as_that_of_types() {
    let kernel = Kernel::new();
    let mut typed = kernel.connect::<Generic>();
    let typed = traced(Level::TRACE, || drop(typed.request(&by_id(16)).unwrap()));

    let spec = Path::new(env!("CARGO_MANIFEST_DIR")).join("../specs/families/nlctrl.yaml");
    let family = Family::new(nlkit_codegen::Builder::new().resolve(spec).unwrap());
    let getfamily = family.operation("getfamily").unwrap();
    let mut conn = Connection::with_transport(family, kernel.socket::<Generic>());
    let lines = traced(Level::TRACE, || {
        let request = serde_json::json!({"family-id": 16});
        conn.request(family, getfamily, &request, Modifiers::default()).unwrap();
    });
    let without_time = |line: &String| line.split("micros=").next().map(ToOwned::to_owned);
    let told = |lines: &[String]| lines.iter().map(without_time).collect::<Vec<_>>();
    assert_eq!(told(&lines), told(&typed));
    assert_eq!(lines.len(), 3, "{lines:#?}");
}

#[test]
fn what_is_lost_is_told() {
    let kernel = Kernel::new();
    kernel.set_faults(Faults::new().on_arrival(1, Fault::Overrun));
    let mut conn = kernel.connect::<Generic>();
    let lines = traced(Level::WARN, || {
        conn.request(&by_id(16)).unwrap();
    });
    let told = "WARN messages were lost error=messages were lost: the receive buffer was full";
    assert_eq!(lines, [told]);
}
