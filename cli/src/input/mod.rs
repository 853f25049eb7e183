//! What a request holds, as the command line says it: pairs, or JSON.

mod json;
mod pairs;
mod typed;

use std::fs;
use std::io::{self, Read};

use clap::Args;
use clap_complete::ArgValueCompleter;
use serde_json::Value;

use crate::completion;
use crate::failure::Failure;
use crate::level::Level;

/// What a request holds.
#[derive(Debug, Default, Args)]
pub(crate) struct Input {
    /// What is asked: NAME=VALUE, NEST.NAME=VALUE, 'LIST[0].NAME=VALUE', FLAG, NAME:=JSON
    #[arg(value_name = "PAIR", add = ArgValueCompleter::new(completion::pairs))]
    pub(crate) pairs: Vec<String>,
    /// What is asked, in JSON: the text, @FILE, or - for stdin
    #[arg(long, value_name = "TEXT|@FILE|-", conflicts_with = "pairs", add = ArgValueCompleter::new(completion::json_file))]
    pub(crate) json: Option<String>,
}

impl Input {
    /// The request, as JSON.
    ///
    /// # Errors
    /// Where it is no JSON object, or a pair is wrong: where, and what.
    pub(crate) fn read(&self, level: Level<'_>) -> Result<Value, Failure> {
        match &self.json {
            None => of_pairs(&self.pairs, level),
            Some(json) => object(read_json(json)?).map_err(|failure| failure.at("--json")),
        }
    }
}

/// A request that is JSON: an object. `null` is what a program prints that found nothing, and no request.
///
/// # Errors
/// Where it is something else.
pub(crate) fn object(value: Value) -> Result<Value, Failure> {
    match value {
        Value::Object(_) => Ok(value),
        Value::Null => {
            Err(Failure::usage("a request is a JSON object").help("one without attributes is `{}`"))
        }
        _ => Err(Failure::usage("a request is a JSON object")
            .help("`nlkit multi` takes a list of requests")),
    }
}

/// The request that pairs say.
///
/// # Errors
/// Where one is wrong: where, and what.
pub(crate) fn of_pairs(pairs: &[String], level: Level<'_>) -> Result<Value, Failure> {
    typed::Typing { arguments: pairs }.message(&pairs::parse(pairs)?, level)
}

/// The level that a path leads to, which selectors among the other pairs choose too.
pub(crate) fn level_at<'f>(level: Level<'f>, path: &str, others: &[String]) -> Option<Level<'f>> {
    let names = path.split('.').map(|name| name.split_once('[').map_or(name, |(name, _)| name));
    let names: Vec<_> = names.filter(|name| !name.is_empty()).collect();
    let sound = others.iter().filter(|pair| pairs::parse(std::slice::from_ref(pair)).is_ok());
    let sound: Vec<_> = sound.cloned().collect();
    typed::level_at(level, &names, &pairs::parse(&sound).ok()?)
}

/// The JSON that `--json` gives: its text, a file's, or that on stdin.
///
/// # Errors
/// Where it cannot be read, or is no JSON.
pub(crate) fn read_json(argument: &str) -> Result<Value, Failure> {
    let (name, text) = match argument.strip_prefix('@') {
        _ if argument == "-" => ("stdin", stdin()),
        Some(file) => (file, fs::read_to_string(file)),
        None => ("--json", Ok(argument.to_owned())),
    };
    let text =
        text.map_err(|error| Failure::system(format_args!("cannot read {name}: {error}")))?;
    json::parse(&text).map_err(|error| {
        let failure = Failure::usage(format_args!("{name}: {}{error}", json::no_json(&error)));
        let is_file = name == "--json" && std::path::Path::new(argument).exists();
        if is_file { failure.help(format_args!("a file is `@{argument}`")) } else { failure }
    })
}

fn stdin() -> io::Result<String> {
    let mut text = String::new();
    io::stdin().read_to_string(&mut text)?;
    Ok(text)
}

#[cfg(test)]
mod tests {
    use std::sync::OnceLock;

    use nlkit_codegen::Builder;
    use nlkit_codegen::ir::Family;
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::print::Text;

    fn family(name: &str) -> Family {
        let source = nlkit_specs::yaml::SOURCES.iter().find(|it| it.family == name).unwrap();
        Builder::new().resolve_str("spec", source.text).unwrap()
    }

    fn request(family: &Family, operation: &str, pairs: &[&str]) -> Result<Value, Failure> {
        let operation = family.operations.iter().find(|it| it.name == operation).unwrap();
        let call = operation.once.as_ref().or(operation.dump.as_ref()).unwrap();
        let pairs: Vec<_> = pairs.iter().map(|&pair| pair.to_owned()).collect();
        of_pairs(&pairs, Level::of_message(family, operation, &call.request))
    }

    #[track_caller]
    fn assert_request(family: &Family, operation: &str, pairs: &[&str], expected: Value) {
        assert_eq!(request(family, operation, pairs).unwrap(), expected);
    }

    #[test]
    fn numbers_names_and_nests() {
        let ethtool = family("ethtool");
        let pairs = ["header.dev-name=eth0", "rx=512", "tx-push=1"];
        let expected = json!({"header": {"dev-name": "eth0"}, "rx": 512, "tx-push": 1});
        assert_request(&ethtool, "rings-set", &pairs, expected);
    }

    #[test]
    fn text_stays_text_whatever_it_looks_like() {
        let link = link();
        let pairs = ["ifname=12", "ifalias=\"a,b\""];
        assert_request(link, "newlink", &pairs, json!({"ifname": "12", "ifalias": "a,b"}));
    }

    #[test]
    fn a_sub_message_is_typed_by_its_selector() {
        let link = link();
        let pairs = [
            "linkinfo.data.peer.ifname=7",
            "linkinfo.data.peer.ifi-flags=up",
            "linkinfo.kind=veth",
        ];
        let peer = json!({"ifname": "7", "ifi-flags": ["up"]});
        let expected = json!({"linkinfo": {"data": {"peer": peer}, "kind": "veth"}});
        assert_request(link, "newlink", &pairs, expected);
    }

    #[test]
    fn flags_are_lists_of_names_or_a_number() {
        let link = link();
        let unknown = json!({"ifi-flags": ["up", "Unknown(17)"]});
        assert_request(link, "newlink", &["ifi-flags=up,Unknown(17)"], unknown);
        assert_request(link, "newlink", &["ifi-flags=3"], json!({"ifi-flags": 3}));
        assert_request(link, "newlink", &["ifi-flags="], json!({"ifi-flags": []}));
    }

    #[test]
    fn lists_come_by_commas_repetition_or_position() {
        let netdev = family("netdev");
        let queues = json!({"ifindex": 2, "queues": [{"id": 0, "type": "rx"}, {"id": 1}]});
        let pairs = ["ifindex=2", "queues[0].id=0", "queues[0].type=rx", "queues[1].id=1"];
        assert_request(&netdev, "bind-rx", &pairs, queues);
        let one = json!({"queues": [{"id": 0}]});
        assert_request(&netdev, "bind-rx", &["queues.id=0"], one);
        let link = link();
        let names = json!({"prop-list": {"alt-ifname": ["a", "b", "c,d"]}});
        let pairs = ["prop-list.alt-ifname=a,b", "prop-list.alt-ifname=\"c,d\""];
        assert_request(link, "newlinkprop", &pairs, names);
    }

    #[test]
    fn flags_without_value_are_set() {
        let ethtool = family("ethtool");
        let pairs = ["header", "wanted.nomask", "wanted.bits.bit.name=x"];
        let wanted = json!({"nomask": true, "bits": {"bit": [{"name": "x"}]}});
        let expected = json!({"header": {}, "wanted": wanted});
        assert_request(&ethtool, "features-set", &pairs, expected);
    }

    #[test]
    fn what_the_spec_does_not_know_is_left_to_the_codec() {
        let netdev = family("netdev");
        let pairs = ["UnknownAttr(77)=ff", "ifindexx=1"];
        let expected = json!({"UnknownAttr(77)": "ff", "ifindexx": "1"});
        assert_request(&netdev, "dev-get", &pairs, expected);
    }

    #[test]
    fn a_line_that_was_printed_can_be_typed() {
        let netdev = family("netdev");
        let record = json!({
            "ifindex": 4,
            "xdp-features": ["basic", "redirect"],
            "xsk-features": [],
            "xdp-zc-max-segs": 1,
        });
        let line = Text::new(false).record("", &record);
        let pairs: Vec<_> = line.split_whitespace().collect();
        assert_request(&netdev, "dev-get", &pairs, record);
    }

    proptest! {
        #[test]
        fn nothing_that_is_typed_is_too_much(
            pairs in prop::collection::vec("(linkinfo|prop-list|ifname|ifi-flags|x)[.=:\\[\\]0-3{}\",a-d]{0,12}", 0..4),
        ) {
            let link = link();
            let pairs: Vec<_> = pairs.iter().map(String::as_str).collect();
            if let Ok(request) = request(link, "newlink", &pairs) {
                prop_assert!(request.is_object());
            }
        }
    }

    /// The family of links, resolved once.
    fn link() -> &'static Family {
        static LINK: OnceLock<Family> = OnceLock::new();
        LINK.get_or_init(|| family("rt-link"))
    }

    #[test]
    fn mistakes_say_what_is_meant() {
        let netdev = family("netdev");
        for (operation, pairs, what) in [
            ("bind-rx", &["queues[1].id=1"][..], "there is a position 1, but none 0"),
            ("bind-rx", &["queues=1"], "this is a nest"),
            ("dev-get", &["ifindex"], "needs a value behind `=`: u32"),
            ("dev-get", &["ifindex=1", "ifindex=2"], "given twice, but is no list"),
            ("bind-rx", &["queues.id=1", "queues[0].id=1"], "in two ways"),
            ("bind-rx", &["queues[0]=1", "queues[0].id=1"], "in two ways"),
            ("bind-rx", &["queues[0][0].id=1", "queues[0].id=1"], "in two ways"),
            ("dev-get", &["ifindex=\"1"], "quotes are those of JSON"),
        ] {
            let failure = request(&netdev, operation, pairs).unwrap_err();
            assert!(format!("{failure:?}").contains(what), "{pairs:?}: {failure:?}");
        }
    }
}
