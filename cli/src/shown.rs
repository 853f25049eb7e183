//! Decoded messages as they are printed, for people and for programs.

use std::io::Write;

use nlkit_dynamic::Piece;
use nlkit_dynamic::decoder::{Body, Decoded, Direction, End, Role};
use serde_json::{Map, Value, json};

use crate::errno;
use crate::failure::Failure;
use crate::hexdump;
use crate::print::Printer;
use crate::protocol;

/// What is known of a message beside itself, and how it is shown.
#[derive(Clone, Debug, Default)]
pub(crate) struct Beside {
    /// As hex, piece by piece; with colours or not.
    pub(crate) raw: Option<bool>,
    /// When it was sent or received.
    pub(crate) time: Option<String>,
    /// The network namespace that it comes from, by its number.
    pub(crate) namespace: Option<i32>,
}

/// Prints a message.
///
/// # Errors
/// Where stdout takes no more.
pub(crate) fn print<W: Write>(
    printer: &mut Printer<W>,
    message: &Decoded<'_>,
    beside: &Beside,
) -> Result<(), Failure> {
    let (name, body) = body(message);
    let mut whole = whole(message, beside, name, &body);
    let heading = harmless(&heading(message, beside));
    if let Some(colored) = beside.raw {
        whole.insert("bytes".to_owned(), json!(hex(message.bytes)));
        whole.insert("pieces".to_owned(), pieces(message));
        let lines = format!("{heading}\n{}", hexdump::lines(message, colored));
        return printer.lines(&lines, &Value::Object(whole));
    }
    let whole = Value::Object(whole);
    let readable = match &body {
        Value::String(_) => json!({ name: body }),
        body => body.clone(),
    };
    printer.headed(&heading, &readable, &whole)
}

/// Prints something else that belongs at this place: that messages were lost, or what is wrong with the
/// input.
///
/// # Errors
/// Where stdout takes no more.
pub(crate) fn print_fault(printer: &mut Printer, what: &str) -> Result<(), Failure> {
    printer.headed(
        &harmless(&format!("! {what}")),
        &json!({}),
        &json!({ "kind": "fault", "fault": what }),
    )
}

/// A text without what a terminal would obey: names of families come from captures.
pub(crate) fn harmless(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

/// What a message says, under the name that programs find it by.
fn body(message: &Decoded<'_>) -> (&'static str, Value) {
    match &message.body {
        Body::Message(value) => ("message", value.clone()),
        Body::Undecodable(error) => ("malformed", json!(error.to_string())),
        Body::Unknown([]) => ("message", json!({})),
        Body::Unknown(bytes) => ("bytes", json!(hex(bytes))),
        Body::End(end) => ("end", self::end(end)),
        Body::Malformed(what) => ("malformed", json!(what)),
        _ => ("message", json!({})),
    }
}

fn end(end: &End) -> Value {
    let mut members = Map::new();
    let mut add = |name: &str, value: Value| {
        if !value.is_null() {
            members.insert(name.to_owned(), value);
        }
    };
    if end.errno != 0 {
        add("errno", json!(errno::name(end.errno)));
        add("number", json!(end.errno));
    }
    add("msg", json!(end.message.as_ref().map(ToString::to_string)));
    add("attribute", json!(end.attribute));
    add("offset", json!(end.offset));
    add("missing", json!(end.missing));
    add("policy", json!(end.policy));
    add("cookie", json!(end.cookie.as_deref().map(hex)));
    Value::Object(members)
}

/// What sort of message it is.
fn kind(message: &Decoded<'_>) -> &'static str {
    match (&message.body, message.role) {
        (Body::End(end), _) if end.errno != 0 => "error",
        (Body::End(_), _) => match message.header.map(|header| header.kind) {
            Some(nlkit::wire::kind::DONE) => "done",
            _ => "ack",
        },
        (Body::Noop, _) => "noop",
        (Body::Overrun, _) => "overrun",
        (Body::Malformed(_), _) => "malformed",
        (_, Some(Role::Request)) => "request",
        (_, Some(Role::Reply)) => "reply",
        (_, Some(Role::Notification)) => "notification",
        _ => "unknown",
    }
}

/// A message for programs.
fn whole(message: &Decoded<'_>, beside: &Beside, name: &str, body: &Value) -> Map<String, Value> {
    let mut whole = Map::new();
    let mut add = |name: &str, value: Value| {
        if !value.is_null() {
            whole.insert(name.to_owned(), value);
        }
    };
    add("time", json!(beside.time));
    add("namespace", json!(beside.namespace));
    add("kind", json!(kind(message)));
    add("to-kernel", json!(message.direction.map(|it| it == Direction::ToKernel)));
    add("protocol", json!(message.protocol.map(protocol::name)));
    add("family", json!(message.family));
    add("operation", json!(message.operation));
    add("mode", json!(message.mode.map(|mode| mode.to_string())));
    if let Some(header) = message.header {
        add(
            "header",
            json!({
                "len": header.len,
                "type": header.kind,
                "flags": message.flags(),
                "seq": header.seq,
                "port": header.port,
            }),
        );
    }
    if let Some(generic) = message.generic {
        add("generic", json!({ "cmd": generic.cmd, "version": generic.version }));
    }
    add(name, body.clone());
    if matches!(message.body, Body::Undecodable(_) | Body::Malformed(_)) {
        add("bytes", json!(hex(message.bytes)));
    }
    whole
}

/// The pieces of a message for programs.
fn pieces(message: &Decoded<'_>) -> Value {
    let piece = |piece: Piece| {
        let mut members = Map::new();
        for (name, value) in [
            ("offset", json!(piece.offset)),
            ("len", json!(piece.len)),
            ("depth", json!(piece.depth)),
            ("name", json!(piece.name)),
            ("text", json!(piece.text)),
        ] {
            members.insert(name.to_owned(), value);
        }
        if piece.malformed {
            members.insert("malformed".to_owned(), json!(true));
        }
        Value::Object(members)
    };
    hexdump::pieces(message).into_iter().map(piece).collect()
}

/// The line over a message for people: `> netdev dev-get dump request  seq 7 [request dump]`.
pub(crate) fn heading(message: &Decoded<'_>, beside: &Beside) -> String {
    let mut words = Vec::new();
    words.extend(beside.time.clone());
    words.extend(beside.namespace.map(|number| format!("[netns {number}]")));
    let arrow = match message.direction {
        Some(Direction::ToKernel) => ">",
        Some(Direction::FromKernel) => "<",
        None => "?",
    };
    words.push(arrow.to_owned());
    let protocol = || message.protocol.map(protocol::name);
    words.extend(message.family.clone().or_else(protocol));
    words.push(match (message.operation, message.generic, message.header) {
        (Some(operation), ..) => operation.to_owned(),
        (None, Some(generic), Some(header)) if message.family.is_none() => {
            format!("family {}, operation {}", header.kind, generic.cmd)
        }
        (None, Some(generic), _) => format!("operation {}", generic.cmd),
        (None, None, Some(header)) if matches!(message.body, Body::Unknown(_)) => {
            format!("type {}", header.kind)
        }
        _ => String::new(),
    });
    words.extend(message.mode.map(|mode| mode.to_string()));
    words.push(match kind(message) {
        "unknown" => String::new(),
        kind => kind.to_owned(),
    });
    words.retain(|word| !word.is_empty());
    let mut heading = words.join(" ");
    if let Some(header) = message.header {
        heading += &format!("  seq {} port {}", header.seq, header.port);
        let flags = message.flags();
        if !flags.is_empty() {
            heading += &format!(" [{}]", flags.join(" "));
        }
    }
    heading
}

/// Bytes as hex.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
