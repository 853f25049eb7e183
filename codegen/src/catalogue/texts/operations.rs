//! Texts about operations.

use crate::catalogue::{Code, Draft, Target, quoted};
use crate::place::Place;

pub(crate) fn conflicting_modes(name: &str, at: &Place, first: &str, second: &str) -> Draft {
    let title = format!("operation {} has both `{first}` and `{second}`", quoted(name));
    Draft::new(Code::ConflictingModes, title)
        .at(Target::Key(at.key(second)), "told unasked")
        .at(Target::Key(at.key(first)), "and this too")
        .help("make it two operations: `do` and `dump` go together, `notify` and `event` alone")
}

pub(crate) fn no_mode(name: &str, at: &Place) -> Draft {
    let title = format!("operation {} has no `do`, `dump`, `notify` or `event`", quoted(name));
    Draft::new(Code::NoMode, title)
        .at(at.key("name"), "cannot be numbered")
        .help("only the unified model can reserve a number")
}

pub(crate) fn unused_set(name: &str, at: &Place) -> Draft {
    let title = format!("operation {} has no `do`, `dump`, `notify` or `event`", quoted(name));
    Draft::new(Code::NoMode, title)
        .at(Target::Key(at.key("attribute-set")), "nothing takes its attributes")
        .help("say how it is used, or leave out `attribute-set` to reserve the number only")
}

pub(crate) fn misplaced_number_of_message(at: Place) -> Draft {
    Draft::new(Code::MisplacedNumber, "`value` of a message in the unified model")
        .at(Target::Key(at), "requests and replies have the operation's number")
        .help("number the operation, or use `enum-model: directional`")
}

pub(crate) fn misplaced_number_of_operation(at: Place) -> Draft {
    Draft::new(Code::MisplacedNumber, "`value` of an operation in the directional model")
        .at(Target::Key(at), "its request and reply have each a number")
        .help("give `value` in `request` and `reply`")
}

pub(crate) fn missing_reply_number(name: &str, at: Place) -> Draft {
    let title = format!("the reply of dump {} needs a `value`", quoted(name));
    Draft::new(Code::MissingReplyNumber, title).at(at, "`do` has no reply to take it from")
}

pub(crate) fn dump_without_reply(name: &str, at: &Place) -> Draft {
    let title = format!("the dump of operation {} has no `reply`", quoted(name));
    Draft::new(Code::DumpWithoutReply, title)
        .at(Target::Key(at.clone()), "each entry of a dump is a reply")
        .help("list what an entry holds: `reply: { attributes: [..] }`")
}

pub(crate) fn notify_without_reply(name: &str, at: Place, target: &Place) -> Draft {
    let title = format!("operation {} has no reply that could be told", quoted(name));
    Draft::new(Code::NotifyWithoutReply, title)
        .at(at, "a notification holds what this operation replies")
        .at(target.key("name"), "has no reply")
}

pub(crate) fn other_header(name: &str, at: Place, target: Place) -> Draft {
    let title = format!("notification {} has another header than what it tells", quoted(name));
    Draft::new(Code::OtherHeader, title)
        .at(at, "another struct")
        .at(target, "the operation whose reply it holds")
        .help("leave out `fixed-header`: a notification is like the reply that it names")
}
